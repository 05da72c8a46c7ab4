"""TensorBoard's event files: their records, checksums and scalars, without TensorFlow.

A file is a row of records: length (8 bytes, little-endian), checksum of the length (4), data,
checksum of the data (4); the checksum is a masked CRC-32C, the data is an `Event`.

Source: tensorflow/core/lib/io/record_writer.h; tensorflow/core/util/event.proto,
tensorflow/core/framework/summary.proto and tensor.proto; tensorboard/plugins/hparams/
plugin_data.proto; google/protobuf/struct.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Any

import google_crc32c
import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

from explorer.exchange.errors import ImportRefused

FILE_VERSION = "brain.Event:2"

_FIELD = descriptor_pb2.FieldDescriptorProto
_TYPES = {
    "double": _FIELD.TYPE_DOUBLE,
    "float": _FIELD.TYPE_FLOAT,
    "int32": _FIELD.TYPE_INT32,
    "int64": _FIELD.TYPE_INT64,
    "string": _FIELD.TYPE_STRING,
    "bytes": _FIELD.TYPE_BYTES,
    "bool": _FIELD.TYPE_BOOL,
}
# The part of TensorFlow's messages that holds scalars and texts: name, type, number. A type that
# is not a name of a number or text is a message, "*" behind it means repeated. What else a file may
# hold, such as images and graphs, are unknown fields here and skipped.
_MESSAGES = {
    "Event": "wall_time double 1, step int64 2, file_version bytes 3, summary Summary 5, "
    "session_log SessionLog 7",
    "SessionLog": "status int32 1",
    "Summary": "value Value* 1",
    "Value": "tag bytes 1, simple_value float 2, tensor Tensor 8, metadata Metadata 9",
    "Metadata": "plugin Plugin 1",
    "Plugin": "name bytes 1, content bytes 2",
    "HyperparameterData": "start SessionStart 3",
    "SessionStart": "hparams Hyperparameter* 1",
    "Hyperparameter": "key bytes 1, value AnyValue 2",
    "AnyValue": "number double 2, text bytes 3, flag bool 4",
    "Tensor": "dtype int32 1, shape Shape 2, content bytes 4, half int32* 13, float float* 5, "
    "double double* 6, int int32* 7, string bytes* 8, int64 int64* 10",
    "Shape": "dim Dimension* 2",
    "Dimension": "size int64 1",
}
# By TensorFlow's number of the type: numpy's type, and the field of single values.
_NUMBERS = {1: ("<f4", "float"), 2: ("<f8", "double"), 3: ("<i4", "int"), 9: ("<i8", "int64")}
_HALF, STRING_TYPE, DOUBLE_TYPE = 19, 7, 2
OWN_PLUGIN, EXACT_PREFIX = b"cross-entropy-explorer", b"64-bit/"
"""Name of a plugin that TensorBoard does not have, and what this app puts before the tag of a
scalar to write it a second time under that plugin, in 64 bits."""
OWN_TAG = b"settings"
"""Tag of the text by which this app tells its own files, and what else it knows of a curve."""


def _message_classes() -> dict[str, type[Any]]:
    file = descriptor_pb2.FileDescriptorProto(
        name="explorer/event.proto", package="explorer", syntax="proto3"
    )
    for name, definition in _MESSAGES.items():
        own = file.message_type.add(name=name)
        for line in definition.split(", "):
            field, kind, number = line.split()
            repeated = kind.endswith("*")
            kind = kind.removesuffix("*")
            added = own.field.add(
                name=field,
                number=int(number),
                label=_FIELD.LABEL_REPEATED if repeated else _FIELD.LABEL_OPTIONAL,
                type=_TYPES.get(kind, _FIELD.TYPE_MESSAGE),
            )
            if kind not in _TYPES:
                added.type_name = f".explorer.{kind}"
            elif not repeated:
                # So that a 0 that was written can be told from one that was not.
                added.proto3_optional = True
                added.oneof_index = len(own.oneof_decl)
                own.oneof_decl.add(name=f"_{field}")
    # A pool of its own: another library may have TensorFlow's messages in the common one.
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"explorer.{name}"))
        for name in _MESSAGES
    }


_CLASSES = _message_classes()
Event = _CLASSES["Event"]
HyperparameterData = _CLASSES["HyperparameterData"]
"""What the plugin of this name keeps with a summary's value."""
HYPERPARAMETERS = b"hparams"
SESSION_STARTED = 1
"""Status of a session's log where a training begins, or goes on after a restart."""


class TornRecord(ImportRefused):
    """A file that ends in the middle of a record, as one does that is being written."""


def framed(events: Iterable[Any]) -> bytes:
    """Return events as the bytes of an event file."""
    parts = []
    for event in events:
        data = event.SerializeToString()
        length = struct.pack("<Q", len(data))
        parts += [length, _checksum(length), data, _checksum(data)]
    return b"".join(parts)


def placed_events(content: bytes, offset: int = 0) -> Iterator[tuple[Any, int]]:
    """Read events and check their checksums; each comes with the place where the next one begins.

    `offset` is where in the file the content begins.

    Raises:
        TornRecord: The file is cut off in the middle of a record.
        ImportRefused: It is damaged, or no event file.
    """
    place = 0
    while place < len(content):
        head = content[place : place + 12]
        if len(head) < 12 or _checksum(head[:8]) != head[8:]:
            if place + offset == 0:
                raise ImportRefused("This is not a TensorBoard event file.")
            if len(head) < 12:
                raise TornRecord(_CUT_OFF)
            raise ImportRefused(
                f"The event file is damaged at byte {place + offset:,}: a checksum is wrong."
            )
        start, (length,) = place + 12, struct.unpack("<Q", head[:8])
        end = start + length
        if end + 4 > len(content):
            raise TornRecord(_CUT_OFF)
        data = content[start:end]
        if _checksum(data) != content[end : end + 4]:
            raise ImportRefused(
                f"The event file is damaged at byte {start + offset:,}: a checksum is wrong."
            )
        try:
            event = Event.FromString(data)
        except message.DecodeError as error:
            raise ImportRefused(
                f"The event at byte {start + offset:,} of the file is damaged."
            ) from error
        place = end + 4
        yield event, place + offset


_CUT_OFF = "The event file is cut off in the middle of a record: copy it again, whole."


def scalar_of(value: Any) -> float | None:
    """Return the number of a `Value`, as old and new TensorFlow write it; None if it has none."""
    if value.HasField("simple_value"):
        return value.simple_value
    if not value.HasField("tensor"):
        return None
    tensor = value.tensor
    if any(dimension.size != 1 for dimension in tensor.shape.dim):
        return None
    if tensor.dtype == _HALF:
        dtype, singles = np.dtype("<f2"), np.array(tensor.half, np.int64).astype("<u2").view("<f2")
    elif tensor.dtype in _NUMBERS:
        name, field = _NUMBERS[tensor.dtype]
        dtype, singles = np.dtype(name), np.array(getattr(tensor, field), name)
    else:
        return None
    if len(tensor.content) == dtype.itemsize:
        return float(np.frombuffer(tensor.content, dtype)[0])
    return float(singles[0]) if singles.size == 1 else None


def is_event_file(content: bytes) -> bool:
    """Tell whether bytes begin with a record's length and its right checksum."""
    return len(content) >= 12 and _checksum(content[:8]) == content[8:12]


def _checksum(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)
