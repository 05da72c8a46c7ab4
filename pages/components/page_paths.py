"""Where the pages of the app lie, by their addresses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

_ROOT = Path(__file__).resolve().parents[2]

PAGE_PATHS: Mapping[str, str] = MappingProxyType(
    {
        path.stem: path.relative_to(_ROOT).as_posix()
        for path in sorted((_ROOT / "pages").glob("*/*.py"))
        if path.parent.name != "components"
    }
)
"""Last part of a page's address → its file, as `app.py` names it."""
