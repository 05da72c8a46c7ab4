"""A Ray cluster on this machine, and what is seen of it through the store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from explorer.jobs import launcher
from explorer.runs.cluster import ClusterReport
from explorer.runs.config import TrainingConfig
from explorer.store.run_store import RunStore

BASE = TrainingConfig(dataset="digits", device="cpu", epochs=4, batch_size=100)
LONG = TrainingConfig(dataset="digits", device="cpu", epochs=1000, batch_size=20)


def report(store: RunStore) -> ClusterReport:
    latest = store.cluster.latest()
    return latest[0] if latest else ClusterReport()


def state(store: RunStore, run_id: str) -> str:
    return launcher.state_of(store.runs.get(run_id))


@contextmanager
def local_cluster(nodes: int, **head: Any) -> Iterator[Any]:
    """Start a head that offers nothing and nodes of one CPU each; they end with the `with` block.

    Args:
        nodes: How many; they are the `nodes` of what is yielded, a `ray.cluster_utils.Cluster`.
        head: Further options of the head.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    cluster = Cluster()
    try:
        add_node(cluster, num_cpus=0, **head)
        cluster.nodes = [add_node(cluster, num_cpus=1) for _ in range(nodes)]
        cluster.wait_for_nodes()
        yield cluster
    finally:
        cluster.shutdown()


def add_node(cluster: Any, **options: Any) -> Any:
    """Add a node; Ray gives one up that takes 30 s to start, as on a busy machine."""
    tries = 3
    while True:
        tries -= 1
        try:
            return cluster.add_node(object_store_memory=80 * 2**20, **options)
        except Exception as error:
            if not tries or "timed out during startup" not in str(error):
                raise
