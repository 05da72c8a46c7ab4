"""One colour has one meaning, and can be read on either ground, in figures and in words."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from explorer.figures.palette import (
    CATEGORICAL,
    CATEGORICAL_DARK,
    CURVES,
    MEANINGS,
    meaning_lines,
)
from explorer.figures.symbols import coloured

ROOT = Path(__file__).resolve().parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
STYLE = (ROOT / "pages" / "components" / "frontend" / "page.css").read_text()
GROUNDS = ("backgroundColor", "secondaryBackgroundColor")


def channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio of two #rrggbb colours, from 1 to 21."""

    def luminance(colour: str) -> float:
        shares = (channel / 255 for channel in channels(colour))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_no_two_meanings_share_a_colour():
    for ground in ("light", "dark"):
        families = [{getattr(shade, ground) for shade in meaning} for meaning in MEANINGS.values()]
        assert len(set.union(*families)) == sum(map(len, families))


@pytest.mark.parametrize("ground", ["light", "dark"])
@pytest.mark.parametrize("meaning", MEANINGS)
def test_areas_and_text_stand_out_from_their_ground(meaning, ground):
    one = MEANINGS[meaning]
    main, text, second = (getattr(shade, ground) for shade in one)
    # WCAG 2.2, 1.4.11 and 1.4.3.
    assert contrast(main, CONFIG[ground]["backgroundColor"]) >= 3
    for behind in GROUNDS:
        assert contrast(text, CONFIG[ground][behind]) >= 4.5
        assert contrast(second, CONFIG[ground][behind]) >= 4.5
    # Two curves of one quantity differ from each other too.
    assert contrast(main, second) >= 1.4


def test_every_colour_has_its_partner_on_the_dark_ground():
    assert len(CATEGORICAL) == len(set(CATEGORICAL)) == len(CATEGORICAL_DARK)
    partners = dict(zip(CATEGORICAL, CATEGORICAL_DARK, strict=True))
    for meaning in MEANINGS.values():
        for shade in meaning:
            assert partners[shade.light] == shade.dark
    assert CATEGORICAL[: len(CURVES)] == CURVES


@pytest.mark.parametrize("meanings", [["H(p,q)"] * 12, ["p", *["q"] * 7], ["p", "q"] * 6])
def test_curves_of_one_quantity_differ_by_shade_or_dash(meanings):
    lines = meaning_lines(meanings)
    assert len({(line["color"], line["dash"]) for line in lines}) == len(meanings)
    for line, meaning in zip(lines, meanings, strict=True):
        assert line["color"] in {MEANINGS[meaning].main.light, MEANINGS[meaning].second.light}


# ------------------------------------------------------------------------- symbols and words


def coloured_parts(markdown: str) -> list[tuple[str, str]]:
    """What is coloured, and the meaning of its colour."""
    by_text = {meaning.text.light: name for name, meaning in MEANINGS.items()}
    found = re.findall(
        r"\\textcolor\{(#\w{6})\}\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}", markdown
    )
    return [(part, by_text[colour]) for colour, part in found]


@pytest.mark.parametrize(
    ("formula", "parts"),
    [
        (
            r"$H(p,q) = -\sum_i p_i \log q_i$",
            [("H(p,q)", "H(p,q)"), ("p_i", "p"), ("q_i", "q")],
        ),
        (r"$D(p\,\|\,q) = H(p,q) - H(p)$", [(r"D(p\,\|\,q)", "D"), ("H(p,q)",) * 2, ("H(p)",) * 2]),
        (r"$D(q\|p)$", [(r"D(q\|p)", "D")]),
        (r"$\tfrac{p_i}{q_{i+1}} \exp(p)$", [("p_i", "p"), ("q_{i+1}", "q"), ("p", "p")]),
        (r"$-\ln q_\text{true}$ and $q$", [(r"q_\text{true}", "q"), ("q", "q")]),
        (r"$\operatorname{softmax}(z) + \exp z + \partial L / \partial z$", []),
        (r"a p and a q in prose, and a price of \$5 and \$6", []),
    ],
)
def test_the_symbols_of_a_formula_take_the_colours_of_their_bars(formula, parts):
    assert coloured_parts(coloured(formula)) == parts


def test_colouring_leaves_the_words_and_the_formula_as_they_were():
    text = r"Prose with p, $q_i - p_i$ and $$H(p,q)$$ at the end."
    plain = re.sub(r"\\textcolor\{#\w{6}\}\{([^{}]*)\}", r"\1", coloured(text))
    assert plain == text


def test_the_page_gives_every_text_colour_its_partner_where_the_text_around_is_light():
    channel = r"calc\((\d+) \+ (-?\d+) \* var\(--cee-lit\)\)"
    rule = re.compile(
        r'\.katex \[style\*="rgb\((\d+), (\d+), (\d+)\)"\] '
        rf"\{{ color: rgb\(from currentcolor {channel} {channel} {channel} / 1\) !important; \}}"
    )
    partners = {}
    for found in rule.findall(STYLE):
        numbers = tuple(map(int, found))
        light, starts, ways = numbers[:3], numbers[3::2], numbers[4::2]
        assert starts == light
        partners[light] = tuple(a + b for a, b in zip(starts, ways, strict=True))
    assert partners == {
        channels(meaning.text.light): channels(meaning.text.dark) for meaning in MEANINGS.values()
    }
