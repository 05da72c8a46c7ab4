"""The live page's address: a race and a moment of it to look at, or a prepared one to start."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import streamlit as st

from explorer.jobs import launcher
from explorer.runs.race_presets import RACE_PRESETS
from explorer.store.run_store import StoreUnavailable, UnknownRun
from pages.components.address import address
from pages.components.address.parameters import Parameter, option, text, whole
from pages.components.escaping import escaped
from pages.training.parts import race_form_state
from pages.training.parts.race import set_up
from pages.training.parts.race.pictures import TABS
from pages.training.parts.race.prediction import BET, current_bet
from pages.training.parts.race.theatre import moment_of

_MOST_DIGITS = 12


def _step(given: str) -> int | None:
    """Read a step, of which 0 is the untrained network."""
    if given and not (given.isascii() and given.isdigit() and len(given) <= _MOST_DIGITS):
        raise ValueError("a step is a whole number, from 0 on.")
    return int(given) if given else None


LIVE = (
    text("run", 64),
    text("race"),
    Parameter("at", _step, str),
    option("show", TABS),
    whole("image"),
    BET,
)
"""The parameters of the page's address."""
_AT = "race at"
_TAB = "race tab"


@dataclass(frozen=True, slots=True)
class _Moment:
    """Which step of which run is shown, None for the newest, and which of its images, from 0.

    `asked` counts the addresses.
    """

    run_id: str | None = None
    step: int | None = None
    asked: int = 0
    image: int = 0


def open_link(run_key: str) -> None:
    """Take what the address names: `run`, a recorded race, or else `race`, a preset by name.

    Call it before the form is shown. A prepared race replaces what stands in the form, and no
    recorded one is shown beside it.

    Args:
        run_key: where the session keeps the id of the race that is shown.
    """
    opened = address.is_asked("run", "race", "at", "show", "image")
    run_id, name = address.take("run"), address.take("race")
    if run_id:
        _open_run(run_key, run_id)
    elif name:
        if name in RACE_PRESETS:
            st.session_state[run_key] = None
            set_up.use_preset(name)
        else:
            st.warning(
                f"The link asks for the race “{escaped(name[:40])}”; there is no race of that name."
            )
    step, tab = address.take_or_warn("at"), address.take_or_warn("show")
    if tab:
        st.session_state[_TAB] = tab
    if opened:
        moment: _Moment = st.session_state.get(_AT, _Moment())
        image = max(0, (address.take_or_warn("image") or 1) - 1)
        run = st.session_state.get(run_key)
        st.session_state[_AT] = _Moment(run, step, moment.asked + 1, image)


def show_run(run_key: str, run_id: str) -> None:
    """Look at another race, at its newest step.

    Args:
        run_key: where the session keeps the id of the race that is shown.
        run_id: of the other one.
    """
    moment: _Moment = st.session_state.get(_AT, _Moment())
    st.session_state[run_key] = run_id
    st.session_state[_AT] = _Moment(run_id, None, moment.asked + 1, moment.image)


def keep_link(run_key: str, run_id: str | None) -> None:
    """Write the race that is shown, or the unchanged preset in the form, into the address.

    Args:
        run_key: where the session keeps the id of the race that was chosen.
        run_id: of the race that is shown; nobody has chosen the one that the page opens with.
    """
    draft = set_up.current_draft()
    prepared = not run_id and race_form_state.is_as_loaded(draft)
    bet = current_bet()
    step, tab, image = asked_step(run_id or "")[0], current_tab(), current_image()
    is_moment = step is not None or tab != TABS[0] or image > 0
    address.keep(
        {
            "run": run_id if is_moment else st.session_state.get(run_key),
            "race": draft.preset if prepared else None,
            "at": step,
            "show": tab if tab != TABS[0] else None,
            "image": image + 1 if image else None,
            "bet": bet.written() if bet else None,
        }
    )


def note_moment(run_id: str, sent: Any) -> None:
    """Note what the stage shows, which its own script has written into the address already.

    Args:
        sent: What the browser said of it last, before an address asked for something else or
            after that.
    """
    told = moment_of(sent, run_id)
    moment: _Moment = st.session_state.get(_AT, _Moment())
    if told is not None and told.asked == moment.asked:
        st.session_state[_AT] = _Moment(run_id, told.step, moment.asked, told.image)
        st.session_state[_TAB] = told.tab


def asked_step(run_id: str) -> tuple[int | None, int]:
    """Return the step of this run that is shown, None for the newest, and who asked last."""
    moment: _Moment = st.session_state.get(_AT, _Moment())
    # An address that names no race means the one that the page opens with.
    return (moment.step if moment.run_id in (None, run_id) else None), moment.asked


def current_tab() -> str:
    """Return the tab that the stage shows."""
    tab: str = st.session_state.get(_TAB, TABS[0])
    return tab


def current_image() -> int:
    """Return which of the race's images is shown large, counted from 0."""
    moment: _Moment = st.session_state.get(_AT, _Moment())
    return moment.image


def _open_run(run_key: str, run_id: str) -> None:
    """Look at a recorded race; an untouched form takes its settings."""
    st.session_state[run_key] = run_id
    if set_up.is_untouched():
        with suppress(UnknownRun, StoreUnavailable):  # the view itself says so in words
            run = launcher.default_store().runs.get(run_id)
            # Of a run made elsewhere no settings are known, and one that came with the app asks for
            # real MNIST, which this machine may not have.
            if not run.origin and not run.is_shipped:
                set_up.use_settings(run.configs)
