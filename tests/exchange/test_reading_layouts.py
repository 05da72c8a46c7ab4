"""Layouts of further tools, with the right reading of every number in `layouts.txt`."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from explorer.exchange.reading import Told, read_curves
from explorer.runs.axes import data_positions

Curves = list[tuple[str, str, dict[str, list[tuple[int, float]]]]]


def layouts() -> dict[str, tuple[list[str], Curves]]:
    """Return the lines of each file, and of its curves the label, x, and series, from the text."""
    found: dict[str, tuple[list[str], Curves]] = {}
    for line in Path(__file__).with_name("layouts.txt").read_text(encoding="utf-8").split("\n"):
        text = line.strip()
        if not text or line.startswith("#"):
            continue
        if text == line:
            lines, curves = found[text] = [], []
        elif line.startswith("    |"):
            lines.append(line[5:])
        elif line.startswith(" " * 8):
            name, _, numbers = text.rpartition(": ")
            pairs = [pair.split() for pair in numbers.split(", ")]
            curves[-1][2][name] = [(int(step), float(value)) for step, value in pairs]
        else:
            label, _, x = text.rpartition(" by ")
            curves.append((label, x, {}))
    return found


LAYOUTS = layouts()


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_number_of_a_layout_is_read_at_its_step(name: str) -> None:
    lines, expected = LAYOUTS[name]
    content = "".join(f"{line}\n" for line in lines).encode()
    found = [
        (
            one.label,
            one.data.x,
            {
                series: list(zip(own.steps.tolist(), own.values.tolist(), strict=True))
                for series, own in one.data.series.items()
            },
        )
        for one in read_curves(content, name).curves
    ]
    # As texts, where NaN is NaN.
    assert repr(found) == repr(expected)


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickled_history_is_refused_in_words(protocol: int) -> None:
    content = pickle.dumps({"loss": [1.0, 0.5]}, protocol=protocol)
    with pytest.raises(ValueError, match="pickled Python object: write it as CSV or JSON"):
        read_curves(content, "history.pkl")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("w.csv", b"step,_timestamp,loss\n0,1700000000.5,2\n5,1700000010.5,1\n"),
        ("r.csv", b"step,_runtime,_timestamp,loss\n0,0,1700000000.5,2\n5,10,1700000010.5,1\n"),
        ("m.csv", b"step,timestamp,loss\n0,1700000000500,2\n5,1700000010500,1\n"),
        ("i.csv", b"date,step,loss\n2023-11-14T22:13:20.500000001Z,0,2\n"
         b"2023-11-14T22:13:30.5Z,5,1\n"),
        ("l.csv", b'asctime,step,loss\n"2023-11-14 22:13:20,500",0,2\n'
         b'"2023-11-14 22:13:30,500",5,1\n'),
        ("g.csv", b"Datum;step;loss\n14.11.2023 22:13:20,5;0;2\n14.11.2023 22:13:30,5;5;1\n"),
        ("t.json", b"[[1700000000.5, 0, 2], [1700000010.5, 5, 1]]"),
        ("loss", b"1700000000500 2 0\n1700000010500 1 5\n"),
    ],
)  # fmt: skip
def test_a_file_with_times_tells_when_its_training_began(name: str, content: bytes) -> None:
    (curve,) = read_curves(content, name).curves
    (series,) = curve.data.series.values()
    assert data_positions(curve.data, series.steps, "time").tolist() == [0, 10]
    assert data_positions(curve.data, series.steps, "clock").tolist() == [
        1_700_000_000_500,
        1_700_000_010_500,
    ]


def test_what_is_logged_in_the_end_at_an_early_step_does_not_move_that_step() -> None:
    lines = b"".join(
        b'{"key": "%s", "value": 1, "step": %d, "timestamp": %d}\n' % told
        for told in [(b"loss", 0, 1700000000), (b"loss", 1, 1700000001), (b"test", 0, 1700000009)]
    )
    data = read_curves(lines, "x.jsonl").curves[0].data
    assert data.clocks["seconds"].values.tolist() == [0, 1]


UNNAMED = b"n,a,loss\n3,5,0.5\n4,6,0.4\n5,7,0.3\n"


def test_a_person_says_which_column_counts_the_steps() -> None:
    with pytest.raises(ValueError, match="is unclear which column") as refused:
        read_curves(UNNAMED, "x.csv")
    assert refused.value.columns == ("n", "a", "loss")
    reading = read_curves(UNNAMED, "x.csv", Told(x="a"))
    assert (reading.x, reading.columns) == ("a", ("n", "a", "loss"))
    series = reading.curves[0].data.series
    assert {name: one.steps.tolist() for name, one in series.items()} == {
        "n": [5, 6, 7],
        "loss": [5, 6, 7],
    }
    with pytest.raises(ValueError, match="no column “b”") as refused:
        read_curves(UNNAMED, "x.csv", Told(x="b"))
    assert refused.value.columns == ("n", "a", "loss")


def test_what_a_person_says_goes_before_what_would_be_found_out() -> None:
    both = b"epoch,step,loss\n0,10,2\n1,20,1\n"
    assert read_curves(both, "x.csv").x == "step"
    by_epoch = read_curves(both, "x.csv", Told(x="epoch")).curves[0].data
    assert (by_epoch.x, by_epoch.series["loss"].steps.tolist()) == ("epoch", [0, 1])
    grouped = b"step;loss\n1;1,234\n2;2,345\n"
    for decimal, values in (("", [1.234, 2.345]), (".", [1234, 2345]), (",", [1.234, 2.345])):
        data = read_curves(grouped, "x.csv", Told(decimal=decimal)).curves[0].data
        assert data.series["loss"].values.tolist() == values
    points = b"step,loss\n1,1.234\n2,2.345\n"
    data = read_curves(points, "x.csv", Told(decimal=",")).curves[0].data
    assert data.series["loss"].values.tolist() == [1234, 2345]


def test_json_lines_take_the_column_that_a_person_names() -> None:
    lines = "\n".join(json.dumps({"n": k, "m": k * k, "loss": 1 / k}) for k in range(1, 4))
    data = read_curves(lines.encode(), "x.jsonl", Told(x="m")).curves[0].data
    assert data.series["loss"].steps.tolist() == [1, 4, 9]


def test_a_metric_that_no_step_is_told_of_is_left_out_of_a_count_that_begins_anew() -> None:
    table = b"epoch,iter,loss,val\n1,50,3,\n1,100,2,\n2,50,1,\n2,100,0.5,\n2,,,0.7\n"
    reading = read_curves(table, "x.csv")
    series = reading.curves[0].data.series
    assert {name: one.steps.tolist() for name, one in series.items()} == {
        "loss": [50, 100, 150, 200]
    }
    assert "1 measurement has no “iter”: left out." in reading.notes
