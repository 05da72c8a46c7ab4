"""Comparing runs as a person does: ticked, zoomed, taken in, deleted, brought back, saved."""

from __future__ import annotations

import ast
import io
import json
import math
import re
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
from playwright.sync_api import Page, expect

from explorer.exchange.exports import EXPORTS
from explorer.exchange.reading import read_curves
from explorer.runs.config import TrainingConfig
from explorer.runs.records import CurveChunk
from explorer.store.run_store import RunStore
from tests.browser.server import Server
from tests.browser.steps import follow, have, rest, unfold, until
from tests.runs.sample_records import MARK, a_measurement, make_info, recorded

BASE = TrainingConfig(dataset="digits", device="cpu")
STEPS = 4000
ROW, HEAD = 35, 35


@pytest.fixture(scope="module")
def server(start_app) -> Server:
    """A server whose store holds three curves of two runs."""
    server = start_app()
    with closing(RunStore(f"sqlite:///{server.folder / 'runs.sqlite3'}")) as store:
        _add(store, "old", BASE, replace(BASE, loss="softmax_squared_error"))
        _add(store, "new", replace(BASE, learning_rate=0.5))
    return server


@pytest.fixture(scope="module")
def old(server: Server) -> str:
    """The run of two curves."""
    with closing(RunStore(f"sqlite:///{server.folder / 'runs.sqlite3'}")) as store:
        return next(run.id for run in store.runs.list() if run.name == "old")


def _add(store: RunStore, name: str, *configs: TrainingConfig) -> None:
    run_id = store.runs.create(configs, name)
    store.runs.claim_next(MARK)
    store.runs.set_info(run_id, make_info(dataset="digits"))
    for curve, config in enumerate(configs):
        own = np.arange(1, STEPS + 1)
        losses = 2 / own + 0.1 + 0.05 * np.sin(own)
        data = recorded(
            steps=own, examples_seen=20 * own, losses=losses, seconds=own / 100, loss=config.loss,
            evaluations=[a_measurement(s, 0.9 + curve / 50) for s in (1000, 2000, 4000)],
            steps_per_epoch=300,
        )  # fmt: skip
        store.records.append(run_id, [CurveChunk(curve, data)])
    store.runs.finish(run_id, "finished")


def opened(page: Page, server: Server, link: str = "") -> Page:
    page.goto(f"{server.url}/compare{link}")
    # The first page of a server takes its time on a busy machine.
    expect(page.locator(".cee-comparison[data-draws]")).to_have_count(1)
    expect(page.locator(".stException")).to_have_count(0)
    return page


def tick(page: Page, row: int) -> None:
    """Click the box of a row of the table, counted from 0."""
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    table.click(position={"x": 16, "y": HEAD + ROW * row + ROW // 2})


def points(page: Page) -> int:
    """How many points the first plot's lines have inside the part that is looked at."""
    return page.locator(".cee-plot-canvas").first.evaluate(
        """(one) => {
            const [low, high] = one._fullLayout.xaxis.range;
            const line = one._fullData.find((t) => t.mode === "lines" && t.line.width === 2);
            return Array.from(line.x).filter((x) => x >= low && x <= high).length;
        }"""
    )


def in_first_screen(page: Page) -> None:
    """The table, the choices, and the whole of the panels can be seen without a scroll."""
    before = page.viewport_size
    for width, height in ((1280, 720), (1024, 576)):
        page.set_viewport_size({"width": width, "height": height})
        parts = (
            page.get_by_test_id("stDataFrame").first,
            page.get_by_role("button", name="Metrics (2)"),
            page.locator(".cee-comparison .cee-stage"),
        )
        until(
            lambda parts=parts, height=height: all(
                (box := part.bounding_box()) and box["y"] + box["height"] <= height
                for part in parts
            ),
            f"all is within {width}×{height}",
        )
    page.set_viewport_size(before)


def lifted_and_alone(page: Page) -> None:
    """Pointing at a name lifts its line and row; a press shows the line alone, another all."""
    dimmed = page.locator(".cee-comparison .trace.cee-dim")
    gone = page.locator(".cee-comparison .trace.cee-gone")
    name = page.locator(".cee-lines button").nth(1)
    name.hover()
    until(dimmed.count, "the other line steps back")
    assert float(dimmed.first.evaluate("one => getComputedStyle(one).opacity")) < 0.5
    expect(page.locator(".cee-results tr.cee-lifted")).to_contain_text("old: MSE on softmax")
    name.click()
    expect(name).to_have_attribute("aria-pressed", "true")
    until(gone.count, "the other line is away")
    name.click()
    expect(gone).to_have_count(0)
    canvas = page.locator(".cee-comparison .cee-plot-canvas")
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.5, steps=3)
    expect(page.locator(".cee-cursor")).to_have_count(3)
    # No toolbar comes up over what is pointed at.
    expect(page.locator(".modebar-btn")).to_have_count(0)


def test_curves_are_ticked_zoomed_into_and_kept_in_the_address(server, page, new_tab):
    opened(page, server, "?smoothing=none")
    in_first_screen(page)
    legend = page.locator(".cee-lines button > span")
    expect(legend).to_have_text(["Cross-entropy"])
    tick(page, 2)
    expect(legend).to_have_text(["new: Cross-entropy", "old: MSE on softmax"])
    expect(page).to_have_url(re.compile("smoothing=none"))
    lifted_and_alone(page)
    area = page.locator(".cee-plot-canvas").first.locator(".nsewdrag").first
    area.hover()
    box = area.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.50, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.56, box["y"] + box["height"] * 0.52, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"from=[\d.]+&to=[\d.]+"))
    # Every step of the part is drawn, where the whole had a thousand of four thousand points.
    until(lambda: points(page) > 150, "the part is drawn in full")
    low, high = (float(re.search(rf"{end}=([\d.]+)", page.url)[1]) for end in ("from", "to"))
    assert points(page) == math.floor(high) - math.ceil(low) + 1
    other = opened(new_tab(), server, page.url.partition("/compare")[2])
    expect(other.locator(".cee-lines button > span")).to_have_text(
        ["new: Cross-entropy", "old: MSE on softmax"]
    )
    until(lambda: points(other) == points(page), "the link shows the same part")
    page.bring_to_front()
    have(page.locator(".cee-comparison"), "Show all")
    expect(page).not_to_have_url(re.compile("from="))
    tick(page, 0)
    expect(legend).to_have_text(["MSE on softmax"])


def test_a_file_joins_the_plot_and_a_deleted_curve_comes_back(server, page):
    opened(page, server)
    part = unfold(page, "Import runs made elsewhere")
    rows = "".join(f"{step},{2.5 / step},{0.5 + step / 200}\n" for step in range(1, 91))
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "mine.csv", "mimeType": "text/csv",
         "buffer": f"step,loss,accuracy\n{rows}".encode()},
    )  # fmt: skip
    expect(page.get_by_text("One curve with 2 series")).to_be_visible()
    rest(part)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Imported one curve of “mine.csv”.")).to_be_visible()
    expect(page.locator(".cee-lines button > span")).to_have_count(2)
    expect(page.get_by_text("4 curves; 2 compared.")).to_be_visible()
    unfold(page, "Tag, rename, note, delete")
    page.get_by_role("button", name="Delete these 2 curves").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("2 curves were deleted.")).to_be_visible()
    expect(page.get_by_text("2 curves; 0 compared.")).to_be_visible()
    page.locator("button").filter(has_text="Undo").click()
    expect(page.get_by_text("4 curves; 2 compared.")).to_be_visible()
    expect(page.locator(".cee-lines button > span")).to_have_count(2)


@pytest.mark.long
def test_the_page_fits_a_phone(server, phone_page):
    page = opened(phone_page, server)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert page.locator(".stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 0


# -------------------------------------------------------------------------------- exports


def press(page: Page, name: str) -> None:
    """Press a format's button; the plots have buttons of their own for their values."""
    page.locator(f".st-key-export-{name}").get_by_role("button").click()


def saved(page: Page, name: str) -> tuple[str, bytes]:
    """Press a format's button; return the name and the content of the file that is saved."""
    with page.expect_download() as download:
        press(page, name)
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_every_format_is_saved_by_one_press(server, old, kept_page, new_tab):
    page = kept_page
    follow(page, f"{server.url}/compare?runs={old}")
    expect(page.locator(".cee-plot[data-draws]")).to_have_count(1)
    plots = page.locator(".cee-plot").first.get_attribute("data-draws")
    files = {name: saved(page, name) for name in EXPORTS}
    labels = ["Cross-entropy", "MSE on softmax"]
    assert {name: file for name, (file, _) in files.items()} == {
        name: exporter.file_name(labels) for name, exporter in EXPORTS.items()
    }
    content = {name: made for name, (_, made) in files.items()}
    for name in ("csv", "tensorboard"):
        found = read_curves(content[name], files[name][0])
        assert len(found.curves) == 2
        assert "train/cross_entropy" in found.curves[0].data.series
    document = json.loads(content["json"])
    losses = ("train/cross_entropy", "train/softmax_squared_error")
    pairs = zip(document["curves"], losses, strict=True)
    assert [len(curve["series"][loss]["step"]) for curve, loss in pairs] == [STEPS, STEPS]
    table = pyarrow.parquet.read_table(io.BytesIO(content["parquet"]))
    assert np.isfinite(table.column("value").to_numpy()).all()
    assert ast.parse(content["script"].decode())
    assert zipfile.is_zipfile(io.BytesIO(content["tensorboard"]))
    # The report holds the panels of the page and needs nothing else to draw them.
    opened = new_tab()
    opened.set_content(content["report"].decode())
    expect(opened.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    expect(opened.locator(".js-plotly-plot .ytitle, .js-plotly-plot .annotation")).to_have_count(3)
    # What is made on the way draws no plot anew, and asks nothing without a session.
    assert page.locator(".cee-plot").first.get_attribute("data-draws") == plots
    assert "ScriptRunContext" not in server.log
    assert "Error" not in server.log
    # Whoever's browser kept the file back saves it by hand.
    with page.expect_download():
        page.get_by_role("button", name="once more").click()


def test_an_export_that_fails_says_so_until_the_next_press(server, old, kept_page):
    page = kept_page
    follow(page, f"{server.url}/compare?runs={old}")
    expect(page.locator(".cee-plot[data-draws]")).to_have_count(1)
    database = server.folder / "runs.sqlite3"
    aside = database.with_suffix(".aside")
    database.rename(aside)
    try:
        press(page, "csv")
        expect(page.get_by_text("The file was not made: CSV.")).to_be_visible()
    finally:
        aside.replace(database)
    name, content = saved(page, "csv")
    assert name.endswith(".csv")
    assert content
    expect(page.get_by_text("The file was not made")).to_have_count(0)
