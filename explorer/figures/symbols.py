r"""Symbols in prose and formulas, in the colours of their bars.

The colours written here are those of the light ground; `pages/components/frontend/page.css` gives
each its partner where the text around is light.
"""

from __future__ import annotations

import re

from explorer.figures.palette import text_colour

_SUBSCRIPT = r"(?:_(?:\\?[A-Za-z0-9]+(?:\{[^{}]*\})?|\{[^{}]*\}))?"
# In this order: the symbols inside H(p,q) are its own.
_SYMBOLS = {
    "H(p,q)": r"H\(p,\s*q\)",
    "H(p)": r"H\(p\)",
    "D": r"D\([pq]\s*(?:\\[,;]|\s)*\\\|\s*(?:\\[,;]|\s)*[pq]\)",
    "p": rf"(?<![A-Za-z\\])p(?![A-Za-z(]){_SUBSCRIPT}",
    "q": rf"(?<![A-Za-z\\])q(?![A-Za-z(]){_SUBSCRIPT}",
}
_MEANINGS = tuple(_SYMBOLS)
_SYMBOL = re.compile("|".join(f"({pattern})" for pattern in _SYMBOLS.values()))
_FORMULA = re.compile(r"(?<!\\)\$\$?(?:[^$\\]|\\.)+\$\$?", re.DOTALL)


def coloured(markdown: str) -> str:
    r"""Return the text with p, q, H(p), H(p,q) and D(p‖q) of its formulas in their colours.

    Args:
        markdown: Markdown with KaTeX between dollar signs; D as `D(p\,\|\,q)` or `D(p\|q)`.
    """
    return _FORMULA.sub(lambda formula: _SYMBOL.sub(_in_colour, formula[0]), markdown)


def _in_colour(symbol: re.Match[str]) -> str:
    meaning = _MEANINGS[(symbol.lastindex or 1) - 1]
    return rf"\textcolor{{{text_colour(meaning)}}}{{{symbol[0]}}}"
