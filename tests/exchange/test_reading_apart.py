"""A file is read in a process of its own, whatever it does there."""

from __future__ import annotations

import itertools
import os
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from explorer.exchange import reading_apart
from explorer.exchange.errors import ImportRefused
from explorer.exchange.json_export import export_json
from explorer.exchange.reading import read_curves
from explorer.exchange.reading_apart import read_apart
from tests.exchange.sample_curves import make_curve

READERS = "tests.exchange.strange_readers"


def read(reader: str, content: bytes = b"", **bounds: float) -> object:
    return read_apart("a.csv", content, reader=f"{READERS}:{reader}", **bounds)


def children() -> list[psutil.Process]:
    running = psutil.Process().children(recursive=True)
    return [one for one in running if "reading_apart" in " ".join(one.cmdline())]


def test_what_is_read_apart_is_what_is_read_here():
    for content in (export_json([make_curve(12)]), b"step,loss\n1,0.5\n2,0.25\n"):
        here, apart = read_curves(content, "a"), read_apart("a", content)
        assert pickle.dumps(apart) == pickle.dumps(pickle.loads(pickle.dumps(here)))


def test_any_name_and_content_reach_another_process_that_is_gone_afterwards():
    name, content = "a\0 “b”\n.csv", bytes(range(256)) * 40_000
    got = read_apart(name, content, reader=f"{READERS}:echo")
    assert got[:2] == (name, content)
    assert got[2] != os.getpid()
    assert not psutil.pid_exists(got[2])


def test_a_refusal_comes_in_its_own_words():
    with pytest.raises(ImportRefused, match=r"^a\.csv holds nothing\.$"):
        read("refuse")
    with pytest.raises(ImportRefused, match="This is text, but not a table"):
        read_apart("a.csv", b"\xff\xff\xff")


@pytest.mark.parametrize(("reader", "said"), [("fail", "OverflowError"), ("crash", "status -11")])
def test_a_reader_that_breaks_is_told_from_a_bad_file_and_logged(reader, said, caplog):
    with pytest.raises(ImportRefused, match=rf"fault in the app \(.*{said}\)"):
        read(reader)
    if reader == "fail":
        assert "a number too large" in caplog.text


def test_a_reader_that_does_not_end_is_ended():
    with pytest.raises(ImportRefused, match="longer than 1 seconds"):
        read("never_end", deadline=1)
    assert not children()


@pytest.mark.skipif(sys.platform != "linux", reason="no other system bounds a process's data")
def test_a_reader_that_takes_too_much_memory_says_so():
    numbers = 200_000_000
    with pytest.raises(ImportRefused, match=r"more than 0\.5 GB of memory"):
        read("take_memory", b"%d" % numbers, most_memory=2**29)
    assert read("take_memory", b"1000", most_memory=2**29) == 1000


def test_files_are_read_one_at_a_time_and_nobody_waits_for_ever():
    with ThreadPoolExecutor(3) as pool:
        spans = sorted(pool.map(lambda _: read("note_times"), range(3)))
    assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(spans))
    with reading_apart._one_at_a_time, pytest.raises(ImportRefused, match="try again in a minute"):
        read("echo", patience=0.01)
