"""Forecasting alone, against the computer."""

from __future__ import annotations

import secrets

import streamlit as st

from explorer.core.bars import Bars
from explorer.core.scoring import sum_of_scores
from explorer.core.validation import validate_probabilities
from explorer.figures import forecasting
from explorer.figures.numbers import measured, written
from explorer.rooms.solo import MOST_GAMES, OUTCOMES, ROUNDS, SEEN, Played, draws, played
from pages.components.address import address
from pages.components.address.parameters import Parameter, whole, written_vector
from pages.components.bars.bar_editor import Q, bar_editor, set_bars
from pages.components.plot.plot import plot
from pages.components.quantities import quantities

_EDITOR, _GAME, _SAID = "solo", "solo game", "solo forecasts"
_EVEN = Bars(OUTCOMES, {"q": (1 / 3, 1 / 3, 1 / 3)})
_STARTS = {
    "Even": _EVEN,
    "Sure of red": Bars(OUTCOMES, {"q": (1.0, 0.0, 0.0)}),
}


def _read(text: str) -> tuple[tuple[float, ...], ...] | None:
    if not text:
        return None
    rounds = [part.split(",") for part in text.split(";")][:ROUNDS]
    if any(len(one) != len(OUTCOMES) for one in rounds):
        raise ValueError(f"each forecast has {len(OUTCOMES)} probabilities.")
    return tuple(
        tuple(validate_probabilities([float(one) for one in part]).tolist()) for part in rounds
    )


def _written(forecasts: tuple[tuple[float, ...], ...]) -> str:
    return ";".join(map(written_vector, forecasts))


SOLO = (whole("game"), Parameter("said", _read, _written))
"""The game in the page's address: its number, and every forecast that was made."""


def solo_view(link: dict[str, object]) -> None:
    """Show the game.

    Args:
        link: What makes the page's address open this view.
    """
    game, said = _state()
    is_over = len(said) == ROUNDS
    now = draws(game, min(len(said) + 1, ROUNDS))
    left, right = st.columns(2, gap="large")
    with left:
        if is_over:
            st.markdown(f"**All {ROUNDS} rounds are played.** {_verdict(played(game, said))}")
        else:
            seen = ", ".join(
                f"{count} × {name}" for count, name in zip(now.counts, OUTCOMES, strict=True)
            )
            st.markdown(
                f"**Round {len(said) + 1} of {ROUNDS}.** A new urn, of which nobody knows what is "
                f"in it. {SEEN} draws gave **{seen}**. What comes next?"
            )
        if not is_over:
            bars = bar_editor(_EDITOR, _EVEN, (Q,), presets=_STARTS, least=3, most=3)
    address.keep({**link, "game": game, "said": said or None})
    with right:
        with st.container(horizontal=True):
            if not is_over:
                st.button("Commit", type="primary", on_click=_commit, args=(bars.values["q"],))
            st.button("New game", on_click=_begin)
        _show_scores(game, said)


def _show_scores(game: int, said: tuple[tuple[float, ...], ...]) -> None:
    scores = played(game, said)
    if said:
        last = draws(game, len(said))
        own, other = scores.own_log[-1], scores.computer_log[-1]
        st.markdown(
            f"It was **{OUTCOMES[last.outcome]}**: {measured(own, 'bits', 3)} for you, "
            f"{measured(other, 'bits', 3)} for the computer, which had given it "
            f"{last.computer[last.outcome]:.0%}."
        )
    else:
        st.markdown(
            "The computer sees the same draws and adds one to each count: Laplace's rule of "
            f"succession, (n + 1) / ({SEEN} + {len(OUTCOMES)}). Less is better: −log₂ of what you "
            "gave to the colour that comes."
        )
    you, computer = sum_of_scores(scores.own_log), sum_of_scores(scores.computer_log)
    mine = measured(you.total, "bits", 4)
    if you.infinite:
        st.warning(
            "You gave 0 to what happened: no finite surprise says how wrong that was. Beside the "
            "infinite sum stands the sum of your other rounds."
        )
        mine += f" ({written(you.finite, 4)} without {you.infinite} of {len(said)} rounds)"
    if said:
        quantities(
            {
                "You": mine,
                "The computer": measured(computer.total, "bits", 4),
                "Brier, you and it": f"{written(sum(scores.own_brier), 3)} and "
                f"{written(sum(scores.computer_brier), 3)}",
            }
        )
    plot(
        forecasting.running_scores(scores.own_log, scores.computer_log),
        key="solo-scores",
        alt=f"Sums of bits over {len(said)} rounds, yours {mine}, the computer's "
        f"{measured(computer.total, 'bits', 4)}.",
    )


def _verdict(scores: Played) -> str:
    own, other = sum(scores.own_log), sum(scores.computer_log)
    if own < other:
        return "You have beaten the computer."
    return "The computer has won." if other < own else "A draw."


def _state() -> tuple[int, tuple[tuple[float, ...], ...]]:
    game = address.take_or_warn("game", _check)
    said = address.take_or_warn("said")
    if game is not None:
        st.session_state[_GAME], st.session_state[_SAID] = game, said or ()
    if _GAME not in st.session_state:
        _begin()
    return st.session_state[_GAME], st.session_state[_SAID]


def _check(game: int) -> None:
    if game >= MOST_GAMES:
        raise ValueError(f"there are games 1 to {MOST_GAMES - 1:,}.")


def _begin() -> None:
    st.session_state[_GAME] = 1 + secrets.randbelow(MOST_GAMES - 1)
    st.session_state[_SAID] = ()
    set_bars(_EDITOR, _EVEN)


def _commit(forecast: tuple[float, ...]) -> None:
    st.session_state[_SAID] = (*st.session_state[_SAID], tuple(forecast))[:ROUNDS]
