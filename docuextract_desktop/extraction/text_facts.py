"""What the characters of a candidate's text say: shapes, counts, how it begins and ends."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby, islice

import numpy as np

from docuextract_desktop.extraction.tokens import Hashes, text_hash

FACTS = (
    "shape",
    "long_shape",
    "edges",
    "length",
    "digits",
    "letters",
    "capitals",
    "stops",
    "postcode",
    "colons",
    "brackets",
    "open_ends",
    "slashes",
)
"""Three hashes and ten small numbers."""

_PACKED = struct.Struct(f"={len(FACTS)}I")


def facts_of(texts: Sequence[str]) -> dict[str, Hashes]:
    """The facts about each text by name, each uint32 (n,)."""
    table = np.frombuffer(b"".join(map(_facts, texts)), np.uint32).reshape(-1, len(FACTS))
    return dict(zip(FACTS, np.ascontiguousarray(table.T), strict=True))


class _Classes(dict[int, str]):
    """Character → its class: A, a, 0, _ for space, itself for other signs."""

    def __missing__(self, code: int) -> str:
        c = chr(code)
        kind = "A" if c.isupper() else "a" if c.islower() else "0" if c.isdigit() else "_" if c.isspace() else c
        self[code] = kind
        return kind


_CLASS_OF = _Classes()
_ASCII_CLASSES = "".join(_CLASS_OF[code] for code in range(128)).encode().ljust(256)
_EDGES_OF_ASCII = [b"a" if chr(code).isalnum() else bytes([code]) for code in range(128)]
_SHAPE = 16  # runs at most: what is left of the classes where each run counts once (`INV-0042/a` → `A-0/a`)
_DIGIT_RUN = re.compile(r"\d{4,}")


@lru_cache(maxsize=32768)
def _facts(text: str) -> bytes:
    """The facts about a text, packed: a page's worth of them becomes an array in one go."""
    if text.isascii() and not text[0].isspace() and not text[-1].isspace():
        return _facts_of_ascii(text.encode().translate(_ASCII_CLASSES))
    return _look(text, text.translate(_CLASS_OF))


@lru_cache(maxsize=32768)
def _facts_of_ascii(classes: bytes) -> bytes:
    """As `_look`; here the classes alone decide everything, and amounts and days have few different ones."""
    capitals, small, digits = classes.count(b"A"), classes.count(b"a"), classes.count(b"0")
    edges = _EDGES_OF_ASCII[classes[0]] + _EDGES_OF_ASCII[classes[-1]]
    shape = bytes([one for one, _ in islice(groupby(classes), _SHAPE)])
    hashes = zlib.crc32(shape), zlib.crc32(classes[:14]), zlib.crc32(edges)
    length, letters = len(classes), capitals + small
    if letters + digits + classes.count(b"_") == length:  # most texts hold no sign
        return _PACKED.pack(*hashes, length, digits, letters, capitals, 0, _postcode(classes, digits), 0, 1, 0, 0)
    opened = classes.count(b"(")
    return _PACKED.pack(
        *hashes,
        length,
        digits,
        letters,
        capitals,
        classes.count(b",") + classes.count(b".") + classes.count(b";"),
        _postcode(classes, digits),
        min(classes.count(b":"), 2),
        1 + min(max(opened - classes.count(b")"), -1), 1) + (3 if opened else 0),
        int(classes[-1] in b"-/&,:(") + 2 * int(classes[0] in b"-/&,:)."),
        min(classes.count(b"/") + classes.count(b"|"), 3),
    )


def _look(text: str, classes: str) -> bytes:
    capitals, small, digits = classes.count("A"), classes.count("a"), classes.count("0")
    first, last = text[0], text[-1]
    edges = ("a" if first.isalnum() else first) + ("a" if last.isalnum() else last)
    opened = text.count("(")
    return _PACKED.pack(
        text_hash.__wrapped__("".join([one for one, _ in islice(groupby(classes), _SHAPE)])),
        text_hash.__wrapped__(classes[:14]),
        text_hash(edges),
        len(text),
        digits,
        capitals + small,
        capitals,
        text.count(",") + text.count(".") + text.count(";"),
        _has_postcode(text) if digits > 3 else 0,
        min(text.count(":"), 2),
        1 + min(max(opened - text.count(")"), -1), 1) + (3 if opened else 0),
        int(last in "-/&,:(") + 2 * int(first in "-/&,:)."),
        min(text.count("/") + text.count("|"), 3),
    )


def _postcode(classes: bytes, digits: int) -> int:
    return _has_postcode(classes.decode()) if digits > 3 else 0


def _has_postcode(text: str) -> int:
    """Length of the longest run of digits where that of a postcode, else 0 (6: longer than any)."""
    runs = _DIGIT_RUN.findall(text)
    return min(max(map(len, runs)), 6) if runs else 0
