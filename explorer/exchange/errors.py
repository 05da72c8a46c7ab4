"""Why a file is not taken in, or curves are not written out."""

from __future__ import annotations


class ImportRefused(ValueError):
    """A file that cannot be taken in; its text is a plain sentence, and nothing was changed.

    Attributes:
        columns: Of a table, the names of the columns of which a person could say that it counts
            the steps; none where that would not help.
    """

    def __init__(self, text: str, columns: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.columns = columns


class ExportRefused(ValueError):
    """Curves that a format cannot hold; its text is a plain sentence."""


def quoted(text: str, most: int = 60) -> str:
    """Return any text in quotation marks for a sentence: printable, and short."""
    shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
    return f"“{shown}”" if len(shown) <= most else f"“{shown[: most - 1]}…”"
