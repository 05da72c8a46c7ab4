from __future__ import annotations

import weakref

import pytest
import torch

from explorer.jobs.worker_processes import this_process
from explorer.runs.config import TrainingConfig
from explorer.store.run_store import RunStore
from explorer.trainer import executor as executor_module
from explorer.trainer.executor import Executor
from explorer.trainer.loop import bursts

SHORT = TrainingConfig(dataset="digits", device="cpu", hidden_sizes=(8,), epochs=1)


@pytest.mark.parametrize("error", [MemoryError, torch.OutOfMemoryError])
def test_memory_that_runs_out_is_told_and_given_back_and_the_next_race_trains(
    error: type[Exception], store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[weakref.ref[torch.Tensor]] = []
    kept_when_emptied: list[bool] = []

    def too_large(*arguments: object):
        taken = torch.zeros(1000)
        held.append(weakref.ref(taken))
        raise error("CUDA out of memory.")
        yield taken

    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(
        torch.cuda, "empty_cache", lambda: kept_when_emptied.append(held[0]() is not None)
    )
    executor = Executor(store)
    for trainer in (too_large, bursts):
        monkeypatch.setattr(executor_module, "bursts", trainer)
        store.runs.create([SHORT])
        run = store.runs.claim_next(this_process())
        assert run is not None
        executor.execute(run)
    second, first = store.runs.list()
    assert first.status == "failed"
    assert first.error.startswith("There is not enough memory for this race: choose fewer curves")
    # The error, and with it every tensor of the training, was let go before.
    assert kept_when_emptied == [False]
    assert second.status == "finished"
