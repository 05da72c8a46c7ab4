"""Which metrics are drawn, a panel for each: chosen from all that the curves have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from explorer.figures.comparison import MOST_PANELS
from explorer.runs.metric_panels import Panel, prefix_of
from pages.components.address import address
from pages.components.escaping import escaped

_CHOSEN = "compare metrics"
_WIDGET = "compare metric picker"
_CUT = "compare metrics cut"
_ALL = "all of "


def take_metrics(panels: Mapping[str, Panel]) -> None:
    """Take the metrics that the address asks for; those that there are not are said here."""
    asked = address.take_or_warn("metric")
    if asked:
        st.session_state[_CHOSEN] = asked[:MOST_PANELS]
        if missing := [key for key in asked if key not in panels]:
            listed = ", ".join(f"“{escaped(key[:40])}”" for key in missing[:3])
            st.warning(f"None of these curves has the metric {listed} of the link.")


def metric_picker(panels: Mapping[str, Panel], first: Sequence[str]) -> list[str]:
    """Show the choice of metrics and return the keys of the panels to draw.

    Args:
        panels: Everything that could be drawn, by key.
        first: Keys of what is drawn until somebody chooses otherwise.
    """
    keys = drawn_metrics(panels, first)
    groups = _groups(panels)
    with st.popover(f"Metrics ({len(keys)})"):
        options = [*panels, *groups]
        # Set where it differs alone: the browser takes it as an order.
        if st.session_state.get(_WIDGET) != keys:
            st.session_state[_WIDGET] = keys
        st.multiselect(
            "Metrics, a panel for each",
            options,
            key=_WIDGET,
            format_func=lambda key: _label(panels, groups, key),
            max_selections=MOST_PANELS,
            placeholder=f"Search {len(panels)} metrics",
            on_change=_take,
            args=(groups,),
        )
        st.caption(
            f"Type to search; at most {MOST_PANELS} panels. A gap is validation minus training, "
            "the training value averaged since the measurement before."
        )
        if cut := st.session_state.get(_CUT):
            st.caption(f"The first {MOST_PANELS} of {cut} chosen metrics are drawn.")
        if st.session_state.get(_CHOSEN) is not None:
            st.button("Show the first choice again", on_click=_forget, key="compare first metrics")
    return keys


def drawn_metrics(panels: Mapping[str, Panel], first: Sequence[str]) -> list[str]:
    """Return the keys of the panels to draw, as chosen or at first."""
    wanted = st.session_state.get(_CHOSEN)
    keys = [key for key in (first if wanted is None else wanted) if key in panels]
    return keys or [key for key in first if key in panels]


def metric_link() -> list[str] | None:
    """Return what the address holds of the choice; None where nobody has chosen."""
    chosen: list[str] | None = st.session_state.get(_CHOSEN)
    return chosen


def _groups(panels: Mapping[str, Panel]) -> dict[str, list[str]]:
    """Return the keys of panels whose names begin alike, by what stands for all of them."""
    found: dict[str, list[str]] = {}
    for key, panel in panels.items():
        if prefix := prefix_of(panel):
            found.setdefault(prefix, []).append(key)
    return {f"{_ALL}{prefix}": keys for prefix, keys in found.items() if len(keys) > 1}


def _label(panels: Mapping[str, Panel], groups: Mapping[str, Sequence[str]], key: str) -> str:
    if key in panels:
        return panels[key].title
    return f"{key.removeprefix(_ALL)}: all {len(groups[key])}" if key in groups else key


def _take(groups: Mapping[str, Sequence[str]]) -> None:
    picked = st.session_state[_WIDGET]
    wanted = list(dict.fromkeys(one for key in picked for one in groups.get(key, [key])))
    st.session_state[_CHOSEN] = wanted[:MOST_PANELS] or None
    st.session_state[_CUT] = len(wanted) if len(wanted) > MOST_PANELS else 0


def _forget() -> None:
    st.session_state[_CHOSEN] = None
