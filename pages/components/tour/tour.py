"""The guided tour: a bar that stays in view and asks, says what to do, and tells what was seen."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from explorer.teaching import tour_digit
from explorer.teaching.tour import TOUR, Stop
from pages.components.address import address
from pages.components.address.address import link_to
from pages.components.frontend.frontend import component
from pages.components.inputs.lasting_inputs import shown
from pages.components.pinned import pinned_bar

_mount = component(__file__)
_ASKS = Path(__file__).with_name("tour_asks.css")
PREDICT, TRY, SEEN = 1, 2, 3
"""The beats of a stop: what to predict, what to do then, and what one has seen."""


def tour_bar() -> None:
    """Show the bar of the running tour; without one, nothing."""
    if asked := address.take_or_warn("tour", _within("stops", len(TOUR))):
        st.session_state[address.TOUR_STOP] = asked
        st.session_state[address.TOUR_BEAT] = PREDICT
        _set_page(TOUR[asked - 1])
    if beat := address.take_or_warn("beat", _within("beats", SEEN)):
        st.session_state[address.TOUR_BEAT] = beat
    if (said := address.take("predicted")) is not None:
        st.session_state[address.TOUR_SAID] = said
    number: int | None = st.session_state.get(address.TOUR_STOP)
    if number is None:
        return
    stop, beat = TOUR[number - 1], st.session_state[address.TOUR_BEAT]
    is_here = st.session_state.get(address.OPEN_PAGE) == stop.page
    with pinned_bar("tour"):
        st.html(f'<div class="cee-tour-place">{digit()}{_place(number)}</div>', width="content")
        with st.container(key="tour-words"):
            st.markdown(f":small[**{number} · {stop.title}**] :small[{stop.setting}]")
            if not is_here:
                st.markdown("You have left the tour for a while.")
            elif beat == PREDICT:
                _prediction(number, stop)
            else:
                st.markdown(stop.action if beat == TRY else _seen(number, stop))
        with st.popover("Host", key="tour-host", type="tertiary", width="content"):
            st.markdown(f"**For the host** · {stop.minutes:g} min\n\n{notes_of(stop)}")
            link_to("host_notes", "All notes, and how to begin", {}, via="host-notes")
        if is_here:
            _ways(number, beat)
        else:
            with st.container(key="tour-next", width="content"):
                to_stop(number, "**Return to this stop**")
        if number < len(TOUR) or beat < SEEN:
            st.button("End", key="tour-end", type="tertiary", on_click=_end)
    _take_keys(number, beat, stop.control if is_here else "")


def tour_offer() -> None:
    """Show the link that starts the tour, which PageDown follows unless one is under way."""
    minutes = math.fsum(stop.minutes for stop in TOUR)
    with st.container(key="tour-offer", width="content"):
        to_stop(1, f"**Start the tour: {minutes:g} minutes →**")
    if st.session_state.get(address.TOUR_STOP) is None:
        _take_keys(0, 0, "")


def _take_keys(number: int, beat: int, control: str) -> None:
    _mount(
        key="tour-keys",
        data={"stop": number, "beat": beat, "control": control},
        height=1,
    )


def _ways(number: int, beat: int) -> None:
    """Show the ways to the beat before and to the next one, or to the stops beside this one."""
    if beat > PREDICT or number > 1:
        with st.container(key="tour-back", width="content"):
            if beat > PREDICT:
                st.button("Back", key="tour-beat-back", on_click=_turn, args=(number, beat - 1))
            else:
                to_stop(number - 1, "Back")
    with st.container(key="tour-next", width="content"):
        if beat < SEEN:
            st.button("**Next →**", key="tour-beat", on_click=_turn, args=(number, beat + 1))
        elif number < len(TOUR):
            to_stop(number + 1, "**Next →**")
        else:
            st.button("**Finish**", key="tour-finish", on_click=_end)


def _turn(number: int, beat: int) -> None:
    """Go to another beat of the stop; what nobody has done is done where it has been seen."""
    st.session_state[address.TOUR_BEAT] = beat
    stop, kept = TOUR[number - 1], address.kept()
    if beat == SEEN and all(
        _is_same(kept.get(name, ""), stop.parameters.get(name, "")) for name in stop.done
    ):
        address.change(stop.done)


def _is_same(shown: str, text: str | Sequence[str]) -> bool:
    try:
        return [*map(float, shown.split(","))] == [*map(float, str(text).split(","))]
    except ValueError:
        return shown == text


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
    with st.container(key="tour-asks", horizontal=True, vertical_alignment="center"):
        st.html(_ASKS)
        st.markdown(stop.question, width="content")
        st.segmented_control(
            stop.question,
            range(len(stop.options)),
            default=shown(key, predictions().get(number)),
            format_func=lambda place: stop.options[place],
            key=key,
            label_visibility="collapsed",
            wrap=True,
            on_change=_say,
            args=(number, key),
        )


def _seen(number: int, stop: Stop) -> str:
    said = predictions().get(number)
    if said is None or stop.answer is None:
        return stop.outcome
    judged = "As you predicted" if said == stop.answer else "Not as you predicted"
    return f"**{judged}.** {stop.outcome}"


def notes_of(stop: Stop) -> str:
    """Return what helps the host at a stop, Markdown."""
    host = stop.host
    return (
        f"**Ask:** {host.question}\n\n**Expect:** {host.expected}\n\n"
        f"**Usual misunderstanding:** {host.misunderstanding}\n\n**Go on:** {host.transition}"
    )


def _say(number: int, key: str) -> None:
    said = st.session_state[key]
    marks = [*st.session_state.get(address.TOUR_SAID, "").ljust(len(TOUR), "0")]
    marks[number - 1] = "0" if said is None else str(said + 1)
    st.session_state[address.TOUR_SAID] = "".join(marks)
    if said is not None:
        st.session_state[address.TOUR_BEAT] = TRY


def _within(what: str, most: int) -> Callable[[int], None]:
    def check(number: int) -> None:
        if not 1 <= number <= most:
            raise ValueError(f"there are {what} 1 to {most}.")

    return check


def _end() -> None:
    st.session_state[address.TOUR_STOP] = st.session_state[address.TOUR_BEAT] = None
