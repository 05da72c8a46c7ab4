"""Load the plotting library before the first plot, so that a live curve need not wait for it."""

from __future__ import annotations

from pages.components.frontend.frontend import component

_mount = component(__file__)


def warm_plots() -> None:
    """Let the browser load Plotly now; for pages whose first plot comes with a press."""
    _mount(key="plot warm", height=1)
