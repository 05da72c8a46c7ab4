"""The information pages' plots and addresses: steady pictures, exact links, files, themes."""

from __future__ import annotations

import csv
import io
import itertools
import re
from itertools import chain

import pytest
from playwright.sync_api import expect

from explorer.core.information import entropy_terms, self_information
from tests.browser.editor import SKEWED, Editor
from tests.browser.steps import have, turn_to, until

PLOTS = ("make H(p,q)", "Terms of D(p‖q)")


@pytest.fixture
def divergence(kept_page, app_url) -> Editor:
    return Editor(kept_page).open(f"{app_url}/divergence?{SKEWED}")


# -------------------------------------------------------------------------------- addresses


def test_a_link_shows_the_same_state_digit_for_digit_in_another_session(divergence, new_tab):
    divergence.drag(divergence.bar("q", "outcome 1"), 0.53)
    divergence.bar("p", "outcome 3").press("Shift+ArrowUp")
    divergence.page.get_by_label("Name of outcome 2").fill("Regen & Schnee, 50 %")
    divergence.page.get_by_label("Name of outcome 2").press("Enter")
    divergence.button("Lock outcome 4").click()
    divergence.page.get_by_text("nats", exact=True).click()
    until(lambda: divergence.unit() == "nats")
    divergence.in_step()
    divergence.address_in_step()
    until(lambda: divergence.link().get("lock") == ["4"])
    until(lambda: divergence.link().get("unit") == ["nats"])
    other = Editor(new_tab()).open(divergence.page.url)
    assert other.bars() == divergence.bars()
    assert other.names() == divergence.names()
    assert other.numbers() == divergence.numbers()
    expect(other.button("Lock outcome 4")).to_have_attribute("aria-pressed", "true")


def test_a_state_is_put_into_the_address_and_kept_by_a_reload_and_a_look_elsewhere(page, app_url):
    # Opened without a state, the page puts its own into the address.
    editor = Editor(page).open(f"{app_url}/divergence")
    editor.address_in_step()
    assert editor.link()["unit"] == ["bits"]
    editor.bar("q", "outcome 1").press("PageUp")
    editor.in_step()
    editor.address_in_step()
    bars, numbers = editor.bars(), editor.numbers()
    page.reload()
    page.get_by_role("slider").first.wait_for()
    editor.in_step()
    assert (editor.bars(), editor.numbers()) == (bars, numbers)
    turn_to(page, "Information", "Entropy")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Entropy: the surprise")
    turn_to(page, "Information", "KL and cross-entropy")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cross-entropy and KL")
    page.get_by_role("slider", name="q of", exact=False).first.wait_for()
    editor.in_step()
    assert (editor.bars(), editor.numbers()) == (bars, numbers)
    editor.address_in_step()


def test_a_link_that_cannot_be_read_says_so_and_shows_the_usual_picture(page, app_url):
    editor = Editor(page).open(f"{app_url}/divergence?p=0.5,0.6&q=abc")
    expect(editor.message("p")).to_have_text(re.compile(r"^From the link: .*sum.*\.$"))
    expect(editor.message("q")).to_have_text(re.compile(r"^From the link: “abc” is not a number"))
    expect(editor.field("q")).to_have_value("abc")
    assert editor.bars() == {"p": [0.1, 0.1, 0.1, 0.7], "q": [0.25] * 4}


# ------------------------------------------------------------------------------ steady plots


def test_an_update_keeps_the_element_the_zoom_and_a_full_picture(divergence):
    divergence.drawn()
    plot = divergence.plot("Terms of D(p‖q)")
    # Every frame from here on is looked at: the element must stay, with marks in it.
    plot.evaluate(
        """(one) => {
            const canvas = one.querySelector(".cee-plot-canvas");
            window.seen = { canvas, frames: 0, blank: 0 };
            const look = () => {
                window.seen.frames += 1;
                if (!canvas.isConnected || !canvas.querySelector(".point path")) {
                    window.seen.blank += 1;
                }
                window.looking = requestAnimationFrame(look);
            };
            look();
        }"""
    )
    # Hovering waits until the plot rests and is on screen.
    plot.locator(".nsewdrag").first.hover()
    box = plot.locator(".nsewdrag").first.bounding_box()
    mouse = divergence.page.mouse
    mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    mouse.down()
    mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.6, steps=4)
    mouse.up()
    axes = """(one) => {
        const layout = one.querySelector(".cee-plot-canvas")._fullLayout;
        return [...layout.xaxis.range, ...layout.yaxis.range];
    }"""
    whole = [-0.5, 3.5]
    zoomed = until(lambda: (now := plot.evaluate(axes))[:2] != whole and now)
    draws = divergence.draws()
    for _ in range(3):
        divergence.bar("q", "outcome 1").press("PageUp")
        divergence.in_step()
    until(lambda: sum(divergence.draws().values()) > sum(draws.values()))
    assert divergence.plot("Terms of D(p‖q)").evaluate(axes) == zoomed
    seen = divergence.page.evaluate(
        """() => {
            cancelAnimationFrame(window.looking);
            const now = [...document.querySelectorAll(".cee-plot-canvas")];
            return { ...window.seen, canvas: now.includes(window.seen.canvas) };
        }"""
    )
    assert seen["canvas"], "the plot's element was replaced"
    assert seen["frames"] > 3
    assert seen["blank"] == 0


def test_a_plot_tells_in_words_what_it_shows_and_has_one_menu_for_the_keys(divergence):
    plot, page = divergence.drawn().plot("make H(p,q)"), divergence.page
    stops = plot.evaluate(
        """(one) => [...one.querySelectorAll("button, a, input, [tabindex]")]
            .filter((part) => part.tabIndex >= 0).length"""
    )
    assert stops == 1
    button = plot.get_by_role("button", name="Plot menu")
    button.focus()
    page.keyboard.press("ArrowDown")
    items = plot.get_by_role("menuitem")
    expect(items.first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(items.last).to_be_focused()
    page.keyboard.press("Escape")
    expect(items).to_have_count(0)
    expect(button).to_be_focused()
    # Nothing offers to send the picture to somebody else.
    expect(page.locator(".modebar-btn")).to_have_count(0)
    for alt in PLOTS:
        expect(divergence.plot(alt).get_by_role("img").first).to_be_visible()
    expect(divergence.plot("H(p) 1.357 plus D(p‖q) 0.6432 make H(p,q) 2 bits.")).to_be_visible()
    divergence.button("Copy p to q").click()
    expect(divergence.plot("H(p) 1.357 plus D(p‖q) 0 make H(p,q) 1.357 bits.")).to_be_visible()


def test_no_plot_is_replaced_by_a_note_and_all_follow_a_change_between_light_and_dark(divergence):
    divergence.drawn()
    divergence.page.evaluate(
        "() => document.querySelectorAll('.cee-plot-canvas').forEach((one) => (one.marked = true))"
    )
    for key in ("Home", "PageUp"):
        divergence.bar("q", "outcome 3").press(key)
        divergence.in_step()
    kept = divergence.page.locator(".cee-plot-canvas").evaluate_all(
        "all => all.map((one) => one.marked === true)"
    )
    assert kept == [True] * len(PLOTS)
    page = divergence.page
    colours = """() => ({
        ground: getComputedStyle(document.querySelector(".stApp")).backgroundColor,
        piece: getComputedStyle(document.querySelectorAll(".cee-plot .point path")[0]).fill,
        bar: getComputedStyle(document.querySelector(".cee-fill")).backgroundColor,
        text: getComputedStyle(document.querySelector(".cee-plot .xtick text")).fill,
    })"""
    light = page.evaluate(colours)
    page.emulate_media(color_scheme="dark")
    until(lambda: page.evaluate(colours)["ground"] == "rgb(16, 21, 29)", "the page is dark")
    for part in ("text", "piece", "bar"):
        until(lambda part=part: page.evaluate(colours)[part] != light[part], f"{part} follows")
    page.emulate_media(color_scheme="light")
    until(lambda: page.evaluate(colours) == light, "all is as before")


def test_two_and_three_outcomes_have_pictures_of_their_own(kept_page, app_url):
    editor = Editor(kept_page).open(f"{app_url}/entropy?p=0.5,0.5").drawn()
    curve, point = editor.traces("Entropy of two outcomes")
    assert (len(curve["x"]) > 100, point["x"], point["y"]) == (True, [0.5], [1])
    editor.type("p", "1/3 1/3 1/3")
    expect(editor.plot("Entropy over all distributions")).to_be_visible()
    editor.type("p", "1/4 1/4 1/2")
    now = """(one) => {
        const point = one.querySelector(".cee-plot-canvas").data.find((t) => t.name === "now");
        return ["a", "b", "c"].map((corner) => point[corner][0]);
    }"""
    plot = editor.plot("Entropy over all distributions")
    until(lambda: plot.evaluate(now) == [0.25, 0.25, 0.5], "the point follows")


RANGES = """(plots) => plots.map((one) => {
    const layout = one.querySelector(".cee-plot-canvas")._fullLayout;
    return ["xaxis", "yaxis"].filter((name) => layout[name].type === "linear")
        .map((name) => [...layout[name].range]);
})"""
FROM_FAR = "p=0.1,0.1,0.1,0.7&q=0.7,0.25,0.04,0.01"


def test_no_axis_moves_while_q_walks_to_p_and_all_settle_after_it(divergence, app_url):
    editor = divergence.open(f"{app_url}/divergence?{FROM_FAR}&unit=bits&view=Terms").drawn()
    plots = editor.page.locator(".cee-plot")
    before = plots.evaluate_all(RANGES)
    plots.evaluate_all(
        f"""(plots) => {{
            window.seen = [];
            const look = ({RANGES});
            for (const one of plots) {{
                one.querySelector(".cee-plot-canvas").on("plotly_afterplot", () => {{
                    const q = document.querySelector("[aria-label='q of outcome 4']");
                    if (Number(q.getAttribute("aria-valuenow")) < 0.7) seen.push(look(plots));
                }});
            }}
        }}"""
    )
    editor.button("Walk q to p").click()
    until(lambda: editor.bars()["q"] == [0.1, 0.1, 0.1, 0.7], "q arrives")
    editor.in_step()
    seen = editor.page.evaluate("window.seen")
    assert len(seen) > 10
    for ranges in seen:
        for old, new in zip(chain(*before), chain(*ranges), strict=True):
            assert new[0] <= old[0], "an axis has lost a part of what it showed"
            assert new[1] >= old[1], "an axis has lost a part of what it showed"
    until(lambda: plots.evaluate_all(RANGES) != seen[-1], "the axes settle")
    settled = plots.evaluate_all(RANGES)
    assert settled[0][0][1] < before[0][0][1]


# ---------------------------------------------------------------------------- values and files


def test_the_table_holds_the_plotted_values_and_follows_them(kept_page, app_url):
    editor = Editor(kept_page).open(
        f"{app_url}/entropy?p=0.1,0.2,0.3,0.4&name=a&name=b&name=c&name=d"
    )
    editor.drawn()
    plot = editor.plot("Self-information and contribution")
    have(plot, "Values")

    def held() -> list[float]:
        rows = plot.locator("tbody tr").all()
        return [float(row.locator("td").nth(2).inner_text()) for row in rows]

    p = [0.1, 0.2, 0.3, 0.4]
    assert held() == pytest.approx([*self_information(p), *entropy_terms(p)], rel=1e-9)
    assert plot.locator("tbody tr").first.locator("td").all_inner_texts()[1] == "a"
    editor.type("p", "0.25 0.25 0.25 0.25")
    until(lambda: held() == pytest.approx([2] * 4 + [0.5] * 4), "the table follows")
    have(plot, "Hide the values")
    expect(plot.get_by_role("table")).to_have_count(0)


def test_the_plotted_values_can_be_downloaded(page, app_url):
    # In a tab of its own: where a person has zoomed, an infinite term may end above the picture.
    divergence = Editor(page).open(f"{app_url}/divergence?{SKEWED}")
    divergence.bar("q", "outcome 2").press("Home")
    divergence.in_step()
    divergence.drawn()
    plot = divergence.plot("Terms of D(p‖q)")
    until(lambda: "∞" in plot.locator(".cee-plot-canvas").inner_text())
    with divergence.page.expect_download() as download:
        have(plot, "CSV")
    assert download.value.suggested_filename == "kl-terms.csv"
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(io.StringIO(file.read()))
    assert header[:3] == ["series", "x", "y"]
    assert len(rows) == 8
    # An infinite term is drawn to the top of the picture, but its value is infinite.
    assert [row[-1] for row in rows].count("∞") == 1


def test_a_plot_is_saved_as_a_picture_in_which_titles_and_numbers_keep_apart(divergence):
    divergence.drawn()
    with divergence.page.expect_download() as download:
        have(divergence.plot("make H(p,q)"), "PNG")
    assert download.value.suggested_filename == "decomposition.png"
    content = download.value.path().read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(content) > 3000
    with divergence.page.expect_download() as download:
        have(divergence.plot("Terms of D(p‖q)"), "SVG")
    assert download.value.suggested_filename == "kl-terms.svg"
    content = download.value.path().read_text("utf-8")
    assert content.startswith("<svg")
    page = divergence.page.context.new_page()
    page.set_content(content)
    boxes = page.evaluate(
        """() => [...document.querySelectorAll("text")]
            .filter((one) => one.closest(".g-ytitle, .g-xtitle, .xtick, .ytick"))
            .map((one) => one.getBoundingClientRect())
            .map(({left, right, top, bottom}) => ({left, right, top, bottom}))"""
    )
    page.close()
    assert len(boxes) > 8
    for a, b in itertools.combinations(boxes, 2):
        apart = a["right"] <= b["left"] or b["right"] <= a["left"]
        assert apart or a["bottom"] <= b["top"] or b["bottom"] <= a["top"], (a, b)


# ----------------------------------------------------------------------- themes and small screens


@pytest.mark.parametrize(("count", "page_name"), [(20, "divergence"), (10, "entropy")])
def test_all_bars_fit_a_phone_each_with_a_whole_name_of_its_own(
    kept_page, app_url, count, page_name
):
    page = kept_page
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    values = ",".join([repr(1 / count)] * count)
    names = "&".join(f"name=a+long+name+number+{number}" for number in range(1, count + 1))
    editor = Editor(page).open(f"{app_url}/{page_name}?p={values}&q={values}&{names}").drawn()
    assert page.evaluate("() => document.querySelector('.stMain').scrollWidth") <= 390
    places = page.locator(".cee-bars-plot :is(.cee-track, .cee-name)").evaluate_all(
        """all => all.map((one) => {
            const { left, right, width } = one.getBoundingClientRect();
            const high = one.scrollHeight > one.clientHeight + 1;
            const cut = one.matches(".cee-name") && (high || one.scrollWidth > one.clientWidth + 1);
            return { left, right, width, cut };
        })"""
    )
    assert all(one["left"] >= 0 and one["right"] <= 390 and one["width"] >= 5 for one in places)
    assert not any(one["cut"] for one in places), "a name is cut"
    last = editor.bar("p", f"a long name number {count}")
    last.press("ArrowUp")
    assert editor.bars()["p"][-1] == pytest.approx(1 / count + 0.01, abs=1e-2)
    editor.in_step()
