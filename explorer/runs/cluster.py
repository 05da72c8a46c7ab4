"""What is known of a cluster that carries out runs, as plain data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from explorer.runs.run import WorkerId

RAY_HOST = "ray:"
"""Begins `WorkerId.host` of a worker on Ray; the id of its node follows."""


@dataclass(frozen=True, slots=True)
class ClusterNode:
    """A machine of the cluster.

    Attributes:
        id: As Ray names it.
        address: Where it is reached.
        is_alive: Whether Ray hears from it.
        resources: What it offers in all: "CPU", "GPU", "memory" in bytes, and own ones.
    """

    id: str
    address: str
    is_alive: bool
    resources: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ClusterWorker:
    """A place for one training at a time.

    Attributes:
        name: Of its actor.
        state: "starting", "ready", "unreachable" or "ended".
        node: Id of the node that it is on, or "".
        pid: Process number there, or 0.
        device: Free memory of its GPUs, in words, or "".
        said: Its last sentence, or "".
    """

    name: str
    state: str
    node: str = ""
    pid: int = 0
    device: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """What the process that is connected to the cluster saw last.

    Attributes:
        address: Of the cluster.
        nodes: Its machines.
        workers: Its places for trainings.
        capacity: How many trainings fit on it at a time.
        gone: Host and process number of workers that Ray says are dead.
        fault: What went wrong last, in a sentence, or "".
    """

    address: str = ""
    nodes: tuple[ClusterNode, ...] = ()
    workers: tuple[ClusterWorker, ...] = ()
    capacity: int = 1
    gone: tuple[tuple[str, int], ...] = field(default=())
    fault: str = ""

    def says_dead(self, worker: WorkerId) -> bool:
        """Tell whether Ray is sure that a worker has ended."""
        return (worker.host, worker.pid) in self.gone

    def to_json(self) -> str:
        """Return the report as one JSON object."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> ClusterReport:
        """Read what `to_json` wrote; what a later version added is passed over."""
        found: dict[str, Any] = json.loads(text)
        return cls(
            address=found["address"],
            nodes=tuple(ClusterNode(**node) for node in found["nodes"]),
            workers=tuple(ClusterWorker(**worker) for worker in found["workers"]),
            capacity=found["capacity"],
            gone=tuple((host, pid) for host, pid in found["gone"]),
            fault=found["fault"],
        )
