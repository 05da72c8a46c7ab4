"""Every export button, pressed in the browser, and the file that it saves, opened."""

from __future__ import annotations

import ast
import io
import json
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
from explorer.store.run_store import RunStore
from tests.browser.server import Server
from tests.runs.sample_records import MARK, evaluation, make_info, steps

BASE = TrainingConfig(dataset="digits", device="cpu")


@pytest.fixture(scope="module")
def server(start_app) -> Server:
    """A server whose store holds a race of two curves."""
    server = start_app()
    with closing(RunStore(f"sqlite:///{server.folder / 'runs.sqlite3'}")) as store:
        run_id = store.runs.create([BASE, replace(BASE, loss="softmax_squared_error")], "a race")
        store.runs.claim_next(MARK)
        store.runs.set_info(run_id, make_info(dataset="digits", train_images=1437, test_images=360))
        for curve in range(2):
            made = [*steps(1, 40, curve=curve), evaluation(40, 0.9, curve=curve)]
            store.records.append(run_id, made)
        store.runs.finish(run_id, "finished")
    return server


def press(page: Page, name: str) -> None:
    """Press a format's button; the plots have buttons of their own for their values."""
    page.locator(f".st-key-export-{name}").get_by_role("button").click()


def saved(page: Page, name: str) -> tuple[str, bytes]:
    """Press a format's button; return the name and the content of the file that is saved."""
    with page.expect_download() as download:
        press(page, name)
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_every_format_is_saved_by_one_press(server, page, new_tab):
    page.goto(f"{server.url}/compare")
    expect(page.locator(".cee-plot[data-draws]")).to_have_count(1, timeout=45_000)
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
    assert [len(curve["series"][loss]["step"]) for curve, loss in pairs] == [40, 40]
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


def test_an_export_that_fails_says_so_until_the_next_press(server, page):
    page.goto(f"{server.url}/compare")
    expect(page.locator(".cee-plot[data-draws]")).to_have_count(1, timeout=45_000)
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
