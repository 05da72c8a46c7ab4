from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import filelock
import numpy as np
import pytest

from explorer.runs.mnist_files import FILES, DataError, Images, load_mnist
from explorer.trainer.mnist_download import DownloadStopped, download_mnist
from tests.own_machine import write_mnist


def fetching(program: str) -> tuple[str, ...]:
    """A download that is really this program; its folder is sys.argv[1]."""
    return (sys.executable, "-c", f"import pathlib, shutil, sys, time\n{program}")


def copying(source: Path) -> tuple[str, ...]:
    return fetching(f"shutil.copytree({str(source)!r}, sys.argv[1] + '/MNIST/raw')")


@pytest.fixture
def source(tmp_path: Path, images: Images) -> Path:
    write_mnist(tmp_path / "source", images)
    return tmp_path / "source"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "mnist"


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.iterdir() if not path.name.endswith(".lock"))


def test_a_download_appears_whole(source: Path, folder: Path, images: Images) -> None:
    download_mnist(folder, print, lambda: False, command=copying(source))
    np.testing.assert_array_equal(load_mnist(folder).train_images, images.train_images)
    assert left_over(folder) == ["mnist"]


def test_a_second_download_finds_the_first(source: Path, folder: Path) -> None:
    download_mnist(folder, print, lambda: False, command=copying(source))
    download_mnist(folder, print, lambda: False, command=fetching("sys.exit('not again')"))
    assert left_over(folder) == ["mnist"]


def test_a_damaged_download_never_appears(source: Path, folder: Path) -> None:
    (source / FILES["train_labels"]).write_bytes(b"damaged")
    with pytest.raises(DataError, match=FILES["train_labels"]):
        download_mnist(folder, print, lambda: False, command=copying(source))
    assert left_over(folder) == []


def test_a_damaged_earlier_download_is_replaced(source: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / FILES["train_labels"]).write_bytes(b"damaged")
    download_mnist(folder, print, lambda: False, command=copying(source))
    assert len(load_mnist(folder).train_labels) == 600


def test_a_download_that_fails_says_why_and_what_to_do(folder: Path) -> None:
    command = fetching("sys.exit('no route to host')")
    with pytest.raises(DataError, match=r"\(no route to host\): choose the embedded digits"):
        download_mnist(folder, print, lambda: False, command=command)
    assert left_over(folder) == []


def test_a_server_that_says_nothing_is_given_up(folder: Path) -> None:
    start = time.monotonic()
    with pytest.raises(DataError, match="does not answer"):
        download_mnist(folder, print, lambda: False, stall=0.3, command=fetching("time.sleep(60)"))
    assert time.monotonic() - start < 40
    assert left_over(folder) == []


def test_a_download_stops_at_once_when_asked(folder: Path) -> None:
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    start = time.monotonic()
    with pytest.raises(DownloadStopped):
        download_mnist(folder, print, stop.is_set, command=fetching("time.sleep(60)"))
    assert time.monotonic() - start < 40
    assert left_over(folder) == []


def test_progress_is_told_in_megabytes(folder: Path) -> None:
    said: list[str] = []
    program = "pathlib.Path(sys.argv[1], 'a.gz').write_bytes(bytes(5_000_000)); time.sleep(1)"
    with pytest.raises(DataError):
        download_mnist(folder, said.append, lambda: False, command=fetching(program))
    assert "Downloading MNIST: 5.0 of 11.6 MB." in said


def test_another_process_downloading_is_waited_for(folder: Path, source: Path) -> None:
    folder.parent.mkdir(parents=True)
    said: list[str] = []
    with (
        filelock.FileLock(folder.parent / "mnist.lock"),
        pytest.raises(DataError, match="does not end"),
    ):
        download_mnist(folder, said.append, lambda: False, deadline=0.3, command=copying(source))
    assert "Another process is downloading MNIST." in said
