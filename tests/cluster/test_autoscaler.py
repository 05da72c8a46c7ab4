"""What is queued makes a cluster grow, with the stand-in for a cloud that comes with Ray."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.jobs import launcher
from explorer.store.run_store import RunStore
from tests.browser.server import free_port
from tests.cluster.on_ray import LONG, report, state
from tests.processes import end_processes_at_home, until

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("_server")]

MACHINE = {"CPU": 1, "GPU": 1, "object_store_memory": 80 * 2**20}
PATIENCE_SECONDS = 400
"""A machine that does much else takes minutes for each of Ray's processes."""


@pytest.fixture(scope="module")
def ray_address(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A head that offers nothing, and may add machines with a GPU each, which is only said."""
    from ray.util import get_node_ip_address

    address = f"{get_node_ip_address()}:{free_port()}"
    own = tmp_path_factory.mktemp("ray")
    kinds = {
        "ray.head.default": {"resources": {}, "node_config": {}, "max_workers": 0},
        "machine": {"resources": MACHINE, "node_config": {}, "max_workers": 2},
    }
    # The rest is what Ray asks for of every such file.
    settings = {
        "cluster_name": "machines_on_demand",
        "max_workers": 2,
        "idle_timeout_minutes": 0.1,
        "provider": {
            "type": "fake_multinode",
            "gcs_address": address,
            "use_node_id_as_ip": True,
            "disable_node_updaters": True,
            "disable_launch_config_check": True,
        },
        "available_node_types": kinds,
        "head_node_type": "ray.head.default",
        "auth": {},
        "file_mounts": {},
    }
    lists = ["cluster_synced_files", "initialization_commands", "setup_commands"]
    lists += [
        f"{who}_{what}_commands" for who in ("head", "worker") for what in ("setup", "start_ray")
    ]
    settings |= {name: [] for name in lists}
    config = own / "autoscaler.json"
    config.write_text(json.dumps(settings))
    try:
        subprocess.run(
            [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--num-cpus=0",
             "--num-gpus=0", "--object-store-memory=80000000", "--include-dashboard=false",
             f"--port={address.rpartition(':')[2]}", f"--autoscaling-config={config}"],
            env=os.environ
            | {"HOME": str(own), "RAY_FAKE_CLUSTER": "1", "AUTOSCALER_UPDATE_INTERVAL_S": "1",
               "RAY_USAGE_STATS_ENABLED": "0"},
            check=True,
        )  # fmt: skip
        yield address
    finally:
        end_processes_at_home(own)


def test_machines_come_for_what_is_queued_share_their_gpus_and_go_again(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_MAX_WORKERS", "3")
    monkeypatch.setenv("EXPLORER_WORKER_RESOURCES", "CPU=0.5, GPU=0.5")
    monkeypatch.setenv("EXPLORER_IDLE_MINUTES", "0.05")
    ids = [launcher.start([LONG], store=store) for _ in range(2)]
    until(
        lambda: all(store.runs.get(one).progress.step for one in ids),
        "both train",
        PATIENCE_SECONDS,
    )
    workers = [store.runs.get(one).worker for one in ids]
    assert len({worker.pid for worker in workers}) == 2
    assert len({worker.host for worker in workers}) == 1, "half a GPU each, of one machine"
    for one in ids:
        launcher.request_stop(one, store=store)
    until(lambda: {state(store, one) for one in ids} == {"stopped"}, "they stop")
    until(
        lambda: (
            [node.resources.get("GPU", 0) for node in report(store).nodes if node.is_alive] == [0]
        ),
        "the machine goes",
        PATIENCE_SECONDS,
    )
