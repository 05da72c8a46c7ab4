"""The live page's address: a race and a moment of it to look at, or a prepared one to start."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import streamlit as st

from explorer.jobs import launcher
from explorer.runs.race_presets import RACE_PRESETS
from explorer.store.run_store import StoreUnavailable, UnknownRun
from pages.components.address import address
from pages.components.address.parameters import Parameter, option, text, whole
from pages.training.parts import race_form_state
from pages.training.parts.race import set_up
from pages.training.parts.race.pictures import TABS
from pages.training.parts.race.prediction import BET, current_bet, take_bet
from pages.training.parts.race.theatre import Moment, moment_of

_MOST_DIGITS = 12


def _step(given: str) -> int | None:
    """Read a step, of which 0 is the untrained network."""
    if given and not (given.isascii() and given.isdigit() and len(given) <= _MOST_DIGITS):
        raise ValueError("a step is a whole number, from 0 on.")
    return int(given) if given else None


def _race(given: str) -> str | None:
    if given and given not in RACE_PRESETS:
        raise ValueError("there is no race of that name.")
    return given or None


LIVE = (
    text("run", 64),
    Parameter("race", _race, str),
    Parameter("at", _step, str),
    option("show", TABS),
    whole("image"),
    BET,
)
"""The parameters of the page's address."""
RUN = "live run"
"""Where the session keeps the id of the race that was chosen; None for none."""
_MOMENT = "race moment"


def open_link() -> None:
    """Take what the address names: `run`, a recorded race, or else `race`, a preset by name.

    Call it before the form is shown. A prepared race replaces what stands in the form, and no
    recorded one is shown beside it.
    """
    opened = address.is_asked("run", "race", "at", "show", "image")
    run_id, name = address.take("run"), address.take_or_warn("race")
    if run_id:
        _open_run(run_id)
    elif name:
        st.session_state[RUN] = None
        set_up.use_preset(name)
    take_bet()
    step, tab = address.take_or_warn("at"), address.take_or_warn("show")
    if opened:
        before = _kept()
        run_id = st.session_state.get(RUN)
        image = max(0, (address.take_or_warn("image") or 1) - 1)
        _keep(Moment(step, tab or before.tab, before.asked + 1, image, run_id))


def show_run(run_id: str) -> None:
    """Look at another race, at its newest step."""
    before = _kept()
    st.session_state[RUN] = run_id
    _keep(replace(before, step=None, asked=before.asked + 1, run_id=run_id))


def keep_link(run_id: str | None) -> None:
    """Write the race that is shown, or the unchanged preset in the form, into the address.

    Args:
        run_id: of the race that is shown; nobody has chosen the one that the page opens with.
    """
    draft = set_up.current_draft()
    prepared = not run_id and race_form_state.is_as_loaded(draft)
    shown = moment(run_id or "")
    tab = None if shown.tab == TABS[0] else shown.tab
    is_moment = shown.step is not None or tab or shown.image
    address.keep(
        {
            "run": run_id if is_moment else st.session_state.get(RUN),
            "race": draft.preset if prepared else None,
            "at": shown.step,
            "show": tab,
            "image": shown.image + 1 if shown.image else None,
            "bet": current_bet(),
        }
    )


def note_moment(run_id: str, sent: Any) -> None:
    """Note what the stage shows, which its own script has written into the address already.

    Args:
        sent: What the browser said of it last, before an address asked for something else or
            after that.
    """
    told = moment_of(sent, run_id)
    if told is not None and told.asked == _kept().asked:
        _keep(told)


def moment(run_id: str) -> Moment:
    """Return what is shown of this run."""
    kept = _kept()
    # An address that names no race means the one that the page opens with.
    return kept if kept.run_id in (None, run_id) else replace(kept, step=None)


def _kept() -> Moment:
    return st.session_state.get(_MOMENT, Moment())


def _keep(shown: Moment) -> None:
    st.session_state[_MOMENT] = shown


def _open_run(run_id: str) -> None:
    """Look at a recorded race; an untouched form takes its settings."""
    st.session_state[RUN] = run_id
    if set_up.is_untouched():
        with suppress(UnknownRun, StoreUnavailable):  # the view itself says so in words
            run = launcher.default_store().runs.get(run_id)
            # Of a run made elsewhere no settings are known, and one that came with the app asks for
            # real MNIST, which this machine may not have.
            if not run.origin and not run.is_shipped:
                set_up.use_settings(run.configs)
