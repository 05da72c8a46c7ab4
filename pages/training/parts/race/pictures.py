"""The curves of a race as its stage draws them: each picture once for all who look at the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import orjson
import plotly.graph_objects as go

from explorer.figures import training
from explorer.figures.curves import smoothing_weight
from explorer.figures.numbers import written
from explorer.figures.training import on_stage, race_lines
from explorer.runs.config import LOSS_LABELS
from explorer.runs.curve_data import ACCURACY, last_of, on_test_images, training_loss
from explorer.runs.records import Records
from pages.components.plot.plot import plots_of
from pages.training.parts.race.reading import Reading, memory_of
from pages.training.parts.race.status import ViewOptions

TABS = ("Accuracy", "Loss", "Test loss", "Gradients", "Dead units", "Confusion")
PLOTTED = TABS[:-1]
_POINTS = ("x", "y", "customdata")


def name_of(tab: str) -> str:
    """Return the name of a tab's plot."""
    return tab.lower().replace(" ", "-")


@dataclass(frozen=True, slots=True)
class View:
    """What a viewer wants drawn: a tab, and of the options those that it depends on."""

    tab: str
    options: tuple[Any, ...]

    @classmethod
    def of(cls, tab: str, options: ViewOptions) -> View:
        """Return the view of a tab under these options."""
        given = {
            "Accuracy": (options.zoomed,),
            "Loss": (options.scale, options.weight),
            "Test loss": (options.test_loss, options.scale),
            "Gradients": (options.by_layer,),
            "Dead units": (),
        }
        return cls(tab, given[tab])

    @classmethod
    def read(cls, sent: Any) -> View:
        """Read what a browser says that it wants drawn.

        Raises:
            ValueError: There is no such view.
        """
        match sent:
            case ["Accuracy" | "Gradients" as tab, [bool() as switch]]:
                return cls(tab, (switch,))
            case ["Loss", [str() as scale, None]] if scale in training.SCALES:
                return cls("Loss", (scale, None))
            case ["Loss", [str() as scale, int() | float() as weight]] if (
                scale in training.SCALES and type(weight) is not bool and 0 <= weight < 1
            ):
                return cls("Loss", (scale, float(weight)))
            case ["Test loss", [str() as loss, str() as scale]] if (
                loss in LOSS_LABELS and scale in training.SCALES
            ):
                return cls("Test loss", (loss, scale))
            case ["Dead units", []]:
                return cls("Dead units", ())
        raise ValueError("There is no such view of a race.")

    def written(self) -> list[Any]:
        """Return it as `read` takes it."""
        return [self.tab, list(self.options)]


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure, and what it shows in words."""

    tab: str
    figure: go.Figure
    alt: str

    @cached_property
    def whole(self) -> orjson.Fragment:
        """What the plot component is given; packed when somebody needs all of it."""
        (plot,) = plots_of({name_of(self.tab): (self.figure, self.alt)}).values()
        return orjson.Fragment(plot)


def picture(reading: Reading, view: View) -> Picture:
    """Return what a view shows of a reading, drawn now if nobody looked at it before."""

    def draw() -> Picture:
        figure = _draw(reading, view).update_layout(uirevision=reading.run.id)
        return Picture(view.tab, figure, _ALTS[view.tab](view, reading.labels, reading.records))

    made: Picture = memory_of(reading.run.id).once(view, reading.version, draw)
    return made


def change(reading: Reading, view: View, base: str) -> dict[str, Any]:
    """Return what has to be done to the picture that a browser has.

    Args:
        base: Version of the picture that it has; "" for none.

    Returns:
        `name`, `view`, and either the `whole` plot, or the `base`, `alt`, for each trace from
        which point on it goes on how, and the `layout` where it is another one.
    """
    new = picture(reading, view)
    old: Picture | None = memory_of(reading.run.id).made(view, base)
    told = {"name": name_of(view.tab), "view": view.written()}
    traces = _longer(old.figure, new.figure) if old else None
    if old is None or traces is None:
        return {**told, "base": "", "whole": new.whole}
    layouts = [one.figure.layout.to_plotly_json() for one in (old, new)]
    longer = {**told, "base": base, "alt": new.alt, "traces": traces}
    return longer if layouts[0] == layouts[1] else {**longer, "layout": layouts[1]}


def _longer(old: go.Figure, new: go.Figure) -> list[dict[str, Any]] | None:
    """Return how each trace goes on; None where too much is another to tell it like that."""
    if len(old.data) != len(new.data):
        return None
    changes = []
    for before, after in zip(old.data, new.data, strict=True):
        parts = [dict(trace.to_plotly_json()) for trace in (before, after)]
        points = [{name: part.pop(name, None) for name in _POINTS} for part in parts]
        if parts[0] != parts[1]:
            return None
        same = min(_same(points[0][name], points[1][name]) for name in ("x", "y"))
        if 2 * same < len(points[0]["x"]):
            return None
        end = {name: column[same:] for name, column in points[1].items() if column is not None}
        changes.append({"from": same, **end})
    return changes


def _same(old: Any, new: Any) -> int:
    """Return how many values two columns begin with alike."""
    count = min(len(old), len(new))
    before, after = np.asarray(old)[:count], np.asarray(new)[:count]
    # A number that is none is drawn like any other.
    other = np.flatnonzero((before != after) & ((before == before) | (after == after)))
    return int(other[0]) if other.size else count


def _draw(reading: Reading, view: View) -> go.Figure:
    run, labels, curves = reading.run, reading.labels, reading.records.curves
    lines, options = race_lines(run.configs), view.options
    if view.tab == "Accuracy":
        figure = training.accuracy_by_step(labels, curves, lines=lines, zoomed=options[0])
    elif view.tab == "Loss":
        scale, chosen = options
        longest = max((len(training_loss(curve)) for curve in curves), default=0)
        weight = smoothing_weight(longest) if chosen is None else chosen
        figure = training.training_loss(
            run.configs, labels, curves, scale=scale, weight=weight, lines=lines
        )
    elif view.tab == "Test loss":
        loss, scale = options
        figure = training.loss_by_step(labels, curves, loss=loss, scale=scale, lines=lines)
    elif view.tab == "Gradients":
        of = training.gradient_norms if options[0] else training.whole_gradient_norms
        figure = of(labels, curves, lines=lines)
    else:
        figure = training.dead_units(labels, curves, lines=lines)
    return on_stage(figure, last_step=reading.last_step)


def _alt_losses(_view: View, labels: Sequence[str], records: Records) -> str:
    said = [
        f"{label} {written(last_of(loss), 3)}"
        for label, curve in zip(labels, records.curves, strict=True)
        if len(loss := training_loss(curve))
    ]
    return f"Training loss by step; newest batch: {', '.join(said)}."


def _alt_accuracy(_view: View, labels: Sequence[str], records: Records) -> str:
    said = [
        f"{label} {last_of(accuracy):.1%}"
        for label, curve in zip(labels, records.curves, strict=True)
        if len(accuracy := on_test_images(curve, ACCURACY)[0])
    ]
    return f"Test accuracy by step; now: {', '.join(said)}."


_ALTS = {
    "Accuracy": _alt_accuracy,
    "Loss": _alt_losses,
    "Test loss": lambda *_: "One loss of every network on test images, by step.",
    "Gradients": lambda view, *_: (
        f"Norm of the gradient by {'layer and ' if view.options[0] else ''}step."
    ),
    "Dead units": lambda *_: "Share of dead hidden units by layer and step.",
}
