"""Pages as bytes, for the database and for handing them between processes; exact, compact, and safe to load."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np

from docuextract_desktop.documents.models import Page, WordMethod

WORDS_VERSION = "words-6"
"""Changes whenever reading the same file would give other words; kept words of another version are read anew."""

_MAGIC = b"DXW1"
_MAX_BYTES = 1 << 30
_HEAD = struct.Struct("<I")
_PAGE = struct.Struct("<IddHBII")  # index, width, height, rotation, method, number of words, bytes of their texts
_METHODS: tuple[WordMethod, ...] = ("text_layer", "ocr")


def pages_to_blob(pages: Sequence[Page]) -> bytes:
    """Pack pages; `pages_from_blob` gives back equal ones, bit by bit."""
    parts = [_HEAD.pack(len(pages))]
    for page in pages:
        texts = "\n".join(page.texts).encode("utf-8", "surrogatepass")
        parts.append(
            _PAGE.pack(
                page.index,
                page.width,
                page.height,
                page.rotation,
                _METHODS.index(page.method),
                len(page),
                len(texts),
            )
        )
        parts.append(texts)
        for numbers in (page.boxes.T, page.confidences, page.line_of, page.segment_of):
            # Bytes of like weight stand together: boxes of neighbours share their high bytes, and pack far better.
            raw = np.ascontiguousarray(numbers).astype(np.float32 if numbers.dtype.kind == "f" else np.int32)
            parts.append(raw.reshape(-1, 1).view(np.uint8).T.tobytes())
    return _MAGIC + zlib.compress(b"".join(parts), 3)


def pages_from_blob(blob: bytes) -> tuple[Page, ...]:
    """Unpack what `pages_to_blob` packed.

    Raises:
        ValueError: not such bytes, or damaged.
    """
    if blob[: len(_MAGIC)] != _MAGIC:
        raise ValueError("not a blob of pages")
    try:
        packed = zlib.decompressobj()
        raw = packed.decompress(blob[len(_MAGIC) :], _MAX_BYTES)
        if not packed.eof:
            raise ValueError("a blob of pages that does not end")
        return _unpack(raw)
    except (zlib.error, struct.error, UnicodeDecodeError, IndexError) as error:
        raise ValueError(f"a damaged blob of pages: {error}") from error


def _unpack(raw: bytes) -> tuple[Page, ...]:
    (count,) = _HEAD.unpack_from(raw, 0)
    offset = _HEAD.size
    pages = []
    for _ in range(count):
        index, width, height, rotation, method, words, text_bytes = _PAGE.unpack_from(raw, offset)
        offset += _PAGE.size
        texts = raw[offset : offset + text_bytes].decode("utf-8", "surrogatepass").split("\n") if words else []
        offset += text_bytes
        if len(texts) != words:
            raise ValueError("a damaged blob of pages: words are missing")
        arrays = []
        for numbers in (words * 4, words, words, words):
            part = np.frombuffer(raw[offset : offset + numbers * 4], np.uint8)
            if len(part) != numbers * 4:
                raise ValueError("a damaged blob of pages: numbers are missing")
            arrays.append(np.ascontiguousarray(part.reshape(4, numbers).T))
            offset += numbers * 4
        pages.append(
            Page(
                index=index,
                width=width,
                height=height,
                rotation=rotation,
                method=_METHODS[method],
                texts=tuple(texts),
                boxes=np.ascontiguousarray(arrays[0].view(np.float32).reshape(4, words).T),
                confidences=arrays[1].view(np.float32).reshape(-1),
                line_of=arrays[2].view(np.int32).reshape(-1),
                segment_of=arrays[3].view(np.int32).reshape(-1),
            )
        )
    if offset != len(raw):
        raise ValueError("a damaged blob of pages: bytes are left over")
    return tuple(pages)
