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
            box, other = found.box[rows], view.segment_box[cols]
            h = height[rows][:, None]
            overlap = np.minimum(box[:, 2:3], other[None, :, 2]) - np.maximum(box[:, 0:1], other[None, :, 0])
            touches = overlap > -0.004
            up = (box[:, 1:2] - other[None, :, 3]) / h
            middle = (other[None, :, 1] + other[None, :, 3]) / 2
            is_above = touches & (middle < box[:, 1:2]) & (up > -0.6)
            cost = np.where(is_above, up, np.inf)
            best = cost.argmin(axis=1)
            at = np.arange(len(rows))
            ok = np.isfinite(cost[at, best])
            near[rows[ok]] = cols[best[ok]]
            gap[rows[ok]] = np.clip(cost[at, best][ok], 0, 98)
            words = np.where(is_above & ~has_digit[cols][None, :], up, np.inf)
            top = words.argmin(axis=1)
            ok = np.isfinite(words[at, top])
            header[rows[ok]] = cols[top[ok]]
            cost[at, best] = np.inf
            second = cost.argmin(axis=1)
            ok = np.isfinite(cost[at, second])
            nxt[rows[ok]] = cols[second[ok]]
            down = (other[None, :, 1] - box[:, 3:4]) / h
            is_below = touches & (middle > box[:, 3:4]) & (down > -0.6)
            cost = np.where(is_below, down, np.inf)
            best = cost.argmin(axis=1)
            ok = np.isfinite(cost[at, best])
            below[rows[ok]] = cols[best[ok]]
            below_gap[rows[ok]] = np.clip(cost[at, best][ok], 0, 98)
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
