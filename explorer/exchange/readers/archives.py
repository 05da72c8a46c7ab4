"""Files inside of archives, unpacked one at a time, in memory, and never more than the limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any

from explorer.exchange.errors import ImportRefused, quoted
from explorer.exchange.readers.limits import MOST_BYTES, MOST_MEMBERS, MOST_UNPACKED_BYTES

_TOO_MUCH = (
    f"It unpacks to more than {MOST_UNPACKED_BYTES >> 20} MB: pack fewer files, those with the "
    "curves alone."
)
_TOO_MANY = f"The archive holds more than {MOST_MEMBERS:,} files: pack fewer."
_FAILURES = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError,
    OSError, NotImplementedError, RuntimeError, IndexError, ValueError, OverflowError,
)  # fmt: skip
_STARTS: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}


class _Bounded(io.RawIOBase):
    """What a decompressor gives, up to a limit."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file, self._left = file, most

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(self._left + 1 if size < 0 else min(size, self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            raise ImportRefused(_TOO_MUCH)
        return data


def is_archive(content: bytes) -> bool:
    """Tell whether bytes are an archive of files, or a compressed one."""
    if _is_zip(content):
        return True
    try:
        return _opened(content).read(512)[257:262] == b"ustar"
    except _FAILURES:
        # It is said to be damaged when it is read.
        return False


def unpacked(content: bytes) -> bytes:
    """Return what is in a compressed file; any other content as it is.

    Raises:
        ImportRefused: It is damaged, or holds more than `MOST_BYTES`.
    """
    try:
        with _opened(content) as file:
            data = file.read(MOST_BYTES + 1)
    except _FAILURES as error:
        raise ImportRefused("The compressed file is damaged or cut off: copy it again.") from error
    if len(data) > MOST_BYTES:
        raise ImportRefused(
            f"The file unpacks to more than {MOST_BYTES >> 20} MB: leave columns out, or keep "
            "every tenth row."
        )
    return data


def members(content: bytes, is_wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """Unpack the wanted files of an archive one after another: each path, parted by /, and bytes.

    Raises:
        ImportRefused: It is damaged, hostile, or too much.
    """
    try:
        yield from (_zipped if _is_zip(content) else _tarred)(content, is_wanted)
    except ImportRefused:
        raise
    except _FAILURES as error:
        raise ImportRefused("The archive is damaged or cut off: pack it again.") from error


def _is_zip(content: bytes) -> bool:
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def _opened(content: bytes) -> IO[bytes]:
    """Open what is in a compressed file, or the bytes as they are."""
    file = io.BytesIO(content)
    openers = (opened for start, opened in _STARTS.items() if content.startswith(start))
    return next(openers, lambda plain: plain)(file)


def _zipped(content: bytes, is_wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        _check_members(infos)
        wanted = [info for info in infos if is_wanted(info.filename)]
        if sum(info.file_size for info in wanted) > MOST_UNPACKED_BYTES:
            raise ImportRefused(_TOO_MUCH)
        left = MOST_UNPACKED_BYTES
        for info in wanted:
            # Whatever its head says of its size.
            with archive.open(info) as member:
                data = member.read(min(left, MOST_BYTES) + 1)
            left -= len(data)
            _check_member(info.filename, data, left)
            yield info.filename.replace("\\", "/"), data


def _check_members(infos: Sequence[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_MEMBERS:
        raise ImportRefused(_TOO_MANY)
    names: set[str] = set()
    for info in infos:
        _check_path(info.filename)
        if info.filename in names:
            raise ImportRefused(f"The archive holds {quoted(info.filename)} twice: pack it again.")
        names.add(info.filename)
        if info.flag_bits & 1:
            raise ImportRefused("The archive is locked with a password: pack it again without one.")


def _check_path(name: str) -> None:
    path = name.replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or re.match(r"[A-Za-z]:", path):
        raise ImportRefused(f"The archive holds a path that leads out of it: {quoted(name)}.")


def _check_member(name: str, data: bytes, left: int) -> None:
    if left < 0:
        raise ImportRefused(_TOO_MUCH)
    if len(data) > MOST_BYTES:
        raise ImportRefused(f"{quoted(name)} unpacks to more than {MOST_BYTES >> 20} MB: thin it.")


def _tarred(content: bytes, is_wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    stream = _Bounded(_opened(content), MOST_UNPACKED_BYTES)
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for count, member in enumerate(archive, 1):
            if count > MOST_MEMBERS:
                raise ImportRefused(_TOO_MANY)
            name = member.name.removeprefix("./")
            _check_path(name)
            if not member.isfile() or not is_wanted(name):
                continue
            opened_member = archive.extractfile(member)
            data = opened_member.read(MOST_BYTES + 1) if opened_member else b""
            _check_member(name, data, MOST_UNPACKED_BYTES)
            yield name, data
