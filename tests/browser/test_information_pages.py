"""Entropy and divergence under a person's hand: mouse, finger, keyboard, text and buttons."""

from __future__ import annotations

import math
import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from explorer.teaching.presets import PRESETS
from tests.browser.editor import NAMES, SKEWED, Editor
from tests.browser.steps import until, with_a_finger


@pytest.fixture
def divergence(kept_page, app_url) -> Editor:
    return Editor(kept_page).open(f"{app_url}/divergence?{SKEWED}")


@pytest.fixture
def entropy(kept_page, app_url) -> Editor:
    return Editor(kept_page).open(f"{app_url}/entropy?p=0.1,0.1,0.1,0.7&{NAMES}&unit=bits")


def near(values: list[float]) -> object:
    return pytest.approx(values, abs=1e-9)


# -------------------------------------------------------------------------- mouse, finger, keyboard


def test_a_dragged_bar_takes_from_the_others_and_all_follows_while_it_is_held(divergence):
    before = divergence.drawn().draws()
    bar = divergence.bar("q", "outcome 1")
    divergence.drag(bar, 0.7, release=False)
    q = divergence.bars()["q"]
    assert q[0] == pytest.approx(0.7, abs=0.02)
    assert q[1:] == near([(1 - q[0]) / 3] * 3)
    assert math.fsum(q) == pytest.approx(1, abs=1e-12)
    assert divergence.bars()["p"] == [0.1, 0.1, 0.1, 0.7]
    divergence.in_step()
    until(lambda: sum(divergence.draws().values()) > sum(before.values()), "plots are redrawn")
    divergence.page.mouse.up()
    assert divergence.bars()["q"] == q
    divergence.address_in_step()
    divergence.drag(bar, 1.8, release=False)
    assert divergence.bars()["q"] == [1, 0, 0, 0], "it stops at its end"
    box = bar.locator(".cee-track").bounding_box()
    divergence.page.mouse.move(box["x"] + 5, box["y"] + box["height"] * 0.6)
    # The others have kept their proportions, although they had all been zero in between.
    q = divergence.bars()["q"]
    assert q == near([q[0], *[(1 - q[0]) / 3] * 3])
    divergence.page.mouse.up()
    divergence.in_step()


def test_a_finger_drags_a_bar_without_scrolling_the_page(new_tab, app_url):
    page = new_tab()
    finger = with_a_finger(page)
    editor = Editor(page).open(f"{app_url}/entropy?p=0.25,0.25,0.25,0.25")
    track = editor.bar("p", "person 2").locator(".cee-track")
    track.scroll_into_view_if_needed()
    top = page.evaluate("() => document.querySelector('.stMain').scrollTop")
    box = track.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"]

    def touch(kind: str, share: float | None) -> None:
        points = [] if share is None else [{"x": x, "y": y - share * box["height"]}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 0.25)
    for share in (0.3, 0.4, 0.5, 0.6):
        touch("touchMove", share)
    touch("touchEnd", None)
    p = until(lambda: editor.bars()["p"] if editor.bars()["p"][1] > 0.5 else None)
    assert p[1] == pytest.approx(0.6, abs=0.02)
    assert p == near([(1 - p[1]) / 3 if i != 1 else p[1] for i in range(4)])
    editor.in_step()
    assert page.evaluate("() => document.querySelector('.stMain').scrollTop") == top


def test_every_key_of_a_slider_does_what_it_says_and_no_press_is_lost(entropy):
    bar = entropy.bar("p", "outcome 1")
    for key, expected in (
        ("ArrowUp", 0.11),
        ("ArrowRight", 0.12),
        ("ArrowDown", 0.11),
        ("ArrowLeft", 0.1),
        ("PageUp", 0.2),
        ("PageDown", 0.1),
        ("Shift+ArrowUp", 0.101),
        ("End", 1),
        ("Home", 0),
    ):
        bar.press(key)
        p = entropy.bars()["p"]
        assert p[0] == pytest.approx(expected, abs=1e-12), key
        assert math.fsum(p) == pytest.approx(1, abs=1e-12)
    entropy.in_step()
    entropy.type("p", "0.1 0.1 0.1 0.7")
    until(lambda: entropy.bars()["p"] == [0.1, 0.1, 0.1, 0.7], "as at first")
    bar.focus()
    for _ in range(30):
        entropy.page.keyboard.press("ArrowUp")
    assert entropy.bars()["p"][0] == pytest.approx(0.4, abs=1e-9)
    entropy.in_step()
    entropy.address_in_step()
    entropy.bar("p", "outcome 4").press("End")
    assert entropy.bars()["p"] == [0, 0, 0, 1]
    entropy.in_step()
    assert entropy.numbers()["Entropy H(p)"] == "0 bits"


def test_a_bar_says_its_value_and_what_is_done_in_one_breath_with_it_is_not_lost(divergence):
    bar = divergence.bar("p", "outcome 4")
    for attribute, value in (
        ("aria-valuemin", "0"),
        ("aria-valuemax", "1"),
        ("aria-valuenow", "0.7"),
        ("aria-valuetext", "p of outcome 4 = 0.7"),
        ("aria-orientation", "vertical"),
    ):
        expect(bar).to_have_attribute(attribute, value)
    bar.press("ArrowDown")
    expect(bar).to_have_attribute("aria-valuetext", "p of outcome 4 = 0.69")
    divergence.field("q").fill("0.4 0.3 0.2 0.1")
    divergence.drag(divergence.bar("p", "outcome 1"), 0.5)
    until(lambda: divergence.bars()["q"] == [0.4, 0.3, 0.2, 0.1], "the text is taken")
    assert divergence.bars()["p"][0] == pytest.approx(0.5, abs=0.02)
    divergence.in_step()
    # All at once, so that the first edit is still under way when the others come.
    divergence.page.evaluate(
        """() => {
            const [bar] = document.querySelectorAll(".cee-bar[role=slider]");
            const up = () => bar.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp" }));
            up();
            document.querySelector('[aria-label="More outcomes"]').click();
            up();
        }"""
    )
    until(lambda: len(divergence.bars()["p"]) == 5, "the outcome is added")
    divergence.in_step()
    divergence.field("q").evaluate(
        """(input, texts) => {
            input.focus();
            for (const text of texts) {
                input.value = text;
                input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
            }
        }""",
        ["1, 2, 3", "nonsense"],
    )
    expect(divergence.message("q")).to_contain_text("“nonsense” is not a number")
    expect(divergence.field("q")).to_have_value("nonsense")


def test_the_page_can_be_worked_by_keyboard_alone(entropy):
    page = entropy.page
    entropy.page.locator("h1").click()
    order: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate(
            """() => {
                const focused = document.activeElement;
                const label = focused.labels?.[0]?.textContent;
                return focused.getAttribute("aria-label") ?? label ?? focused.textContent;
            }"""
        )
        order.append(name.strip())
        if name.strip() == "p of outcome 3":
            page.keyboard.press("ArrowUp")
        if name.strip() == "Lock outcome 1":
            page.keyboard.press("Space")
        if name.strip() == "More outcomes":
            page.keyboard.press("Enter")
            until(lambda: len(entropy.bars()["p"]) == 5)
            # The toolbar is another one now; a person is still where they were.
            expect(page.get_by_role("button", name="More outcomes")).to_be_focused()
        if name.strip() == "p (true)":
            page.keyboard.press("Control+A")
            page.keyboard.type("1/2 1/2")
            page.keyboard.press("Enter")
            break
    for wanted in ("Examples", "p of outcome 1", "Name of outcome 1", "Lock outcome 1", "p (true)"):
        assert wanted in order, order
    until(lambda: entropy.bars()["p"] == [0.5, 0.5], f"typed text arrives; went through {order}")
    entropy.in_step()


# --------------------------------------------------------------------------------------------- text


def test_a_text_is_read_with_every_separator_and_notation_also_without_enter(divergence):
    for text, expected in (
        ("0.5 0.2;0.3", [0.5, 0.2, 0.3]),
        ("1/4 1/4 1/2", [0.25, 0.25, 0.5]),
        ("[.1 .1 .8]", [0.1, 0.1, 0.8]),
    ):
        divergence.type("q", text)
        until(lambda expected=expected: divergence.bars()["q"] == near(expected), text)
        divergence.in_step()
        expect(divergence.field("q")).to_have_value(", ".join(f"{x:g}" for x in expected))
        expect(divergence.field("q")).to_have_attribute("aria-invalid", "false")
    divergence.field("q").fill("0.4 0.3 0.2 0.1")
    divergence.field("p").focus()
    until(lambda: divergence.bars()["q"] == [0.4, 0.3, 0.2, 0.1])
    divergence.in_step()


def test_a_wrong_text_gets_a_sentence_and_keeps_the_picture_until_a_bar_moves(divergence):
    kept = divergence.bars()
    for text, said in (
        ("0.1, 0.2, x, 0.6", "“x” is not a number"),
        ("0.5, 0.4", "sum"),
        ("0 " * 20 + "1", "this page takes 2 to 20"),
        ("   ", "at least one number"),
        ("<img src=x onerror=alert(1)>", "is not a number"),
    ):
        divergence.type("q", text)
        expect(divergence.message("q")).to_contain_text(said)
        expect(divergence.message("q")).to_have_text(re.compile(r"[A-Z“0-9].*\.$"))
        expect(divergence.field("q")).to_have_value(text)
        expect(divergence.field("q")).to_have_attribute("aria-invalid", "true")
        assert divergence.bars() == kept
        divergence.in_step()
    expect(divergence.message("p")).to_have_text("")
    for text in ("0 0 0 0", "-1 2", "x"):
        divergence.type("q", text)
        expect(divergence.field("q")).to_have_attribute("aria-invalid", "true")
        # Nothing is offered where it has no meaning.
        expect(divergence.button("Normalise")).to_have_count(0)
    divergence.bar("q", "outcome 1").press("ArrowUp")
    expect(divergence.message("q")).to_have_text("")
    expect(divergence.field("q")).to_have_value(re.compile(r"^0\.26, "))
    divergence.in_step()


def test_normalise_divides_by_the_sum_and_says_so(divergence):
    expect(divergence.button("Normalise")).to_have_count(0)
    divergence.type("q", "1, 1, 2, 4")
    expect(divergence.message("q")).to_contain_text("sum")
    divergence.button("Normalise").click()
    until(lambda: divergence.bars()["q"] == [0.125, 0.125, 0.25, 0.5])
    expect(divergence.message("q")).to_have_text(
        "Each value was divided by the sum 8: 1, 1, 2, 4 → 0.125, 0.125, 0.25, 0.5."
    )
    # The focus is still in the field; leaving it must not send the old text once more.
    field = divergence.field("q")
    expect(field).to_have_value("0.125, 0.125, 0.25, 0.5")
    field.press("Tab")
    divergence.bar("p", "outcome 1").press("ArrowUp")
    divergence.in_step()
    assert divergence.bars()["q"] == [0.125, 0.125, 0.25, 0.5]
    expect(divergence.message("q")).not_to_contain_text("correct or normalise")


# ------------------------------------------------------------------------- presets and the outcomes


@pytest.mark.long
def test_every_preset_shows_its_distributions(divergence):
    for name, preset in PRESETS.items():
        divergence.preset(name)
        q = preset.q or (1 / len(preset.p),) * len(preset.p)
        until(lambda p=preset.p, q=q: divergence.bars() == {"p": [*p], "q": [*q]}, name)
        assert divergence.names() == list(preset.names)
    divergence.in_step()
    divergence.address_in_step()


def test_outcomes_are_added_as_impossible_and_removed_with_a_note_two_to_twenty(divergence):
    divergence.button("More outcomes").click()
    until(lambda: divergence.bars()["p"] == [0.1, 0.1, 0.1, 0.7, 0])
    assert divergence.names()[-1] == "outcome 5"
    divergence.button("Fewer outcomes").click()
    until(lambda: divergence.bars()["p"] == [0.1, 0.1, 0.1, 0.7])
    divergence.button("Fewer outcomes").click()
    until(lambda: len(divergence.bars()["p"]) == 3)
    assert divergence.bars()["p"] == near([1 / 3] * 3)
    expect(divergence.message("p")).to_have_text(
        "The removed outcomes held 0.7 of p; the others were divided by 0.3."
    )
    divergence.in_step()
    for count, end in ((2, "Fewer outcomes"), (20, "More outcomes")):
        divergence.type("p", " ".join([str(1 / count)] * count))
        until(lambda count=count: len(divergence.bars()["p"]) == count)
        expect(divergence.button(end)).to_be_disabled()
    divergence.in_step()


def test_a_new_name_is_used_everywhere_and_a_locked_bar_keeps_its_value(divergence):
    divergence.page.get_by_label("Name of outcome 2").fill("rain")
    divergence.page.get_by_label("Name of outcome 2").press("Enter")
    expect(divergence.bar("p", "rain")).to_have_attribute("aria-valuetext", "p of rain = 0.1")
    expect(divergence.button("Lock rain")).to_be_visible()
    until(lambda: "rain" in divergence.traces("Terms of")[0]["x"][1], "the plot names it")
    until(lambda: divergence.link().get("name", ["", ""])[1] == "rain", "the address names it")
    divergence.button("Lock outcome 4").click()
    expect(divergence.button("Lock outcome 4")).to_have_attribute("aria-pressed", "true")
    divergence.bar("p", "outcome 1").press("End")
    assert divergence.bars()["p"] == near([0.3, 0, 0, 0.7])
    divergence.bar("p", "outcome 4").press("Home")
    divergence.drag(divergence.bar("p", "outcome 4"), 0.2)
    assert divergence.bars()["p"] == near([0.3, 0, 0, 0.7])
    divergence.in_step()
    until(lambda: divergence.link().get("lock") == ["4"])
    divergence.button("Lock outcome 4").click()
    divergence.bar("p", "outcome 4").press("Home")
    until(lambda: divergence.bars()["p"] == near([1, 0, 0, 0]))


def test_p_and_q_are_swapped_and_copied_and_q_walks_to_p_falling_at_every_step(divergence, app_url):
    before = divergence.numbers()
    divergence.button("Swap").click()
    assert divergence.bars() == {"p": [0.25] * 4, "q": [0.1, 0.1, 0.1, 0.7]}
    divergence.in_step()
    after = divergence.numbers()
    assert (after["D(p‖q)"], after["D(q‖p)"]) == (before["D(q‖p)"], before["D(p‖q)"])
    divergence.button("Copy p to q").click()
    assert divergence.bars()["q"] == divergence.bars()["p"] == [0.25] * 4
    divergence.in_step()
    numbers = divergence.numbers()
    assert numbers["D(p‖q)"] == numbers["D(q‖p)"] == numbers["Jensen–Shannon"] == "0 bits"
    assert numbers["H(p,q)"] == numbers["H(p)"]
    divergence.open(f"{app_url}/divergence?{SKEWED.replace('Terms', 'Edits')}")
    steps_before = len(divergence.drawn().traces("The last edits")[0]["y"])
    divergence.button("Walk q to p").click()
    until(lambda: divergence.bars()["q"] == [0.1, 0.1, 0.1, 0.7], "q arrives")
    divergence.in_step()
    assert divergence.numbers()["D(p‖q)"] == "0 bits"
    (line,) = until(
        lambda: [
            trace
            for trace in divergence.traces("The last edits")
            if trace["name"] == "D(p‖q)" and trace["y"][-1] == 0
        ]
    )
    walked = line["y"][steps_before - 1 :]
    assert len(walked) == 21, "every step is on screen"
    assert all(later < earlier for earlier, later in pairwise(walked))


# ----------------------------------------------------------------------------------------- infinity


def test_an_impossible_outcome_is_named_and_makes_the_divergence_infinite(divergence):
    divergence.bar("q", "outcome 3").press("Home")
    divergence.in_step()
    assert divergence.numbers()["D(p‖q)"] == divergence.numbers()["H(p,q)"] == "∞ bits"
    expect(divergence.page.get_by_role("alert")).to_contain_text("outcome 3")
    assert divergence.bars()["q"][2] == 0
    expect(divergence.plot("D(p‖q) ∞")).to_be_visible()
    divergence.bar("q", "outcome 3").press("ArrowUp")
    divergence.in_step()
    assert "∞" not in divergence.numbers()["D(p‖q)"]
    expect(divergence.page.get_by_role("alert")).to_have_count(0)


def test_markup_in_a_name_stays_text_and_fetches_nothing(kept_page, app_url):
    # A link may come from anyone: its names must not become pictures, links or formulas.
    names = ["![](//a.example/x.png)", "<b>bold</b>", "[go](//b.example)"]
    query = "&".join(f"name={name}" for name in names)
    editor = Editor(kept_page).open(f"{app_url}/divergence?p=0.5,0.25,0.25&q=0,0,1&{query}")
    assert editor.names() == names
    alerts = kept_page.get_by_role("alert")
    expect(alerts).to_have_count(1)
    for name in names[:2]:
        expect(alerts).to_contain_text(f"“{name}”")
    expect(alerts.locator("a, img, b, .katex")).to_have_count(0)
    editor.drawn()
    shown = kept_page.locator(".cee-plot-canvas .xtick").all_text_contents()
    assert "<b>bold</b>" in shown, shown


# --------------------------------------------------------------------------------------------- unit


def test_the_unit_is_on_every_number(divergence):
    page = divergence.page
    for unit in ("nats", "dits", "bits"):
        page.get_by_role("radio", name=unit).or_(
            page.get_by_role("button", name=unit, exact=True)
        ).first.click()
        until(lambda unit=unit: divergence.unit() == unit)
        divergence.in_step()
        until(
            lambda unit=unit: all(
                v.endswith((unit, unit[:-1])) for v in divergence.numbers().values()
            )
        )
        until(lambda unit=unit: divergence.link().get("unit") == [unit])
        until(lambda unit=unit: divergence.plot(f" {unit}.").count() == 2, "every plot has it")
