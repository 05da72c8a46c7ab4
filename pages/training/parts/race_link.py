"""The live page's address: a recorded race to look at, or a prepared one to start."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from explorer.jobs import launcher
from explorer.runs.race_presets import RACE_PRESETS
from explorer.store.run_store import StoreUnavailable, UnknownRun
from pages.components.address import address
from pages.components.address.parameters import text
from pages.components.escaping import escaped
from pages.training.parts import race_form, race_form_state

LIVE = (text("run", 64), text("race"))
"""The parameters of the page's address."""


def open_link(run_key: str) -> None:
    """Take what the address names: `run`, a recorded race, or else `race`, a preset by name.

    Call it before the form is shown. A prepared race replaces what stands in the form, and no
    recorded one is shown beside it.

    Args:
        run_key: where the session keeps the id of the race that is shown.
    """
    run_id, name = address.take("run"), address.take("race")
    if run_id:
        _open_run(run_key, run_id)
    elif name:
        if name in RACE_PRESETS:
            st.session_state[run_key] = None
            race_form.use_preset(name)
        else:
            st.warning(
                f"The link asks for the race “{escaped(name[:40])}”; there is no race of that name."
            )


def keep_link(run_id: str | None) -> None:
    """Write the race that is shown, or the unchanged preset in the form, into the address."""
    draft = race_form.current_draft()
    prepared = not run_id and race_form_state.is_as_loaded(draft)
    address.keep({"run": run_id, "race": draft.preset if prepared else None})


def _open_run(run_key: str, run_id: str) -> None:
    """Look at a recorded race; an untouched form takes its settings."""
    st.session_state[run_key] = run_id
    if race_form.is_untouched():
        with suppress(UnknownRun, StoreUnavailable):  # the view itself says so in words
            run = launcher.default_store().runs.get(run_id)
            # Of a run made elsewhere no settings are known, and one that came with the app asks for
            # real MNIST, which this machine may not have.
            if not run.origin and not run.is_shipped:
                race_form.use_settings(run.configs)
