"""Show a figure from `explorer.figures`, redrawn in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import orjson
import plotly.graph_objects as go

from explorer.figures.palette import CATEGORICAL
from pages.components.frontend.frontend import component
from pages.components.payloads import finite_number, new_edit, newest_edit
from pages.components.preview import preview

_mount = component(__file__)


def encoded(figure: go.Figure) -> orjson.Fragment:
    """Return the figure as JSON, for `plot` to draw for many viewers at the cost of one."""
    # Bytes go to the browser as they are; a mapping would be encoded three times on the way.
    return orjson.Fragment(orjson.dumps(figure.to_dict(), option=orjson.OPT_SERIALIZE_NUMPY))


def plot(
    figure: go.Figure | orjson.Fragment,
    *,
    key: str,
    alt: str,
    on_drag: Callable[[float], None] | None = None,
    link: str = "",
) -> None:
    """Draw `figure`; an update keeps the zoom and never shows an empty frame.

    Args:
        figure: A figure, or one that was `encoded` before. Its layout must name a `height` in
            pixels. A trace with `meta={"drag": True}` is a point that can be dragged along x; one
            with `meta={"untabled": True}` is left out of the table of values.
        key: Unique on the page; also the name of downloaded files.
        alt: What the picture shows, in a sentence, for those who do not see it.
        on_drag: Called before the next run with the x to which the point was dragged.
        link: Parameter of the page's address that holds the x of the point that is dragged.
    """
    _show(key, _payload(figure, key, alt, seq=newest_edit(key), link=link), on_drag)


def plots_of(
    pictures: Mapping[str, tuple[go.Figure | orjson.Fragment, str]],
    *,
    edits: Mapping[str, int] | None = None,
    links: Mapping[str, str] | None = None,
) -> Mapping[str, bytes]:
    """Return figures as their plots' components are given them, to preview and then to draw.

    Args:
        pictures: Key → figure, and what it shows in words, both as in `plot`.
        edits: Key → `newest_edit`, of plots on which edits can be made.
        links: Key → `link` as in `plot`.
    """
    edits, links = edits or {}, links or {}
    return {
        key: _payload(figure, key, alt, seq=edits.get(key, 0), link=links.get(key, ""))
        for key, (figure, alt) in pictures.items()
    }


def drawn_plot(
    plots: Mapping[str, bytes], key: str, *, on_drag: Callable[[float], None] | None = None
) -> None:
    """Draw one of `plots_of`; `on_drag` as in `plot`."""
    _show(key, plots[key], on_drag)


def _show(key: str, data: bytes, on_drag: Callable[[float], None] | None) -> None:
    def edited() -> None:
        edit = new_edit(key)
        if on_drag is not None and edit and "x" in edit:
            x = finite_number(edit["x"])
            if x is not None:
                on_drag(x)

    _mount(key=key, data=data, on_edit_change=edited)
    preview.tell(plots={key: data})


def _payload(
    figure: go.Figure | orjson.Fragment, key: str, alt: str, *, seq: int = 0, link: str = ""
) -> bytes:
    shown = {
        "figure": encoded(figure) if isinstance(figure, go.Figure) else figure,
        "palette": CATEGORICAL,
        "alt": alt,
        "name": key,
        "seq": seq,
        "link": link,
    }
    return orjson.dumps(shown)
