"""Names of classes and outcomes as places on an axis."""

from __future__ import annotations

import html
from collections.abc import Sequence

from explorer.figures.build import MARGIN


def distinct(names: Sequence[str]) -> list[str]:
    """Return the names as categories of an axis.

    Equal names are numbered, because Plotly draws equal categories on one place. Its markup is
    switched off: a name like "<b>" is shown as it was written.
    """
    plain = [html.escape(name, quote=False) for name in names]
    if len(set(plain)) == len(plain):
        return plain
    return [f"{index}. {name}" for index, name in enumerate(plain, start=1)]


def category_axis(labels: Sequence[str]) -> tuple[dict[str, object], dict[str, int]]:
    """Return an axis for these categories and the margins that hold its labels.

    Labels that would touch each other are turned. Plotly's own `automargin` would do the same by
    drawing the whole figure again at every update.

    Args:
        labels: From `distinct`.
    """
    width = sum(7 * len(label) + 10 for label in labels)
    if width < 330:
        return {"type": "category", "tickangle": 0}, MARGIN
    turned = min(150, 24 + 6 * max(map(len, labels)))
    return {"type": "category", "tickangle": -60}, MARGIN | {"b": turned}
