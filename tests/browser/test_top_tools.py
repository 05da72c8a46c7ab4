"""Undo and redo, the browser's Back, sharing, presenting and embedding."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.editor import Editor
from tests.browser.steps import follow, until


def test_edits_are_undone_and_back_steps_out_of_an_exercise(app_url: str, kept_page: Page):
    page = kept_page
    editor = Editor(page).open(f"{app_url}/entropy?p=0.5,0.3,0.2")
    undo, redo = editor.button("Undo"), editor.button("Redo")
    expect(undo).to_be_disabled()
    first = editor.bar("p", "outcome 1")
    first.press("ArrowUp")
    expect(undo).to_be_enabled()
    editor.in_step()
    edited = editor.bars()["p"]
    assert edited[0] == 0.51
    # A link that sets the page that is open.
    page.get_by_role("link", name="Set the page").first.click()
    until(lambda: len(editor.bars()["p"]) == 4, "the exercise has its values")
    expect(page).not_to_have_url(re.compile("via="))
    exercise = editor.bars()["p"]
    # Streamlit would have left the page.
    page.go_back()
    until(lambda: editor.bars()["p"] == edited, "Back steps out of the exercise")
    page.go_forward()
    until(lambda: editor.bars()["p"] == exercise, "and Forward into it")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Entropy")
    page.keyboard.press("Control+z")
    until(lambda: editor.bars()["p"] == edited, "the keys undo")
    editor.address_in_step()
    undo.click()
    until(lambda: editor.bars()["p"] == [0.5, 0.3, 0.2], "the button undoes")
    expect(undo).to_be_disabled()
    expect(redo).to_be_enabled()
    # In a text field undoing is the browser's.
    before = editor.bars()["p"]
    editor.field("p").fill("0.1, 0.9")
    page.keyboard.press("Control+z")
    assert editor.bars()["p"] == before
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+Shift+z")
    until(lambda: editor.bars()["p"] == edited, "the keys redo")
    editor.in_step()
    assert editor.unit() == "bits"


def test_a_page_is_shared_presented_and_embedded(app_url: str, page: Page):
    editor = Editor(page).open(f"{app_url}/entropy?p=0.25,0.75&present=0")
    editor.button("Share this page").click()
    panel = page.get_by_role("dialog", name="Share this page")
    link = panel.get_by_label("Link", exact=True)
    expect(link).to_have_value(re.compile(r"/entropy\?p=0\.25,0\.75&.*unit=bits$"))
    expect(panel.get_by_role("img", name="The link as a QR code")).to_be_in_viewport()
    code = panel.get_by_label("Embed code", exact=True).input_value()
    embedded = re.search(r'src="([^"]+)"', code)[1].replace("&amp;", "&")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()

    page.evaluate("document.activeElement.blur()")
    header, text = page.locator(".stAppHeader"), page.get_by_role("heading", level=1)
    size = text.bounding_box()["height"]
    page.keyboard.press("p")
    expect(header).to_be_hidden()
    until(lambda: text.bounding_box()["height"] > size, "the text is larger")
    expect(page).to_have_url(re.compile("present=1"))
    page.reload()
    expect(page.get_by_role("button", name="Stop presenting")).to_be_visible()
    expect(header).to_be_hidden()
    # A letter that a field takes is no wish to stop.
    editor.field("p").press("p")
    expect(page).to_have_url(re.compile("present=1"))
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Escape")
    expect(header).to_be_visible()
    expect(page).not_to_have_url(re.compile("present="))

    page.goto(embedded)
    page.get_by_role("slider").first.wait_for()
    editor.in_step()
    assert editor.bars()["p"] == [0.25, 0.75]
    expect(header).to_be_hidden()
    expect(page.get_by_role("button", name="Share this page")).to_be_hidden()


def test_the_tools_and_the_navigation_have_a_place_of_their_own_each(kept_page, app_url):
    page = kept_page
    follow(page, f"{app_url}/entropy")
    page.get_by_role("slider").first.wait_for()
    undo = page.get_by_role("button", name="Undo", exact=True)
    items = page.locator(":is([data-testid=stTopNavLink], [data-testid=stTopNavSection]):visible")

    def end() -> float:
        boxes = [box for one in items.all() if (box := one.bounding_box())]
        return max(box["x"] + box["width"] for box in boxes)

    for width in (1280, 1024, 800):
        page.set_viewport_size({"width": width, "height": 576})
        until(lambda: end() <= undo.bounding_box()["x"], f"they keep apart at {width}")
