"""What the metrics of imported curves mean: shown, and changed for all chosen curves at once."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from explorer.jobs import launcher
from explorer.runs.meaning import LOSSES, SPLITS, WHATS, Meaning
from explorer.store.run_store import AnnotationError, StoreUnavailable, UnknownRun
from pages.components.access import access
from pages.components.escaping import escaped
from pages.training.parts.comparison.view import Loaded

_SAID = "meaning said"
_MIXED = "not the same for all"


def metric_meanings(found: Loaded) -> None:
    """Show what every metric of the curves from files is taken for, with a way to say otherwise.

    Args:
        found: The chosen curves, at least one of them from a file.
    """
    meanings = _by_name(found)
    st.caption(
        "Guessed from names and values. What you say here holds for all chosen curves from files, "
        "is kept with them, and decides which curves share a panel."
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(_what(own))}</td>'
        f"<td>{escape(_split(own))}</td></tr>"
        for name, own in meanings.items()
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.html(
            '<div class="cee-wide" tabindex="0" role="region" aria-label="What the metrics mean" '
            'style="max-height:15rem;overflow-y:auto"><table><thead><tr><th scope="col">Metric</th>'
            '<th scope="col">What it is</th><th scope="col">Measured on</th></tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )
    with right:
        name = st.selectbox("Metric", list(meanings), key="meaning name")
        own = meanings[name]
        key = f"meaning {name} {own}"
        first = own[0]
        st.selectbox(
            "What it is",
            list(WHATS),
            index=list(WHATS).index(first.what),
            format_func=WHATS.__getitem__,
            key=f"{key} what",
        )
        st.selectbox(
            "Measured on",
            list(SPLITS),
            index=list(SPLITS).index(first.split),
            format_func=SPLITS.__getitem__,
            key=f"{key} split",
        )
        st.button(
            "Keep this meaning",
            key="meaning keep",
            on_click=_keep,
            args=(found, name, key),
        )
    kind, text = st.session_state.pop(_SAID, ("", ""))
    if text:
        (st.error if kind == "error" else st.success)(escaped(text))


def has_metrics_of_files(found: Loaded) -> bool:
    """Tell whether one of the curves came from a file."""
    return any(curve.data.file for curve in found.curves)


def _by_name(found: Loaded) -> dict[str, list[Meaning]]:
    """Return the meanings of each metric, one where all curves that have it agree."""
    every: dict[str, dict[Meaning, None]] = {}
    for curve, compared in zip(found.curves, found.compared, strict=True):
        if curve.data.file:
            for name, one in compared.meanings.items():
                every.setdefault(name, {})[one] = None
    return {name: list(own) for name, own in every.items()}


def _what(own: Sequence[Meaning]) -> str:
    kinds = {one.what for one in own}
    label = WHATS[own[0].what] if len(kinds) == 1 else _MIXED
    is_loss = len(kinds) == 1 and own[0].what in LOSSES
    return f"Loss: {label}" if is_loss and not label.startswith("Loss") else label


def _split(own: Sequence[Meaning]) -> str:
    splits = {one.split for one in own}
    return SPLITS[own[0].split] if len(splits) == 1 else _MIXED


def _keep(found: Loaded, name: str, key: str) -> None:
    # As they are when it is pressed, which the run before may not have seen yet.
    meaning = Meaning(st.session_state[f"{key} split"], st.session_state[f"{key} what"])
    changed = {
        (curve.row.run_id, curve.row.curve): {**curve.row.meanings, name: meaning}
        for curve, compared in zip(found.curves, found.compared, strict=True)
        if curve.data.file and name in compared.meanings
    }
    try:
        access.require_holder()
        launcher.default_store().annotations.set_meanings_of(changed)
    except (AnnotationError, UnknownRun, StoreUnavailable) as error:
        st.session_state[_SAID] = ("error", str(error))
        return
    count = "one curve" if len(changed) == 1 else f"{len(changed)} curves"
    st.session_state[_SAID] = ("done", f"Kept for {count}: “{name}” is {meaning.in_words}.")
