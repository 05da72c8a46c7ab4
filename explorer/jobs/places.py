"""Where trainings run at this moment: machines, devices, what waits, what went wrong last."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass

from explorer.jobs import gpus, launcher, memory, worker_processes
from explorer.jobs.engine import engine
from explorer.jobs.ray_engine import RayEngine
from explorer.runs.cluster import RAY_HOST, ClusterNode, ClusterReport
from explorer.runs.run import FAILED, LOST
from explorer.store.run_store import RunStore

_KIND = "accelerator_type:"
_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Place:
    """A machine that trains.

    Attributes:
        machine: Its name or address.
        devices: Processors and GPUs, in words.
        memory: What is free, or what it offers, in words.
        trainings: How many run there now.
        state: "ready", or what is amiss.
    """

    machine: str
    devices: str
    memory: str
    trainings: int
    state: str = "ready"


@dataclass(frozen=True, slots=True)
class Places:
    """Everything that trains.

    Attributes:
        engine: What carries out runs, in words.
        machines: Where.
        capacity: How many trainings run at a time.
        waiting: How many races wait.
        fault: What went wrong last, in a sentence, or "".
    """

    engine: str
    machines: tuple[Place, ...]
    capacity: int
    waiting: int
    fault: str = ""


def places(store: RunStore) -> Places:
    """Return where the trainings of a store run.

    Raises:
        ConfigError: A setting of the environment cannot be used.
        StoreUnavailable: The run store cannot be used.
    """
    here, busy = engine(), store.cluster.trainings_by_host()
    waiting, capacity = store.cluster.waiting(), here.capacity()
    fault = here.start_failure(store)
    if isinstance(here, RayEngine):
        words, report = f"the Ray cluster at {here.address}", here.report()
        machines = _on_ray(report, busy) if report else ()
        fault = fault or (
            report.fault
            if report
            else "Nothing recent is known of the cluster: its driver is starting or gone."
        )
    else:
        words, machines = "worker processes of this machine", _local(busy)
    return Places(words, machines, capacity, waiting, fault or _last_fault(store))


def _last_fault(store: RunStore) -> str:
    """Say what became of the newest race of the last day that failed or was lost; "" for none."""
    for run in store.runs.list():
        if run.created_at < time.time() - _DAY_SECONDS:
            break
        if launcher.state_of(run) in (FAILED, LOST):
            which = f"The race “{run.name}”" if run.name else "A race"
            return f"{which} went wrong: {launcher.explain(run, store=store)}"
    return ""


def _local(busy: Mapping[str, int]) -> tuple[Place, ...]:
    own = worker_processes.process_space()
    free = f"{memory.available_bytes() / 2**30:,.1f} GiB free"
    here = Place(
        platform.node() or "this machine",
        _listed(_cores(os.cpu_count() or 1), gpus.said()),
        _listed(free, gpus.free_memory()),
        busy.get(own, 0),
    )
    elsewhere = sum(count for host, count in busy.items() if host != own)
    others = Place("other machines with this store", "", "", elsewhere)
    return (here, others) if elsewhere else (here,)


def _on_ray(report: ClusterReport, busy: Mapping[str, int]) -> tuple[Place, ...]:
    return tuple(
        Place(
            node.address,
            _devices(node),
            _memory(node, report),
            busy.get(f"{RAY_HOST}{node.id}", 0),
            _state(node, report),
        )
        for node in report.nodes
        if node.is_alive or busy.get(f"{RAY_HOST}{node.id}")
    )


def _state(node: ClusterNode, report: ClusterReport) -> str:
    if not node.is_alive:
        return "gone"
    states = [worker.state for worker in report.workers if worker.node == node.id]
    return "unreachable" if "unreachable" in states else "ready"


def _devices(node: ClusterNode) -> str:
    """Name what a node offers; Ray names the kind of its GPUs as one more thing to ask for."""
    parts = [_cores(int(node.resources.get("CPU", 0)))]
    kinds = [name.removeprefix(_KIND) for name in node.resources if name.startswith(_KIND)]
    for name, amount in sorted(node.resources.items()):
        if name in ("CPU", "memory") or name.startswith(_KIND) or not amount:
            continue
        kind = f" ({', '.join(kinds)})" if name == "GPU" and kinds else ""
        parts.append(f"{amount:g} × {name}{kind}")
    return _listed(*parts)


def _memory(node: ClusterNode, report: ClusterReport) -> str:
    """Say what a node offers, and what its workers see on their GPUs."""
    seen = {worker.device for worker in report.workers if worker.node == node.id and worker.device}
    offered = f"{node.resources.get('memory', 0.0) / 2**30:,.1f} GiB offered"
    return _listed(offered, *sorted(seen))


def _cores(count: int) -> str:
    return "1 core" if count == 1 else f"{count} cores"


def _listed(*words: str) -> str:
    return ", ".join(filter(None, words))
