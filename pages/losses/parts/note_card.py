"""A statement of the lecture notes as a card: verdict, values, reason, and where to try it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from explorer.figures.numbers import measured, written
from explorer.teaching.note_checks import NOTE_CHECKS, VERDICTS, Measurement, Quantity
from explorer.teaching.worked_examples import EXAMPLES, NOTES
from pages.components.quantities import quantities
from pages.losses.parts.note_links import LINKS

# Sign and words say it too: colour alone would not reach everyone.
_BADGES = dict(
    zip(VERDICTS, (":red-badge[✗ {}]", ":orange-badge[≈ {}]", ":green-badge[✓ {}]"), strict=True)
)


def note_card(key: str, *, narrow_to: Callable[[str], None] | None) -> None:
    """Show one card.

    Args:
        key: Key of `NOTE_CHECKS`.
        narrow_to: Called with the key by a button that shows this card alone; without it there
            is no button.
    """
    check = NOTE_CHECKS[key]
    implied, right = computed(key)
    with st.container(border=True):
        sources = "; ".join(NOTES[note] for note in EXAMPLES[key].notes)
        st.markdown(
            f"{_BADGES[check.verdict].format(check.verdict)} **{check.lesson}** · {check.topic} "
            f":small[· from {sources}]\n\n> {check.statement}"
        )
        if implied or right:
            left, far = st.columns(2, gap="medium")
            with left:
                st.markdown("**Taken at its word**" if implied else "")
                quantities(implied)
            with far:
                st.markdown("**What is true**")
                quantities(right)
        st.markdown(check.because)
        if check.measurements:
            st.markdown("**Measured in training**")
            quantities({one.label: _runs(one) for one in check.measurements})
            st.caption(f"{check.conditions} Measured beforehand, not while you read.")
        link = LINKS[key]
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.page_link(
                link.path,
                label=f":primary[**Try it:** {link.label}]",
                query_params=link.parameters,
            )
            if narrow_to is not None:
                st.button(
                    f"Show only {check.lesson}",
                    key=f"only {key}",
                    type="tertiary",
                    on_click=narrow_to,
                    args=(key,),
                )


@st.cache_data(show_spinner=False)
def computed(key: str) -> tuple[dict[str, str], dict[str, str]]:
    """Compute the values of a card, what the statement implies and what is right.

    Returns:
        Label → values as written, with their unit.
    """
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
