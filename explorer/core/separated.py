"""Splitting a list that a person typed into its pieces, none of which may be missing."""

from __future__ import annotations

import re

_NAMES = {",": "comma", ";": "semicolon"}


def separated(text: str, piece: str, *, marks: str = ",;", by_space: bool = True) -> list[str]:
    """Return the pieces of a list, as in "0.5, 0.5" or "1 2 3".

    Commas, semicolons and white space separate, in any mix; but where nothing stands beside a
    comma, a piece was forgotten, and the list has another length than it seems to have.

    Args:
        text: What was typed, full-width forms already turned into ordinary ones.
        piece: What one piece is, such as "number".
        marks: Which of comma and semicolon separate.
        by_space: Whether white space other than a line's end separates too.

    Returns:
        The pieces, stripped; none for a text of nothing but separators and white space.

    Raises:
        ValueError: A piece is missing beside a comma or semicolon; a plain sentence.
    """
    parts = re.split(f"([{marks}])", text)
    if not any(part.strip() for part in parts[::2]):
        return []
    pieces: list[str] = []
    for place in range(0, len(parts), 2):
        part = parts[place]
        if not part.strip():
            mark = _NAMES[parts[place - 1] if place else parts[1]]
            raise ValueError(
                f"{piece.capitalize()} {len(pieces) + 1} is missing beside a {mark}: write it, or "
                f"take the {mark} out."
            )
        found = part.split() if by_space else part.splitlines()
        pieces += [one.strip() for one in found if one.strip()]
    return pieces
