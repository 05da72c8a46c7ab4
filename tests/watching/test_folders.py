"""A watched folder is never left: not by links, not by links that are put there later."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from explorer.watching.folders import (
    FolderContents,
    FolderRefused,
    checked_folder,
    named_folders,
    read_from,
    without_nested,
)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A folder outside of the watched one, with a file that looks like curves."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "metrics.csv").write_text("step,loss\n1,42\n")
    return outside


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    folder = tmp_path / "runs"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "metrics.csv").write_text("step,loss\n1,2\n")
    (folder / "a" / "b" / "trainer_state.json").write_text("{}")
    return folder


def looked(folder: Path) -> FolderContents:
    contents = FolderContents(os.path.realpath(folder))
    contents.look()
    return contents


def test_files_that_may_hold_curves_are_found_in_all_folders(runs: Path) -> None:
    for name in ("log.jsonl", "events.out.tfevents.1.host", "metrics.csv.1", "x.tsv"):
        (runs / name).touch()
    for name in ("model.pt", "notes.txt", ".hidden.csv", "config.json"):
        (runs / name).touch()
    for folder in (".git", "a/.hydra"):
        (runs / folder).mkdir()
        (runs / folder / "config.yaml").touch()
    (runs / ".git" / "x.csv").touch()
    assert sorted(looked(runs).files) == [
        "a/b/trainer_state.json",
        "a/metrics.csv",
        "events.out.tfevents.1.host",
        "log.jsonl",
        "metrics.csv.1",
        "x.tsv",
    ]
    assert sorted(looked(runs).settings) == ["a/.hydra/config.yaml", "config.json"]


def test_no_link_is_followed(runs: Path, secret: Path) -> None:
    (runs / "linked").symlink_to(secret)
    (runs / "linked.csv").symlink_to(secret / "metrics.csv")
    (runs / "inside.csv").symlink_to(runs / "a" / "metrics.csv")
    (runs / "a" / "up").symlink_to("..")
    (runs / "config.yaml").symlink_to(secret / "metrics.csv")
    contents = looked(runs)
    assert sorted(contents.files) == ["a/b/trainer_state.json", "a/metrics.csv"]
    assert contents.settings == {}
    assert not any("linked" in one or "up" in one for one in contents.folders)
    for path in ("linked/metrics.csv", "linked.csv", "a/up/a/metrics.csv"):
        with pytest.raises(OSError):  # noqa: PT011
            read_from(str(runs), path)
    for path in ("../outside/metrics.csv", "a/../../outside/metrics.csv"):
        with pytest.raises(OSError, match="leads out"):
            read_from(str(runs), path)


def test_a_link_that_takes_the_place_of_a_folder_or_file_later_leads_nowhere(
    runs: Path, secret: Path
) -> None:
    contents = looked(runs)
    assert read_from(str(runs), "a/metrics.csv")[0] == b"step,loss\n1,2\n"
    (runs / "a").rename(runs / "was a")
    (runs / "a").symlink_to(secret)
    # Before anybody has looked again.
    with pytest.raises(OSError):  # noqa: PT011
        read_from(str(runs), "a/metrics.csv")
    contents.look("a")
    assert "a/metrics.csv" not in contents.files
    contents.look()
    assert sorted(contents.files) == ["was a/b/trainer_state.json", "was a/metrics.csv"]
    file = runs / "was a" / "metrics.csv"
    file.unlink()
    file.symlink_to(secret / "metrics.csv")
    with pytest.raises(OSError):  # noqa: PT011
        read_from(str(runs), "was a/metrics.csv")


def test_the_watched_folder_itself_may_be_a_link_but_not_become_one(
    runs: Path, secret: Path, tmp_path: Path
) -> None:
    named = tmp_path / "named"
    named.symlink_to(runs)
    real = checked_folder(str(named))
    assert real == os.path.realpath(runs)
    contents = looked(Path(real))
    runs.rename(tmp_path / "moved")
    runs.symlink_to(secret)
    contents.look()
    assert (contents.folders, contents.files) == ([], {})


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders here")
def test_a_pipe_is_no_file_and_nobody_waits_for_it(runs: Path) -> None:
    os.mkfifo(runs / "pipe.csv")
    assert "pipe.csv" not in looked(runs).files
    with pytest.raises(OSError, match="not a file"):
        read_from(str(runs), "pipe.csv")


def test_a_look_at_one_folder_sees_what_is_new_gone_and_changed_in_it(runs: Path) -> None:
    contents = looked(runs)
    (runs / "a" / "metrics.csv").write_text("step,loss\n1,2\n2,3\n")
    (runs / "a" / "new" / "deep").mkdir(parents=True)
    (runs / "a" / "new" / "deep" / "log.csv").touch()
    before = contents.files["a/metrics.csv"]
    contents.look("a")
    assert contents.files["a/metrics.csv"].size == before.size + 4
    assert "a/new/deep/log.csv" in contents.files
    (runs / "a" / "b" / "trainer_state.json").unlink()
    (runs / "a" / "b").rmdir()
    contents.look("a")
    assert "a/b/trainer_state.json" not in contents.files


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Give the path"),
        ("runs", "not a whole path"),
        ("/no/such/folder", "no folder"),
        (__file__, "is a file"),
        ("/", "whole disk"),
        ("/a\0b", "Give the path"),
    ],
)
def test_a_folder_that_cannot_be_watched_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(FolderRefused, match=why):
        checked_folder(text)


def test_the_environment_names_folders_also_those_that_are_not_there_yet(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = tmp_path / "later"
    monkeypatch.setenv("EXPLORER_WATCH", os.pathsep.join([str(runs), str(later), "", "relative"]))
    folders, problems = named_folders()
    assert folders == [os.path.realpath(runs), os.path.realpath(later)]
    assert [one.partition(": ")[0] for one in problems] == ["EXPLORER_WATCH"] * 2
    assert "no folder" in problems[0]
    assert "not a whole path" in problems[1]


def test_a_folder_within_another_is_watched_once() -> None:
    assert without_nested(["/a/b", "/a", "/ab", "/c/d", "/a"]) == ["/a", "/ab", "/c/d"]
