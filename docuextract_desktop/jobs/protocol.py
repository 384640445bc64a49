"""Messages between the program and its workers: JSON with the bytes beside it, never pickle.

A worker opens hostile files. If one of them took it over, all that it could send back is still plain data, checked here
and where it is used.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import IO, Any

MAX_MESSAGE_BYTES = 1 << 30
MAX_BLOBS = 100_000

_MAGIC = b"DXM1"
_HEAD = struct.Struct("<4sII")
_BLOB_KEY = "$blob"


class ProtocolError(Exception):
    """What came is no message of ours."""


def write_message(stream: IO[bytes], message: Mapping[str, Any]) -> None:
    """Write one message and flush. Values may be anything that JSON knows, and bytes."""
    blobs: list[bytes] = []

    def outside(value: object) -> dict[str, int]:
        if not isinstance(value, bytes):
            raise TypeError(f"{type(value).__name__} cannot be sent")
        blobs.append(value)
        return {_BLOB_KEY: len(blobs) - 1}

    text = json.dumps(message, default=outside, separators=(",", ":")).encode("ascii")
    lengths = struct.pack(f"<{len(blobs)}Q", *(len(blob) for blob in blobs))
    stream.write(_HEAD.pack(_MAGIC, len(text), len(blobs)) + lengths + text)
    for blob in blobs:
        stream.write(blob)
    stream.flush()


def read_message(stream: IO[bytes]) -> dict[str, Any] | None:
    """The next message; None where the other side has ended.

    Raises:
        ProtocolError: not a message, cut off, or too large.
    """
    head = stream.read(_HEAD.size)
    if not head:
        return None
    if len(head) != _HEAD.size:
        raise ProtocolError("cut off in the head")
    magic, text_bytes, blob_count = _HEAD.unpack(head)
    if magic != _MAGIC or blob_count > MAX_BLOBS or text_bytes > MAX_MESSAGE_BYTES:
        raise ProtocolError(f"not a message: {head!r}")
    lengths = struct.unpack(f"<{blob_count}Q", _exactly(stream, 8 * blob_count))
    if text_bytes + sum(lengths) > MAX_MESSAGE_BYTES:
        raise ProtocolError("a message that is too large")
    text = _exactly(stream, text_bytes)
    blobs = [_exactly(stream, length) for length in lengths]

    def inside(value: dict[str, Any]) -> Any:
        if len(value) == 1 and _BLOB_KEY in value:
            return blobs[value[_BLOB_KEY]]
        return value

    try:
        message = json.loads(text, object_hook=inside)
    except (ValueError, IndexError, TypeError, RecursionError) as error:
        raise ProtocolError(f"not a message: {error}") from error
    if not isinstance(message, dict):
        raise ProtocolError("not a message: no object")
    return message


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise ProtocolError("cut off")
    return data
