"""Small event files and archives, as trainings and people make them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from explorer.exchange.event_files import Event

BEGIN = Event(wall_time=0.0, file_version=b"brain.Event:2")
"""The first event of every file."""


def scalar(tag: str, step: int, value: float, at: float = 0.0) -> Any:
    """Return an event with one scalar, written at a time."""
    event = Event(wall_time=at, step=step)
    event.summary.value.add(tag=tag.encode(), simple_value=value)
    return event


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of files by their paths."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writing:
        for name, content in files.items():
            writing.writestr(name, content)
    return archive.getvalue()
