"""What a person does with a page and reads on it, without a browser."""

from __future__ import annotations

import json
import re
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from streamlit.source_util import PageHash, PageInfo
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from pages.components.registry import PAGES

ROOT = Path(__file__).resolve().parents[2]


def fresh() -> AppTest:
    """A session that has not opened a page yet."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


@cache
def _navigation() -> dict[PageHash, PageInfo]:
    return fresh().run()._registered_pages


def opened(address: str, **link: str | list[str]) -> AppTest:
    """The app as it shows the page at this address, the first that is opened in its session."""
    app = fresh()
    # An `AppTest` knows its pages after a run only, and one of the first page takes as long again.
    app._registered_pages = _navigation()
    return visited(app, address, **link)


def visited(app: AppTest, address: str, **link: str | list[str]) -> AppTest:
    """The app as it shows the page at this address, by a link with these parameters."""
    app.switch_page(PAGES[address].path)
    app.query_params.clear()
    for name, value in link.items():
        app.query_params[name] = value
    return ran(app)


def ran(app: AppTest) -> AppTest:
    """The app after one more run, which must not end in an error."""
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str, *, several: bool = False) -> AppTest:
    """Press the one button with this label, or the first where there may be several."""
    first, *others = [one for one in app.button if one.label == label]
    assert several or not others, f"{label!r} is there more than once"
    first.click()
    return ran(app)


def field(app: AppTest, label: str) -> TextInput:
    """The first field for a text that is called so."""
    return next(one for one in app.text_input if one.label == label)


def words(app: AppTest) -> str:
    """All that the page says, as a person reads it."""
    kinds = ("markdown", "caption", "error", "warning", "info", "success")
    said = [one.value.replace("\\", "") for kind in kinds for one in getattr(app, kind)]
    said += [one.proto.text for one in app.get("progress")]
    return "\n".join([*said, *(one.proto.body for one in app.get("html"))])


def errors(app: AppTest) -> list[str]:
    """What the page says of faults."""
    return [one.value.replace("\\", "") for one in app.error]


def page_links(app: AppTest) -> list[Any]:
    """The links to other pages, each with `label`, `page` and `query_string`."""
    return [element.proto for element in app.get("page_link")]


def address(app: AppTest) -> dict[str, str | list[str]]:
    """What the page keeps in its address; a name that occurs more than once has a list."""
    found: dict[str, list[str]] = {}
    for name, value in components(app, "address")["address"]["parameters"]:
        found.setdefault(name, []).append(value)
    return {name: several if several[1:] else several[0] for name, several in found.items()}


def components(app: AppTest, name: str) -> dict[str, dict[str, Any]]:
    """What the page hands to its components of this name, by the end of their ids."""
    found = {}
    for element in app.main:
        if element.type == "bidi_component" and element.proto.component_name == f"explorer.{name}":
            proto = element.proto
            key = proto.id.split("-", 2)[2]
            found[key] = json.loads(proto.bytes or proto.json)
    return found


def metrics(app: AppTest) -> dict[str, str]:
    """Return the numbers that the page shows, by name."""
    pairs = (
        pair
        for element in app.get("html")
        for pair in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", element.proto.body)
    )
    above_plots = {
        one["name"]: f"{one['value']} {one['unit']}".strip()
        for plot in components(app, "plot").values()
        for one in plot["figure"]["layout"].get("meta", {}).get("quantities", ())
    }
    return (
        above_plots
        | {unescape(name): unescape(value) for name, value in pairs}
        | {metric.label: metric.value for metric in app.metric}
    )
