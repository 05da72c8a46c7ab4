"""No file takes more memory or time than it may, and what is refused is refused early."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from explorer.exchange.readers import archives, columns, found, limits
from explorer.exchange.reading import read_curves
from tests.exchange.sample_files import zipped

ARROW = (Path(__file__).parent / "cases" / "tools" / "curves.arrows").read_bytes()
TABLE = b"step,loss\n0,2.0\n5,1.5\n"


def misplaced(archive: bytes) -> bytes:
    """Let a zip say that its directory begins far behind its end."""
    place = archive.rfind(b"PK\x05\x06") + 16
    return archive[:place] + (9_000_000).to_bytes(4, "little") + archive[place + 4 :]


def tarred(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode=mode) as writing:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            writing.addfile(info, io.BytesIO(content))
    return archive.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_table_is_read(pack):
    (curve,) = read_curves(pack(TABLE), "run-1.csv.gz").curves
    assert curve.label == "run-1"
    assert curve.data.series["loss"].steps.tolist() == [0, 5]


@pytest.mark.parametrize("pack", [zipped, tarred, lambda files: tarred(files, "w")])
def test_each_table_of_an_archive_is_a_curve_called_by_its_place(pack):
    files = {
        "logs/a/metrics.csv": TABLE,
        "logs/b/metrics.csv": TABLE,
        "logs/b/late.csv": TABLE,
        "logs/b/weights.pt": b"\0\1",
        "logs/b/odd.csv": b"this is no table\nbut a text\n",
    }
    reading = read_curves(pack(files), "logs.zip")
    assert [one.label for one in reading.curves] == ["a", "b", "b/late"]
    assert any("odd.csv" in note and "not a table" in note for note in reading.notes)
    assert "1 file of other kinds left out." in reading.notes


def test_the_runs_of_mlflow_and_dvclive_are_read_with_their_settings():
    files = {
        "mlruns/0/abc/meta.yaml": b"run_id: abc\nrun_name: gentle-crow-1\n",
        "mlruns/0/abc/params/lr": b"0.1",
        "mlruns/0/abc/metrics/loss": b"1700000000000 2.0 0\n1700000001000 1.5 1\n",
        "mlruns/0/abc/metrics/val/loss": b"1700000001000 1.7 1\n",
        "live/plots/metrics/train/acc.tsv": b"step\tacc\n0\t0.1\n1\t0.2\n",
    }
    first, second = read_curves(zipped(files), "x.zip").curves
    assert (first.label, first.settings) == ("gentle-crow-1", {"lr": "0.1"})
    assert list(first.data.series) == ["loss", "val/loss"]
    assert first.data.clocks["seconds"].values.tolist() == [0, 1]
    assert (second.label, list(second.data.series)) == ("live", ["train/acc"])


def test_settings_beside_curves_belong_to_those_of_their_folder_and_below():
    files = {
        "logs/hparams.yaml": b"lr: 0.5\nmodel:\n  width: 200  # units\nlist:\n- 1\n",
        "logs/a/metrics.csv": TABLE,
        "logs/b/metrics.csv": TABLE,
        "logs/b/args.json": b'{"lr": 0.1, "name": "b"}',
        "logs/c/.hydra/config.yaml": b"lr: 0.2\n",
        "logs/c/metrics.csv": TABLE,
        "other/metrics.csv": TABLE,
    }
    reading = read_curves(zipped(files), "x.zip")
    assert {one.label: one.settings for one in reading.curves} == {
        "logs/a": {"lr": "0.5", "model/width": "200"},
        "logs/b": {"lr": "0.1", "name": "b"},
        "logs/c": {"lr": "0.2"},
        "other": {},
    }
    assert reading.notes == read_curves(TABLE, "x.csv").notes


def test_a_bomb_is_refused_before_it_takes_the_memory(monkeypatch):
    monkeypatch.setattr(archives, "MOST_UNPACKED_BYTES", 2**20)
    monkeypatch.setattr(archives, "MOST_BYTES", 2**19)
    zeros = b"0" * 2**26
    bombs = [zipped({"a.csv": zeros}), tarred({"a.csv": zeros}), gzip.compress(zeros, mtime=0),
             zipped({f"{k}.csv": zeros[: 2**19] for k in range(4)})]  # fmt: skip
    # A head that lies about the size of what is packed.
    honest = zipped({"a.csv": zeros})
    bombs.append(honest.replace(len(zeros).to_bytes(4, "little"), (100).to_bytes(4, "little")))
    del zeros
    for bomb in bombs:
        tracemalloc.start()
        with pytest.raises(ValueError, match=r"unpacks to more|damaged"):
            read_curves(bomb, "bomb")
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert highest < 2**23


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped({"../evil.csv": TABLE}), "leads out"),
        (zipped({"/etc/evil.csv": TABLE}), "leads out"),
        (zipped({"xl/workbook.xml": b"<x/>", "xl/sheet.xml": b"<x/>"}), "Excel"),
        (zipped({"a.png": b"x"}), "no file with curves"),
        (zipped({"a.zip": zipped({"a.csv": TABLE})}), "“a.zip” is an archive in an archive"),
        (b"step,loss\n0,2\n1,1\n\nepoch,acc\n0,1\n1,2\n", "Line 5 begins another table"),
        (b"step,loss\n0,2\n1,1\nepoch,acc,f1\n0,1,2\n", "Line 4 begins another table"),
        (b"lr: 0.1\nepochs: 3\n", "not a table"),
        (b"[0]\tlearn 0.1 of 7\n[1]\tlearn 0.2 of 7\n", "not a table"),
        (b"".join(b"%d: 2.5, 2.5 avg loss, 3.2 seconds\n" % k for k in range(4)), "not a table"),
        (b"[[0, 2, 3], [1, 2, 3]]", "No curve"),
        (zipped({"a.csv": TABLE})[:-30], "damaged"),
        (misplaced(zipped({"a.csv": TABLE})), "damaged"),
        (tarred({"../evil.csv": TABLE}), "leads out"),
        (gzip.compress(TABLE, mtime=0)[:-9], "damaged"),
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\x93NUMPY\x01\x00 and more", "NumPy"),
        (b"<html><body>no</body></html>", "not a table"),
        (b'{"a": 1}', "No curve"),
        (b'{"a": [1, 2', "Line 1"),
        (b"[]", "No curve"),
        (b"| |\n|---|\n| |\n", "empty|no row|no table"),
        (ARROW.replace(b"val_loss", b"val\xc3loss"), "damaged"),
        (b"[" * 100_000, "nested"),
        (b"step,loss\n0,1\n1,2\n2,x\n", "Line 4: “loss” is “x”"),
        (b"step,loss\n0,1\n-3,2\n", "Line 3: “step” is -3"),
        (b"step,loss\n0,1\ninf,2\n", "Line 3: “step” is inf"),
        (b"# c\n\nstep,loss\n0,1\n\n1,2,3\n", "Line 6 has 3 cells"),
        (b'step,loss\n0,"1\n"\n1,y\n2,2\n3,3\n', "Line 4: “loss” is “y”"),
        (b'{"step": 0, "loss": 1}\n{"step": 1, "loss": 2}\nnonsense\n', "Line 3"),
        (b'{"step":0,"loss":1}\n{"step":1,"loss":2}\n{"step":2,"loss":"bad"}\n', "Line 3"),
        (b"step,loss\n0,1\n1,2\n9007199254740993000,2\n", "Line 4"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_a_sentence_with_its_line(content, words):
    with pytest.raises(ValueError, match=words) as caught:
        read_curves(content, "x")
    assert str(caught.value).endswith(".")


def test_a_file_that_is_too_large_is_refused_at_once(monkeypatch):
    monkeypatch.setattr("explorer.exchange.reading.MOST_BYTES", 100)
    with pytest.raises(ValueError, match="larger than"):
        read_curves(TABLE * 10, "x.csv")


def test_a_table_with_too_many_cells_is_refused_before_it_is_parted(monkeypatch):
    monkeypatch.setattr(columns, "MOST_CELLS", 100)
    with pytest.raises(ValueError, match="cells are read at most"):
        read_curves(b"step,loss\n" + b"1,2\n" * 200, "x.csv")
    file = io.BytesIO()
    pq.write_table(pa.table({"step": np.arange(200), "loss": np.ones(200)}), file)
    with pytest.raises(ValueError, match="cells are read at most"):
        read_curves(file.getvalue(), "x.parquet")


@pytest.mark.parametrize("name", ["MOST_CURVES", "MOST_SERIES", "MOST_MEASUREMENTS"])
def test_more_than_can_be_shown_is_refused(monkeypatch, name):
    monkeypatch.setattr(found, name, 3)
    rows = "".join(f"run{k // 4},{k % 4},1,2,3,4\n" for k in range(16))
    with pytest.raises(ValueError, match="read at most"):
        read_curves(f"run,step,a,b,c,d\n{rows}".encode(), "x.csv")


def test_a_large_table_takes_little_more_memory_than_itself():
    """By Python's own count, which leaves out what Arrow holds: no row is an object."""
    rows = 200_000
    text = "".join(f"{k},{k / 7!r},{k / 11!r}\n" for k in range(rows))
    content = f"step,a,b\n{text}".encode()
    del text
    tracemalloc.start()
    (curve,) = read_curves(content, "x.csv").curves
    highest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(curve.data.series["b"]) == rows
    assert highest < 4 * len(content)
    assert limits.MOST_MEASUREMENTS > 2_000_000
