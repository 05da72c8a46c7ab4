"""A race of gradient descent under several losses: its controls, pictures and results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from explorer.core.descent import Trajectory, steps_to_probability
from explorer.core.losses import LOSSES
from explorer.figures.losses import STYLES
from pages.components.address import address
from pages.components.address.parameters import number
from pages.components.plot.plot import plot
from pages.components.quantities import quantities
from pages.components.slider.live_slider import live_slider, set_value

DESCENT = (number("rate", "{:.6g}".format), number("steps", lambda steps: f"{steps:.0f}"))
"""What the address holds of a race."""
GOALS = (0.9, 0.99)
_SECOND = ("softmax_mean_squared_error", "multi_margin")
Race = Mapping[str, Trajectory]


@dataclass(frozen=True)
class Picture:
    """A figure of the race at a step, with its key on the page and what it shows in words."""

    key: str
    draw: Callable[[Race, int], go.Figure]
    alt: str


@st.fragment
def descent_race(
    key: str,
    run: Callable[[float, int], Race],
    pictures: Sequence[Picture],
    *,
    true_class: int | None,
    link: Mapping[str, Any],
    obstacle: str = "",
    beside: bool = True,
) -> None:
    """Show the race; a fragment, so that playing it leaves the rest of the page alone.

    Args:
        key: Unique in the app; start of the sliders' keys.
        run: Gives the race for a learning rate and a number of steps.
        pictures: Two, the first of which answers the controls.
        true_class: Class (for one logit the label) whose probability is to rise; None if soft.
        link: The rest of the page's state, which goes into the address with the race's own.
        obstacle: Why there is no race, shown instead of it.
        beside: Whether the second picture stands beside the first, and shares its legend.
    """
    rate, steps, step = _controls(key)
    address.keep({**link, "rate": rate, "steps": steps})
    if obstacle:
        st.info(obstacle)
        return
    race = run(rate, steps)
    others = _results(race, true_class, steps) if true_class is not None else ""
    places = st.columns([4, 3], gap="small") if beside else [st.container(), st.container()]
    for place, picture in zip(places, pictures, strict=True):
        with place:
            alt = f"{picture.alt}, up to step {step} of {steps}."
            plot(picture.draw(race, step), key=picture.key, alt=alt)
    if others:
        st.caption(f"Steps of the others. {others}.")
    for name, path in race.items():
        if path.diverged:
            st.warning(
                f"{LOSSES[name].label} left the range of numbers after {len(path.losses) - 1} "
                "steps; its path ends there. Use a smaller learning rate."
            )


def _controls(key: str) -> tuple[float, int, int]:
    """Return learning rate, number of steps, and the step that is shown."""
    columns = st.columns([2, 2, 3], gap="small")
    with columns[0]:
        rate = live_slider(
            "Learning rate",
            key=f"{key} rate",
            default=1.0,
            low=0.01,
            high=100.0,
            step=0.1,
            logarithmic=True,
            link="rate",
        )
    with columns[1]:
        steps = live_slider(
            "Number of steps",
            key=f"{key} steps",
            default=200,
            low=10,
            high=2000,
            step=0.1,
            logarithmic=True,
            whole=True,
            link="steps",
        )
    remembered = f"{key} race length"
    if st.session_state.get(remembered) != steps:
        st.session_state[remembered] = steps
        set_value(f"{key} step", steps)
    with columns[2]:
        step = live_slider(
            "Step shown",
            key=f"{key} step",
            default=steps,
            low=0,
            high=steps,
            step=1,
            whole=True,
            play="Play",
        )
    return rate, int(steps), int(step)


def _results(race: Race, true_class: int, steps: int) -> str:
    """Show how many steps each loss needs to make the true class as probable as `GOALS`.

    Returns:
        The same in words for further kinds of a loss, for which the row of numbers has no room.
    """
    found = {}
    for name, path in race.items():
        counts = [steps_to_probability(path, goal, true_class) for goal in GOALS]
        words = (f"> {steps}" if count is None else str(count) for count in counts)
        found[name] = " and ".join(words)
    with st.container(gap="xxsmall"):
        st.caption(f"Steps to a probability of {' and '.join(f'{goal:g}' for goal in GOALS)}")
        shown = {STYLES[name].name: found[name] for name in found if name not in _SECOND}
        quantities(shown, aside=True)
    return "; ".join(f"{STYLES[name].name}: {found[name]}" for name in found if name in _SECOND)
