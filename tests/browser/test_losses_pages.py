"""The pages on losses, by pointer and by keyboard."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import SCREENS, choose, follow, number, turn_to, until

SIGMOID, HARDER = "σ(z), probability of y = 1", "Cross-entropy pulls harder by"
ONE_CLASS = "target=one+true+class"
TABLE = "show=All+losses"
LOGITS = f"edit=logits&{ONE_CLASS}"


@pytest.fixture
def page(kept_page: Page) -> Page:
    return kept_page


def opened(page: Page, url: str) -> Page:
    follow(page, url)
    expect(page.locator(".cee-plot-canvas .main-svg").first).to_be_visible()
    expect(page.locator(".stException")).to_have_count(0)
    return page


def cell(page: Page, row: str, column: int) -> Locator:
    """A cell of the first table that has this row."""
    return page.locator("[data-testid=stTable] tr", has_text=row).first.locator("td").nth(column)


def quantity(page: Page, name: str) -> Locator:
    """The number of this name, beside the plots or above one of them."""
    term = page.locator("dt", has_text=re.compile(f"^{re.escape(name)}$"))
    return page.locator(".cee-quantities > div", has=term).locator("dd")


def message(page: Page, label: str) -> Locator:
    return page.locator(".cee-live", has=number(page, label)).locator(".cee-message")


def draggable_point(page: Page) -> tuple[float, float]:
    point = page.locator(".cee-plot-canvas").first.locator(".scatterlayer path.point").last
    box = point.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


# ----------------------------------------------------------------------------------- one logit


def test_the_slider_and_its_point_follow_the_mouse_and_the_numbers_them(page, app_url):
    opened(page, f"{app_url}/binary?z=-8&y=1")
    box = page.get_by_role("slider", name="Logit z").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.17, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, middle, steps=8)
    # The button is still held down here.
    expect(quantity(page, SIGMOID)).to_have_text(re.compile(r"^0\.[45]"))
    expect(number(page, "Logit z")).to_have_value(re.compile(r"^−?0(\.\d)?$"))
    page.mouse.move(box["x"] + box["width"] - 2, middle, steps=4)
    expect(quantity(page, SIGMOID)).to_have_text(re.compile(r"^0\.9999"))
    page.mouse.up()
    page.get_by_role("button", name="z = −10, y = 1").click()
    expect(quantity(page, HARDER)).to_have_text("11014.23 ×")
    expect(quantity(page, "d CE / dz")).to_have_text("−0.999955")
    expect(quantity(page, "d squared / dz")).to_have_text("−9.07875·10⁻⁵")
    expect(page.get_by_text("squared error is flat:")).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]z=-10&"))
    opened(page, f"{app_url}/binary?z=0")
    x, y = draggable_point(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 120, y, steps=10)
    page.mouse.up()
    expect(number(page, "Logit z")).to_have_value(re.compile(r"^−[4-9]"))
    until(lambda: abs(draggable_point(page)[0] - (x - 120)) < 4, "the point is where it was let go")


def test_the_slider_obeys_the_keys_and_its_field_takes_numbers_alone(page, app_url):
    opened(page, f"{app_url}/binary?z=0")
    field = number(page, "Logit z")
    page.get_by_role("slider", name="Logit z").focus()
    for key, value in (
        ("ArrowRight", "0.1"),
        ("Shift+ArrowRight", "0.11"),
        ("PageDown", "−0.9"),
        ("Home", "−12"),
        ("End", "12"),
    ):
        page.keyboard.press(key)
        expect(field).to_have_value(value)
    field.fill("-10")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]z=-10&"))
    for text, sentence in (
        ("abc", "“abc” is not a number"),
        ("", "Enter one number here"),
        ("1 2", "Enter one number here"),
        ("99", "Enter a number from −12 to 12"),
        ("1e999", "is too large"),
        ("NaN", "“NaN” is not a number"),
    ):
        field.fill(text)
        field.press("Enter")
        expect(message(page, "Logit z")).to_contain_text(sentence)
        expect(field).to_have_value(text)
        expect(quantity(page, HARDER)).to_have_text("11014.23 ×")
    field.fill("1/2")
    field.press("Enter")
    expect(field).to_have_value("0.5")
    expect(message(page, "Logit z")).to_have_text("")


def test_a_race_plays_to_its_last_step_can_be_paused_and_made_shorter(page, app_url):
    opened(page, f"{app_url}/binary?z=-10&steps=16&see=Descend")
    page.get_by_role("button", name="Play").click()
    step = number(page, "Step shown")
    expect(step).to_have_value(re.compile(r"^[1-9]\d?$"))
    page.get_by_role("button", name="Pause").click()
    held = step.input_value()
    page.wait_for_timeout(500)
    assert step.input_value() == held != "16"
    page.get_by_role("button", name="Play").click()
    expect(step).to_have_value("16")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    steps = number(page, "Number of steps")
    steps.fill("10")
    steps.press("Enter")
    expect(step).to_have_value("10")


def test_the_state_survives_the_link_the_reload_and_a_visit_elsewhere(page, new_tab, app_url):
    opened(page, f"{app_url}/binary?see=Descend")
    choose(page, "0")
    for label, text in (("Logit z", "3.25"), ("Number of steps", "60")):
        number(page, label).fill(text)
        number(page, label).press("Enter")
        expect(number(page, label)).to_have_value(text)
    expect(page).to_have_url(re.compile(r"z=3\.25&y=0&.*rate=1&steps=60&see=Descend"))
    turn_to(page, "Information", "Entropy")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Entropy")
    turn_to(page, "Losses", "One logit")
    expect(number(page, "Logit z")).to_have_value("3.25")
    expect(page).to_have_url(re.compile(r"z=3\.25&y=0&.*rate=1&steps=60&see=Descend"))
    page.reload()
    expect(number(page, "Number of steps")).to_have_value("60")
    other = opened(new_tab(), page.url)
    expect(number(other, "Logit z")).to_have_value("3.25")
    expect(quantity(other, SIGMOID)).to_have_text("0.962673")


# -------------------------------------------------------------------------------- many classes


def load(page: Page, example: str) -> None:
    page.get_by_role("button", name="Examples", exact=True).click()
    page.get_by_role("menuitem", name=example, exact=True).click()


def test_logits_move_by_keys_and_texts_and_become_probabilities(page, app_url):
    opened(page, f"{app_url}/multiclass?{LOGITS}&{TABLE}&z=0,0&y=1&name=class+1&name=class+2")
    expect(cell(page, "Cross-entropy", 1)).to_have_text("0.693147 nats")
    bar = page.get_by_role("slider", name="z of class 1")
    bar.focus()
    for _ in range(10):
        page.keyboard.press("ArrowDown")
    expect(bar).to_have_attribute("aria-valuenow", "-1")
    expect(cell(page, "Cross-entropy", 1)).to_have_text("1.31326 nats")
    field = page.get_by_label("z (logits)")
    said = page.locator(".cee-series .cee-message")
    for text, sentence in (
        ("abc", "“abc” is not a number"),
        ("1", "1 number given"),
        ("0 1 2 3 4 5 6 7 8 9 10", "11 numbers given"),
        ("nan 0", "“nan” is not a number"),
        ("1/0 2", "divides by zero"),
    ):
        field.fill(text)
        field.press("Enter")
        expect(said).to_contain_text(sentence)
        expect(said).to_contain_text("last good values")
        expect(cell(page, "Cross-entropy", 1)).to_have_text("1.31326 nats")
    field.fill("-1e308 1e308")
    field.press("Enter")
    expect(cell(page, "Cross-entropy", 1)).to_have_text("∞ nats")
    field.fill("0, 0")
    field.press("Enter")
    expect(said).to_be_empty()
    expect(field).to_have_attribute("aria-invalid", "false")
    choose(page, "probabilities")
    field = page.get_by_label("q (model)")
    expect(field).to_have_value("0.5, 0.5")
    field.fill("1/2 1/4 1/8 1/8")
    field.press("Enter")
    expect(cell(page, "Cross-entropy", 1)).to_have_text("0.693147 nats")
    choose(page, "logits")
    expect(page.get_by_label("z (logits)")).to_have_value("-0.693147, -1.38629, -2.07944, -2.07944")
    expect(page.locator(".stException")).to_have_count(0)


def test_a_soft_target_shares_its_classes_with_the_model(page, app_url):
    opened(page, f"{app_url}/multiclass?{LOGITS}&{TABLE}&z=2,0,0&y=1")
    choose(page, "soft target")
    target = page.get_by_label("p (true)")
    target.fill("0.5 0.3 0.2")
    target.press("Enter")
    expect(cell(page, "Cross-entropy", 1)).to_have_text("1.23954 nats")
    expect(page.locator("tr", has_text="hinge")).to_have_count(0)
    names = page.get_by_label("Name of class 1")
    names.last.fill("cat")
    names.last.press("Enter")
    expect(names.first).to_have_value("cat")
    names.first.fill("dog")
    names.first.press("Enter")
    expect(names.last).to_have_value("dog")
    expect(page).to_have_url(re.compile(r"z=2,0,0&.*p=0\.5,0\.3,0\.2&name=dog"))
    expect(page.get_by_role("slider", name="p of dog")).to_have_attribute("aria-valuenow", "0.5")


# ------------------------------------------------------------------------------- on one screen

NAMES = "name=class+1&name=class+2&name=class+3"
# Page and view → the control, and what answers it: plots with their numbers, or cells of numbers.
ANSWERED = {
    "binary?see=Losses&z=-4&y=1": ("slider Logit z", "plots"),
    "binary?see=Descend&z=-4&y=1&rate=1&steps=200": ("slider Learning rate", "plots"),
    "binary?see=With+inputs": ("slider w of input 1", "plots"),
    f"multiclass?show=Gradients&{LOGITS}&z=-5,5,0&{NAMES}": ("slider z of class 1", "plots"),
    f"multiclass?show=Jacobian&{LOGITS}&{NAMES}": ("slider z of class 1", "cells"),
    f"multiclass?show=Descend&{LOGITS}&z=-5,5,0&{NAMES}": ("slider Learning rate", "plots"),
    "three_forms?part=Three+forms&z=0,1,2": ("slider z of class 1", "plots"),
    "three_forms?part=Index+or+one-hot": ("slider z1 of class 1", "table"),
    "three_forms?part=Gather+slip": ("slider z1 of class 1", "plots"),
    "three_forms?part=Skip-gram": ("slider v1 of cat", "plots"),
    "stability?part=Two+logits": ("slider Logit gap", "plots"),
    "stability?part=Random+logits": ("slider Seed", "plots"),
    "notes_checked?topic=entropy": ("button Wrong", "cards"),
}


def test_a_control_what_answers_it_and_its_number_share_the_first_screen(page, app_url):
    for address, (control, answer) in ANSWERED.items():
        follow(page, f"{app_url}/{address}")
        role, _, name = control.partition(" ")
        touched = page.get_by_role(role, name=name).first
        answers = {
            "plots": page.locator(".cee-plot-canvas:has(.main-svg)"),
            "cells": page.locator(".cee-plot-canvas:has(.main-svg)"),
            "table": page.get_by_test_id("stTable").first,
            "cards": page.locator("[class*=st-key-note-B]"),
        }[answer]
        expect(answers.first).to_be_visible()
        seen = [touched, answers.first]
        if answer == "plots":
            seen.append(page.locator(".cee-quantities:not([hidden]) dd").first)
        for size in SCREENS:
            page.set_viewport_size(size)
            for one in seen:
                until(
                    lambda one=one, size=size: bottom(one) <= size["height"],
                    f"{address} fits {size}: {bottom(one)}",
                )
            wide = page.evaluate("document.querySelector('.stMain').scrollWidth")
            assert wide <= size["width"], address


def bottom(one: Locator) -> float:
    box = one.bounding_box()
    return box["y"] + box["height"] if box else 1e9


def test_axes_stand_still_while_a_bar_is_dragged(page, app_url):
    opened(page, f"{app_url}/three_forms?part=Skip-gram")
    axes = """() => [...document.querySelectorAll(".cee-plot-canvas")].map(
        ({ layout: { xaxis, yaxis } }) => JSON.stringify([xaxis.range, yaxis.range]))"""
    before = page.evaluate(axes)
    track = page.get_by_role("slider", name="v1 of cat").locator(".cee-track")
    box = track.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    for share in (0.5, 0.8, 0.4):
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * share, steps=4)
        assert page.evaluate(axes)[0] == before[0]
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"v1=0\.[45]"))
    assert page.evaluate(axes)[0] == before[0]


RANGES_WHILE_PLAYED = """() => {
    const plots = [...document.querySelectorAll(".cee-plot-canvas")];
    const isPlayed = () =>
        [...document.querySelectorAll("button")].some((one) => one.textContent === "Pause");
    const look = () => plots.flatMap(({ _fullLayout: { xaxis, yaxis } }) =>
        [xaxis.range, yaxis.range].map((range) => [...range]));
    window.seen = [look()];
    for (const plot of plots) plot.on("plotly_afterplot", () => isPlayed() && seen.push(look()));
}"""


def test_no_axis_loses_a_part_while_a_race_of_descent_is_played(page, app_url):
    opened(page, f"{app_url}/binary?z=-5&y=1&see=Descend&rate=1&steps=10")
    expect(page.locator(".cee-plot[data-draws]")).to_have_count(2)
    page.evaluate(RANGES_WHILE_PLAYED)
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(page.get_by_role("slider", name="Step shown")).to_have_value("10")
    seen = page.evaluate("window.seen")
    assert len(seen) > 10
    for before, after in pairwise(seen):
        for old, new in zip(before, after, strict=True):
            assert new[0] <= old[0]
            assert new[1] >= old[1]
