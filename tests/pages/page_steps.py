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
    """The same session after a link to a page, which names all that the address then holds."""
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


def press(app: AppTest, label: str) -> AppTest:
    """Press the first button with this label."""
    next(one for one in app.button if one.label == label).click()
    return ran(app)


def field(app: AppTest, label: str) -> TextInput:
    """The first field with this label."""
    return next(one for one in app.text_input if one.label == label)


def components(app: AppTest, name: str) -> dict[str, dict[str, Any]]:
    """What the page hands to its components of this name, by the end of their ids."""
    found = {}
    for element in app.main:
        if element.type == "bidi_component" and element.proto.component_name == f"explorer.{name}":
            proto = element.proto
            key = proto.id.split("-", 2)[2]
            found[key] = json.loads(proto.bytes or proto.json)
    return found


def kept(app: AppTest) -> dict[str, str | list[str]]:
    """What the page writes into its address; a name that occurs more than once has a list."""
    (address,) = components(app, "address").values()
    found: dict[str, list[str]] = {}
    for name, value in address["parameters"]:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def texts(app: AppTest) -> str:
    """All that the page says outside its components, Markdown's escapes removed."""
    words = [*app.markdown, *app.caption, *app.error, *app.warning, *app.info, *app.success]
    bodies = [element.proto.body for element in app.get("html")]
    bars = [element.proto.text for element in app.get("progress")]
    return "\n".join([*(one.value.replace("\\", "") for one in words), *bodies, *bars])


def links(app: AppTest) -> list[Any]:
    """The links to pages, each with its `label`, `page` and `query_string`."""
    return [element.proto for element in app.main if element.type == "page_link"]


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
