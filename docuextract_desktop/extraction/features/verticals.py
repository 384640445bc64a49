"""Which segments of a page lie over and under a candidate: the nearest ones that share its column.

To hold every candidate against every segment takes long. So segments are numbered from near to far, and those that
fulfil a condition (`begins left of the candidate's right edge`) are a set of numbers, a bit each. Where segments are
ordered by what a condition asks for, those that fulfil it are the first ones: there are few such sets, made once, and
each candidate looks up its own. The nearest segment is the first bit that all its sets have.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.candidates.find import Spans
from docuextract_desktop.extraction.words.tokens import NUMBER, Bools, Floats, Ints, TokenView

FAR_AWAY = 99.0  # line heights, where there is no neighbour
NOWHERE = np.float32(1e30)
"""A distance so large that whatever it is added to is lost in it."""

_APART = 0.004  # so far may a candidate and a segment be apart in x and share a column
_INTO = 0.6  # so many line heights may one reach into the other and be over or under it
_SURE = 1e-6  # nearer to a limit than this, rounding decides
_FEW = 1 << 14  # so many pairs of a candidate and a segment, as on a receipt, are faster looked at each
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
        left, top, right, bottom = np.ascontiguousarray(found.box[own].T)
        other_left, other_top, other_right, other_bottom = np.ascontiguousarray(view.segment_box[others].T)
        laid = _Laid(
            left=left,
            top=top,
            right=right,
            bottom=bottom,
            height=height[own],
            page=found.page[own],
            other_left=other_left,
            other_top=other_top,
            other_right=other_right,
            other_bottom=other_bottom,
            other_page=page_of_segment[others],
        )
        header = ~has_digit[others]
        if (last - first) * (end - begin) <= _FEW:
            nearest, away = _held_against_all(laid, np.arange(last - first), header)
        else:
            nearest, away = _nearest(laid, header)
        segments[:, own] = np.where(nearest >= 0, nearest + begin, -1)
        gaps[:, own] = np.where(nearest[[0, 3]] >= 0, np.minimum(np.maximum(away, 0), 98), gaps[:, own])
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


def _nearest(laid: _Laid, header: Bools) -> tuple[Ints, Floats]:
    """The nearest segments, as in `Vertical` but numbered as laid, and how far away those above and below are.

    Args:
        laid: candidates and segments.
        header: bool (s,), segments without digits.
    """
    # From near to far; of segments whose edges are at the same height the first one is the nearer.
    upward, downward = (-laid.other_bottom).argsort(kind="stable"), laid.other_top.argsort(kind="stable")
    single = np.concatenate([_single(upward), _single(downward)], axis=1)
    words = single.shape[1] // 2
    sets, unsure = _in_column(laid, single)
    above, below = sets[:, :words], sets[:, words:]
    middle = (laid.other_top + laid.other_bottom) / 2
    order = middle.argsort()
    middle, higher = middle[order], _first_ones(single.take(order, axis=0))
    higher_up, higher_down = np.ascontiguousarray(higher[:, :words]), np.ascontiguousarray(higher[:, words:])
    above &= higher_up.take(middle.searchsorted(laid.top), axis=0)
    below &= ~higher_down.take(middle.searchsorted(laid.bottom, "right"), axis=0)

    alone = np.zeros((len(upward) + 1, words), np.uint64)
    alone[:-1] = single[upward, :words]
    numbers = _first_ones(alone[:-1])
    up = _Way(numbers, -laid.other_bottom[upward], -laid.top, laid.height)
    down = _Way(numbers, laid.other_top[downward], laid.bottom, laid.height)
    unsure |= up.leave_out_near(above)
    unsure |= down.leave_out_near(below)
    firsts = np.empty((4, len(laid.left)), np.intp)
    firsts[0] = _first(above, len(upward))
    firsts[2] = _first(above & np.bitwise_or.reduce(single[header, :words]), len(upward))
    above ^= alone.take(firsts[0], axis=0)
    firsts[1] = _first(above, len(upward))
    firsts[3] = _first(below, len(upward))
    away, rounded = up.away(firsts[:3])
    unsure |= rounded.any(axis=0)
    gap_above = away[0]
    gap_below, rounded = down.away(firsts[3])
    unsure |= rounded
    nearest = np.empty((4, len(laid.left)), np.int32)
    nearest[:3] = np.append(upward, -1)[firsts[:3]]
    nearest[3] = np.append(downward, -1)[firsts[3]]
    gaps = np.stack([gap_above, gap_below])
    again = np.flatnonzero(unsure)
    if len(again):
        nearest[:, again], gaps[:, again] = _held_against_all(laid, again, header)
    return nearest, gaps


def _single(near: Places) -> Sets:
    """For each segment the set of it alone, uint64 (s, words); the first bit is of the first word the highest one."""
    number = np.arange(len(near))
    single = np.zeros((len(near), (len(near) + 63) // 64), np.uint64)
    single[near, number >> 6] = np.uint64(1) << (63 - (number & 63)).astype(np.uint64)
    return single


def _first_ones(sets: Sets) -> Sets:
    """What sets have together: none of them, the first, the first two, …: uint64 (sets + 1, words)."""
    together = np.zeros((len(sets) + 1, sets.shape[1]), np.uint64)
    np.bitwise_or.accumulate(sets, axis=0, out=together[1:])
    return together


def _below(ascending: Floats, limit: Floats) -> tuple[Places, Bools]:
    """How many of the values are below each limit, and which limits are so near to one that rounding decides."""
    count = ascending.searchsorted(limit)
    padded = np.empty(len(ascending) + 2, np.float32)
    padded[0], padded[1:-1], padded[-1] = -np.inf, ascending, np.inf
    return count, (padded.take(count + 1) - limit < _SURE) | (limit - padded.take(count) < _SURE)


def _in_column(laid: _Laid, single: Sets) -> tuple[Sets, Bools]:
    """The sets of segments on the page and in the column of each candidate, and for which rounding decides."""
    unsure = laid.right - laid.left < _SURE - _APART
    order = laid.other_left.argsort()
    count, close = _below(laid.other_left[order], laid.right + _APART)
    unsure |= close
    sets = _first_ones(single.take(order, axis=0)).take(count, axis=0)
    order = laid.other_right.argsort()
    count, close = _below(laid.other_right[order], laid.left - _APART)
    unsure |= close
    sets &= ~_first_ones(single.take(order, axis=0)).take(count, axis=0)
    first_page, last_page = int(laid.page[0]), int(laid.page[-1])
    if not first_page == last_page == laid.other_page[0] == laid.other_page[-1]:
        ends = laid.other_page.searchsorted(np.arange(first_page, last_page + 2)).tolist()
        of_page = np.stack([np.bitwise_or.reduce(single[begin:end]) for begin, end in pairwise(ends)])
        sets &= of_page.take(laid.page - first_page, axis=0)
    inside_out = laid.other_right - laid.other_left <= -_APART
    if inside_out.any():
        sets &= ~np.bitwise_or.reduce(single[inside_out])
    return sets, unsure


class _Way:
    """Segments numbered from near to far, up or down the page; used within one call.

    Args:
        numbers: the sets of the first 0, 1, 2, … segments.
        edge: where each segment begins, seen from below or above, ascending.
        own: where each candidate ends, in the same direction.
        height: of a line of each candidate.
    """

    def __init__(self, numbers: Sets, edge: Floats, own: Floats, height: Floats) -> None:
        self._numbers, self._edge, self._own, self._height = numbers, edge, own, height

    def leave_out_near(self, sets: Sets) -> Bools:
        """Take segments out that reach too far into a candidate; returns for which rounding decides."""
        count, close = _below(self._edge, self._own - _INTO * self._height)
        sets &= ~self._numbers.take(count, axis=0)
        return close

    def away(self, number: Places) -> tuple[Floats, Bools]:
        """How far away segments are, in line heights, and whether the next ones are so too, but for rounding."""
        count = len(self._edge)
        edge = np.append(self._edge, np.float32(np.inf))
        behind = np.append(self._edge.searchsorted(self._edge, "right"), count)
        away = (edge.take(number) - self._own) / self._height
        return away, ((edge.take(behind.take(number)) - self._own) / self._height == away) & (number < count)


def _first(sets: Sets, count: int) -> Places:
    """The number of the first bit of each set, `count` where it is empty."""
    word = (sets != 0).argmax(axis=1)
    value = sets[np.arange(len(sets)), word]
    value &= ~(value >> np.uint64(1))  # so that the highest bit stays the highest where others are rounded
    length = np.frexp(value.astype(np.float64))[1]
    return np.where(length > 0, 64 * word + 64 - length, count)


def _held_against_all(laid: _Laid, rows: Places, header: Bools) -> tuple[Ints, Floats]:
    """As `_nearest`, for some of the candidates, by the rules themselves."""
    left, top, right, bottom, height = (
        edge[rows, None] for edge in (laid.left, laid.top, laid.right, laid.bottom, laid.height)
    )
    column = np.minimum(right, laid.other_right) - np.maximum(left, laid.other_left) > -_APART
    column &= laid.other_page == laid.page[rows, None]
    middle = (laid.other_top + laid.other_bottom) / 2
    up = (top - laid.other_bottom) / height
    up += nowhere(column & (middle < top) & (up > -_INTO))
    down = (laid.other_top - bottom) / height
    down += nowhere(column & (middle > bottom) & (down > -_INTO))
    all_rows = np.arange(len(rows))
    nearest = np.empty((4, len(rows)), np.int32)
    gaps = np.empty((2, len(rows)), np.float32)

    def take_least(at: int, distance: Floats) -> Floats:
        least = distance.argmin(axis=1)  # the first of equals
        away: Floats = distance[all_rows, least]
        nearest[at] = np.where(away < NOWHERE, least, -1)
        return away

    gaps[0] = take_least(0, up)
    gaps[1] = take_least(3, down)
    take_least(2, up + nowhere(header))
    up[all_rows, nearest[0]] = NOWHERE
    take_least(1, up)
    return nearest, gaps
