"""A sequence of events that a person enters or draws, and the information it carries."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer.core.events import draw_events, event_information, parse_events
from explorer.core.information import entropy, unit_name
from explorer.figures.numbers import measured
from explorer.figures.self_information import running_information
from explorer.teaching.presets import PRESETS
from pages.components.address import address
from pages.components.address.parameters import option, text
from pages.components.inputs.lasting_inputs import lasting_choice, shown
from pages.components.plot.plot import plot

_LONGEST = 100_000
_SOURCES = ("Table tennis", "Die", "Fair coin")
SEQUENCE = (option("source", _SOURCES), text("events", _LONGEST))
"""What the address holds of the sequence."""
_KEPT, _FIELD, _SEED = "sequence kept", "sequence field", "sequence seed"
_START = {"Table tennis": "1 1 1 2 1 1", "Die": "6 6 1 3", "Fair coin": "1 2 1 1"}
_DRAWN = 64


def event_sequence(base: float) -> dict[str, str]:
    """Show the sequence and return its part of the address."""
    unit = unit_name(base)
    side, main = st.columns([4, 5], gap="medium")
    with side:
        source = lasting_choice("Events of", _SOURCES, key="sequence source", link="source")
        preset = PRESETS[source]
        kept: dict[str, str] = st.session_state.setdefault(_KEPT, dict(_START))
        if asked := address.take_or_warn("events"):
            kept[source] = asked
        names = ", ".join(f"{number} = {name}" for number, name in enumerate(preset.names, start=1))
        st.text_input(
            f"Events, {names}",
            shown(_FIELD, kept[source]),
            key=_FIELD,
            on_change=lambda: kept.update({source: st.session_state[_FIELD]}),
        )
        st.button(
            f"Draw {_DRAWN} at random",
            on_click=_draw,
            args=(kept, source, preset.p),
            width="stretch",
        )
    good: dict[str, str] = st.session_state.setdefault("sequence last good", {})
    with side.container():
        try:
            events = parse_events(kept[source], len(preset.p))
            good[source] = kept[source]
        except ValueError as error:
            st.error(f"{error} The last good sequence is shown.")
            events = parse_events(good.get(source, _START[source]), len(preset.p))
    with main:
        each, totals = _plot(np.array(preset.p), events, base, unit)
    with side.expander("Each event"):
        st.dataframe(
            {
                "event": np.arange(1, events.size + 1),
                "outcome": [preset.names[event] for event in events],
                f"information / {unit}": each,
                f"so far / {unit}": totals,
            },
            hide_index=True,
            height=180,
        )
    return {"source": source, "events": " ".join(str(event + 1) for event in events)}


def _plot(
    p: np.ndarray, events: np.ndarray, base: float, unit: str
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the running sum; return the information of each event, and so far."""
    each, totals = event_information(p, events, base=base)
    expected = float(entropy(p, base=base))
    total = float(totals[-1]) if totals.size else 0.0
    plot(
        running_information(totals, expected, base=base),
        key="running-information",
        alt=f"Information of {events.size} events: {measured(total, unit, 4)}, expected "
        f"{measured(expected * events.size, unit, 4)}.",
    )
    return each, totals


def _draw(kept: dict[str, str], source: str, p: tuple[float, ...]) -> None:
    seed = st.session_state[_SEED] = st.session_state.get(_SEED, -1) + 1
    kept[source] = " ".join(str(event + 1) for event in draw_events(p, _DRAWN, seed))
