"""A statement of the lecture notes as a card: verdict, values, reason, and where to try it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from explorer.figures.numbers import measured, written
from explorer.figures.symbols import coloured
from explorer.teaching.note_checks import NOTE_CHECKS, VERDICTS, Measurement, NoteCheck, Quantity
from explorer.teaching.worked_examples import EXAMPLES, NOTES
from pages.components.quantities import quantities
from pages.losses.parts.note_links import LINKS

# The sign and the words say it too: not everyone sees the colour.
_BADGES = dict(
    zip(VERDICTS, (":red-badge[✗ {}]", ":orange-badge[≈ {}]", ":green-badge[✓ {}]"), strict=True)
)
GUESSES = ("Right", "Wrong")
# What a guess must be to be counted; a sloppy statement does not hold as it stands.
_MEANT = dict(zip(VERDICTS, ("Wrong", "Wrong", "Right"), strict=True))
_GUESSED = "guesses of the notes"


def guesses() -> dict[str, str]:
    """Return what was guessed in this session: key of `NOTE_CHECKS` → one of `GUESSES`."""
    return st.session_state.setdefault(_GUESSED, {})


def guessed_well() -> int:
    """Return how many of the guesses the verdicts agree with."""
    return sum(_MEANT[NOTE_CHECKS[key].verdict] == guess for key, guess in guesses().items())


def note_card(key: str, *, narrow_to: Callable[[str], None] | None) -> None:
    """Show one card; its verdict, and whatever would reveal it, only after a guess.

    Args:
        narrow_to: Called with the key by a button that shows this card alone; without it there
            is no button.
    """
    check, guess = NOTE_CHECKS[key], guesses().get(key)
    with st.container(border=True, key=f"note-{check.lesson}"):
        sources = "; ".join(NOTES[note] for note in EXAMPLES[key].notes)
        st.markdown(
            f"**{check.lesson}** · {check.topic} :small[· from {sources}]\n\n"
            f"> {coloured(check.statement)}"
        )
        if guess is None:
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                for one in GUESSES:
                    st.button(one, key=f"{one} {key}", on_click=_guess, args=(key, one))
                _only(key, narrow_to)
            return
        st.markdown(f"{_BADGES[check.verdict].format(check.verdict)} {_comment(check, guess)}")
        _reasons(key)
        link = LINKS[key]
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.page_link(
                link.path,
                label=f":primary[**Try it:** {link.label}]",
                query_params=link.parameters,
            )
            st.button(
                "Hide again", key=f"hide {key}", type="tertiary", on_click=_guess, args=(key, None)
            )
            _only(key, narrow_to)


def _guess(key: str, guess: str | None) -> None:
    """Keep a guess, or forget it."""
    guesses().pop(key, None)
    if guess is not None:
        guesses()[key] = guess


def _comment(check: NoteCheck, guess: str) -> str:
    said = f"You said {guess.lower()}"
    if check.verdict == "sloppy":
        return f"{said}: " + ("nearly." if guess == "Wrong" else "not as it stands.")
    return f"{said}, and so it is." if _MEANT[check.verdict] == guess else f"{said}."


def _reasons(key: str) -> None:
    check = NOTE_CHECKS[key]
    implied, right = computed(key)
    for title, values in (("Taken at its word", implied), ("What is true", right)):
        if values:
            st.markdown(f"**{title}**")
            quantities(values)
    st.markdown(coloured(check.because))
    if check.measurements:
        st.markdown("**Measured in training**")
        quantities({one.label: _runs(one) for one in check.measurements})
        st.caption(f"{check.conditions} Measured beforehand, not while you read.")


def _only(key: str, narrow_to: Callable[[str], None] | None) -> None:
    if narrow_to is not None:
        lesson = NOTE_CHECKS[key].lesson
        st.button(
            f"Show only {lesson}",
            key=f"only {key}",
            type="tertiary",
            on_click=narrow_to,
            args=(key,),
        )


@st.cache_data(show_spinner=False)
def computed(key: str) -> tuple[dict[str, str], dict[str, str]]:
    """Compute the values of a card, what the statement implies and what is right."""
    check = NOTE_CHECKS[key]
    return _written(check.implied), _written(check.right)


def _written(values: Sequence[Quantity]) -> dict[str, str]:
    return {one.label: _with_unit(one) for one in values}


def _with_unit(quantity: Quantity) -> str:
    *first, last = quantity.values()
    numbers = [written(value, quantity.digits) for value in first]
    end = measured(last, quantity.unit, quantity.digits).strip()
    return "; ".join([*numbers, end])


def _runs(measurement: Measurement) -> str:
    if measurement.unit == "%":
        return "; ".join(f"{value:.1%}" for value in measurement.values)
    return "; ".join(
        f"{written(value, 5)} {measurement.unit}".strip() for value in measurement.values
    )
