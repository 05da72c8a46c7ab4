"""The test images in one cell of the confusion matrix, as the trained network sees them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.jobs import launcher
from explorer.runs.digit_recognition import DigitNetwork
from explorer.runs.known_images import LabelledImages, known_test_images
from explorer.runs.mnist_files import MNIST_PIXELS_MD5
from explorer.runs.run import Run
from explorer.store.run_store import UnknownRun, WeightsError

MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the confusion matrix of one network.

    Attributes:
        curve: Index of the network.
        truth: True class.
        said: Class that it chose.
    """

    curve: int
    truth: int
    said: int


@dataclass(frozen=True, slots=True, eq=False)
class _Predicted:
    images: LabelledImages
    said: NDArray[np.int64]


def asked_cell(sent: Any, num_curves: int) -> Cell | None:
    """Read which cell a browser asks for; None for anything else."""
    if not isinstance(sent, Mapping):
        return None
    numbers: list[int] = [
        number for name in ("curve", "truth", "said") if type(number := sent.get(name)) is int
    ]
    if len(numbers) != 3:
        return None
    curve, truth, said = numbers
    if not (0 <= curve < num_curves and 0 <= truth < 10 and 0 <= said < 10):
        return None
    return Cell(curve, truth, said)


def images_in(run: Run, cell: Cell) -> dict[str, Any]:
    """Return the test images in a cell at the end of a run.

    Returns:
        The cell, and whether its images are `known` here; if so `count`, the number of known
        images in it, `whole`, whether all test images are known, and `pixels`, bytes in base64 of
        the first `MOST_SHOWN` of those in the cell.

    Raises:
        StoreUnavailable: The run store cannot be used.
    """
    predicted = _predicted(launcher.default_store().url, run.id, cell.curve, run)
    own = {"curve": cell.curve, "truth": cell.truth, "said": cell.said}
    if predicted is None:
        return {**own, "known": False}
    places = np.flatnonzero((predicted.images.labels == cell.truth) & (predicted.said == cell.said))
    pixels = predicted.images.images[places[:MOST_SHOWN]]
    return {
        **own,
        "known": True,
        "count": int(places.size),
        "whole": predicted.images.whole,
        "pixels": base64.b64encode(pixels.tobytes()).decode(),
    }


@st.cache_resource(max_entries=4, show_spinner=False)
def _known(store: str, run_id: str, _run: Run) -> LabelledImages | None:
    if _run.info is None:
        return None
    known = known_test_images(_run.info)
    if known is None and _run.info.data_md5 == MNIST_PIXELS_MD5:
        came = launcher.default_store().shipped.images
        return LabelledImages(came.pixels, came.labels, whole=False) if came.labels.size else None
    return known


@st.cache_resource(max_entries=16, show_spinner=False)
def _predicted(store: str, run_id: str, curve: int, _run: Run) -> _Predicted | None:
    images = _known(store, run_id, _run)
    if images is None or _run.info is None:
        return None
    try:
        weights = launcher.default_store().weights.get(run_id, curve)
    except (WeightsError, UnknownRun):
        # A network that was not kept, as of a curve that diverged, has nothing to say.
        return None
    network = DigitNetwork(
        _run.configs[curve],
        weights,
        _run.info.dataset,
        _run.info.pixel_mean,
        _run.info.pixel_scale,
    )
    return _Predicted(images, network.logits(images.images).argmax(axis=1))
