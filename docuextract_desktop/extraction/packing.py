"""Plain data and numpy arrays as one run of bytes, without pickle: safe to load from a file that someone else made."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_HEAD = struct.Struct("<4sI")
_ALLOWED = frozenset({"uint8", "uint16", "uint32", "int32", "int64", "float16", "float32", "float64", "bool"})
_MAX_BYTES = 1 << 29


def pack(magic: bytes, plain: Any, arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """`plain` (JSON data) and `arrays` as bytes that begin with the four bytes `magic`.

    Raises:
        ValueError: an array of a kind that is not packed.
    """
    entries = []
    for name, array in arrays.items():
        if array.dtype.name not in _ALLOWED:
            raise ValueError(f"array {name} is of type {array.dtype}")
        entries.append([name, array.dtype.name, list(array.shape)])
    head = json.dumps({"plain": plain, "arrays": entries}, ensure_ascii=False, separators=(",", ":")).encode()
    body = zlib.compress(b"".join([head, *(np.ascontiguousarray(a).tobytes() for a in arrays.values())]), 1)
    return _HEAD.pack(magic, len(head)) + body


def unpack(magic: bytes, blob: bytes) -> tuple[Any, dict[str, NDArray[Any]]]:
    """Inverse of `pack`.

    Raises:
        ValueError: other bytes, or damaged ones.
    """
    if len(blob) < _HEAD.size:
        raise ValueError("too short")
    found, head_bytes = _HEAD.unpack_from(blob)
    if found != magic:
        raise ValueError("not the bytes that were expected")
    try:
        packed = zlib.decompressobj()
        raw = packed.decompress(blob[_HEAD.size :], _MAX_BYTES)
        if not packed.eof:
            raise ValueError("does not end")
        head = json.loads(raw[:head_bytes])
        arrays: dict[str, NDArray[Any]] = {}
        at = head_bytes
        for name, kind, shape in head["arrays"]:
            if kind not in _ALLOWED:
                raise ValueError("array of an unknown kind")
            count = int(np.prod(shape, dtype=np.int64))
            arrays[name] = np.frombuffer(raw, np.dtype(kind), count, at).reshape(shape)
            at += count * np.dtype(kind).itemsize
        plain = head["plain"]
    except (zlib.error, json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise ValueError("damaged") from error
    return plain, arrays
