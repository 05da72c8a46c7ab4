"""Carrying out queued runs: data, device, training, records, and how each run ended."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from explorer.training import devices
from explorer.training.config import ConfigError, TrainingConfig
from explorer.training.data import Source, TrainingData, digit_indices, load_source, prepare
from explorer.training.mnist_download import DownloadStopped, download_mnist, is_allowed
from explorer.training.mnist_files import DataError, cache_folder, given_folder
from explorer.training.recording import Recorder
from explorer.training.records import RunInfo
from explorer.training.run_database import StoreUnavailable
from explorer.training.run_rows import UnknownRun
from explorer.training.run_store import RunStore
from explorer.training.runs import FAILED, FINISHED, STOPPED, Control, Run
from explorer.training.trainer import total_steps, train
from explorer.training.watcher import RunWatcher


class Executor:
    """Carries out runs one after another, keeping the data of the last one.

    Args:
        store: The run store.
        slot: Number of the worker; of several GPUs that are equally free it takes its own.
    """

    def __init__(self, store: RunStore, slot: int = 0) -> None:
        self._store, self._slot = store, slot
        self._kept: tuple[Any, Source, TrainingData] | None = None
        self._download: threading.Thread | None = None

    def warm_up(self) -> None:
        """Do everything ahead of the first run that does not depend on it."""
        # Numbers too small for the normal format make every product slow.
        torch.set_flush_denormal(True)
        try:
            torch.set_num_threads(devices.choose_threads())
            devices.use_tf32()
            _, data = self._data("auto", devices.choose_device("auto", self._slot))
        except (DataError, devices.DeviceError) as error:
            # Told again, on screen, by the run that asks for it.
            print(error, file=sys.stderr)
        else:
            _rehearse(data)
        devices.git_revision()
        if is_allowed() and not given_folder() and not cache_folder().is_dir():
            self._download = threading.Thread(target=_download_ahead, daemon=True)
            self._download.start()

    def execute(self, run: Run) -> None:
        """Carry out a run; whatever goes wrong with it is written to it in plain words.

        Raises:
            StoreUnavailable: The run store cannot be used, so that nothing can be written.
        """
        ran_out = False
        try:
            self._store.finish(run.id, self._train(run))
        except DownloadStopped:
            self._store.finish(run.id, STOPPED)
        except UnknownRun as error:
            print(error, file=sys.stderr)
        except StoreUnavailable as error:
            # A full disk often has room for this one line, when not for the records.
            self._store.finish(run.id, FAILED, str(error))
            raise
        except (ConfigError, DataError, devices.DeviceError) as error:
            self._store.finish(run.id, FAILED, str(error))
        except (MemoryError, torch.OutOfMemoryError):
            self._store.finish(
                run.id,
                FAILED,
                "There is not enough memory for this race: choose fewer curves, smaller hidden "
                "layers or smaller batches.",
            )
            ran_out = True
        except Exception as error:
            traceback.print_exc()
            last_line = traceback.format_exception_only(error)[-1].strip()
            self._store.finish(
                run.id,
                FAILED,
                f"The training ended on an error of the program ({last_line}). Its log is in "
                f"{self._store.folder / 'workers'}.",
            )
        if ran_out and torch.cuda.is_initialized():
            # Here the error no longer holds what was allocated; others may want the memory too.
            torch.cuda.empty_cache()

    def free_bytes(self, config: TrainingConfig) -> float | None:
        """Return the free memory of the device that a config asks for; None if it is not there."""
        try:
            return devices.free_memory_bytes(devices.choose_device(config.device, self._slot))
        except devices.DeviceError:
            # Told on screen by the run itself.
            return None

    def _train(self, run: Run) -> str:
        with RunWatcher(self._store, run.id) as watcher:

            def report(words: str) -> None:
                self._store.set_message(run.id, words)

            torch.set_num_threads(devices.choose_threads())
            devices.use_tf32()
            device = devices.choose_device(run.configs[0].device, self._slot)
            source, data = self._data(run.configs[0].dataset, device, report, watcher.is_stopped)
            self._store.set_info(run.id, _info(source, data, device))
            steps = [total_steps(config, data) for config in run.configs]
            recorder = Recorder(self._store, run.id, steps)

            looks = 0

            def control() -> Control:
                nonlocal looks
                wish = watcher.control()
                if wish.pause:
                    recorder.flush()
                    looks += 1
                    # The newest steps follow the first look, and a run is not said to hold before
                    # they are recorded.
                    if looks == 2:
                        self._store.set_paused(run.id, True)
                elif looks:
                    self._store.set_paused(run.id, False)
                    looks = 0
                return wish

            for chunk in train(run.configs, data, control):
                recorder.add(chunk)
            recorder.flush()
            return STOPPED if watcher.is_stopped() else FINISHED

    def _data(
        self,
        dataset: str,
        device: torch.device,
        report: Callable[[str], None] = lambda words: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> tuple[Source, TrainingData]:
        wanted = (dataset, device, _files_now())
        if self._kept is None or self._kept[0] != wanted:
            source = load_source(dataset, report, stopped)
            wanted = (dataset, device, _files_now())
            self._kept = (wanted, source, prepare(source.images, device))
        return self._kept[1:]


def _rehearse(data: TrainingData) -> None:
    """Load what the first steps need, on a GPU every kernel of a whole training."""
    if data.train_images.device.type != "cuda":
        data.train_images[:200] @ data.train_images[:200].T
        return
    little = replace(
        data, train_images=data.train_images[:1_400], train_labels=data.train_labels[:1_400]
    )
    for _ in train([TrainingConfig(batch_size=20, epochs=1)], little):
        pass


def _files_now() -> tuple[tuple[Path, int, int], ...]:
    """Return what tells whether the files have changed since they were read."""
    folder = given_folder() or cache_folder()
    files = sorted(folder.rglob("*ubyte*")) if folder.is_dir() else []
    status = [(file, file.stat()) for file in files]
    return tuple((file, found.st_mtime_ns, found.st_size) for file, found in status)


def _download_ahead() -> None:
    """Fetch MNIST while nobody waits for it, so that a later run on "auto" finds it."""
    try:
        download_mnist(cache_folder(), lambda words: None, lambda: False)
    except DataError as error:
        print(error, file=sys.stderr)


def _info(source: Source, data: TrainingData, device: torch.device) -> RunInfo:
    shown = digit_indices(source.images.test_labels)
    return RunInfo(
        dataset=source.dataset,
        dataset_description=source.description,
        dataset_note=source.note,
        train_images=len(source.images.train_images),
        test_images=len(source.images.test_images),
        data_md5=source.md5,
        device=str(device),
        device_name=devices.device_name(device),
        device_memory_bytes=devices.device_memory_bytes(device),
        threads=torch.get_num_threads(),
        versions=devices.versions(),
        git_revision=devices.git_revision(),
        pixel_mean=data.pixel_mean,
        pixel_scale=data.pixel_scale,
        digits=source.images.test_images[shown],
        digit_labels=source.images.test_labels[shown],
    )
