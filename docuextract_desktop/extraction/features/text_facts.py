"""What the characters of a candidate's text say: shapes, counts, how it begins and ends."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby, islice

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.words.hashing import text_hash
from docuextract_desktop.extraction.words.tokens import Hashes

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

Places = NDArray[np.intp]


def facts_of(texts: Sequence[str]) -> dict[str, Hashes]:
    """The facts about each text by name, each uint32 (n,)."""
    table = np.zeros((len(FACTS), len(texts)), np.uint32)
    if texts:
        joined = "\0".join(texts) + "\0"
        codes = np.frombuffer(joined.encode("ascii", "replace").translate(_ASCII_CLASSES), np.uint8)
        stops = (codes == 0).nonzero()[0]
        if len(stops) == len(texts):
            others = _fill_in(table, codes, stops)
            if not joined.isascii():
                others += [row for row, text in enumerate(texts) if not text.isascii()]
        else:  # the sign between texts stands within one of them, too
            others = list(range(len(texts)))
        for row in others:
            table[:, row] = _look(texts[row])
    return dict(zip(FACTS, table, strict=True))


# --- one text of any characters --------------------------------------------------------------------------------------


class _Classes(dict[int, str]):
    """Character → its class: A, a, 0, _ for space, itself for other signs."""

    def __missing__(self, code: int) -> str:
        c = chr(code)
        kind = "A" if c.isupper() else "a" if c.islower() else "0" if c.isdigit() else "_" if c.isspace() else c
        self[code] = kind
        return kind


_CLASS_OF = _Classes()
_SHAPE = 16  # runs at most: what is left of the classes where each run counts once (`INV-0042/a` → `A-0/a`)
_LONG_SHAPE = 14  # characters
_DIGIT_RUN = re.compile(r"\d{4,}")


@lru_cache(maxsize=32768)
def _look(text: str) -> tuple[int, ...]:
    """The facts about one text, whichever characters it holds."""
    classes = text.translate(_CLASS_OF)
    capitals, small, digits = classes.count("A"), classes.count("a"), classes.count("0")
    first, last = text[0], text[-1]
    edges = ("a" if first.isalnum() else first) + ("a" if last.isalnum() else last)
    opened = text.count("(")
    return (
        text_hash("".join([one for one, _ in islice(groupby(classes), _SHAPE)])),
        text_hash(classes[:_LONG_SHAPE]),
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


def _has_postcode(text: str) -> int:
    """Length of the longest run of digits where that of a postcode, else 0 (6: longer than any)."""
    runs = _DIGIT_RUN.findall(text)
    return min(max(map(len, runs)), 6) if runs else 0


# --- all texts of plain characters at once ---------------------------------------------------------------------------
# A page has hundreds of texts, most of them new and short: it is the calls that cost, not the characters.

_ASCII_CLASSES = "".join(_CLASS_OF[code] for code in range(128)).encode().ljust(256)
_DIGIT, _SPACE = b"0_"
_LONGEST = 255  # characters: as many can be counted in a byte
_COUNTED = (b"A", b"a", b"0", b",.;", b":", b"(", b")", b"/|")
_EDGE_OF = np.array([ord("a") if chr(code).isalnum() else code for code in range(128)], np.uint8)
_OPEN_AT_FIRST, _OPEN_AT_LAST = np.zeros(128, np.uint32), np.zeros(128, np.uint32)
_OPEN_AT_FIRST[list(b"-/&,:).")] = 2
_OPEN_AT_LAST[list(b"-/&,:(")] = 1


def _counters() -> NDArray[np.uint64]:
    """For each class a number of eight bytes, of which one is 1: their sum counts eight classes at once."""
    counters = np.zeros((128, len(_COUNTED)), np.uint8)
    for at, classes in enumerate(_COUNTED):
        counters[list(classes), at] = 1
    return counters.view(np.uint64).ravel()


def _crc_shares() -> Hashes:
    """What a byte adds to the CRC-32 of a text in which k others follow it: row `_SHAPE` + k; the rows before add none.

    CRCs are linear: that of a text is the exclusive or of what its bytes add and of the CRC of as many zeros.
    """
    shares = np.zeros((2 * _SHAPE, 128), np.uint32)
    for k in range(_SHAPE):
        zeros = bytes(k)
        shares[_SHAPE + k] = [zlib.crc32(bytes([code]) + zeros) ^ zlib.crc32(b"\0" + zeros) for code in range(128)]
    return shares


_COUNTERS = _counters()
_SHARES = _crc_shares()
_CRC_OF_ZEROS = np.array([zlib.crc32(bytes(k)) for k in range(_SHAPE + 1)], np.uint32)
_FIRST_OF_TWO, _LAST_OF_TWO = _SHARES[_SHAPE + 1][_EDGE_OF] ^ _CRC_OF_ZEROS[2], _SHARES[_SHAPE][_EDGE_OF]


def _crc_of_heads(codes: NDArray[np.uint8], starts: Places, lengths: Places, most: int) -> Hashes:
    """CRC-32 of the first `most` bytes of each text."""
    heads, place = np.minimum(lengths, most), np.arange(most)[:, None]
    share = (heads + (_SHAPE - 1)) * 128 - place * 128
    share += codes.take(starts + place, mode="clip")
    crc: Hashes = np.bitwise_xor.reduce(_SHARES.take(share), axis=0)
    crc ^= _CRC_OF_ZEROS[heads]
    return crc


def _fill_in(table: Hashes, codes: NDArray[np.uint8], stops: Places) -> list[int]:
    """Fill in the facts about texts, given by the classes of their characters, each with a 0 behind it.

    Returns:
        The rows of texts that have to be looked at by themselves all the same.
    """
    starts = _begins(stops)
    length = stops - starts
    run_begins = np.empty(len(codes), np.bool_)
    run_begins[0] = True
    np.not_equal(codes[1:], codes[:-1], out=run_begins[1:])
    runs = run_begins.nonzero()[0]
    run_codes = codes[runs]
    run_stops = (run_codes == 0).nonzero()[0]
    run_starts = _begins(run_stops)
    first, last = codes[starts], codes[stops - 1]
    counted = np.add.reduceat(_COUNTERS[codes], starts).view(np.uint8).reshape(-1, len(_COUNTED))
    capitals, small, digits, marks, colons, opened, closed, slashes = counted.T.astype(np.int32)
    postcode = np.zeros(len(stops), np.int32)
    run_lengths = runs[1:] - runs[:-1]
    numbers = ((run_codes[:-1] == _DIGIT) & (run_lengths > 3)).nonzero()[0]
    np.maximum.at(postcode, run_stops.searchsorted(numbers), np.minimum(run_lengths[numbers], 6))
    facts = (
        _crc_of_heads(run_codes, run_starts, run_stops - run_starts, _SHAPE),
        _crc_of_heads(codes, starts, length, _LONG_SHAPE),
        _FIRST_OF_TWO[first] ^ _LAST_OF_TWO[last],
        length,
        digits,
        capitals + small,
        capitals,
        marks,
        postcode,
        np.minimum(colons, 2),
        1 + np.sign(opened - closed) + 3 * (opened > 0),
        _OPEN_AT_LAST[last] + _OPEN_AT_FIRST[first],
        np.minimum(slashes, 3),
    )
    for row, numbers_of_texts in zip(table, facts, strict=True):
        row[:] = numbers_of_texts
    # Spaces are of one class with the line that is drawn to write on, except at the edges.
    alone: list[int] = ((length > _LONGEST) | (first == _SPACE) | (last == _SPACE)).nonzero()[0].tolist()
    return alone


def _begins(stops: Places) -> Places:
    """Where texts begin that end at `stops`."""
    begins = np.empty_like(stops)
    begins[0] = 0
    np.add(stops[:-1], 1, out=begins[1:])
    return begins
