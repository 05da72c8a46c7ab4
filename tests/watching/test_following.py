"""Reading on gives what reading the whole file gives, wherever the file was cut."""

from __future__ import annotations

import json
import math
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.exchange.errors import ImportRefused
from explorer.exchange.event_files import Event, framed
from explorer.exchange.reading import read_curves
from explorer.runs.series import CurveData
from explorer.watching import following
from explorer.watching.appended import Appended
from explorer.watching.following import EventPart, FollowedEvents, FollowedFile, Found, Watched
from tests.exchange import sample_files
from tests.exchange.sample_files import scalar

BEGIN = framed([sample_files.BEGIN])
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


def content(data: CurveData) -> object:
    """What curves hold, to the bit."""
    return data.x, {
        kind: {
            name: (one.steps.tolist(), one.values.tobytes())
            for name, one in sorted(getattr(data, kind).items())
        }
        for kind in ("series", "clocks", "events")
    }


def data_of(found: Found) -> CurveData:
    assert found.runs is not None
    (run,) = found.runs
    return run.data


def csv_text(rows: list[list[float]]) -> bytes:
    head = "epoch,step,train/loss,val_loss\n"
    lines = [
        f"{step // 5},{step},{row[0]!r},{row[1]!r}\n" if step % 3 else f",{step},{row[0]!r},\n"
        for step, row in enumerate(rows)
    ]
    return (head + "".join(lines)).encode()


def jsonl_text(rows: list[list[float]]) -> bytes:
    lines = [
        json.dumps({"iter": step, "time": step * 0.25, "loss": row[0], "note": "a"}
                   | ({"val": {"acc": row[1]}} if step % 4 == 0 else {}))
        for step, row in enumerate(rows)
    ]  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


@given(
    st.sampled_from([csv_text, jsonl_text]),
    st.lists(st.lists(NUMBERS, min_size=2, max_size=2), min_size=9, max_size=40),
    st.integers(5, 35),
)
def test_appended_rows_are_taken_as_the_whole_file_would_be(write, rows, cut) -> None:
    whole = write(rows)
    lines = whole.splitlines(keepends=True)
    before = b"".join(lines[: min(cut, len(lines))])
    (first,) = read_curves(before, "x").curves
    (all_of_it,) = read_curves(whole, "x").curves
    try:
        appended = Appended(before, first.data)
    except ValueError:
        # Then the whole file is read.
        return
    extended = appended.extended(first.data, whole[len(before) :])
    if extended is not None:
        assert content(extended) == content(all_of_it.data)


@pytest.mark.parametrize("write", [csv_text, jsonl_text])
def test_the_usual_files_are_read_on_and_not_anew(write, tmp_path, monkeypatch) -> None:
    random = np.random.default_rng(0)
    rows = random.random((870, 2)).tolist()
    rows[700][0] = math.inf
    whole = write(rows)
    lines = whole.splitlines(keepends=True)
    name = "log.csv" if write is csv_text else "log.jsonl"
    (tmp_path / name).write_bytes(b"".join(lines[:600]))
    read = partial(FollowedFile().read, Watched(str(tmp_path), name))
    read(is_settled=False)
    monkeypatch.setattr(following, "read_curves", None)
    for end in (601, 640, 800, 860):
        # A line that is not yet whole is left for later.
        (tmp_path / name).write_bytes(b"".join(lines[:end]) + lines[0][:5])
        found = read(is_settled=False)
        expected = read_curves(b"".join(lines[:end]), name).curves[0].data
        assert content(data_of(found)) == content(expected)
    assert read(is_settled=False).runs is None


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("a word where numbers were", b"7,1000,oops,1\n"),
        ("a step that goes back", b"7,3,1.0,1.0\n"),
        ("a step that is none", b"7,1.5,1.0,1.0\n"),
        ("a row with a cell more", b"7,1000,1.0,1.0,5\n"),
        ("none in words", b"7,1000,None,1.0\n"),
    ],
)
def test_rows_that_are_not_like_those_before_are_left_to_a_whole_reading(name, more) -> None:
    before = csv_text([[0.5, 1.0]] * 50)
    (first,) = read_curves(before, "x").curves
    assert Appended(before, first.data).extended(first.data, more) is None


def test_a_clock_goes_on_with_its_own_column_where_another_says_the_same_so_far() -> None:
    before = b"acc,epoch,step,loss\n" + b"".join(b"0,0,%d,2.5\n" % step for step in range(50))
    more = b"0.5,1,50,1.5\n"
    (first,) = read_curves(before, "x").curves
    extended = Appended(before, first.data).extended(first.data, more)
    (whole,) = read_curves(before + more, "x").curves
    assert extended is not None
    assert content(extended) == content(whole.data)


@pytest.mark.parametrize("changed", ["cut off", "replaced", "written over", "rotated"])
def test_a_file_that_became_another_one_is_read_anew(changed, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    old, new = csv_text([[0.5, 1.0]] * 500), csv_text([[0.25, 2.0]] * 700)
    file.write_bytes(old)
    read = partial(FollowedFile().read, Watched(str(tmp_path), "log.csv"))
    read(is_settled=False)
    if changed == "cut off":
        new = new[: new.index(b"\n3,19") + 1]
        file.write_bytes(new)
    elif changed == "replaced":
        (tmp_path / "other").write_bytes(new)
        (tmp_path / "other").replace(file)
    elif changed == "rotated":
        file.rename(tmp_path / "log.csv.1")
        file.write_bytes(new)
    else:
        with file.open("r+b") as opened:
            opened.write(new)
    expected = read_curves(new, "log.csv").curves[0].data
    assert content(data_of(read(is_settled=False))) == content(expected)


def test_half_a_last_line_counts_only_when_nobody_writes_any_more(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_bytes(b"step,loss\n1,0.5\n2,0.25\n3,0.1")
    read = partial(FollowedFile().read, Watched(str(tmp_path), "log.csv"))
    assert data_of(read(is_settled=False)).series["loss"].steps.tolist() == [1, 2]
    assert data_of(read(is_settled=True)).series["loss"].steps.tolist() == [1, 2, 3]


def test_a_document_is_read_as_a_whole_each_time(tmp_path: Path) -> None:
    file = tmp_path / "trainer_state.json"
    read = partial(FollowedFile().read, Watched(str(tmp_path), file.name))
    for count in (2, 5):
        log = [{"step": 10 * k, "loss": 1 / (k + 1)} for k in range(count)]
        file.write_text(json.dumps({"log_history": log}, indent=2))
        assert len(data_of(read(is_settled=False)).series["loss"]) == count
    file.write_text('{"log_history": [')
    with pytest.raises(ImportRefused, match="damaged or cut off"):
        read(is_settled=True)


def scalars(tag: str, steps: range, at: float = 0.0) -> bytes:
    return framed([scalar(tag, step, 1 / (step + 1), 1.7e9 + at + step) for step in steps])


@given(st.lists(st.integers(0, 2_000), max_size=8))
def test_event_files_are_read_on_wherever_a_record_was_cut(tmp_path_factory, cuts) -> None:
    folder = tmp_path_factory.mktemp("events")
    (folder / "val").mkdir()
    first, second = folder / "events.out.tfevents.1.a", folder / "val" / "events.out.tfevents.2.a"
    whole = BEGIN + scalars("loss", range(20)) + scalars("acc", range(0, 20, 5))
    second.write_bytes(BEGIN + scalars("loss", range(3)))
    parts = (EventPart(first.name, ""), EventPart(f"val/{second.name}", "val"))
    read = partial(FollowedEvents().read, Watched(str(folder), "", "runs", parts))
    found = None
    for end in [*sorted(cuts), len(whole)]:
        first.write_bytes(whole[: max(end, len(BEGIN))])
        found = read(is_settled=False) if found is None or end else found
    second.write_bytes(BEGIN + scalars("loss", range(6)))
    found = read(is_settled=True)
    fresh = FollowedEvents().read(Watched(str(folder), "", "runs", parts), is_settled=True)
    assert content(data_of(found)) == content(data_of(fresh))
    assert sorted(data_of(found).series) == ["acc", "loss", "val/loss"]
    assert len(data_of(found).series["loss"]) == 20


def test_a_training_that_goes_on_in_a_second_event_file_is_resumed(tmp_path: Path) -> None:
    log = Event(wall_time=1.7e9, step=5)
    log.session_log.status = 1
    (tmp_path / "events.out.tfevents.1.a").write_bytes(BEGIN + scalars("loss", range(10)))
    (tmp_path / "events.out.tfevents.2.a").write_bytes(
        BEGIN + framed([log]) + scalars("loss", range(5, 8), at=100)
    )
    parts = tuple(EventPart(f"events.out.tfevents.{k}.a", "") for k in (1, 2))
    found = FollowedEvents().read(Watched(str(tmp_path), "", "runs", parts), is_settled=True)
    assert data_of(found).series["loss"].steps.tolist() == list(range(8))
