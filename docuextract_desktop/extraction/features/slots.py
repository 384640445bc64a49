"""What stands around a candidate, as hashed slots: words nearby, shape, place, rank among its kind.

Each slot is hashed to one of 2^16 columns, so that a weight vector per field can be learnt and a whole page is scored
by one gather. How the labels of a field lie to a candidate is told by `relations` instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.candidates.find import CandidateSet, Spans, Together
from docuextract_desktop.extraction.candidates.labels import LabelMatches
from docuextract_desktop.extraction.features.ranks import Ranks
from docuextract_desktop.extraction.features.standing import labels_in, standing_slots, terms_between
from docuextract_desktop.extraction.features.steps import steps
from docuextract_desktop.extraction.features.surroundings import Surroundings, first_line_height, kind_of_token
from docuextract_desktop.extraction.features.text_facts import facts_of
from docuextract_desktop.extraction.features.word_classes import membership
from docuextract_desktop.extraction.features.word_slots import WordSlots, lines_within, words_around, words_within
from docuextract_desktop.extraction.words.tokens import Floats, Hashes, Ints, TokenView, mix_rows

COLUMNS = 1 << 16
Slots = NDArray[np.uint16]

_ONE, _SEVERAL = np.uint32(1), np.uint32(31)
_PLAIN_SALT = 1000  # of the first slot that names no words; the next ones count on
_NAMED_BY_WORDS = frozenset({"text", "address", "id"})  # kinds whose own words tell something


def slots_of(
    view: TokenView, candidates: Together, around: Surroundings, matches: LabelMatches
) -> list[tuple[Slots, int]]:
    """Hashed context of all candidates: a kind uint16 (n, slots), and how many of the first slots are free of words.

    The word-free slots (shape, place, rank) mean the same on every kind of document; the rest names words nearby.
    """
    every = candidates.every
    n = len(every)
    labels = labels_in(view, every, matches)
    heights = first_line_height(view, every)
    by_rank = _slots_of_ranks(candidates, around, heights)
    ranked = list(by_rank)
    of_ranks = _columns(_combined(list(by_rank.values())), [_PLAIN_SALT + at for at in ranked])
    of_spans = _plain_slots_of_spans(view, every, around, heights, len(by_rank))
    plain_count = of_spans.shape[1]
    kinds = {found.kind for found in candidates.kinds}
    beside = _columns_of_words(words_around(view, every, around), n)
    within = _columns_of_words(words_within(view, every, around) if kinds & _NAMED_BY_WORDS else [], n)
    in_lines = _columns_of_words(lines_within(view, every, around) if "address" in kinds else [], n)
    result = []
    end = 0
    for found, rows in zip(candidates.kinds, candidates.rows, strict=True):
        begin, end = end, end + len(found)
        plain = of_spans.take(rows, axis=0)
        plain[:, ranked] = of_ranks[begin:end]
        blocks = [plain]
        standing = standing_slots(view, found, labels.of(rows))
        if standing:
            first = _PLAIN_SALT + plain_count
            blocks.append(_columns(_combined(standing), range(first, first + len(standing))))
        blocks.append(beside.take(rows, axis=0))
        if found.kind in _NAMED_BY_WORDS:
            blocks.append(within.take(rows, axis=0))
        if found.kind == "address":
            blocks.append(in_lines.take(rows, axis=0))
        if found.kind == "date":
            blocks.append(_columns_of_words(_terms(found), len(found)))
        result.append((_side_by_side(blocks), plain_count + len(standing)))
    return result


def _columns(hashes: Hashes, salts: Sequence[int]) -> Slots:
    """The column of each slot and candidate: uint16 (n, slots) of `hashes` (slots, n)."""
    # The lower half of each hash, which is one of `COLUMNS`; row by row, as kinds of candidates are some of the rows.
    return mix_rows(hashes, salts).T.astype(np.uint16, order="C")


def _columns_of_words(slots: WordSlots, n: int) -> Slots:
    if not slots:
        return np.zeros((n, 0), np.uint16)
    return _columns(np.concatenate([hashes for _, hashes in slots]).reshape(len(slots), n), [salt for salt, _ in slots])


def _side_by_side(blocks: Sequence[Slots]) -> Slots:
    """Blocks of slots (n, some) as one array."""
    slots = np.empty((len(blocks[0]), sum(block.shape[1] for block in blocks)), np.uint16)
    return np.concatenate(blocks, axis=1, out=slots)


def _terms(found: CandidateSet) -> WordSlots:
    """Slots of days before others: only known fields can tell the meaning."""
    before, after = terms_between(found)
    hashes = _combined([(before,), (after,), (before > 0, after > 0)])
    return list(zip((71, 72, 73), hashes, strict=True))


def _plain_slots_of_spans(view: TokenView, found: Spans, around: Surroundings, heights: Floats, of_ranks: int) -> Slots:
    """Columns of the slots that name no words and that all kinds have: uint16 (n, slots); those `of_ranks` are 0."""
    by_place, by_text = _slots_of_spans(view, found, around, heights)
    numbers = [*by_text, *by_place]
    hashes = np.empty((len(numbers), len(found)), np.uint32)
    for at, text_hashes in enumerate(by_text.values()):
        hashes[at] = text_hashes
    hashes[len(by_text) :] = _combined(list(by_place.values()))
    slots = np.zeros((len(found), len(numbers) + of_ranks), np.uint16)
    slots[:, numbers] = _columns(hashes, [_PLAIN_SALT + at for at in numbers])
    return slots


def _slots_of_spans(
    view: TokenView, found: Spans, around: Surroundings, heights: Floats
) -> tuple[dict[int, tuple[NDArray[Any], ...]], dict[int, Hashes]]:
    """By number of the slot: its few small numbers, or its hash, of each span; whatever the span stands for."""
    n = len(found)
    box, page, line = found.box, found.page, found.line
    facts = facts_of(found.texts)
    length, digits, letters, capitals = (facts[name] for name in ("length", "digits", "letters", "capitals"))
    postcode = facts["postcode"]
    line_count = found.part_start[1:] - found.part_start[:-1]
    word_count = np.add.reduceat(found.part[:, 1] - found.part[:, 0], found.part_start[:-1]) if n else line_count
    big = steps(heights / max(_usual_height(view), 1e-5), 0.75, 0.9, 1.12, 1.35, 1.8)
    first_page, last_page = page == 0, page == max(len(view.pages), 1) - 1
    x_bin, y_bin, right_bin = (
        (box[:, side] * bins).astype(np.int32).astype(np.uint16) for side, bins in ((0, 6), (1, 8), (2, 6))
    )
    company, business, address, contact, total = membership(view, found)[:5]
    starts_segment, ends_segment = _segment_edges(view, found)
    left_kind, above_kind = kind_of_token(view, around.left[0]), kind_of_token(view, around.above[0])
    down_the_page = line / max(view.line_count, 1)
    numbers: dict[int, tuple[NDArray[Any], ...]] = {
        0: (np.zeros(n, np.int32),),
        4: (steps(length, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 20, 25, 30, 40, 60, 80),),
        5: (np.minimum(word_count, 12), np.minimum(line_count, 7)),
        6: (steps(digits, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20),),
        7: (steps(digits / np.maximum(length, 1), 0.01, 0.1, 0.25, 0.5, 0.75, 0.95), letters > 0),
        8: (steps(capitals / np.maximum(letters, 1), 0.05, 0.3, 0.7, 0.95), letters > 3),
        9: (np.minimum(facts["stops"], 6),),
        10: (big,),
        11: (big, y_bin),
        12: (x_bin,),
        13: (y_bin,),
        14: (x_bin, y_bin),
        15: (right_bin,),
        16: (first_page, last_page),
        17: (first_page, last_page, y_bin),
        28: (np.minimum(company, 2), np.minimum(business, 1)),
        29: (company > 0, line_count, ends_segment),
        30: (np.minimum(address, 4), np.minimum(line_count, 5)),
        31: (contact > 0, total > 0),
        32: (postcode, np.minimum(line_count, 6)),
        33: (address > 0, postcode),
        34: (starts_segment, ends_segment),
        35: (starts_segment, ends_segment, left_kind),
        36: (steps(around.left_gap, 0.4, 1.0, 2.0, 4.0, 8.0, 90),),
        37: (steps(around.above_gap, 0.2, 0.5, 0.9, 1.5, 3.0, 90), above_kind),
        38: (steps(around.below_gap, 0.2, 0.5, 0.9, 1.5, 3.0, 90),),
        42: (steps(found.confidence, 0.6, 0.8, 0.9, 0.97),),
        43: (steps(down_the_page, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),),
        44: (np.minimum(line, 12),),
        49: (facts["colons"], facts["brackets"]),
        50: (facts["open_ends"], facts["slashes"]),
    }
    return numbers, {1: facts["shape"], 2: facts["long_shape"], 3: facts["edges"]}


def _usual_height(view: TokenView) -> float:
    """The median of the words' heights; by itself faster than NumPy's, which is made for all kinds of arrays."""
    if not len(view.words):
        return 1.0
    heights = view.word_box[:, 3] - view.word_box[:, 1]
    heights.sort()
    half = len(heights) // 2
    return float(heights[half] if len(heights) % 2 else (heights[half - 1] + heights[half]) / np.float32(2))


def _slots_of_ranks(candidates: Together, around: Surroundings, heights: Floats) -> dict[int, tuple[NDArray[Any], ...]]:
    """By number of the slot its few small numbers of each candidate among its kind, one kind after the other."""
    kinds = candidates.kinds
    of_kinds = [Ranks.of(own, heights[rows]) for own, rows in zip(kinds, candidates.rows, strict=True)]
    ranks = Ranks.end_to_end(of_kinds)
    first_page = np.concatenate([own.page for own in kinds]) == 0
    quality = np.concatenate([own.quality for own in kinds])
    range_start = np.concatenate([ranges.start for ranges in around.ranges])
    range_end = np.concatenate([ranges.end for ranges in around.ranges])
    repeated, largest = ranks.repeats > 1, ranks.largest
    return {
        18: (np.minimum(ranks.repeats, 6),),
        19: (ranks.most, repeated),
        20: (np.minimum(ranks.rank, 6),),
        21: (np.minimum(ranks.rest, 6),),
        22: (np.minimum(ranks.line_rank, 14),),
        23: (np.minimum(ranks.on_page, 4), first_page),
        24: (np.minimum(ranks.by_size, 8),),
        25: (np.minimum(ranks.distinct, 5),),
        26: (largest, repeated),
        27: (ranks.size,),
        39: (range_start, range_end),
        40: (range_start, range_end, np.minimum(ranks.rank, 4)),
        41: (steps(quality, 0.3, 0.6, 0.85, 0.99),),
        45: (ranks.is_sum, ranks.is_near_sum),
        46: (ranks.is_near_sum, ranks.is_part),
        47: (ranks.is_difference, ranks.is_net),
        48: (ranks.is_sum, ranks.is_part, largest),
    }


def _combined(table: Sequence[Sequence[NDArray[Any]]]) -> Hashes:
    """One number per slot and candidate from the few small numbers, 0 or more, of each slot: uint32 (slots, n)."""
    result = _stacked([numbers[0] for numbers in table])
    result += _ONE
    place = 1
    while longer := [at for at, numbers in enumerate(table) if len(numbers) > place]:
        some = result[longer]
        some *= _SEVERAL
        some += _ONE
        some += _stacked([table[at][place] for at in longer])
        result[longer] = some
        place += 1
    return result


def _stacked(arrays: list[NDArray[Any]]) -> Hashes:
    """Arrays of small numbers as the rows of one: uint32 (arrays, n)."""
    return np.concatenate(arrays, dtype=np.uint32, casting="unsafe").reshape(len(arrays), -1)


def _segment_edges(view: TokenView, found: Spans) -> tuple[Ints, Ints]:
    """Whether a candidate begins and ends where a segment does (2: within a word): int32 (n,) each."""
    first, last = found.first_part, found.last_part
    start, stop = first[:, 0], last[:, 1]
    begins = view.segment_start[view.word_segment[start]] == start
    ends = view.segment_start[view.word_segment[stop - 1] + 1] == stop
    whole = last[:, 3] == view.word_length[stop - 1]
    return np.where(first[:, 2] > 0, 2, begins).astype(np.int32), np.where(whole, ends, 2).astype(np.int32)
