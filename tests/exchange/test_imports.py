"""Whatever is uploaded is read, or refused in a plain sentence; nothing else can happen."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.exchange import imports
from explorer.exchange.csv_export import COLUMNS, export_csv
from explorer.exchange.imports import read_file
from explorer.exchange.refusal import ImportRefused
from explorer.exchange.roles import Roles, curves_of, guessed
from explorer.exchange.tensorboard_export import export_tensorboard
from tests.exchange.sample_curves import make_curve
from tests.exchange.test_tensorboard import framed, one_scalar, zipped

TABLE = b"step,loss\n1,0.5\n2,0.25\n"
SAMPLES = (
    export_csv([make_curve(12)]),
    export_tensorboard([make_curve(12)]),
    framed([one_scalar(step=k) for k in range(4)]),
    zipped({"a.csv": TABLE, "b/x.tfevents.1": framed([one_scalar()])}),
    TABLE,
)


def check(name: str, content: bytes) -> None:
    """Read and take in a file; only a refusal in a printable sentence may come of it."""
    try:
        found = read_file(name, content)
        roles = None if found.is_own else guessed(found.series_names())
        for curve in curves_of(found.curves, roles):
            assert curve.records.steps.shape == curve.records.losses.shape
    except ImportRefused as refused:
        said = str(refused)
    else:
        assert found.curves
        return
    assert said.isprintable()
    assert said[0].isupper() or said[0] == "“"
    assert len(said) < 400


@given(st.text(max_size=20), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(name, content):
    check(name, content)
    check(name, b"PK\x03\x04" + content)
    check(name, ",".join(COLUMNS).encode() + b"\n" + content)


CELLS = st.one_of(
    st.sampled_from(
        ["step", "loss", "run", "value", "metric", "Wall time", "acc", "", "NaN", "'="]
    ),
    st.integers(-2, 3).map(str),
    st.text(max_size=4),
)


@settings(max_examples=200)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=4).map(",".join), max_size=5).map("\n".join))
def test_any_table_is_read_or_refused(text):
    check("t.csv", text.encode(errors="replace"))
    check("t.csv", b"step," + text.encode(errors="replace"))


@settings(max_examples=150)
@given(data=st.data(), sample=st.sampled_from(SAMPLES))
def test_a_file_damaged_anywhere_is_read_or_refused(data, sample):
    content = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 20))
        content[start : start + length] = data.draw(st.binary(max_size=20))
    check("x", bytes(content))


def test_an_archive_that_would_fill_the_memory_is_refused_before_it_does():
    bomb = zipped({f"{k}.csv": b"\0" * 2**24 for k in range(5)})
    assert len(bomb) < 2**20
    with pytest.raises(ImportRefused, match="unpacks to more than 64 MB"):
        read_file("bomb.zip", bomb)


def test_a_head_that_lies_about_the_size_does_not_help_a_bomb(monkeypatch):
    monkeypatch.setattr(imports, "MOST_UNPACKED_BYTES", 1000)
    honest = zipped({"a.csv": b"step,loss\n" + b"1,2\n" * 1000})
    size = (len(b"step,loss\n" + b"1,2\n" * 1000)).to_bytes(4, "little")
    with pytest.raises(ImportRefused, match=r"damaged|unpacks to more"):
        read_file("bomb.zip", honest.replace(size, (10).to_bytes(4, "little")))


@pytest.mark.parametrize(
    "path", ["../x.csv", "a/../../x.csv", "/etc/x.csv", "..\\x.csv", "C:\\x.csv", "\\\\host\\x.csv"]
)
def test_a_path_that_leads_out_of_the_archive_is_refused(path):
    with pytest.raises(ImportRefused, match="leads out of it"):
        read_file("x.zip", zipped({path: TABLE}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archives_with_surprises_are_refused():
    double = io.BytesIO()
    with zipfile.ZipFile(double, "w") as writing:
        writing.writestr("a.csv", TABLE)
        writing.writestr("a.csv", TABLE)
    with pytest.raises(ImportRefused, match=r"holds “a\.csv” twice"):
        read_file("x.zip", double.getvalue())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as writing:
        writing.writestr("a.csv", TABLE)
    with pytest.raises(ImportRefused, match="in a way that is not read"):
        read_file("x.zip", packed.getvalue())
    locked = bytearray(zipped({"a.csv": TABLE}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ImportRefused, match="password"):
        read_file("x.zip", bytes(locked))
    with pytest.raises(ImportRefused, match="more than 1,000 files"):
        read_file("x.zip", zipped({f"{k}.csv": b"" for k in range(1001)}))
    with pytest.raises(ImportRefused, match="no measurement"):
        read_file("x.zip", zipped({"picture.png": b"\x89PNG", "inner.zip": b"PK\x03\x04"}))
    with pytest.raises(ImportRefused, match=r"“a.csv”: There is no column called “step”"):
        read_file("x.zip", zipped({"a.csv": b"loss\n1\n"}))


def test_points_are_bounded(monkeypatch):
    monkeypatch.setattr("explorer.exchange.collecting.MOST_POINTS", 10)
    with pytest.raises(ImportRefused, match="more than 10 measurements"):
        read_file("x.csv", b"step,loss\n" + b"".join(b"%d,1\n" % k for k in range(11)))


@pytest.mark.parametrize(
    ("names", "roles"),
    [
        (["train/loss", "val/loss", "val/acc"], Roles("train/loss", "", "val/acc", "")),
        (["lr", "valLoss", "Loss"], Roles("Loss", "", "", "")),
        (["train_acc", "test_acc", "train_nll"], Roles("train_nll", "cross_entropy", "test_acc")),
        (["epoch_accuracy", "epoch_loss"], Roles("epoch_loss", "", "epoch_accuracy", "")),
        (["test_cross_entropy", "cost"], Roles("cost", "", "", "test_cross_entropy")),
        (["reward"], Roles()),
    ],
)
def test_names_are_guessed_and_a_kind_of_loss_only_where_it_is_named(names, roles):
    assert guessed(names) == roles


def test_chosen_series_become_records_and_percent_becomes_a_fraction():
    found = read_file("x.csv", b"step,loss,acc,ce\n1,2,,\n2,1,90.5,0.5\n4,0.5,NaN,0.25\n")
    roles = Roles("loss", "raw_squared_error", "acc", "ce")
    (curve,) = curves_of(found.curves, roles)
    assert (curve.label, curve.own_loss) == ("x", "raw_squared_error")
    records = curve.records
    assert records.losses.tolist() == [2, 1, 0.5]
    assert records.examples_seen.tolist() == [0, 0, 0]
    assert repr(records.seconds.tolist()) == "[nan, nan, nan]"
    first, second = records.evaluations
    assert (first.step, first.accuracy, first.losses) == (2, 0.905, {"cross_entropy": 0.5})
    assert (second.step, repr(second.accuracy), second.examples) == (4, "nan", 0)
    assert first.confusion.shape == first.digits_softmax.shape == (0, 0)


def test_what_is_no_accuracy_is_refused_and_so_is_choosing_nothing():
    found = read_file("x.csv", b"step,loss,acc\n1,2,150\n")
    with pytest.raises(ImportRefused, match="“acc” is not an accuracy"):
        curves_of(found.curves, Roles(test_accuracy="acc"))
    with pytest.raises(ImportRefused, match="Choose at least one"):
        curves_of(found.curves, Roles())
