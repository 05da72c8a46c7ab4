"""A person's text on the page, shown as it was written."""

from __future__ import annotations

import re


def escaped(text: str) -> str:
    """Return the text so that Markdown shows it as it is: no picture, link or formula."""
    return re.sub(r"([\\`*_{}\[\]|$~<>&!]|:(?=[a-z]))", r"\\\1", text)
