"""Where a candidate's neighbours are: tokens left and right on its line, and in the segments above and below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.candidates import CandidateSet
from docuextract_desktop.extraction.tokens import NUMBER, Bools, Floats, Hashes, Ints, TokenView, mix

NOTHING = np.uint32(0x5A17)
"""Hash of the token that is not there."""

_RANGE_WORDS = frozenset(
    ["-", "–", "—", "to", "thru", "through", "until", "till", "bis", "au", "al", "a", "t/m", "tot", "até", "hasta"]
)


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Token indices around each candidate; -1 where there is none.

    Attributes:
        left, right: int32 (n, 4) / (n, 3), nearest first, on the same line.
        above, above2, header, below: int32 (n, 3): tokens of the nearest segment above that overlaps in x, of the next
            one, of the nearest one above without digits, and of the nearest one below.
        first: int32 (n, 2), the first tokens of the line, where they are left of the candidate.
        left_gap: float32 (n,), distance to the token on the left in line heights (99: none).
        above_gap, below_gap: float32 (n,), in line heights (99: none).
        range_start, range_end: bool (n,), first / second of two values joined by a dash or 'to'.
    """

    left: Ints
    right: Ints
    above: Ints
    above2: Ints
    header: Ints
    below: Ints
    first: Ints
    left_phrase: Hashes
    above_phrase: Hashes
    header_phrase: Hashes
    left_gap: Floats
    above_gap: Floats
    below_gap: Floats
    range_start: Bools
    range_end: Bools


def take(values: NDArray[np.uint32], index: Ints) -> Hashes:
    """`values[index]`, with a fixed hash where the index is -1."""
    if not len(values):
        return np.full(index.shape, NOTHING, np.uint32)
    there = (index >= 0) & (index < len(values))
    return np.where(there, values[np.where(there, index, 0)], NOTHING)


def roll_hash(view: TokenView, start: Ints, stop: Ints, limit: int = 6) -> Hashes:
    """One hash of the token run `start:stop`, at most its last `limit` tokens."""
    result = np.full(start.shape, NOTHING, np.uint32)
    if not len(view.token):
        return result
    last = len(view.token) - 1
    for step in range(limit, 0, -1):
        at = stop - step
        ok = (at >= start) & (at >= 0)
        result = np.where(ok, mix(result ^ view.token_hash[np.clip(at, 0, last)], 77), result)
    return result


def look_around(view: TokenView, found: CandidateSet) -> Surroundings:
    """Find the neighbours of all candidates of one kind."""
    n = len(found)
    t0, t1 = found.t0, found.t1
    count = len(view.token)
    line = found.line
    line_from = view.line_token_start[line] if n else np.zeros(0, np.int32)
    last_word = found.part[found.part_start[1:] - 1, 1] - 1 if n else np.zeros(0, np.int32)
    last_line = view.word_line[last_word] if n else np.zeros(0, np.int32)
    line_to = view.line_token_start[last_line + 1] if n else np.zeros(0, np.int32)
    left = np.stack([np.where(t0 - k >= line_from, t0 - k, -1) for k in (1, 2, 3, 4)], axis=1).astype(np.int32)
    right = np.stack([np.where(t1 + k < line_to, t1 + k, -1) for k in (0, 1, 2)], axis=1).astype(np.int32)
    first = np.stack([np.where(line_from + k < t0, line_from + k, -1) for k in (0, 1)], axis=1).astype(np.int32)

    height = np.maximum(first_line_height(view, found), 1e-4)
    if count and n:
        neighbour = np.maximum(left[:, 0], 0)
        left_gap = np.where(left[:, 0] >= 0, (found.box[:, 0] - view.token_box[neighbour, 2]) / height, 99)
        aspect = np.array([p.height / max(p.width, 1e-6) for p in view.pages], np.float32)[found.page]
        left_gap = np.where(left_gap < 99, left_gap / np.maximum(aspect, 0.1), 99)
    else:
        left_gap = np.full(n, 99.0)
    above = _above(view, found, height)

    # The phrase to the left: what precedes in the candidate's own segment, or else the whole segment before it.
    own_from = view.segment_token_start[view.word_segment[first_words(found)]] if n else t0
    previous = np.maximum(own_from - 1, 0)
    before_from = view.segment_token_start[view.token_segment[previous]] if count and n else t0
    inside = own_from < t0
    phrase_from = np.where(inside, own_from, np.where(own_from > line_from, before_from, t0))
    phrase_to = np.where(inside, t0, own_from)
    start, end = _ranges(view, found)
    return Surroundings(
        left=left,
        right=right,
        first=first,
        above=above.near,
        above2=above.next,
        header=above.header,
        below=above.below,
        left_phrase=roll_hash(view, phrase_from, phrase_to),
        above_phrase=above.near_phrase,
        header_phrase=above.header_phrase,
        left_gap=left_gap.astype(np.float32),
        above_gap=above.gap,
        below_gap=above.below_gap,
        range_start=start,
        range_end=end,
    )


def first_words(found: CandidateSet) -> Ints:
    """The first word of each candidate."""
    first: Ints = found.part[found.part_start[:-1], 0]
    return first


def first_line_height(view: TokenView, found: CandidateSet) -> Floats:
    """Height of the first word of each candidate, as a fraction of the page."""
    first = first_words(found)
    return view.word_box[first, 3] - view.word_box[first, 1] if len(first) else np.zeros(0, np.float32)


@dataclass(frozen=True, eq=False)
class _Vertical:
    near: Ints
    next: Ints
    header: Ints
    below: Ints
    near_phrase: Hashes
    header_phrase: Hashes
    gap: Floats
    below_gap: Floats


@dataclass(frozen=True, eq=False)
class _Column:
    """Pairs of a candidate and a segment of its page that overlap in x: p pairs, by candidate, then by segment.

    Attributes:
        count: of candidates.
        row, other: intp (p,), candidate and segment.
        up, down: float32 (p,), how far the segment is above / below, in heights of the candidate's first line.
        above, below: bool (p,), whether it is there at all.
    """

    count: int
    row: NDArray[np.intp]
    other: NDArray[np.intp]
    up: Floats
    down: Floats
    above: Bools
    below: Bools

    @classmethod
    def of(cls, box: Floats, height: Floats, segments: Floats) -> _Column:
        """Pair the boxes (n, 4) of candidates with those of segments (m, 4)."""
        overlap = np.minimum(box[:, 2:3], segments[None, :, 2]) - np.maximum(box[:, 0:1], segments[None, :, 0])
        row, other = np.nonzero(overlap > -0.004)
        top, bottom = box[row, 1], box[row, 3]
        segment_top, segment_bottom = segments[other, 1], segments[other, 3]
        middle = (segment_top + segment_bottom) / 2
        up = (top - segment_bottom) / height[row]
        down = (segment_top - bottom) / height[row]
        above, below = (middle < top) & (up > -0.6), (middle > bottom) & (down > -0.6)
        return cls(len(box), row, other, up, down, above, below)

    def nearest(self, distance: Floats, among: Bools) -> tuple[NDArray[np.intp], Floats]:
        """Per candidate the nearest segment of the pairs `among`, the first of equals or -1; and how far it is."""
        row, other, away = self.row[among], self.other[among], distance[among]
        least = np.full(self.count, np.inf, np.float32)
        np.minimum.at(least, row, away)
        hits = np.flatnonzero(away == least[row])[::-1]  # backwards, so that the first of equals is written last
        nearest = np.full(self.count, -1, np.intp)
        nearest[row[hits]] = other[hits]
        return nearest, least


def _above(view: TokenView, found: CandidateSet, height: Floats) -> _Vertical:
    """Segments over and under each candidate, page by page."""
    n, segments = len(found), view.segment_count
    near = np.full(n, -1, np.int32)
    nxt, header, below = near.copy(), near.copy(), near.copy()
    gap, below_gap = np.full(n, 99, np.float32), np.full(n, 99, np.float32)
    if n and segments:
        page_of = view.page_of_line[view.line_of_segment]
        has_digit = np.zeros(segments, np.bool_)
        np.logical_or.at(has_digit, view.token_segment, view.token_kind == NUMBER)
        for page in range(len(view.pages)):
            rows = np.flatnonzero(found.page == page)
            cols = np.flatnonzero(page_of == page)
            if not len(rows) or not len(cols):
                continue
            column = _Column.of(found.box[rows], height[rows], view.segment_box[cols])
            first, distance = column.nearest(column.up, column.above)
            ok = first >= 0
            near[rows[ok]] = cols[first[ok]]
            gap[rows[ok]] = np.clip(distance[ok], 0, 98)
            wordy, _ = column.nearest(column.up, column.above & ~has_digit[cols][column.other])
            header[rows[wordy >= 0]] = cols[wordy[wordy >= 0]]
            second, _ = column.nearest(column.up, column.above & (column.other != first[column.row]))
            nxt[rows[second >= 0]] = cols[second[second >= 0]]
            under, distance = column.nearest(column.down, column.below)
            ok = under >= 0
            below[rows[ok]] = cols[under[ok]]
            below_gap[rows[ok]] = np.clip(distance[ok], 0, 98)
    starts = view.segment_token_start
    if segments:
        near_phrase = np.where(near >= 0, roll_hash(view, starts[near], starts[near + 1]), NOTHING)
        header_phrase = np.where(header >= 0, roll_hash(view, starts[header], starts[header + 1]), NOTHING)
    else:
        near_phrase = header_phrase = np.full(n, NOTHING, np.uint32)
    return _Vertical(
        near=_overlapping_tokens(view, found, near),
        next=_overlapping_tokens(view, found, nxt),
        header=_overlapping_tokens(view, found, header),
        below=_overlapping_tokens(view, found, below),
        near_phrase=near_phrase,
        header_phrase=header_phrase,
        gap=gap,
        below_gap=below_gap,
    )


def _overlapping_tokens(view: TokenView, found: CandidateSet, segment: Ints, keep: int = 3, look: int = 12) -> Ints:
    """The tokens of `segment` that lie nearest over or under each candidate, int32 (n, keep), in reading order."""
    n = len(found)
    if not n or not len(view.token):
        return np.full((n, keep), -1, np.int32)
    safe = np.maximum(segment, 0)
    start, stop = view.segment_token_start[safe], view.segment_token_start[safe + 1]
    index = start[:, None] + np.arange(look)[None, :]
    ok = (index < stop[:, None]) & (segment >= 0)[:, None]
    inside = np.minimum(index, len(view.token) - 1)
    box = view.token_box[inside]
    away = np.maximum(np.maximum(found.box[:, 0:1] - box[:, :, 2], box[:, :, 0] - found.box[:, 2:3]), 0)
    cost = np.where(ok, away + 1e-6 * np.arange(look)[None, :], np.inf)
    chosen = np.sort(np.argsort(cost, axis=1, kind="stable")[:, :keep], axis=1)
    rows = np.arange(n)[:, None]
    return np.where(np.isfinite(cost[rows, chosen]) & (cost[rows, chosen] < 0.1), index[rows, chosen], -1).astype(
        np.int32
    )


def _ranges(view: TokenView, found: CandidateSet) -> tuple[Bools, Bools]:
    n = len(found)
    start, end = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    if found.kind not in ("date", "money", "number"):
        return start, end
    for a in range(n - 1):
        for b in range(a + 1, min(a + 4, n)):
            if found.line[a] != found.line[b]:
                break
            if joined_by_range(view, found, a, b):
                start[a] = end[b] = True
    return start, end


def joined_by_range(view: TokenView, found: CandidateSet, a: int, b: int) -> bool:
    """Whether candidates `a` and `b` of one line are printed as `a – b` or `a to b`."""
    _, stop, _, end = found.parts[a][-1]
    start, _, begin, _ = found.parts[b][0]
    if start < stop - 1 or (start == stop - 1 and begin < end):
        return False
    if start == stop - 1:
        between = view.words[start][end:begin]
    else:
        between = " ".join([view.words[stop - 1][end:], *view.words[stop:start], view.words[start][:begin]])
    return between.strip().casefold() in _RANGE_WORDS


def kind_of_token(view: TokenView, index: Ints) -> Ints:
    """Kind of each token, three more where its word ends with a colon; 9 where the index is -1."""
    if not len(view.token):
        return np.full(len(index), 9, np.int32)
    colon = view.word_colon[view.token_word]
    kind = view.token_kind + 3 * colon
    return np.where(index >= 0, kind[np.maximum(index, 0)], 9).astype(np.int32)
