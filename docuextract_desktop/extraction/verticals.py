"""Which segments of a page lie over and under a candidate: the nearest ones that share its column.

To hold every candidate against every segment takes long. So segments are numbered from near to far, and those that fulfil
a condition (`begins left of the candidate's right edge`) are a set of numbers, a bit each. Where segments are ordered by
what a condition asks for, those that fulfil it are the first ones: there are few such sets, made once, and each candidate
looks up its own. The nearest segment is the first bit that all its sets have.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.candidates import Spans
from docuextract_desktop.extraction.tokens import NUMBER, Bools, Floats, Ints, TokenView

FAR_AWAY = 99.0  # line heights, where there is no neighbour
NOWHERE = np.float32(1e30)
"""A distance so large that whatever it is added to is lost in it."""

_APART = 0.004  # so far may a candidate and a segment be apart in x and share a column
_INTO = 0.6  # so many line heights may one reach into the other and be over or under it
_SURE = 1e-6  # nearer to a limit than this, rounding decides
_PAGES_AT_ONCE = 3  # more pages, and most bits of a set would stand for segments of others

Places = NDArray[np.intp]
Sets = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Vertical:
    """Segments over and under each of n candidates.

    Attributes:
        segments: int32 (4, n): the nearest above, the next one, the nearest above without digits, the nearest below;
            -1 where there is none.
        above_gap, below_gap: float32 (n,), how far away the nearest ones are, in line heights.
    """

    segments: Ints
    above_gap: Floats
    below_gap: Floats


def nowhere(there: Bools) -> Floats:
    """What to add to distances so that only those count that are `there`; cheaper than choosing them."""
    return np.multiply(~there, NOWHERE, dtype=np.float32)


def over_and_under(view: TokenView, found: Spans, height: Floats) -> Vertical:
    """What is over and under candidates, which are in reading order; `height`: float32 (n,), of the line of each."""
    n = len(found)
    segments = np.full((4, n), -1, np.int32)
    gaps = np.full((2, n), FAR_AWAY, np.float32)
    page_of_segment = view.page_of_line[view.line_of_segment]
    has_digit = np.zeros(view.segment_count, np.bool_)
    has_digit[view.token_segment[view.token_kind == NUMBER]] = True
    pages = [*range(0, len(view.pages), _PAGES_AT_ONCE), len(view.pages)]
    ends, rows = page_of_segment.searchsorted(pages).tolist(), found.page.searchsorted(pages).tolist()
    for (begin, end), (first, last) in zip(pairwise(ends), pairwise(rows), strict=True):
        if begin == end or first == last:
            continue
        own, others = slice(first, last), slice(begin, end)
        laid = _Laid(
            *np.ascontiguousarray(found.box[own].T),
            height[own],
            found.page[own],
            *np.ascontiguousarray(view.segment_box[others].T),
            page_of_segment[others],
        )
        above, gaps[0, own] = _nearest_above(laid, ~has_digit[others])
        below, gaps[1, own] = _nearest_above(laid.upside_down())
        nearest = np.concatenate([above, below])
        segments[:, own] = np.where(nearest >= 0, nearest + begin, -1)
    return Vertical(segments, gaps[0], gaps[1])


@dataclass(frozen=True, eq=False)
class _Laid:
    """n candidates and s segments on some pages: edges, line height, page; (n,) or (s,) each."""

    left: Floats
    top: Floats
    right: Floats
    bottom: Floats
    height: Floats
    page: Ints
    other_left: Floats
    other_top: Floats
    other_right: Floats
    other_bottom: Floats
    other_page: Ints

    def upside_down(self) -> _Laid:
        """The same in a mirror, where what was below is above."""
        return replace(
            self, top=-self.bottom, bottom=-self.top, other_top=-self.other_bottom, other_bottom=-self.other_top
        )


def _nearest_above(laid: _Laid, header: Bools | None = None) -> tuple[Ints, Floats]:
    """The nearest segments above each candidate, numbered as in `laid`, and how far away the first is.

    Args:
        laid: candidates and segments.
        header: which segments can be a header; None: only the nearest of all is wanted.

    Returns:
        int32 (1 or 3, n): the nearest, the next one, the nearest that can be a header; -1 where there is none.
        float32 (n,), in line heights.
    """
    n, count = len(laid.left), len(laid.other_left)
    near = np.argsort(-laid.other_bottom, kind="stable")  # of segments that end at the same height the first
    single = _single(near)
    sets, unsure = _allowed(laid, near, single)
    edge = np.append(laid.other_bottom[near], np.float32(-np.inf))
    behind = np.append((-edge).searchsorted(-edge[:-1], "right"), count)  # the next one that ends higher up
    places = np.empty((1 if header is None else 3, n), np.intp)
    places[0] = _first(sets, count)
    if header is not None:
        places[2] = _first(sets & np.bitwise_or.reduce(single[header]), count)
        own = np.concatenate([single[near], np.zeros((1, single.shape[1]), np.uint64)])
        places[1] = _first(sets ^ own[places[0]], count)
    away = (laid.top - edge[places]) / laid.height
    # Where the one behind is as far away but for rounding, the first of both in reading order is meant.
    unsure |= ((laid.top - edge[behind[places]]) / laid.height == away).any(axis=0, where=places < count)
    nearest = np.append(near, -1)[places].astype(np.int32)
    first_away = away[0]
    again = np.flatnonzero(unsure)
    if len(again):
        nearest[:, again], first_away[again] = _held_against_all(laid, again, header)
    return nearest, np.where(nearest[0] >= 0, np.minimum(np.maximum(first_away, 0), 98), np.float32(FAR_AWAY))


def _single(near: Places) -> Sets:
    """For each segment the set of it alone, uint64 (s, words); the first bit is of the first word the highest one."""
    at = np.empty(len(near), np.intp)
    at[near] = np.arange(len(near))
    single = np.zeros((len(near), (len(near) + 63) // 64), np.uint64)
    single[np.arange(len(near)), at >> 6] = np.uint64(1) << (63 - (at & 63)).astype(np.uint64)
    return single


def _allowed(laid: _Laid, near: Places, single: Sets) -> tuple[Sets, Bools]:
    """The set of segments above each candidate in its column, uint64 (n, words), and where rounding could change it."""
    middle = (laid.other_top + laid.other_bottom) / 2
    keys = np.stack([laid.other_left, laid.other_right, -laid.other_bottom, middle])
    order = keys.argsort(axis=1, kind="stable")
    order[2] = near
    # By key and number: the set of so many first segments in the order of the key.
    first = np.zeros((len(near) + 1, 4, single.shape[1]), np.uint64)
    first[1:] = single[order.T]
    np.bitwise_or.accumulate(first, axis=0, out=first)
    unsure = laid.right - laid.left <= _SURE - _APART
    ends = []
    limits = (laid.right + _APART, laid.left - _APART, -laid.top - _INTO * laid.height)
    for key, sequence, limit in zip(keys, order, limits, strict=False):
        ascending = key[sequence]
        end = ascending.searchsorted(limit - _SURE)
        unsure |= end != ascending.searchsorted(limit + _SURE)
        ends.append(end)
    ends.append(middle[order[3]].searchsorted(laid.top))
    begins, too_far_left, too_low, higher = (first[end, key] for key, end in enumerate(ends))
    sets = begins & higher
    sets &= ~(too_far_left | too_low)
    low, high = int(laid.other_page[0]), int(laid.page[-1])
    if low < max(high, int(laid.other_page[-1])):
        pages = np.arange(min(low, int(laid.page[0])), max(high, int(laid.other_page[-1])) + 2)
        ends_of_page = laid.other_page.searchsorted(pages)
        of_page = np.stack([np.bitwise_or.reduce(single[a:b]) for a, b in pairwise(ends_of_page.tolist())])
        sets &= of_page[laid.page - pages[0]]
    narrow = np.flatnonzero(laid.other_right - laid.other_left <= -_APART)  # boxes inside out share no column
    if len(narrow):
        sets &= ~np.bitwise_or.reduce(single[narrow])
    return sets, unsure


def _first(sets: Sets, count: int) -> Places:
    """The number of the first bit of each set, `count` where it is empty."""
    word = (sets != 0).argmax(axis=1)
    value = sets[np.arange(len(sets)), word]
    value &= ~(value >> np.uint64(1))  # so that the highest bit stays the highest where others are rounded
    length = np.frexp(value.astype(np.float64))[1]
    return np.where(length > 0, 64 * word + 64 - length, count)


def _held_against_all(laid: _Laid, rows: Places, header: Bools | None) -> tuple[Ints, Floats]:
    """As `_nearest_above`, for some candidates, by the rules themselves."""
    left, top, right = laid.left[rows, None], laid.top[rows, None], laid.right[rows, None]
    column = np.minimum(right, laid.other_right) - np.maximum(left, laid.other_left) > -_APART
    middle = (laid.other_top + laid.other_bottom) / 2
    away = (top - laid.other_bottom) / laid.height[rows, None]
    away += nowhere(column & (middle < top) & (away > -_INTO) & (laid.other_page == laid.page[rows, None]))
    nearest = np.empty((1 if header is None else 3, len(rows)), np.int32)
    all_rows = np.arange(len(rows))

    def take_least(at: int, distance: Floats) -> Floats:
        least = distance.argmin(axis=1)  # the first of equals
        first: Floats = distance[all_rows, least]
        nearest[at] = np.where(first < NOWHERE, least, -1)
        return first

    first = take_least(0, away)
    if header is not None:
        take_least(2, away + nowhere(header))
        away[all_rows, nearest[0]] = NOWHERE
        take_least(1, away)
    return nearest, first
