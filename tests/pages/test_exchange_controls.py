"""The controls that write curves to files and take files in, as a person meets them."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.testing.v1 import AppTest

from explorer.exchange.exports import EXPORTS
from explorer.exchange.long_table import export_csv
from explorer.exchange.reading import Reading, Told, read_curves
from explorer.exchange.reading_apart import read_apart
from explorer.runs.config import TrainingConfig
from explorer.runs.records import CurveChunk
from explorer.store.run_store import RunStore
from pages.components.escaping import escaped
from pages.training.parts import exchange_controls
from tests.exchange.sample_curves import make_curve
from tests.pages.page_steps import components, press
from tests.runs import sample_records
from tests.runs.sample_records import Seen, evaluation, make_info, steps


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in this process; one of their own takes a second to start, at every run."""

    def read(name: str, content: bytes, *told: Told) -> Reading:
        return read_curves(content, name, *told)

    monkeypatch.setattr(exchange_controls, "read_apart", read)


def export_page() -> None:
    from explorer.jobs import launcher
    from pages.training.parts.export_controls import export_controls

    rows = launcher.default_store().curves.list()
    export_controls(rows, [row.label for row in rows], lambda curves: [])


def import_page() -> None:
    import streamlit as st

    from pages.training.parts.exchange_controls import import_control

    import_control(lambda run_id: st.session_state.update(opened=run_id))


def recorded(store: RunStore) -> str:
    losses = ("cross_entropy", "raw_squared_error")
    race = [TrainingConfig(loss=loss, dataset="digits") for loss in losses]
    run_id = store.runs.create(race, "A race")
    store.runs.set_info(run_id, make_info(dataset="digits", train_images=1437, test_images=360))
    second = CurveChunk(1, sample_records.recorded(steps=range(1, 21), loss=losses[1]))
    store.records.append(run_id, [*steps(1, 20), second, evaluation(20, 0.9)])
    store.runs.finish(run_id, "finished")
    return run_id


def saved(app: AppTest, monkeypatch: pytest.MonkeyPatch, label: str) -> bytes:
    """What the browser is given to save after a press on a format's button."""
    kept = []
    add = MediaFileManager.add

    def remember(self, content, *rest, **more):
        kept.append(content)
        return add(self, content, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(MediaFileManager, "add", remember)
        press(app, label)
    assert not app.error
    (content,) = kept
    (button,) = app.get("download_button")
    # The browser presses this one itself.
    begun = components(app, "export_controls")
    assert [one["key"] for one in begun.values()] == [button.proto.id.split("-", 2)[2]]
    return content


def test_each_format_is_one_press_away_and_made_only_then(store, monkeypatch):
    recorded(store)
    app = AppTest.from_function(export_page, default_timeout=60).run()
    assert not app.exception
    assert [button.label for button in app.button] == [e.label for e in EXPORTS.values()]
    assert not any(button.disabled for button in app.button)
    assert not app.caption
    # What is recorded after the page was drawn is in the file.
    row = store.curves.list()[0]
    store.records.append(row.run_id, steps(21, 5))

    document = json.loads(saved(app, monkeypatch, "JSON"))
    losses = ("train/cross_entropy", "train/raw_squared_error")
    pairs = zip(document["curves"], losses, strict=True)
    assert [len(c["series"][name]["step"]) for c, name in pairs] == [25, 20]
    assert [c["own_loss"] for c in document["curves"]] == ["cross_entropy", "raw_squared_error"]
    with zipfile.ZipFile(io.BytesIO(saved(app, monkeypatch, "TensorBoard"))) as archive:
        assert len(archive.namelist()) == 2
    assert saved(app, monkeypatch, "HTML report").startswith(b"<!DOCTYPE html>")
    assert saved(app, monkeypatch, "Parquet").startswith(b"PAR1")
    assert b"raw_squared_error" in saved(app, monkeypatch, "Python script")
    assert saved(app, monkeypatch, "CSV").count(b"\n") > 40


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_that_fails_says_so_and_the_next_one_is_made(store, monkeypatch, caplog, name):
    recorded(store)
    app = AppTest.from_function(export_page, default_timeout=60).run()

    def broken(*_: object) -> bytes:
        raise OverflowError("a number too large")

    label = EXPORTS[name].label
    with monkeypatch.context() as patch:
        patch.setitem(EXPORTS, name, replace(EXPORTS[name], export=broken))
        press(app, label)
    assert label in app.error[0].value
    assert "OverflowError" in app.error[0].value
    assert "a number too large" in caplog.text
    assert not app.get("download_button")
    saved(app, monkeypatch, label)


def test_an_export_of_a_run_that_is_gone_says_so(store):
    run_id = recorded(store)
    app = AppTest.from_function(gone_page).run()
    press(app, "CSV")
    assert escaped(run_id) in app.error[0].value


def gone_page() -> None:
    """Offers curves that were deleted for good while the page stood open."""
    from dataclasses import replace

    from explorer.jobs import launcher
    from pages.training.parts.export_controls import export_controls

    rows = launcher.default_store().curves.list()
    rows = [replace(row, run_id=f"{row.run_id}x") for row in rows]
    export_controls(rows, [row.label for row in rows], lambda curves: [])


def test_a_format_that_cannot_hold_the_curves_says_why(store):
    store.records.add_imported([make_curve().data], ["Theirs"], name="", origin="x.csv")
    app = AppTest.from_function(export_page, default_timeout=60).run()
    disabled = [button.label for button in app.button if button.disabled]
    assert disabled == ["Python script"]
    assert "made elsewhere cannot be repeated" in app.caption[0].value


def uploaded(name: str, content: bytes) -> AppTest:
    app = AppTest.from_function(import_page, default_timeout=60).run()
    app.file_uploader[0].upload(name, content)
    return app.run()


def test_a_table_of_ours_is_taken_in_as_it_is(store, monkeypatch):
    monkeypatch.setattr(exchange_controls, "read_apart", read_apart)
    curve = make_curve(40)
    app = uploaded("curves.csv", export_csv([curve]))
    assert not app.selectbox
    assert "One curve with" in app.markdown[0].value
    app.button[0].click().run()
    assert not app.exception
    assert app.success[0].value == "Imported one curve of “curves.csv”."
    (row,) = store.curves.list()
    assert (row.run_id, row.label, row.origin, row.own_loss) == (
        app.session_state["opened"],
        "Cross-entropy",
        "curves.csv",
        "cross_entropy",
    )
    (kept,) = store.records.read(row.run_id).curves
    assert Seen(kept).losses.tolist() == Seen(curve.data).losses.tolist()
    # The field is empty again: pressing twice does not take it in twice.
    assert not app.button
    assert len(store.curves.list()) == 1


THEIRS = b"run,step,Train Loss,val_acc,lr\na,10,2.0,10,0.1\na,20,1.0,80,0.1\nb,10,3.0,,0.1\n"


def test_of_a_table_of_others_one_says_what_its_columns_are(store):
    app = uploaded("lightning.csv", THEIRS)
    chosen = {box.label: box.value for box in app.selectbox if "told" not in box.key}
    assert chosen == {
        "Training loss": "Train Loss",
        "Which loss that is": "",
        "Test accuracy": "val_acc",
        "Test cross-entropy / nats": "",
    }
    captions = [caption.value for caption in app.caption]
    assert captions == [
        r"“val\_acc” is read as a percentage: it goes above 1.",
        "All other series are kept too, under their own names.",
    ]
    app.selectbox[1].select("cross_entropy").run()
    app.text_input[0].set_value("From *elsewhere*").run()
    app.button[0].click().run()
    assert app.success[0].value == r"Imported 2 curves of “From \*elsewhere\*”."
    first, second = store.curves.list()
    assert [first.label, second.label] == ["a", "b"]
    assert (first.run_name, first.own_loss) == ("From *elsewhere*", "cross_entropy")
    assert first.summary is not None
    assert first.summary.final_accuracy == 0.8
    assert Seen(store.records.read(second.run_id).curves[1]).losses.tolist() == [3.0]


def test_a_file_of_which_nothing_is_a_loss_is_kept_whole(store):
    app = uploaded("lightning.csv", THEIRS)
    app.selectbox[2].select("lr").run()
    app.selectbox[0].select("").run()
    app.button[0].click().run()
    assert not app.exception
    (first, _) = store.curves.list()
    kept = store.records.read(first.run_id).curves[0]
    assert not Seen(kept).steps.size
    assert list(kept.series) == ["Train Loss", "val_acc", "lr"]
    assert kept.series["Train Loss"].values.tolist() == [2.0, 1.0]


def test_a_person_says_which_column_counts_the_steps_and_how_cells_are_written(store):
    app = uploaded("x.csv", b"n;a;loss\n3;5;1,250\n4;6;1,125\n5;7;1,000\n")
    assert "is unclear which column counts the steps" in app.error[0].value
    asked = {one.label: one for one in app.selectbox}
    assert asked["Steps are counted by"].options == ["found out", "n", "a", "loss"]
    asked["Steps are counted by"].select("n").run()
    assert not app.error
    (decimals,) = [one for one in app.selectbox if one.label == "Before decimals stands"]
    decimals.select(".").run()
    app.button[0].click().run()
    (row,) = store.curves.list()
    data = store.records.read(row.run_id).curves[0]
    assert data.series["loss"].steps.tolist() == [3, 4, 5]
    assert data.series["loss"].values.tolist() == [1250.0, 1125.0, 1000.0]


def test_what_was_said_wrongly_of_a_table_can_be_taken_back(store):
    app = uploaded("x.csv", b"step,loss\n1,0.5\n2,0.25\n")
    (cells,) = [one for one in app.selectbox if one.label == "Cells are separated by"]
    cells.select(";").run()
    (cells,) = [one for one in app.selectbox if one.label == "Cells are separated by"]
    cells.select("").run()
    assert not app.error
    assert "One curve with 1 series" in app.markdown[0].value


def test_what_is_no_accuracy_is_said_and_nothing_changes(store):
    app = uploaded("x.csv", b"step,loss,score\n1,2,150\n2,1,151\n")
    app.selectbox[2].select("score").run()
    app.button[0].click().run()
    assert not app.exception
    assert "“score” is no accuracy" in app.error[0].value
    assert store.curves.list() == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.csv", b"a,b\nx,y\n", "not a table"),
        ("x.csv", b"step,<img src=x>\n1,![x](http://y)\n1,2\n", r"\!\[x\](http"),
        ("run.zip", b"PK\x03\x04nothing", "damaged or cut off"),
        ("events.out.tfevents.1", b"\x00" * 40, "not a TensorBoard event file"),
        ("../../etc/passwd", b"", "empty"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence_and_can_be_replaced(store, name, content, said):
    app = uploaded(name, content)
    assert not app.exception
    assert app.error[0].value.startswith("Nothing was imported. ")
    assert said in app.error[0].value
    assert not app.button
    assert store.curves.list() == []
    app.file_uploader[0].set_value(("good.csv", THEIRS, "text/csv")).run()
    assert not app.error
    assert app.button


def test_a_store_that_cannot_be_used_is_said_beside_the_button(store, monkeypatch, tmp_path):
    app = uploaded("lightning.csv", THEIRS)
    (tmp_path / "broken.sqlite3").write_text("this is no database at all, but a text")
    monkeypatch.setenv("EXPLORER_DATABASE_URL", f"sqlite:///{tmp_path}/broken.sqlite3")
    app.button[0].click().run()
    assert not app.exception
    assert "not a readable run store" in app.error[0].value
    assert app.selectbox[0].value == "Train Loss"
