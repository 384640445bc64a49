"""Where a candidate's neighbours are: tokens left and right on its line, and in the segments above and below."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from docuextract_desktop.extraction.candidates.find import CandidateSet, Spans, Together
from docuextract_desktop.extraction.features.verticals import FAR_AWAY, over_and_under
from docuextract_desktop.extraction.words.tokens import Bools, Floats, Hashes, Ints, TokenView, mix

NOTHING = np.uint32(0x5A17)
"""Hash of the token that is not there."""

_RANGE_WORDS = frozenset(
    ["-", "–", "—", "to", "thru", "through", "until", "till", "bis", "au", "al", "a", "t/m", "tot", "até", "hasta"]
)
_RANGE_KINDS = frozenset({"date", "money", "number"})


@dataclass(frozen=True, eq=False)
class Ranges:
    """Which candidates of one kind are printed as a range, two values joined by a dash or 'to'; n of them.

    Attributes:
        start, end: bool (n,), first / second of the two.
        partner: int32 (n,), row of the value that it is joined with as the first, or -1.
    """

    start: Bools
    end: Bools
    partner: Ints


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Token indices around each of n spans, those of all candidates; -1 where there is none.

    Attributes:
        left, right: int32 (4, n) / (3, n), nearest first, on the same line.
        above, above2, header, below: int32 (3, n): tokens of the nearest segment above that overlaps in x, of the next
            one, of the nearest one above without digits, and of the nearest one below.
        first: int32 (2, n), the first tokens of the line, where they are left of the candidate.
        left_phrase, above_phrase, header_phrase: uint32 (n,), one hash of the words there.
        height: float32 (n,), of the first line of the candidate, as a fraction of the page.
        left_gap: float32 (n,), distance to the token on the left in line heights (99: none).
        above_gap, below_gap: float32 (n,), in line heights (99: none).
        ranges: per kind of candidates.
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
    height: Floats
    left_gap: Floats
    above_gap: Floats
    below_gap: Floats
    ranges: tuple[Ranges, ...]


def padded(values: Hashes) -> Hashes:
    """`values` with a fixed hash behind them, which the index -1 gives, and so does the first one past the end."""
    return np.append(values, NOTHING)


def roll_hash(view: TokenView, start: Ints, stop: Ints, limit: int = 6) -> Hashes:
    """One hash of the token run `start:stop`, at most its last `limit` tokens."""
    result = np.full(start.shape, NOTHING, np.uint32)
    if not len(view.token):
        return result
    for step in range(limit, 0, -1):
        at = stop - step
        ok = (at >= start) & (at >= 0)
        result = np.where(ok, mix(result ^ view.token_hash[np.maximum(at, 0)], 77), result)
    return result


def look_around(view: TokenView, candidates: Together) -> Surroundings:
    """Find the neighbours of all candidates."""
    found = candidates.every
    n, count = len(found), len(view.token)
    t0, t1, line = found.t0, found.t1, found.line
    words = first_words(found)
    last_line = view.word_line[found.part[found.part_start[1:] - 1, 1] - 1]
    line_from, line_to = view.line_token_start[line], view.line_token_start[last_line + 1]
    left, right = t0 - _column(1, 5), t1 + _column(0, 3)
    first = line_from + _column(0, 2)
    left, right = np.where(left >= line_from, left, -1), np.where(right < line_to, right, -1)
    first = np.where(first < t0, first, -1)

    height = np.maximum(first_line_height(view, found), 1e-4)
    left_gap = np.full(n, FAR_AWAY, np.float32)
    if count and n:
        away = (found.box[:, 0] - view.token_box[np.maximum(left[0], 0), 2]) / height
        aspect = np.array([p.height / max(p.width, 1e-6) for p in view.pages], np.float32)[found.page]
        left_gap = np.where((left[0] >= 0) & (away < FAR_AWAY), away / np.maximum(aspect, 0.1), left_gap)

    # The phrase to the left: what precedes in the candidate's own segment, or else the whole segment before it.
    segments = view.segment_token_start
    own_from = segments[view.word_segment[words]]
    inside = np.flatnonzero(own_from < t0)
    starts, ends = np.concatenate([own_from[inside], segments[:-1]]), np.concatenate([t0[inside], segments[1:]])
    phrases = roll_hash(view, starts, ends)
    phrase_of_segment = padded(phrases[len(inside) :])
    before = np.full(n, -1, np.intp)
    if count:
        before = np.where(own_from > line_from, view.token_segment[np.maximum(own_from - 1, 0)], -1)
    left_phrase = phrase_of_segment[before]
    left_phrase[inside] = phrases[: len(inside)]

    stack = over_and_under(view, found, height)
    # The nearest one above is a header more often than not.
    is_header = stack.segments[0] == stack.segments[2]
    segments_near = stack.segments.copy()
    segments_near[2][is_header] = -1
    above, above2, header, below = _overlapping_tokens(view, found, segments_near).swapaxes(0, 1)
    header = np.where(is_header, above, header)
    return Surroundings(
        left=left,
        right=right,
        first=first,
        above=above,
        above2=above2,
        header=header,
        below=below,
        left_phrase=left_phrase,
        above_phrase=phrase_of_segment[stack.segments[0]],
        header_phrase=phrase_of_segment[stack.segments[2]],
        height=height,
        left_gap=left_gap,
        above_gap=stack.above_gap,
        below_gap=stack.below_gap,
        ranges=tuple([_ranges(view, kind) for kind in candidates.kinds]),
    )


def _column(start: int, stop: int) -> Ints:
    return np.arange(start, stop, dtype=np.int32)[:, None]


def first_words(found: Spans) -> Ints:
    """The first word of each candidate."""
    first: Ints = found.part[found.part_start[:-1], 0]
    return first


def first_line_height(view: TokenView, found: Spans) -> Floats:
    """Height of the first word of each candidate, as a fraction of the page."""
    first = first_words(found)
    height: Floats = view.word_box[first, 3] - view.word_box[first, 1]
    return height


def _overlapping_tokens(view: TokenView, found: Spans, segment: Ints, keep: int = 3, look: int = 12) -> Ints:
    """The tokens of `segment` (k, n) that lie nearest over or under each candidate, in reading order.

    Returns:
        int32 (keep, k, n).
    """
    n = segment.shape[1]
    result = np.full((keep, segment.size), -1, np.int32)
    asked = segment.ravel()
    start = view.segment_token_start.take(np.maximum(asked, 0))
    stop = view.segment_token_start.take(asked + 1)  # where there is no segment, no token
    left, right = np.ascontiguousarray(found.box[:, ::2].T)
    token_left, token_right = np.ascontiguousarray(view.token_box[:, ::2].T)
    few = np.flatnonzero((stop > start) & (stop - start <= keep))
    many = np.flatnonzero(stop - start > keep)
    for rows, width in ((few, keep), (many, look)):
        own, first, behind = rows % n, start[rows], stop[rows]
        index = first + _column(0, width)
        inside = np.minimum(index, behind - 1)
        away = np.maximum(left[own] - token_right.take(inside), token_left.take(inside) - right[own])
        cost = np.maximum(away, 0) + 1e-6 * np.arange(width)[:, None]
        cost[index >= behind] = np.inf
        if width > keep:
            chosen = np.sort(np.argsort(cost, axis=0, kind="stable")[:keep], axis=0)
            index, cost = first + chosen, np.take_along_axis(cost, chosen, 0)
        for kept, near in zip(result, np.where(cost < 0.1, index, -1), strict=True):
            kept[rows] = near
    return result.reshape(keep, *segment.shape)


# --- printed ranges --------------------------------------------------------------------------------------------------


def _ranges(view: TokenView, found: CandidateSet) -> Ranges:
    n = len(found)
    start, end, partner = np.zeros(n, np.bool_), np.zeros(n, np.bool_), np.full(n, -1, np.int32)
    if found.kind in _RANGE_KINDS:
        for a, b in joined_by_range(view, found):
            start[a] = end[b] = True
            if partner[a] < 0:
                partner[a] = b
    return Ranges(start, end, partner)


def joined_by_range(view: TokenView, found: CandidateSet) -> list[tuple[int, int]]:
    """Pairs of candidates of one line, at most three apart, that are printed as `a – b` or `a to b`; in order."""
    first, last = found.first_part, found.last_part
    begins, begin, ends, end = first[:, 0], first[:, 2], last[:, 1], last[:, 3]
    pairs: list[tuple[int, int]] = []
    for apart in (1, 2, 3):
        # Between two ends of a range stands one word, or a sign that may be printed without a space.
        close = np.abs(begins[apart:] - ends[:-apart]) <= 1
        for a in np.flatnonzero(close & (found.line[apart:] == found.line[:-apart])).tolist():
            b = a + apart
            start, stop = int(begins[b]), int(ends[a])
            if start == stop - 1:
                if begin[b] < end[a]:
                    continue
                between = view.words[start][end[a] : begin[b]]
            else:
                between = " ".join(
                    [view.words[stop - 1][end[a] :], *view.words[stop:start], view.words[start][: begin[b]]]
                )
            if between.strip().casefold() in _RANGE_WORDS:
                pairs.append((a, b))
    return sorted(pairs)


def kind_of_token(view: TokenView, index: Ints) -> Ints:
    """Kind of each token, three more where its word ends with a colon; 9 where the index is -1."""
    return _kinds_of_tokens(view).take(index)


@lru_cache(maxsize=2)
def _kinds_of_tokens(view: TokenView) -> Ints:
    """As `kind_of_token`, of all tokens, and 9 behind the last one."""
    kinds = np.full(len(view.token) + 1, 9, np.int32)
    np.add(view.token_kind, 3 * view.word_colon[view.token_word], out=kinds[:-1])
    return kinds
