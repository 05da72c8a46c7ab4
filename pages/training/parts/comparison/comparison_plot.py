"""The panels of a comparison, their legend and the table of results, which point at one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import orjson

from explorer.figures.palette import CATEGORICAL
from pages.components.frontend.frontend import component
from pages.components.payloads import finite_number, new_edit, newest_edit

_mount = component(__file__)


def comparison_plot(
    figure: orjson.Fragment,
    lines: Sequence[Mapping[str, object]],
    table: Mapping[str, object],
    *,
    key: str,
    alt: str,
    on_zoom: Callable[[tuple[float, float] | None], None],
) -> None:
    """Draw the panels; pointing at a line or at its row lifts both, a press on its name isolates.

    Args:
        figure: From `figures.comparison.metric_panels`, encoded.
        lines: `label`, `colour` and `dash` of each line, in the order of its traces' `meta.line`.
        table: `head` and `rows` of texts, a row for each line, without its name.
        on_zoom: Called before the next run with both ends of the part of the x axis that a person
            looks at, or None when it is all of it.
    """

    def edited() -> None:
        edit = new_edit(key)
        if edit and "span" in edit:
            on_zoom(_span(edit["span"]))

    payload = {
        "figure": figure,
        "palette": CATEGORICAL,
        "lines": lines,
        "table": table,
        "alt": alt,
        "name": key,
        "seq": newest_edit(key),
    }
    _mount(key=key, data=orjson.dumps(payload), on_edit_change=edited)


def _span(sent: object) -> tuple[float, float] | None:
    """Return the ends of a part of an axis; None for all of it, or for anything else."""
    if not isinstance(sent, list) or len(sent) != 2:
        return None
    ends = [end for end in map(finite_number, sent) if end is not None]
    return (min(ends), max(ends)) if len(ends) == 2 and ends[0] != ends[1] else None
