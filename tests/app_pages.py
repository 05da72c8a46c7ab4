"""The pages that `app.py` offers, read from its navigation."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class AppPage:
    """One `st.Page(path, title=…)` of app.py."""

    path: str
    title: str

    @property
    def address(self) -> str:
        """Last part of the page's address."""
        return Path(self.path).stem


def app_pages() -> list[AppPage]:
    """Return every page in the order of the navigation; at least one, or the reading is wrong."""
    pages = []
    for node in ast.walk(ast.parse((ROOT / "app.py").read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.Page":
            options = {keyword.arg: ast.literal_eval(keyword.value) for keyword in node.keywords}
            pages.append(AppPage(ast.literal_eval(node.args[0]), options["title"]))
    assert pages, "app.py names no page in the form st.Page(path, title=…)"
    return pages
