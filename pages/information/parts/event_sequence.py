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
from pages.components.quantities import quantities

_LONGEST = 100_000
_SOURCES = ("Table tennis", "Die", "Fair coin")
SEQUENCE = (option("source", _SOURCES), text("events", _LONGEST))
"""What the address holds of the sequence."""
_KEPT, _FIELD, _SEED = "sequence kept", "sequence field", "sequence seed"
_START = {"Table tennis": "1 1 1 2 1 1", "Die": "6 6 1 3", "Fair coin": "1 2 1 1"}
_DRAWN = 64


def event_sequence(base: float) -> dict[str, str]:
    """Show the sequence and return its part of the address.

    Args:
        base: Of the logarithm.
    """
    unit = unit_name(base)
    source = lasting_choice("Events of", _SOURCES, key="sequence source", link="source")
    preset = PRESETS[source]
    kept: dict[str, str] = st.session_state.setdefault(_KEPT, dict(_START))
    if asked := address.take_or_warn("events"):
        kept[source] = asked
    names = ", ".join(f"{number} = {name}" for number, name in enumerate(preset.names, start=1))
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    left.text_input(
        f"Events, {names}",
        shown(_FIELD, kept[source]),
        key=_FIELD,
        on_change=lambda: kept.update({source: st.session_state[_FIELD]}),
    )
    right.button(
        f"Draw {_DRAWN} at random", on_click=_draw, args=(kept, source, preset.p), width="stretch"
    )
    good: dict[str, str] = st.session_state.setdefault("sequence last good", {})
    with st.container():
        try:
            events = parse_events(kept[source], len(preset.p))
            good[source] = kept[source]
        except ValueError as error:
            st.error(f"{error} The last good sequence is shown.")
            events = parse_events(good.get(source, _START[source]), len(preset.p))
    _show(np.array(preset.p), events, preset.names, base, unit)
    return {"source": source, "events": " ".join(str(event + 1) for event in events)}


def _show(
    p: np.ndarray, events: np.ndarray, names: tuple[str, ...], base: float, unit: str
) -> None:
    each, totals = event_information(p, events, base=base)
    expected = float(entropy(p, base=base))
    total = float(totals[-1]) if totals.size else 0.0
    quantities(
        {
            "events": f"{events.size:,}",
            "information": measured(total, unit),
            "n · H": measured(expected * events.size, unit),
            "H, one event on average": measured(expected, unit),
        }
    )
    plot(
        running_information(totals, expected, base=base),
        key="running-information",
        alt=f"Information of {events.size} events: {measured(total, unit, 4)}, expected "
        f"{measured(expected * events.size, unit, 4)}.",
    )
    with st.expander("Each event"):
        st.dataframe(
            {
                "event": np.arange(1, events.size + 1),
                "outcome": [names[event] for event in events],
                f"information / {unit}": each,
                f"so far / {unit}": totals,
            },
            hide_index=True,
        )


def _draw(kept: dict[str, str], source: str, p: tuple[float, ...]) -> None:
    seed = st.session_state[_SEED] = st.session_state.get(_SEED, -1) + 1
    kept[source] = " ".join(str(event + 1) for event in draw_events(p, _DRAWN, seed))
