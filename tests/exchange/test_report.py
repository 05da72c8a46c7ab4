"""The report stands alone, and no name can do anything in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from explorer.exchange.report import ReportFigure, export_report, results_of
from explorer.figures import plot
from explorer.runs.config import TrainingConfig
from explorer.runs.summary import CurveSummary
from tests.exchange.sample_curves import make_curve

HOSTILE = "</script><img src=x onerror=alert(1)>\" onload='x' $title {{ &amp; \u2028"


class Elements(HTMLParser):
    """What a page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.texts: list[str] = []
        self._script: dict[str, str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self._script = {k: v or "" for k, v in attrs} if tag == "script" else None

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self.scripts.append((self._script, data))
        else:
            self.texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._script = None


@pytest.fixture(scope="module")
def page() -> str:
    curves = [
        make_curve(40, label=HOSTILE, note=HOSTILE, tags=(HOSTILE,), run_name=HOSTILE),
        make_curve(30, label="MSE", config=TrainingConfig(loss="softmax_squared_error"), curve=1),
        make_curve(20, label="Elsewhere", config=None, environment=None, origin=HOSTILE, curve=2),
    ]
    figure = plot.figure([plot.scatter(HOSTILE, [1], [2])], height=300)
    return export_report(curves, [ReportFigure("metrics", "Metrics", HOSTILE, figure)]).decode()


def test_nothing_is_fetched_and_no_other_script_may_run(page):
    elements = Elements(page)
    assert not {"img", "link", "iframe", "object", "embed", "base"} & set(elements.tags)
    assert not {name for name, _ in elements.attributes if name in ("src", "href", "onload")}
    assert not {name for name, _ in elements.attributes if name.startswith("on")}
    (policy,) = (v for k, v in elements.attributes if k == "content" and "default-src" in v)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    running = [text for attributes, text in elements.scripts if "type" not in attributes]
    digests = [hashlib.sha256(text.encode()).digest() for text in running]
    assert len(running) == 2
    for digest in digests:
        assert f"'sha256-{base64.b64encode(digest).decode()}'" in policy


def test_names_are_shown_as_they_are(page):
    shown = Elements(page).texts
    assert shown.count(HOSTILE) >= 2
    assert any(HOSTILE in text and text != HOSTILE for text in shown)


def test_the_figures_are_data_that_parses(page):
    (figures,) = (text for attrs, text in Elements(page).scripts if attrs.get("id") == "figures")
    drawn = json.loads(figures)
    assert list(drawn["figures"]) == ["metrics"]
    assert drawn["figures"]["metrics"]["data"][0]["name"] == HOSTILE
    assert len(drawn["light"]) == len(drawn["dark"])


def test_plotly_is_in_it_once_and_the_rest_is_small(page):
    assert page.count("plotly.js v") == 1
    biggest = max(len(text) for _, text in Elements(page).scripts)
    assert len(page) - biggest < 200_000


def test_settings_that_differ_are_told_apart_from_those_that_all_share(page):
    differing, _, rest = page.partition("<h2>Settings that all share")
    assert '<th scope="col">Formula</th>' in differing
    assert "<dt>Batch size</dt><dd>200</dd>" in rest
    assert re.search(r"<td>not known</td>", differing)


def test_a_single_curve_and_a_curve_without_records_make_a_report_too():
    for curve in (make_curve(20), make_curve(0)):
        assert b"<!DOCTYPE html>" in export_report([curve])


def test_what_is_not_known_of_a_curve_made_elsewhere_is_a_dash():
    unknown = CurveSummary(steps=8, seconds=float("nan"), final_loss=0.5)
    columns = results_of(["made elsewhere"], [unknown])
    assert columns["Training time"] == columns["Best"] == columns["Test cross-entropy"] == ["–"]
    known = results_of(["finished"], [CurveSummary(seconds=2.5, best_accuracy=0.5, best_step=3)])
    assert (known["Training time"], known["Best"]) == (["2.5 s"], ["50.00% *"])
