"""How the curves of a race are drawn: a colour by loss, and the stage that they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from explorer.figures.curves import curve_colour
from explorer.figures.palette import CROSS_ENTROPY, DASHES, HINGE, SQUARED_ERROR, with_alpha
from explorer.runs.config import TrainingConfig

_COLOUR_OF_LOSS = {
    "cross_entropy": CROSS_ENTROPY,
    "softmax_squared_error": SQUARED_ERROR,
    "raw_squared_error": SQUARED_ERROR,
    "multiclass_hinge": HINGE,
}
_SHADES = (1.0, 0.72, 0.5)


@dataclass(frozen=True, slots=True)
class RaceLine:
    """How one curve of a race is drawn: a colour for its loss, a shade and a dash for itself.

    Attributes:
        colour: `#rrggbb` of the loss.
        shade: Opacity, 0 to 1.
        dash: One of Plotly's names.
    """

    colour: str
    shade: float
    dash: str

    def style(self, share: float = 1.0, width: float = 2.5) -> dict[str, object]:
        """Return Plotly's line style; `share` makes it fainter."""
        alpha = self.shade * share
        colour = self.colour if alpha == 1 else with_alpha(self.colour, alpha)
        return {"color": colour, "dash": self.dash, "width": width}


def race_lines(configs: Sequence[TrainingConfig]) -> list[RaceLine]:
    """Return the line of each curve of a race; curves of one loss differ by shade and dash.

    Args:
        configs: One per curve.
    """
    seen: dict[str, int] = {}
    lines = []
    for index, config in enumerate(configs):
        colour = _COLOUR_OF_LOSS[config.loss]
        place = seen[colour] = seen.get(colour, -1) + 1
        lines.append(RaceLine(colour, _SHADES[place % len(_SHADES)], DASHES[index % len(DASHES)]))
    return lines


def plain_lines(count: int) -> list[RaceLine]:
    """Return lines for curves whose colours have no meaning."""
    return [RaceLine(curve_colour(k), 1.0, DASHES[k % len(DASHES)]) for k in range(count)]


def on_stage(
    figure: go.Figure, labels: Sequence[str], *, last_step: int, height: int = 300
) -> go.Figure:
    """Fit a figure of a race to a stage that names the curves itself, and hold its steps still.

    Args:
        figure: Of this module; it is changed.
        labels: Name of each curve; a saved picture has them as its legend.
        last_step: Where the axis of steps ends, however far the race is.
        height: Pixels.
    """
    layout = figure.layout
    layout.update(
        height=height,
        showlegend=False,
        margin={"l": 48, "r": 20, "t": 22, "b": 36},
        meta={"legend_rows": len(labels)},
    )
    layout.xaxis.update(range=[0, max(1, last_step)], title={"text": "step", "standoff": 4})
    # Beside low panels upright titles would run into each other.
    titles = []
    for name in (name for name in layout if name.startswith("yaxis")):
        axis = layout[name]
        titles.append(
            {"text": axis.title.text, "showarrow": False, "xref": "paper", "yref": "paper",
             "x": 0, "y": axis.domain[1] if axis.domain else 1, "xanchor": "left",
             "yanchor": "bottom", "font": {"size": 13}}
        )  # fmt: skip
        axis.update(title=None, tickfont={"size": 11})
    layout.annotations = titles
    return figure
