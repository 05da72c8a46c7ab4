"""Runs in TensorBoard's event files: every scalar becomes a series, every folder a curve."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.exchange.collecting import Collector
from explorer.exchange.event_files import events_in, scalar_of
from explorer.exchange.refusal import ImportRefused

# Keras writes training and validation of a run to folders of their own under equal tags.
_PARTS = frozenset({"train", "training", "validation", "val", "valid", "test", "eval"})


def read_event_file(content: bytes, curve: str, into: Collector, prefix: str = "") -> None:
    """Read the scalars of one event file.

    The seconds of a measurement count from the file's first event.

    Args:
        content: The file's bytes.
        curve: What to call the curve.
        into: Takes the measurements.
        prefix: Put before every tag.

    Raises:
        ImportRefused: The file is cut off, damaged, or no event file.
    """
    begun: float | None = None
    for event in events_in(content):
        begun = event.wall_time if begun is None else begun
        for value in event.summary.value:
            number = scalar_of(value)
            if number is None:
                continue
            try:
                tag = value.tag.decode()
            except UnicodeDecodeError as error:
                raise ImportRefused("A tag in the event file is not text in UTF-8.") from error
            seconds = event.wall_time - begun
            into.add(curve, f"{prefix}{tag}", event.step, number, seconds=seconds)


def curve_and_prefix(folder: str, folders: Mapping[str, object], fallback: str) -> tuple[str, str]:
    """Say what the event files in a folder of an archive are called.

    Args:
        folder: Path of the folder, "" for the archive's top.
        folders: All folders with event files, by their path.
        fallback: The curve's name where the folder has none.

    Returns:
        Name of the curve, and what to put before its tags.
    """
    parent, _, leaf = folder.rpartition("/")
    siblings = {
        one.rpartition("/")[2].lower() for one in folders if one.rpartition("/")[0] == parent
    }
    if leaf.lower() in _PARTS and siblings <= _PARTS and len(siblings) > 1:
        return parent or fallback, f"{leaf}/"
    return folder or fallback, ""
