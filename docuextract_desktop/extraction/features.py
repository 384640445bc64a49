"""What stands around a candidate, as hashed slots: words nearby, shape, place, rank among its kind.

Each slot is hashed to one of 2^16 columns, so that a weight vector per field can be learnt and a whole page is scored
by one gather. How the labels of a field lie to a candidate is told by `relations` instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.arithmetic import AMOUNT_KINDS, amounts_of, sums_of
from docuextract_desktop.extraction.candidates import CandidateSet
from docuextract_desktop.extraction.labels import LabelMatches
from docuextract_desktop.extraction.standing import Labels, labels_in, standing_slots, terms_between
from docuextract_desktop.extraction.surroundings import NOTHING, Surroundings, first_line_height, kind_of_token, take
from docuextract_desktop.extraction.tokens import (
    NUMBER,
    Hashes,
    Ints,
    TokenView,
    mix,
    mix_rows,
    text_hash,
)
from docuextract_desktop.extraction.word_classes import membership

COLUMNS = 1 << 16
Slots = NDArray[np.uint16]


def _bucket(values: NDArray[Any], edges: list[float]) -> Hashes:
    return np.asarray(np.digitize(values, edges), np.uint32)


class _Classes(dict[int, str]):
    """Character → its class: A, a, 0, _ for space, itself for other signs."""

    def __missing__(self, code: int) -> str:
        c = chr(code)
        kind = "A" if c.isupper() else "a" if c.islower() else "0" if c.isdigit() else "_" if c.isspace() else c
        self[code] = kind
        return kind


_CLASS_OF = _Classes()
_RUNS = re.compile(r"(.)\1+", re.DOTALL)


@lru_cache(maxsize=32768)
def _text_facts(text: str) -> tuple[int, ...]:
    """What the characters of a text say: hashes of its shapes and edges, and counts."""
    classes = text.translate(_CLASS_OF)
    shape = _RUNS.sub(r"\1", classes)[:16]  # `INV-0042/a` → `A-0/a`
    capitals, small, digits = classes.count("A"), classes.count("a"), classes.count("0")
    edges = (text[0] if not text[0].isalnum() else "a") + (text[-1] if not text[-1].isalnum() else "a")
    stops = text.count(",") + text.count(".") + text.count(";")
    return (
        text_hash(shape),
        text_hash(classes[:14]),
        text_hash(edges),
        len(text),
        digits,
        capitals + small,
        capitals,
        stops,
        _has_postcode(text) if digits > 3 else 0,
        min(text.count(":"), 2),
        1 + min(max(text.count("(") - text.count(")"), -1), 1) + (3 if "(" in text else 0),
        int(text[-1] in "-/&,:(") + 2 * int(text[0] in "-/&,:)."),
        min(text.count("/") + text.count("|"), 3),
    )


def _rank(view_order: NDArray[Any]) -> Ints:
    order = np.argsort(view_order, kind="stable")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order))
    return rank


def slots_of(view: TokenView, found: CandidateSet, around: Surroundings, matches: LabelMatches) -> tuple[Slots, int]:
    """Hashed context of all candidates: uint16 (n, slots), and how many of the first slots are free of words.

    The word-free slots (shape, place, rank) mean the same on every kind of document; the rest names words nearby.
    """
    n = len(found)
    plain = _plain_slots(view, found, around, labels_in(view, found, matches))
    wordy = _word_slots(view, found, around)
    salts = [*range(1000, 1000 + len(plain)), *(salt for salt, _ in wordy)]
    if not n:
        return np.zeros((0, len(salts)), np.uint16), len(plain)
    columns = mix_rows(np.stack([*plain, *(values for _, values in wordy)]), salts) & np.uint32(COLUMNS - 1)
    return np.ascontiguousarray(columns.T.astype(np.uint16)), len(plain)


def _plain_slots(view: TokenView, found: CandidateSet, around: Surroundings, labels: Labels) -> list[Hashes]:
    n = len(found)
    box, page = found.box, found.page
    pages = max(len(view.pages), 1)
    texts = found.texts
    facts = np.array([_text_facts(t) for t in texts], np.int64).reshape(-1, 13)
    shape, long_shape, ends = (facts[:, k].astype(np.uint32) for k in range(3))
    length, digits, letters, capitals, punctuation, postcode = (facts[:, k] for k in range(3, 9))
    word_count = (
        np.add.reduceat(found.part[:, 1] - found.part[:, 0], found.part_start[:-1]) if n else found.line
    ).astype(np.int32)
    line_count = np.diff(found.part_start)
    heights = first_line_height(view, found)
    usual = np.median(view.word_box[:, 3] - view.word_box[:, 1]) if len(view.words) else 1.0
    big = _bucket(heights / max(float(usual), 1e-5), [0.75, 0.9, 1.12, 1.35, 1.8])
    first_page, last_page = page == 0, page == pages - 1
    x_bin, y_bin = (box[:, 0] * 6).astype(np.int32), (box[:, 1] * 8).astype(np.int32)
    right_bin = (box[:, 2] * 6).astype(np.int32)
    counts: dict[str, int] = {}
    for value in found.values:
        counts[value] = counts.get(value, 0) + 1
    repeats = np.fromiter((counts[v] for v in found.values), np.int32, n)
    most = repeats == repeats.max() if n else np.zeros(0, np.bool_)
    rank = np.arange(n)
    line_rank = _dense_rank(found.line)
    on_page = _position_within(found.page)
    company, business, address, contact, total = membership(view, found)[:5]
    starts_segment, ends_segment = _segment_edges(view, found)
    left_kind = kind_of_token(view, around.left[:, 0])
    above_kind = kind_of_token(view, around.above[:, 0])
    arithmetic = [np.zeros(n, np.int32)] * 5
    if found.kind in AMOUNT_KINDS:
        amounts = amounts_of(found)
        by_size = _rank(-amounts)
        largest = amounts == amounts.max() if n else np.zeros(0, np.bool_)
        size = _bucket(np.abs(amounts), [0.005, 1, 10, 100, 1000, 1e4, 1e5, 1e6])
        distinct = _dense_rank_values(-amounts)
        arithmetic = sums_of(found)
    elif found.kind == "date":
        order = np.array([int(v.replace("-", "")[:8]) if v[:4].isdigit() else 0 for v in found.values], np.int64)
        by_size = _rank(-order)
        largest = order == order.max() if n else np.zeros(0, np.bool_)
        distinct = _dense_rank_values(order)
        size = _bucket(distinct - (distinct.max() if n else 0), [-2.5, -1.5, -0.5])
    else:
        by_size = _rank(-heights)
        largest = heights >= heights.max() * 0.97 if n else np.zeros(0, np.bool_)
        size = _bucket(by_size, [1, 3, 6, 12])
        distinct = by_size
    table: list[tuple[NDArray[Any], ...]] = [
        (np.zeros(n),),
        (_bucket(length, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 20, 25, 30, 40, 60, 80]),),
        (
            np.minimum(word_count, 12),
            np.minimum(line_count, 7),
        ),
        (_bucket(digits, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20]),),
        (
            _bucket(digits / np.maximum(length, 1), [0.01, 0.1, 0.25, 0.5, 0.75, 0.95]),
            letters > 0,
        ),
        (
            _bucket(capitals / np.maximum(letters, 1), [0.05, 0.3, 0.7, 0.95]),
            letters > 3,
        ),
        (np.minimum(punctuation, 6),),
        (big,),
        (
            big,
            y_bin,
        ),
        (x_bin,),
        (y_bin,),
        (
            x_bin,
            y_bin,
        ),
        (right_bin,),
        (
            first_page,
            last_page,
        ),
        (
            first_page,
            last_page,
            y_bin,
        ),
        (np.minimum(repeats, 6),),
        (
            most,
            repeats > 1,
        ),
        (np.minimum(rank, 6),),
        (np.minimum(n - 1 - rank, 6),),
        (np.minimum(line_rank, 14),),
        (
            np.minimum(on_page, 4),
            first_page,
        ),
        (np.minimum(by_size, 8),),
        (np.minimum(distinct, 5),),
        (
            largest,
            repeats > 1,
        ),
        (size,),
        (
            np.minimum(company, 2),
            np.minimum(business, 1),
        ),
        (
            company > 0,
            line_count,
            ends_segment,
        ),
        (
            np.minimum(address, 4),
            np.minimum(line_count, 5),
        ),
        (
            contact > 0,
            total > 0,
        ),
        (
            postcode,
            np.minimum(line_count, 6),
        ),
        (
            address > 0,
            postcode,
        ),
        (
            starts_segment,
            ends_segment,
        ),
        (
            starts_segment,
            ends_segment,
            left_kind,
        ),
        (_bucket(around.left_gap, [0.4, 1.0, 2.0, 4.0, 8.0, 90]),),
        (
            _bucket(around.above_gap, [0.2, 0.5, 0.9, 1.5, 3.0, 90]),
            above_kind,
        ),
        (_bucket(around.below_gap, [0.2, 0.5, 0.9, 1.5, 3.0, 90]),),
        (
            around.range_start,
            around.range_end,
        ),
        (
            around.range_start,
            around.range_end,
            np.minimum(rank, 4),
        ),
        (_bucket(found.quality, [0.3, 0.6, 0.85, 0.99]),),
        (_bucket(found.confidence, [0.6, 0.8, 0.9, 0.97]),),
        (
            _bucket(
                found.line / max(view.line_count, 1), [0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
            ),
        ),
        (np.minimum(found.line, 12),),
        (
            arithmetic[0],
            arithmetic[1],
        ),
        (
            arithmetic[1],
            arithmetic[2],
        ),
        (
            arithmetic[3],
            arithmetic[4],
        ),
        (
            arithmetic[0],
            arithmetic[2],
            largest,
        ),
        (*(facts[:, k] for k in range(9, 11)),),
        (
            facts[:, 11],
            facts[:, 12],
        ),
        *standing_slots(view, found, labels),
    ]
    combined = _combine(table, n)
    return [combined[0], shape, long_shape, ends, *combined[1:]]


def _combine(table: Sequence[Sequence[NDArray[Any]]], n: int) -> Hashes:
    """One number per slot and candidate from the few small numbers of each slot: uint32 (slots, n)."""
    depth = np.array([len(arrays) for arrays in table])
    parts = np.zeros((int(depth.max()), len(table), n), np.int64)
    for slot, arrays in enumerate(table):
        for level, array in enumerate(arrays):
            parts[level, slot] = array
    small = (parts & 0xFFFF).astype(np.uint32) + np.uint32(1)
    result: Hashes = small[0]
    with np.errstate(over="ignore"):
        for level in range(1, len(parts)):
            has = depth > level
            result[has] = result[has] * np.uint32(31) + small[level, has]
    return result


def _dense_rank(values: Ints) -> Ints:
    """0 for the first distinct value in order, 1 for the next."""
    return np.unique(values, return_inverse=True)[1].astype(np.int32)


def _dense_rank_values(values: NDArray[Any]) -> Ints:
    return np.unique(values, return_inverse=True)[1].astype(np.int32)


def _position_within(groups: Ints) -> Ints:
    result = np.zeros(len(groups), np.int32)
    for group in np.unique(groups):
        rows = groups == group
        result[rows] = np.arange(int(rows.sum()))
    return result


_DIGIT_RUN = re.compile(r"\d+")


def _has_postcode(text: str) -> int:
    """Length of the longest run of digits where that of a postcode, else 0 (6: longer than any)."""
    best = max(map(len, _DIGIT_RUN.findall(text)), default=0)
    return best if best in (4, 5) else 6 if best > 5 else 0


def _segment_edges(view: TokenView, found: CandidateSet) -> tuple[Ints, Ints]:
    if not len(found):
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    first, last = found.part[found.part_start[:-1]], found.part[found.part_start[1:] - 1]
    start, stop = first[:, 0], last[:, 1]
    begins = view.segment_start[view.word_segment[start]] == start
    ends = view.segment_start[view.word_segment[stop - 1] + 1] == stop
    whole = last[:, 3] == view.word_length[stop - 1]
    return np.where(first[:, 2] > 0, 2, begins), np.where(whole, ends, 2)


def _word_slots(view: TokenView, found: CandidateSet, around: Surroundings) -> list[tuple[int, Hashes]]:
    """(salt, hashes) of the slots that name words; slots of equal salt form a bag."""
    hashes = view.token_hash
    slots: list[tuple[int, Hashes]] = []
    left = [take(hashes, around.left[:, k]) for k in range(4)]
    right = [take(hashes, around.right[:, k]) for k in range(3)]
    above = [take(hashes, around.above[:, k]) for k in range(3)]
    next_above = [take(hashes, around.above2[:, k]) for k in range(2)]
    header = [take(hashes, around.header[:, k]) for k in range(3)]
    below = [take(hashes, around.below[:, k]) for k in range(2)]
    first = [take(hashes, around.first[:, k]) for k in range(2)]
    near = _bucket(around.left_gap, [1.0, 4.0, 90])
    close = _bucket(around.above_gap, [0.9, 2.5, 90])
    slots += [(1, left[0]), (2, left[1]), (3, left[2])]
    slots += [(4, h) for h in left]
    slots += [(5, mix(left[0], 5) ^ left[1]), (6, mix(mix(left[0], 5) ^ left[1], 6) ^ left[2])]
    slots += [(7, left[0] ^ mix(near, 7)), (8, around.left_phrase), (9, around.left_phrase ^ mix(near, 9))]
    slots += [(11, right[0]), (12, right[1]), *[(13, h) for h in right]]
    slots += [(14, mix(right[0], 14) ^ right[1])]
    slots += [(21, h) for h in above]
    slots += [(22, mix(above[0], 22) ^ above[1]), (23, around.above_phrase), (24, around.above_phrase ^ mix(close, 24))]
    slots += [(25, above[0] ^ mix(close, 25))]
    slots += [(31, h) for h in next_above]
    slots += [(35, h) for h in header]
    slots += [(36, mix(header[0], 36) ^ header[1]), (37, around.header_phrase)]
    slots += [(41, h) for h in below]
    slots += [(42, mix(below[0], 42) ^ below[1])]
    slots += [(45, first[0]), (46, mix(first[0], 46) ^ first[1])]
    heading, second = _headings(view, found)
    slots += [(48, heading[0]), (49, mix(heading[0], 49) ^ heading[1]), (50, second[0])]
    slots += [(51, around.left_phrase ^ mix(around.above_phrase, 51))]
    if found.kind == "date":  # of days before others only known fields can tell the meaning
        before, after = terms_between(found)
        slots += [(71, _combine([(before,)], len(found))[0]), (72, _combine([(after,)], len(found))[0])]
        slots += [(73, _combine([(before > 0, after > 0)], len(found))[0])]
    if found.kind in ("text", "address", "id"):
        n = len(found)
        inside = [np.where(found.t0 + k < found.t1, found.t0 + k, -1) for k in range(4)]
        ends = [np.where(found.t1 - k > found.t0, found.t1 - k, -1) for k in (1, 2, 3)]
        value = [take(hashes, index.astype(np.int32)) for index in (*inside, *ends)]
        slots += [(61, value[0]), (62, value[4]), (63, mix(value[4], 63) ^ value[5])]
        slots += [(64, h) for h in value]
        slots += [(65, value[4] ^ mix(right[0], 65))]
        if found.kind == "address":
            starts = np.zeros(n, np.int32)
            previous = starts.copy()
            if n:
                starts = view.word_token_start[found.part[found.part_start[1:] - 1, 0]]
                previous = np.diff(found.part_start)
            last_line = take(hashes, starts)
            slots += [
                (66, last_line),
                (67, mix(below[0], 67) ^ value[4]),
                (68, below[0] ^ mix(previous.astype(np.uint32), 68)),
            ]
    return slots


def _headings(view: TokenView, found: CandidateSet) -> tuple[list[Hashes], list[Hashes]]:
    """The first two tokens of the two nearest lines above that look like headings: short, one segment, no number.

    A heading holds for the lines under it however they are indented, up to twelve lines away on the same page.
    """
    n, lines = len(found), view.line_count
    nothing = np.full(n, NOTHING, np.uint32)
    if not n or not len(view.token):
        return [nothing, nothing], [nothing, nothing]
    line_of = np.arange(lines)
    starts, stops = view.line_token_start[:-1], view.line_token_start[1:]
    numbers = np.bincount(view.token_line, view.token_kind == NUMBER, lines)
    one_segment = view.word_segment[view.line_start[:-1]] == view.word_segment[view.line_start[1:] - 1]
    colon = np.fromiter((view.words[w - 1][-1] == ":" for w in view.line_start[1:]), np.bool_, lines)
    looks = one_segment & (numbers == 0) & (stops > starts) & (stops - starts <= 6) & (colon | (stops - starts <= 3))
    last = np.maximum.accumulate(np.where(looks, line_of, -1))
    before = np.concatenate([[-1], last[:-1]])  # nearest heading strictly above each line
    near = before[found.line]
    far = np.where(near >= 0, before[np.maximum(near, 0)], -1)

    def tokens(heading: NDArray[np.int64]) -> list[Hashes]:
        safe = np.maximum(heading, 0)
        ok = (heading >= 0) & (found.line - heading <= 12) & (view.page_of_line[safe] == found.page)
        picked = [
            np.where(ok & (starts[safe] + k < stops[safe]), starts[safe] + k, -1).astype(np.int32) for k in (0, 1)
        ]
        return [take(view.token_hash, index) for index in picked]

    return tokens(near), tokens(far)
