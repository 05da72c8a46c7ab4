"""The plots of a comparison with the choices above and below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from explorer.exchange.settings import UNKNOWN
from explorer.runs.run import CurveRow
from explorer.store.run_store import StoreUnavailable, UnknownRun
from pages.components.address import address
from pages.training.parts.comparison.curve_selection import styles_of
from pages.training.parts.comparison.line_groups import line_groups
from pages.training.parts.comparison.metric_picker import (
    metric_link,
    metric_picker,
    take_metrics,
)
from pages.training.parts.comparison.options import (
    Choices,
    goal_controls,
    option_controls,
    take_link,
    upright_axes,
)
from pages.training.parts.comparison.results_table import LEFT_OUT
from pages.training.parts.comparison.view import Loaded, comparison, is_training, loaded
from pages.training.parts.store_notice import say_unusable


@dataclass(frozen=True, slots=True, eq=False)
class PlotsPane:
    """What is drawn, for whatever stands beside it.

    Attributes:
        found: The curves.
        choices: How they are drawn.
        styles: Number of the colour and dash of each curve's line by the curve's id.
    """

    found: Loaded
    choices: Choices
    styles: Mapping[str, int]


def plots_pane(
    rows: Sequence[CurveRow], labels: Sequence[str], link: Mapping[str, Any]
) -> PlotsPane | None:
    """Show the choices and the plots; None where there is nothing to draw, which is said.

    Args:
        link: What the address holds of the choice of curves.
    """
    if not rows:
        take_link(None)
        with st.container(horizontal=True, gap="small"):
            _, options_link = option_controls([])
        address.keep({**link, **options_link, "metric": metric_link()})
        st.info("Tick one or more rows of the table to see their curves.")
        return None
    try:
        found = loaded(rows, labels)
    except StoreUnavailable as error:
        say_unusable(error)
        return None
    except UnknownRun as error:
        st.error(str(error))
        return None
    panels, settings = found.panels(), _telling(found.settings)
    with st.container():
        take_link(settings)
        take_metrics(panels)
    with st.container(horizontal=True, gap="small"):
        keys = metric_picker(panels, found.first())
        choices, options_link = option_controls(settings)
        drawn = {key: panels[key] for key in keys}
        axes = upright_axes(drawn) if drawn else {}
    look = replace(
        choices.look,
        scales={key: scale for key, (scale, _) in axes.items() if scale},
        ranges={key: ends for key, (_, ends) in axes.items() if ends is not None},
    )
    choices = replace(choices, look=look)
    # The plots stand above the question that their table answers, and need its answer.
    above, below = st.container(), st.container()
    with below:
        goals, goal_link = goal_controls(drawn) if drawn else ({}, {})
    whole_link = {**link, **options_link, **goal_link, "metric": metric_link(), "y": axes or None}
    with above:
        if is_training(rows):
            st.fragment(comparison, run_every=2.0)(rows, labels, choices, goals, whole_link)
        else:
            comparison(rows, labels, choices, goals, whole_link)
    lines, _ = line_groups(rows, labels, found.settings, styles_of(rows), choices.group)
    styles = {rows[place].id: line.style for line in lines for place in line.places}
    return PlotsPane(found, choices, styles)


def _telling(settings: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the names of all settings, those that differ first."""
    names = dict.fromkeys(name for own in settings for name in own if name not in LEFT_OUT)
    values = {name: {own.get(name, UNKNOWN) for own in settings} for name in names}
    return sorted(names, key=lambda name: len(values[name]) < 2)
