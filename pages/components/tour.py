"""The guided tour: where one is, what to do there, and the way on."""

from __future__ import annotations

import streamlit as st

from explorer.teaching.tour import TOUR
from pages.components.address import address
from pages.components.address.address import link_to


def tour_bar() -> None:
    """Show the running tour above the page; without one, nothing."""
    if asked := address.take_or_warn("tour", _check):
        st.session_state[address.TOUR_STOP] = asked
    number: int | None = st.session_state.get(address.TOUR_STOP)
    if number is None:
        return
    stop = TOUR[number - 1]
    title = stop.title if stop.title.endswith("?") else f"{stop.title}."
    with st.container(border=True, key="tour"):
        st.markdown(
            f":small[Tour, stop {number} of {len(TOUR)} · about {stop.minutes:g} min]  \n"
            f"**{title}** {stop.words}"
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            if number > 1:
                to_stop(number - 1, f"← Back: {TOUR[number - 2].title}")
            if st.session_state.get(address.OPEN_PAGE) != stop.page:
                to_stop(number, "Return to this stop")
            if number < len(TOUR):
                to_stop(number + 1, f"**Next: {TOUR[number].title} →**")
            st.button("End the tour", type="tertiary", on_click=_end)


def to_stop(number: int, label: str) -> None:
    """Link to a stop of the tour, counted from 1, with its values set."""
    stop = TOUR[number - 1]
    link_to(stop.page, label, {**stop.parameters, "tour": str(number)}, via=f"tour-{number}")


def _check(number: int) -> None:
    if not 1 <= number <= len(TOUR):
        raise ValueError(f"there are stops 1 to {len(TOUR)}.")


def _end() -> None:
    st.session_state[address.TOUR_STOP] = None
