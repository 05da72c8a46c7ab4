"""Every figure that is built without Plotly's checks goes through them here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import plotly.graph_objects as go
import pytest

_checking = go.Figure


class CheckedFigure(go.Figure):
    """A figure that is checked, though not changed, where building it left the checks out."""

    def __init__(self, *args: Any, _validate: bool = True, **properties: Any) -> None:
        super().__init__(*args, _validate=_validate, **properties)
        if not _validate:
            assert len(_checking(self.to_dict()).data) == len(self.data)


@pytest.fixture(scope="package", autouse=True)
def _checked() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(go, "Figure", CheckedFigure)
        yield
