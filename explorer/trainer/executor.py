"""Carrying out queued runs: data, device, training, records, and how each run ended."""

from __future__ import annotations

import gc
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from explorer.jobs.memory import OUT_OF_MEMORY, give_back_freed, shortage
from explorer.jobs.worker_status import say
from explorer.runs.config import ConfigError, TrainingConfig
from explorer.runs.mnist_files import DataError, cache_folder, given_folder
from explorer.runs.records import RunInfo
from explorer.runs.run import FAILED, FINISHED, STOPPED, Control, Run
from explorer.store.database import StoreUnavailable
from explorer.store.patience import Patience
from explorer.store.rows import ClaimLost, UnknownRun
from explorer.store.run_store import RunStore
from explorer.trainer import devices
from explorer.trainer.data import Source, TrainingData, load_source, prepare
from explorer.trainer.loop import bursts, total_steps, train
from explorer.trainer.mnist_download import DownloadStopped, download_mnist, is_allowed
from explorer.trainer.recording import Recorder, StoreWriter
from explorer.trainer.watcher import RunWatcher


class Executor:
    """Carries out runs one after another, keeping the data of the last one.

    Args:
        patience: How to wait for it when it cannot be used.
        slot: Number of the worker; of several GPUs that are equally free it takes its own.
    """

    def __init__(self, store: RunStore, patience: Patience | None = None, slot: int = 0) -> None:
        self._store, self._patience, self._slot = store, patience or Patience(), slot
        self._kept: tuple[Any, Source] | None = None
        self._prepared: TrainingData | None = None
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
            say(error)
        else:
            _rehearse(data)
        devices.git_revision()
        if is_allowed() and not given_folder() and not cache_folder().is_dir():
            self._download = threading.Thread(target=_download_ahead, daemon=True)
            self._download.start()

    def execute(self, run: Run) -> None:
        """Carry out a run; whatever goes wrong with it is written to it in plain words.

        Raises:
            StoreUnavailable: The run store could not be used for too long, so that nothing can
                be written.
        """
        try:
            status, words = self._outcome(run)
            if words == OUT_OF_MEMORY and torch.cuda.is_initialized():
                # Here no error holds what was allocated any more; others may want the memory too.
                torch.cuda.empty_cache()
            self._patience.insist(lambda: self._store.runs.finish(run.id, status, words))
        except (ClaimLost, UnknownRun) as error:
            # There is nothing to write to any more.
            say(error)

    def _outcome(self, run: Run) -> tuple[str, str]:
        """Train a run, and return how it ended, and where it failed why."""
        try:
            return self._train(run), ""
        except DownloadStopped:
            return STOPPED, ""
        except (ClaimLost, UnknownRun, StoreUnavailable):
            raise
        except (ConfigError, DataError, devices.DeviceError) as error:
            return FAILED, str(error)
        except (MemoryError, torch.OutOfMemoryError):
            return FAILED, OUT_OF_MEMORY
        except Exception as error:
            say(traceback.format_exc())
            last_line = traceback.format_exception_only(error)[-1].strip()
            return FAILED, (
                f"The training ended with an error in the program ({last_line}). Its log is in "
                f"{self._store.folder / 'workers'}."
            )

    def let_go(self) -> None:
        """Give back the memory of the images as numbers for the device.

        Those of MNIST take 210 MiB, four times as much as the images as they were read, and are
        made of them again in a moment.
        """
        if self._prepared is not None:
            self._prepared = None
            gc.collect()
            give_back_freed()

    def free_bytes(self, config: TrainingConfig) -> float | None:
        """Return the free memory of the device that a config asks for; None if it is not there."""
        try:
            return devices.free_memory_bytes(devices.choose_device(config.device, self._slot))
        except devices.DeviceError:
            # Told on screen by the run itself.
            return None

    def _train(self, run: Run) -> str:
        # The watcher ends first: once the training is over, nobody need be ended for a stop.
        with (
            StoreWriter(self._patience) as writer,
            RunWatcher(self._store, run.id, self._patience, writer.drain) as watcher,
        ):

            def report(words: str) -> None:
                writer.put(lambda: self._store.runs.set_message(run.id, words))

            torch.set_num_threads(devices.choose_threads())
            devices.use_tf32()
            device = devices.choose_device(run.configs[0].device, self._slot)
            if words := shortage(run.configs, devices.free_memory_bytes(device)):
                raise ConfigError(words)
            source, data = self._data(run.configs[0].dataset, device, report, watcher.is_stopped)
            info = run_info(source, data, device)
            writer.put(lambda: self._store.runs.set_info(run.id, info))
            steps = [total_steps(config, data) for config in run.configs]
            recorder = Recorder(self._store, run.id, steps, writer.put)

            looks = 0

            def control() -> Control:
                nonlocal looks
                writer.check()
                request = watcher.control()
                if request.pause:
                    recorder.flush()
                    looks += 1
                    # The newest steps follow the first look, and a run is not said to hold before
                    # they are recorded.
                    if looks == 2:
                        writer.put(lambda: self._store.runs.set_paused(run.id, True))
                elif looks:
                    writer.put(lambda: self._store.runs.set_paused(run.id, False))
                    looks = 0
                # What is held in memory while the store cannot be used has an end.
                return replace(request, pause=True) if writer.is_full else request

            for burst in bursts(run.configs, data, control):
                recorder.add(*burst)
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
            # Two sets of images at a time would take twice the memory.
            self._kept = self._prepared = None
            source = load_source(dataset, report, stopped)
            self._kept = ((dataset, device, _files_now()), source)
        source = self._kept[1]
        if self._prepared is None:
            self._prepared = prepare(source.images, device)
        return source, self._prepared


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
        say(error)


def run_info(source: Source, data: TrainingData, device: torch.device) -> RunInfo:
    """Return what a training runs on, and the digits that it shows."""
    shown = data.digit_indices.cpu().numpy()
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
