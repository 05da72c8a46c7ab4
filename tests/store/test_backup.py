"""A copy of the store, and a store made from one; on PostgreSQL too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from explorer.runs.config import TrainingConfig
from explorer.store import backup
from explorer.store.backup import BackupRefused
from explorer.store.run_store import RunStore, StoreUnavailable
from explorer.store.tables import metadata
from tests.runs.sample_records import MARK, divergence, final_weights, grid_of, steps

RACE = [TrainingConfig(seed=3), TrainingConfig(loss="softmax_squared_error", seed=3)]


def rows(store: RunStore) -> dict[str, Sequence[object]]:
    with store._database.transaction() as connection:
        return {
            table.name: connection.execute(
                sa.select(table).order_by(*table.primary_key.columns)
            ).all()
            for table in metadata.sorted_tables
        }


def fill(store: RunStore) -> str:
    run_id = store.runs.create(RACE, "Zwei Läufe, 'quoted' — ∞")
    store.runs.claim_next(MARK)
    store.records.append(run_id, [*steps(1, 5), divergence(1, 3)])
    store.annotations.set_tags(run_id, ["for the talk"], 0)
    store.records.append(run_id, [final_weights(0, 5, {"bias": np.float32([0.5, -0.0])})])
    store.runs.finish(run_id, "finished")
    store.sweeps.create(grid_of(RACE[0]), "one cell")
    return run_id


def test_what_was_saved_comes_back_row_for_row_and_the_store_goes_on(
    store: RunStore, fresh_url: Callable[[], str], tmp_path: Path
) -> None:
    run_id = fill(store)
    kept = rows(store)
    copied = backup.save(tmp_path / "copy", store.url)
    assert copied == {name: len(found) for name, found in kept.items()}
    assert (copied["runs"], copied["curves"], copied["weights"]) == (1, 2, 1)
    other = RunStore(fresh_url())
    assert backup.restore(tmp_path / "copy", other.url) == copied
    assert rows(other) == kept
    assert other.runs.get(run_id).configs == tuple(RACE)
    # Numbers go on after those that came along.
    again = other.runs.create(RACE)
    assert [row.run_id for row in other.curves.list()] == [again] * 2 + [run_id] * 2
    other.close()


def test_the_copy_is_of_one_moment_though_a_training_goes_on_meanwhile(
    store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    kept = rows(store)
    read = backup._read

    def meanwhile(connection: sa.Connection, table: sa.Table) -> Iterator[list[dict[str, object]]]:
        yield from read(connection, table)
        store.runs.create(RACE, "begun meanwhile")

    monkeypatch.setattr(backup, "_read", meanwhile)
    backup.save(tmp_path / "copy", store.url)
    copy = RunStore(f"sqlite:///{tmp_path}/copy")
    assert rows(copy) == kept
    assert rows(store) != kept
    copy.close()


def test_a_store_that_holds_something_and_a_file_that_exists_are_left_as_they_are(
    store: RunStore, fresh_url: Callable[[], str], tmp_path: Path
) -> None:
    fill(store)
    backup.save(tmp_path / "copy", store.url)
    before, bytes_before = rows(store), (tmp_path / "copy").read_bytes()
    with pytest.raises(BackupRefused, match="not empty"):
        backup.restore(tmp_path / "copy", store.url)
    with pytest.raises(BackupRefused, match="exists already"):
        backup.save(tmp_path / "copy", store.url)
    with pytest.raises(BackupRefused, match="no file"):
        backup.restore(tmp_path / "nothing", fresh_url())
    (tmp_path / "text").write_text("no store at all, but long enough to be looked at" * 100)
    with pytest.raises(StoreUnavailable, match="not a readable run store"):
        backup.restore(tmp_path / "text", fresh_url())
    assert rows(store) == before
    assert (tmp_path / "copy").read_bytes() == bytes_before


def test_a_copy_that_fails_half_way_leaves_nothing_behind(
    store: RunStore, fresh_url: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    backup.save(tmp_path / "copy", store.url)
    read = backup._read

    def torn(connection: sa.Connection, table: sa.Table) -> Iterator[list[dict[str, object]]]:
        yield from read(connection, table)
        if table.name == "curves":
            raise sa.exc.OperationalError("read", {}, OSError("disk I/O error"))

    monkeypatch.setattr(backup, "_read", torn)
    empty = RunStore(fresh_url())
    with pytest.raises(StoreUnavailable, match="disk I/O error"):
        backup.restore(tmp_path / "copy", empty.url)
    assert not any(rows(empty).values())
    empty.close()
    with pytest.raises(StoreUnavailable):
        backup.save(tmp_path / "second", store.url)
    assert [path.name for path in tmp_path.iterdir() if "second" in path.name] == []


def test_the_commands_say_what_was_copied_or_why_not(
    store: RunStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(store)
    file = str(tmp_path / "copy")
    assert backup.main(["save", file]) == 0
    assert "2 curves" in capsys.readouterr().out
    assert backup.main(["restore", file]) == 1
    assert "not empty" in capsys.readouterr().err
