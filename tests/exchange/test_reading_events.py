"""TensorBoard's event files and folders of them as runs."""

from __future__ import annotations

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event as TensorBoardsEvent
from tensorboard.compat.proto.event_pb2 import SessionLog
from torch.utils.tensorboard import SummaryWriter

from explorer.exchange.event_files import Event, framed
from explorer.exchange.readers.event_runs import runs_of_folders
from explorer.exchange.reading import read_curves
from tests.exchange.sample_files import BEGIN, scalar, zipped


def restart(step: int) -> object:
    theirs = TensorBoardsEvent(step=step, session_log=SessionLog(status=SessionLog.START))
    return Event.FromString(theirs.SerializeToString())


def test_a_folder_of_pytorch_is_one_run_with_its_settings(tmp_path):
    with SummaryWriter(str(tmp_path / "run")) as writer:
        for step in range(5):
            writer.add_scalar("loss/train", 2.0 / (step + 1), step, walltime=1000.0 + step)
            writer.add_scalar("acc", step / 10, step, new_style=True, walltime=1000.5 + step)
            writer.add_scalars("both", {"a": step, "b": 2 * step}, step, walltime=1000.7 + step)
        writer.add_hparams({"lr": 0.1, "optimizer": "adam", "nesterov": True}, {"hparam/best": 0.9})
        writer.add_text("note", "hello")
        writer.add_histogram("weights", np.arange(5), 0)
    written = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    files = {str(path.relative_to(tmp_path)): path.read_bytes() for path in written}
    reading = read_curves(zipped(files), "logs.zip")
    (curve,) = reading.curves
    assert curve.label == "run"
    assert curve.settings == {"lr": "0.1", "optimizer": "adam", "nesterov": "1"}
    assert set(curve.data.series) == {"loss/train", "acc", "both/a", "both/b", "hparam/best"}
    np.testing.assert_allclose(curve.data.series["acc"].values, np.arange(5) / 10, rtol=1e-6)
    np.testing.assert_allclose(curve.data.series["both/b"].values, 2 * np.arange(5))
    np.testing.assert_allclose(curve.data.clocks["seconds"].values, np.arange(5))


@pytest.mark.parametrize(
    ("folder", "folders", "run", "inner"),
    [
        ("", [""], "", ""),
        ("a", ["a", "b"], "a", ""),
        ("a/train", ["a/train", "a/validation"], "a", "train"),
        ("train", ["train", "validation"], "", "train"),
        ("train", ["train"], "train", ""),
        ("a/losses/train", ["a", "a/losses/train"], "a", "losses/train"),
        ("a/1700000000.1", ["a", "a/1700000000.1"], "a", "1700000000.1"),
        ("1700000000.1", ["", "1700000000.1"], "", "1700000000.1"),
        ("a", ["", "a"], "a", ""),
    ],
)
def test_a_folder_belongs_to_the_run_around_it(folder, folders, run, inner):
    assert runs_of_folders(folders)[folder] == (run, inner)


def test_keras_folders_are_train_and_validation_of_one_run_by_epoch():
    files = {}
    for part, scale in (("train", 1.0), ("validation", 2.0)):
        events = [BEGIN, *(scalar("epoch_loss", k, scale / (k + 1)) for k in range(3))]
        files[f"logs/{part}/events.out.tfevents.1.h.v2"] = framed(events)
    (curve,) = read_curves(zipped(files), "keras.zip").curves
    assert (curve.label, curve.data.x) == ("logs", "epoch")
    assert list(curve.data.series) == ["train/epoch_loss", "validation/epoch_loss"]
    assert curve.data.clocks["epoch"].values.tolist() == [0, 1, 2]


def test_after_a_restart_that_the_file_tells_of_what_was_written_above_its_step_is_dropped():
    first = [scalar("loss", k, 1.0) for k in range(10)] + [scalar("val", 8, 7.0)]
    later = [restart(5), scalar("loss", 5, 2.0), scalar("loss", 6, 2.0)]
    reading = read_curves(framed([BEGIN, *first, *later]), "events.out.tfevents.1.h")
    (curve,) = reading.curves
    assert curve.data.series["loss"].steps.tolist() == list(range(7))
    assert curve.data.series["loss"].values.tolist() == [1.0] * 5 + [2.0] * 2
    assert "val" not in curve.data.series
    assert any("resumed once" in note for note in reading.notes)


def test_a_later_file_of_a_folder_continues_the_earlier_one():
    files = {}
    # By time, which is not the order of their names.
    for time, steps, value in ((900, range(10), 1.0), (1000, range(6, 12), 2.0)):
        events = [BEGIN, *(scalar("loss", k, value) for k in steps)]
        files[f"r/events.out.tfevents.{time}.h"] = framed(events)
    (curve,) = read_curves(zipped(files), "x.zip").curves
    assert curve.data.series["loss"].values.tolist() == [1.0] * 6 + [2.0] * 6


def test_validation_that_counts_epochs_is_no_restart_of_the_training():
    events = [BEGIN]
    for epoch in range(4):
        events += [scalar("loss", 100 * epoch + k, 1.0) for k in range(100)]
        events.append(scalar("val", epoch, 0.5))
    reading = read_curves(framed(events), "events.out.tfevents.1.h")
    assert len(reading.curves[0].data.series["loss"]) == 400
    assert reading.curves[0].data.series["val"].steps.tolist() == [0, 1, 2, 3]
    assert reading.notes == ()


def test_a_validation_by_epochs_is_kept_when_the_training_by_steps_is_resumed():
    events = [BEGIN]
    for epoch, begin in ((0, 0), (1, 50), (1, 40), (2, 90)):
        events += [scalar("loss", begin + k, float(epoch)) for k in range(50)]
        events.append(scalar("val", epoch, float(len(events))))
    (curve,) = read_curves(framed(events), "events.out.tfevents.1.h").curves
    assert curve.data.series["loss"].steps.tolist() == list(range(140))
    assert curve.data.series["val"].steps.tolist() == [0, 1, 2]
    assert curve.data.series["val"].values[1] == 153.0


def test_events_that_all_have_one_step_are_counted():
    events = [BEGIN, *(scalar("loss", 0, 1.0 / k) for k in range(1, 5))]
    reading = read_curves(framed(events), "events.out.tfevents.1.h")
    assert reading.curves[0].data.x == "row"
    assert reading.curves[0].data.series["loss"].steps.tolist() == [0, 1, 2, 3]
    assert "same step" in reading.notes[0]


GOOD = framed([BEGIN, *(scalar("loss", k, 1.0) for k in range(4))])


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_torn_last_record_is_left_out_with_a_note(cut):
    reading = read_curves(GOOD[:-cut], "events.out.tfevents.1.h")
    assert len(reading.curves[0].data.series["loss"]) == 3
    assert "cut off in its last record" in reading.notes[0]


def test_damage_in_the_middle_is_refused():
    damaged = bytearray(GOOD)
    damaged[len(GOOD) // 2] ^= 1
    with pytest.raises(ValueError, match=r"damaged at byte|is damaged"):
        read_curves(bytes(damaged), "events.out.tfevents.1.h")


def test_event_files_without_a_scalar_are_refused():
    with pytest.raises(ValueError, match="no scalar"):
        read_curves(framed([BEGIN]), "events.out.tfevents.1.h")
    with pytest.raises(ValueError, match="step -1"):
        read_curves(framed([BEGIN, scalar("loss", -1, 1.0)]), "events.out.tfevents.1.h")
