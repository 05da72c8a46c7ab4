"""Colours and dash patterns that figures, components and the theme share.

One colour has one meaning, on every page: `MEANINGS` is the only table of it. The hues are Okabe
and Ito's colour-blind-safe set (Color Universal Design, 2008), shifted where contrast asks for it.
A figure names the colour for the light ground; the plot component replaces it by the one of the
same place in the dark theme, `theme.dark.chartCategoricalColors` in `.streamlit/config.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple


class Shade(NamedTuple):
    """A colour on the light ground and its partner on the dark one, `#rrggbb` each."""

    light: str
    dark: str


class Meaning(NamedTuple):
    """The colours of one quantity.

    Attributes:
        main: Of lines and areas: 3 to 1 against both grounds (WCAG 2.2, 1.4.11).
        text: Of symbols and words: 4.5 to 1 (1.4.3).
        second: Of a second curve or bar of the same quantity, lines, areas and text.
    """

    main: Shade
    text: Shade
    second: Shade


MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        "p": Meaning(
            Shade("#0072b2", "#4ba7e8"), Shade("#0072b2", "#4ba7e8"), Shade("#004a7a", "#b3dcfa")
        ),
        "q": Meaning(
            Shade("#d55e00", "#ff8a3d"), Shade("#b34e00", "#ff8a3d"), Shade("#8a3a00", "#ffc9a3")
        ),
        "D": Meaning(
            Shade("#009e73", "#2cc79a"), Shade("#007d5b", "#2cc79a"), Shade("#005c42", "#a6ead5")
        ),
        "H(p,q)": Meaning(
            Shade("#b8578f", "#e38fc0"), Shade("#b04c87", "#e38fc0"), Shade("#7a2c5c", "#f8d3e8")
        ),
        "squared error": Meaning(
            Shade("#b07a00", "#e8b53a"), Shade("#8f6300", "#e8b53a"), Shade("#6b4a00", "#f9dfa0")
        ),
        "H(p)": Meaning(
            Shade("#3a9bd6", "#8cd0f7"), Shade("#1a73ad", "#8cd0f7"), Shade("#175f90", "#e6f6fe")
        ),
        "hinge": Meaning(
            Shade("#6b5bb5", "#a99af0"), Shade("#6b5bb5", "#a99af0"), Shade("#3f3285", "#dcd6fb")
        ),
    }
)
"""Quantity → its colours; the true p, the model q, D(p‖q), the cross-entropy H(p,q), …"""

P = MEANINGS["p"].main.light
Q = MEANINGS["q"].main.light
DIVERGENCE = MEANINGS["D"].main.light
ENTROPY = MEANINGS["H(p)"].main.light
CROSS_ENTROPY = MEANINGS["H(p,q)"].main.light
SQUARED_ERROR = MEANINGS["squared error"].main.light
HINGE = MEANINGS["hinge"].main.light

# Of what is drawn beside those quantities.
_OTHER = Shade("#7a5230", "#c79a70")
_NEUTRAL = Shade("#5f6b7a", "#9aa7b8")
_INK = Shade("#1b2430", "#e8edf4")
OTHER, NEUTRAL, INK = _OTHER.light, _NEUTRAL.light, _INK.light

_CURVES = (*(meaning.main for meaning in MEANINGS.values()), _OTHER, _NEUTRAL, _INK)
_MORE = (
    shade
    for meaning in MEANINGS.values()
    for shade in dict.fromkeys((meaning.text, meaning.second))
    if shade not in _CURVES
)
_ALL = (*_CURVES, *_MORE)

CURVES = tuple(shade.light for shade in _CURVES)
"""The colours that tell many curves apart, where none has a meaning."""
CATEGORICAL = tuple(shade.light for shade in _ALL)
"""Every colour of a figure: those of `CURVES`, then texts and second shades."""
CATEGORICAL_DARK = tuple(shade.dark for shade in _ALL)
"""The partner of each colour on the dark ground, as in `theme.dark`."""

# Curves differ by dash as well as by colour, so that they stay apart in a grey print.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def text_colour(meaning: str) -> str:
    """Return the colour of a symbol or a word of a figure that names this quantity.

    Args:
        meaning: Key of `MEANINGS`.
    """
    return MEANINGS[meaning].text.light


def second_colour(meaning: str) -> str:
    """Return the colour of a second curve or bar of this quantity.

    Args:
        meaning: Key of `MEANINGS`.
    """
    return MEANINGS[meaning].second.light


def meaning_lines(meanings: Sequence[str]) -> list[dict[str, object]]:
    """Return Plotly's line styles of curves of some quantities; of twelve no two look alike.

    Args:
        meanings: The quantity of each curve, a key of `MEANINGS`.
    """
    lines: list[dict[str, object]] = []
    for number, meaning in enumerate(meanings):
        colours = [MEANINGS[meaning].main.light, MEANINGS[meaning].second.light]
        if list(meanings[:number]).count(meaning) % 2:
            colours.reverse()
        dash = DASHES[number % len(DASHES)]
        either = [{"color": colour, "dash": dash, "width": 2.5} for colour in colours]
        lines.append(either[either[0] in lines])
    return lines


def with_alpha(colour: str, alpha: float) -> str:
    """Return `#rrggbb` as Plotly's `rgba(…)`, with `alpha` from 0 (clear) to 1 (solid)."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"
