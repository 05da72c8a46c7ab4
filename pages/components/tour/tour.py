"""The guided tour: a bar that stays in view, with what to do, what to predict, and the way on."""

from __future__ import annotations

import base64

import streamlit as st

from explorer.teaching import tour_digit
from explorer.teaching.tour import TOUR, Host, Stop
from pages.components.address import address
from pages.components.address.address import link_to
from pages.components.frontend.frontend import component
from pages.components.inputs.lasting_inputs import shown
from pages.components.pinned import pinned_bar

_mount = component(__file__)


def tour_bar() -> None:
    """Show the bar of the running tour; without one, nothing."""
    if asked := address.take_or_warn("tour", _check):
        st.session_state[address.TOUR_STOP] = asked
        _set_page(TOUR[asked - 1])
    if (said := address.take("predicted")) is not None:
        st.session_state[address.TOUR_SAID] = said
    number: int | None = st.session_state.get(address.TOUR_STOP)
    if number is None:
        return
    stop = TOUR[number - 1]
    is_here = st.session_state.get(address.OPEN_PAGE) == stop.page
    with pinned_bar("tour"):
        st.html(_place(number), width="content")
        st.html(digit(), width="content")
        with st.container(key="tour-words"):
            st.markdown(f":small[**{number} · {stop.title}** {stop.setting}]")
            if is_here:
                st.markdown(stop.action)
            else:
                to_stop(number, "**Return to this stop**")
        with st.popover("Predict", key="tour-predict", width="content"):
            _prediction(number, stop)
        with st.popover("Host", key="tour-host", type="tertiary", width="content"):
            _notes(stop.host, stop.minutes)
        if number > 1:
            with st.container(key="tour-back", width="content"):
                to_stop(number - 1, "Back")
        if number < len(TOUR):
            with st.container(key="tour-next", width="content"):
                to_stop(number + 1, "**Next →**")
        st.button("End", key="tour-end", type="tertiary", on_click=_end)
        _mount(
            key="tour-keys",
            data={"stop": number, "control": stop.control if is_here else ""},
            height=1,
        )


def _set_page(stop: Stop) -> None:
    """Set the page as the stop's link does, where its address was typed without that state.

    A page keeps the first of a stop's parameters in its address, so a reload is told apart.
    """
    is_here = st.session_state.get(address.OPEN_PAGE) == stop.page
    if is_here and not address.is_asked(*list(stop.parameters)[:1]):
        address.suppose(stop.parameters)


def to_stop(number: int, label: str) -> None:
    """Link to a stop of the tour, counted from 1, with its values set."""
    stop = TOUR[number - 1]
    link_to(stop.page, label, {**stop.parameters, "tour": str(number)}, via=f"tour-{number}")


def digit() -> str:
    """Return the handwritten digit of the tour as HTML."""
    alt = (
        f"A handwritten {tour_digit.LABEL} that could be a {tour_digit.RIVAL}: test image "
        f"{tour_digit.TEST_INDEX} of MNIST"
    )
    data = base64.b64encode(tour_digit.IMAGE).decode()
    source = f"data:image/png;base64,{data}"
    return f'<img class="cee-tour-digit" alt="{alt}." title="{alt}" src="{source}">'


def predictions() -> dict[int, int]:
    """Return what was predicted so far: stop, counted from 1 → index of its option."""
    said: str = st.session_state.get(address.TOUR_SAID, "")
    return {
        number: int(mark) - 1
        for number, (mark, stop) in enumerate(zip(said, TOUR, strict=False), start=1)
        if mark.isdecimal() and 0 < int(mark) <= len(stop.options)
    }


def _place(number: int) -> str:
    """Return the dots, those behind filled, as HTML."""
    dots = "".join(
        f'<i class="{"now" if one == number else "past" if one < number else ""}"></i>'
        for one in range(1, len(TOUR) + 1)
    )
    words = f"Tour, stop {number} of {len(TOUR)}"
    return f'<span class="cee-dots" role="img" aria-label="{words}" title="{words}">{dots}</span>'


def _prediction(number: int, stop: Stop) -> None:
    key = f"tour prediction {number}"
    before = predictions().get(number)
    said = st.radio(
        stop.question,
        range(len(stop.options)),
        index=shown(key, before),
        format_func=lambda place: stop.options[place],
        key=key,
        on_change=_say,
        args=(number, key),
    )
    if said is None:
        st.caption("Choose before you try it; the answer waits.")
        return
    st.markdown(f"Now do it: {stop.action}")
    with st.expander("What you have seen"):
        if stop.answer is not None:
            found = "You said so" if said == stop.answer else "You expected otherwise"
            st.markdown(f"**{found}.**")
        st.markdown(stop.outcome)


def _notes(host: Host, minutes: float) -> None:
    st.markdown(
        f"**For the host** · {minutes:g} min\n\n"
        f"**Ask:** {host.question}\n\n**Expect:** {host.expected}\n\n"
        f"**Usual misunderstanding:** {host.misunderstanding}\n\n**Go on:** {host.transition}\n\n"
        ":small[PageDown and PageUp turn the tour, also from a presenter's remote.]"
    )


def _say(number: int, key: str) -> None:
    marks = [*st.session_state.get(address.TOUR_SAID, "").ljust(len(TOUR), "0")]
    marks[number - 1] = str(st.session_state[key] + 1)
    st.session_state[address.TOUR_SAID] = "".join(marks)


def _check(number: int) -> None:
    if not 1 <= number <= len(TOUR):
        raise ValueError(f"there are stops 1 to {len(TOUR)}.")


def _end() -> None:
    st.session_state[address.TOUR_STOP] = None
