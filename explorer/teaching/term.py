"""A term of the field, as the glossary and the pages explain it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Term:
    """An entry of the glossary.

    Attributes:
        name: The term in English, as formulas and texts use it.
        chinese: The term in Chinese.
        meaning: One or two sentences.
        formula: LaTeX for KaTeX, or "" where there is none.
        unit: Of the quantity, or "" where it has none.
        page: Address of the page that shows it.
        parameters: Of that page's address.
    """

    name: str
    chinese: str
    meaning: str
    formula: str
    unit: str
    page: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        """The name as it stands in an address."""
        return self.name.lower().replace("'", "").replace(" ", "-").replace("–", "-")

    def matches(self, words: str) -> bool:
        """Tell whether what a person typed occurs in the entry."""
        text = f"{self.name} {self.chinese} {self.meaning}".casefold()
        return all(word in text for word in words.casefold().split())
