"""Event files: TensorBoard reads ours, and what TensorFlow writes is read, damage is seen."""

from __future__ import annotations

import io
import math
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event as TensorBoardsEvent
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from explorer.exchange.errors import ImportRefused
from explorer.exchange.event_files import Event, framed, placed_events, scalar_of
from explorer.exchange.long_table import measured_rows
from explorer.exchange.tensorboard_export import export_tensorboard
from tests.exchange.sample_curves import make_curve, make_data
from tests.exchange.sample_files import BEGIN, scalar
from tests.runs.sample_records import Seen


def test_tensorboard_reads_every_curve_as_it_was_recorded(tmp_path):
    losses = np.arange(1.0, 41.0)
    losses[7:10] = math.nan, math.inf, -math.inf
    hard = make_curve(data=make_data(40, losses=losses))
    exported = [hard, make_curve(25, label="other", curve=1)]
    with zipfile.ZipFile(io.BytesIO(export_tensorboard(exported))) as archive:
        archive.extractall(tmp_path)
    folders = sorted(tmp_path.iterdir())
    assert [folder.name for folder in folders] == ["01-Cross-entropy", "02-other"]
    for curve, folder in zip(exported, folders, strict=True):
        read = EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()
        series = dict(measured_rows(curve.data))
        assert set(read.Tags()["scalars"]) == set(series)
        for name, one in series.items():
            events = read.Scalars(name)
            assert [event.step for event in events] == one.steps.tolist()
            values = np.array([event.value for event in events])
            np.testing.assert_array_equal(values, one.values.astype(np.float32))
        losses = read.Scalars("train/cross_entropy")
        begun = curve.row.started_at
        seconds = [event.wall_time - begun for event in losses]
        np.testing.assert_allclose(seconds, Seen(curve.data).seconds, atol=1e-6)
        (told,) = read.Tensors("settings")
        assert '"learning_rate": 0.01' in told.tensor_proto.string_val[0].decode()


@pytest.mark.parametrize(
    ("proto", "value"),
    [
        (TensorProto(dtype=1, float_val=[0.5]), 0.5),
        (TensorProto(dtype=2, double_val=[0.1]), 0.1),
        (TensorProto(dtype=3, int_val=[-7]), -7.0),
        (TensorProto(dtype=9, int64_val=[2**40]), 2.0**40),
        (TensorProto(dtype=19, half_val=[0x3C00]), 1.0),
        (TensorProto(dtype=1, tensor_content=struct.pack("<f", 0.25)), 0.25),
        (TensorProto(dtype=2, tensor_content=struct.pack("<d", 0.1)), 0.1),
        (TensorProto(dtype=19, tensor_content=b"\x00\x3c"), 1.0),
        (TensorProto(dtype=1, float_val=[1, 2]), None),
        (TensorProto(dtype=1, tensor_content=b"abc"), None),
        (TensorProto(dtype=7, string_val=[b"text"]), None),
        (TensorProto(dtype=1), None),
    ],
)
def test_scalars_are_read_in_every_type_that_tensorflow_writes(proto, value):
    theirs = TensorBoardsEvent(step=3, wall_time=1.0)
    theirs.summary.value.add(tag="x", tensor=proto)
    ours = Event.FromString(theirs.SerializeToString())
    assert scalar_of(ours.summary.value[0]) == value


def test_a_tensor_of_many_numbers_is_no_scalar():
    theirs = TensorBoardsEvent()
    tensor = theirs.summary.value.add(tag="x").tensor
    tensor.dtype, tensor.tensor_content = 1, struct.pack("<f", 1.0)
    tensor.tensor_shape.dim.add(size=4)
    assert scalar_of(Event.FromString(theirs.SerializeToString()).summary.value[0]) is None


GOOD = framed([BEGIN, *(scalar("loss", k, 1.5) for k in range(6))])


@settings(max_examples=60)
@given(place=st.integers(0, len(GOOD) - 1), bit=st.integers(0, 7))
def test_no_flipped_bit_is_read(place, bit):
    damaged = bytearray(GOOD)
    damaged[place] ^= 1 << bit
    with pytest.raises(ImportRefused):
        list(placed_events(bytes(damaged)))


@given(length=st.integers(1, len(GOOD) - 1))
def test_a_file_that_was_cut_off_is_refused(length):
    whole = {0}
    for _ in range(7):
        start = max(whole)
        (size,) = struct.unpack_from("<Q", GOOD, start)
        whole.add(start + 16 + size)
    if length in whole:
        assert list(placed_events(GOOD[:length]))
        return
    with pytest.raises(ImportRefused, match=r"cut off|not a TensorBoard event file"):
        list(placed_events(GOOD[:length]))


@given(st.binary(max_size=200))
def test_a_record_that_is_no_event_is_refused_or_empty(data):
    class Raw:
        def SerializeToString(self) -> bytes:
            return data

    try:
        ((event, _),) = placed_events(framed([Raw()]))
    except ImportRefused as refused:
        said = str(refused)
    else:
        assert event.ByteSize() <= len(data)
        return
    assert said == "The event at byte 12 of the file is damaged."
