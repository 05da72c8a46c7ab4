"""A bet on the race before it runs: which network reaches 90 % first, and by how many steps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from explorer.figures.training import GOAL
from explorer.runs.records import Records
from pages.components.address import address
from pages.components.address.parameters import Parameter
from pages.components.escaping import escaped
from pages.training.parts.race.snapshots import reached

_KEPT = "race bet"
_MOST_STEPS = 10_000_000


@dataclass(frozen=True, slots=True)
class Bet:
    """A prediction.

    Attributes:
        curve: Index of the network that reaches 90 % first.
        steps: By how many steps; of a race of one network, after how many.
    """

    curve: int
    steps: int

    def written(self) -> str:
        """Return it as the address holds it."""
        return f"{self.curve + 1},{self.steps}"


def parse_bet(given: str) -> Bet | None:
    """Read what `Bet.written` wrote.

    Raises:
        ValueError: It is something else.
    """
    parts = given.split(",")
    if not given:
        return None
    if len(parts) != 2 or not all(re.fullmatch("[0-9]{1,8}", part) for part in parts):
        raise ValueError("a bet is the number of a network and one of steps, such as 1,300.")
    if int(parts[0]) < 1:
        raise ValueError("networks are counted from 1.")
    return Bet(int(parts[0]) - 1, int(parts[1]))


BET = Parameter("bet", parse_bet, Bet.written)
"""The bet in the page's address: number of the network, from 1, and its lead in steps."""


def take_bet() -> None:
    """Take the bet that the address names; what is none is said here in words."""
    if asked := address.take_or_warn(BET.name):
        st.session_state[_KEPT] = asked


def current_bet() -> Bet | None:
    """Return the bet that was made in this session or came with the address."""
    bet: Bet | None = st.session_state.get(_KEPT)
    return bet


def bet_form(labels: Sequence[str]) -> None:
    """Let the audience bet on these networks, and show the bet that stands.

    Args:
        labels: One per network of the race on screen, or of the one that Train would start.
    """
    bet = current_bet()
    stands = bet is not None and bet.curve < len(labels)
    title = "Your bet stands" if stands else "Predict first"
    with st.popover(title, key="race bet open"):
        several = len(labels) > 1
        if several:
            st.radio(
                "Which network reaches 90 % first?",
                range(len(labels)),
                index=bet.curve if stands and bet else 0,
                format_func=lambda index: escaped(labels[index]),
                key="race bet curve",
            )
        st.text_input(
            "By how many steps?" if several else "After how many steps is it at 90 %?",
            str(bet.steps) if bet else "",
            key="race bet steps",
            placeholder="300",
        )
        st.button("Bet", key="race bet make", on_click=_make, type="primary")
        if problem := st.session_state.get(f"{_KEPT} problem"):
            st.markdown(f":red[{problem}]")
        elif stands and bet:
            st.caption(f"Kept: {escaped(said_bet(bet, labels))}. The race answers it at its end.")
            st.button("Take it back", key="race bet drop", on_click=_drop)


def said_bet(bet: Bet, labels: Sequence[str]) -> str:
    """Say a bet in words, a clause."""
    if len(labels) == 1:
        return f"“{labels[0]}” reaches 90 % after {bet.steps:,} steps"
    return f"“{labels[bet.curve]}” reaches 90 % first, by {bet.steps:,} steps"


def verdict(bet: Bet | None, labels: Sequence[str], records: Records, *, ended: bool) -> str:
    """Answer a bet in one sentence; "" while there is nothing to say.

    Args:
        ended: Whether nothing more will come.
    """
    if bet is None or bet.curve >= len(labels) or not ended:
        return ""
    steps = [reached(curve, GOAL) for curve in records.curves]
    arrived = sorted((step, index) for index, step in enumerate(steps) if step is not None)
    said = f"Your bet: {said_bet(bet, labels)}."
    if not arrived:
        return f"{said} No network reached 90 %, so nobody won."
    first, winner = arrived[0]
    if len(labels) == 1:
        return f"{said} It was there after {first:,}: {abs(first - bet.steps):,} off."
    if len(arrived) > 1 and arrived[1][0] == first:
        tied = " and ".join(f"“{labels[index]}”" for step, index in arrived if step == first)
        return f"{said} {tied} were measured at 90 % at the same step, {first:,}: a tie."
    truth = "Right" if winner == bet.curve else "Not so"
    if len(arrived) == 1:
        return (
            f"{said} {truth}: “{labels[winner]}” was there after {first:,} steps, and no other "
            "came that far."
        )
    lead = arrived[1][0] - first
    off = f"; your number was {abs(lead - bet.steps):,} off" if winner == bet.curve else ""
    return (
        f"{said} {truth}: “{labels[winner]}” was there after {first:,} steps, {lead:,} before "
        f"“{labels[arrived[1][1]]}”{off}."
    )


def _make() -> None:
    given = st.session_state.get("race bet steps", "").strip().replace(",", "")
    if not (given.isascii() and given.isdigit() and int(given) <= _MOST_STEPS):
        st.session_state[f"{_KEPT} problem"] = "Write a whole number of steps, such as 300."
        return
    st.session_state.pop(f"{_KEPT} problem", None)
    st.session_state[_KEPT] = Bet(st.session_state.get("race bet curve", 0), int(given))


def _drop() -> None:
    st.session_state.pop(_KEPT, None)
