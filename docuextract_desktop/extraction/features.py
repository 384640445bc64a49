"""What stands around a candidate, as numbers: hashed context slots, and how the field's own labels lie to it.

Two views of the same surroundings. *Slots* say which words, shapes and places there are; each slot is hashed to one of
2^16 columns, so that a weight vector per field can be learnt and a whole page is scored by one gather. *Relations* say
how the labels of a field lie to a candidate, whatever their words; one small weight vector per kind of value serves
fields that nobody has ever taught.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction import lexicon
from docuextract_desktop.extraction.candidates import CandidateSet
from docuextract_desktop.extraction.labels import LabelMatches
from docuextract_desktop.extraction.tokens import LETTERS, NUMBER, Bools, Floats, Hashes, Ints, TokenView, mix, text_hash

COLUMNS = 1 << 16
Slots = NDArray[np.uint16]

_NOTHING = np.uint32(0x5A17)
_RANGE_WORDS = frozenset({"-", "–", "—", "to", "thru", "through", "until", "till", "bis", "au", "al", "a", "t/m", "tot", "até", "hasta"})


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


def _take(values: NDArray[np.uint32], index: Ints) -> Hashes:
    """`values[index]`, with a fixed hash where the index is -1."""
    if not len(values):
        return np.full(index.shape, _NOTHING, np.uint32)
    return np.where((index >= 0) & (index < len(values)), values[np.clip(index, 0, len(values) - 1)], _NOTHING)


def _roll_hash(view: TokenView, start: Ints, stop: Ints, limit: int = 6) -> Hashes:
    """One hash of the token run `start:stop`, at most its last `limit` tokens."""
    result = np.full(start.shape, _NOTHING, np.uint32)
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

    height = np.maximum(_first_line_height(view, found), 1e-4)
    if count and n:
        neighbour = np.maximum(left[:, 0], 0)
        left_gap = np.where(left[:, 0] >= 0, (found.box[:, 0] - view.token_box[neighbour, 2]) / height, 99)
        aspect = np.array([p.height / max(p.width, 1e-6) for p in view.pages], np.float32)[found.page]
        left_gap = np.where(left_gap < 99, left_gap / np.maximum(aspect, 0.1), 99)
    else:
        left_gap = np.full(n, 99.0)
    above = _above(view, found, height)

    # The phrase to the left: what precedes in the candidate's own segment, or else the whole segment before it.
    own_from = view.segment_token_start[view.word_segment[_first_words(found)]] if n else t0
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
        left_phrase=_roll_hash(view, phrase_from, phrase_to),
        above_phrase=above.near_phrase,
        header_phrase=above.header_phrase,
        left_gap=left_gap.astype(np.float32),
        above_gap=above.gap,
        below_gap=above.below_gap,
        range_start=start,
        range_end=end,
    )


def _first_words(found: CandidateSet) -> Ints:
    return found.part[found.part_start[:-1], 0]


def _first_line_height(view: TokenView, found: CandidateSet) -> Floats:
    first = _first_words(found)
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
        near_phrase = np.where(near >= 0, _roll_hash(view, starts[near], starts[near + 1]), _NOTHING)
        header_phrase = np.where(header >= 0, _roll_hash(view, starts[header], starts[header + 1]), _NOTHING)
    else:
        near_phrase = header_phrase = np.full(n, _NOTHING, np.uint32)
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
    return np.where(np.isfinite(cost[rows, chosen]) & (cost[rows, chosen] < 0.1), index[rows, chosen], -1).astype(np.int32)


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


# --- slots ----------------------------------------------------------------------------------------------------------


def _bucket(values: NDArray[np.generic], edges: list[float]) -> Hashes:
    return np.digitize(values, edges).astype(np.uint32)


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


def _rank(view_order: NDArray[np.generic]) -> Ints:
    order = np.argsort(view_order, kind="stable")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order))
    return rank


def _amounts(found: CandidateSet) -> NDArray[np.float64]:
    result = np.zeros(len(found))
    for i, value in enumerate(found.values):
        try:
            result[i] = float(value)
        except ValueError:
            result[i] = 0.0
    return result


def _arithmetic(amounts: NDArray[np.float64]) -> list[Ints]:
    """How amounts of a document add up, in five columns of small numbers, each (n,).

    Whether an amount is the sum of two others; the sum of others and a rounding of up to five hundredths; a part of such
    a sum; the difference of two later ones (what was paid less the change); and whether 85 % of it stands there too
    (an agency's commission).
    """
    n = len(amounts)
    cents = np.rint(np.abs(amounts) * 100).astype(np.int64)
    distinct = np.unique(cents[cents > 0])[-60:]  # long lists: the largest matter
    if not len(distinct):
        return [np.zeros(n, np.int32)] * 5
    present = set(distinct.tolist())
    sums: dict[int, int] = {}
    near: set[int] = set()
    parts: set[int] = set()
    small = distinct.tolist()
    for i, a in enumerate(small):
        for b in small[i:]:
            total = a + b
            if total in present:
                sums[total] = sums.get(total, 0) + 1
                parts.update((a, b))
            elif a > 100 or b > 100:
                near.update(total + d for d in (-5, -4, -3, -2, -1, 1, 2, 3, 4, 5) if total + d in present)
    differences: set[int] = set()
    last: dict[int, int] = {}
    first: dict[int, int] = {}
    for at, value in enumerate(cents.tolist()):
        first.setdefault(value, at)
        last[value] = at
    for total, at in last.items():
        for b, at_b in last.items():
            rest = total - b
            if rest > 0 and b > 0 and at_b >= at and rest in first and first[rest] < at:
                differences.add(rest)
    net = {a for a in small if a * 85 % 100 == 0 and a * 85 // 100 in present}
    return [
        np.array([min(sums.get(c, 0), 2) for c in cents.tolist()], np.int32),
        np.array([c in near for c in cents.tolist()], np.int32),
        np.array([c in parts for c in cents.tolist()], np.int32),
        np.array([c in differences for c in cents.tolist()], np.int32),
        np.array([c in net for c in cents.tolist()], np.int32),
    ]


def _membership(view: TokenView, found: CandidateSet, words: frozenset[int]) -> Ints:
    """How many tokens of each candidate belong to a set of words."""
    if not len(view.token):
        return np.zeros(len(found), np.int32)
    hit = np.isin(view.token_hash, np.fromiter(words, np.uint32, len(words)))
    total = np.concatenate([[0], np.cumsum(hit)]).astype(np.int32)
    return total[np.minimum(found.t1, len(total) - 1)] - total[np.minimum(found.t0, len(total) - 1)]


def slots_of(view: TokenView, found: CandidateSet, around: Surroundings) -> tuple[Slots, int]:
    """Hashed context of all candidates: uint16 (n, slots), and how many of the first slots are free of words.

    The word-free slots (shape, place, rank) mean the same on every kind of document; the rest names words nearby.
    """
    n = len(found)
    plain = _plain_slots(view, found, around)
    wordy = _word_slots(view, found, around)
    columns = [mix(values, 1000 + at) for at, values in enumerate(plain)]
    columns += [mix(values, salt) for salt, values in wordy]
    if not n:
        return np.zeros((0, len(columns)), np.uint16), len(plain)
    return (np.stack(columns, axis=1) & np.uint32(COLUMNS - 1)).astype(np.uint16), len(plain)


def _plain_slots(view: TokenView, found: CandidateSet, around: Surroundings) -> list[Hashes]:
    n = len(found)
    box, page = found.box, found.page
    pages = max(len(view.pages), 1)
    texts = found.texts
    as_hash = np.uint32
    facts = np.array([_text_facts(t) for t in texts], np.int64).reshape(-1, 13)
    shape, long_shape, ends = (facts[:, k].astype(np.uint32) for k in range(3))
    length, digits, letters, capitals, punctuation, postcode = (facts[:, k] for k in range(3, 9))
    word_count = (np.add.reduceat(found.part[:, 1] - found.part[:, 0], found.part_start[:-1]) if n else found.line).astype(np.int32)
    line_count = np.diff(found.part_start)
    heights = _first_line_height(view, found)
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
    company = _membership(view, found, lexicon.COMPANY_HASHES)
    business = _membership(view, found, lexicon.BUSINESS_HASHES)
    address = _membership(view, found, lexicon.ADDRESS_HASHES)
    contact = _membership(view, found, lexicon.CONTACT_HASHES)
    total = _membership(view, found, lexicon.TOTAL_HASHES)
    starts_segment, ends_segment = _segment_edges(view, found)
    left_kind = _kind_of_token(view, around.left[:, 0])
    above_kind = _kind_of_token(view, around.above[:, 0])
    arithmetic = [np.zeros(n, np.int32)] * 5
    if found.kind in ("money", "number", "integer", "percent"):
        amounts = _amounts(found)
        by_size = _rank(-amounts)
        largest = amounts == amounts.max() if n else np.zeros(0, np.bool_)
        size = _bucket(np.abs(amounts), [0.005, 1, 10, 100, 1000, 1e4, 1e5, 1e6])
        distinct = _dense_rank_values(-amounts)
        arithmetic = _arithmetic(amounts)
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
    u = lambda *arrays: _combine(*arrays)  # noqa: E731  (a short name keeps the table readable)
    return [
        u(np.zeros(n)),
        shape,
        long_shape,
        ends,
        u(_bucket(length, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 20, 25, 30, 40, 60, 80])),
        u(word_count.clip(0, 12), line_count.clip(0, 7)),
        u(_bucket(digits, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20])),
        u(_bucket(digits / np.maximum(length, 1), [0.01, 0.1, 0.25, 0.5, 0.75, 0.95]), letters > 0),
        u(_bucket(capitals / np.maximum(letters, 1), [0.05, 0.3, 0.7, 0.95]), letters > 3),
        u(punctuation.clip(0, 6)),
        u(big),
        u(big, y_bin),
        u(x_bin),
        u(y_bin),
        u(x_bin, y_bin),
        u(right_bin),
        u(first_page, last_page),
        u(first_page, last_page, y_bin),
        u(repeats.clip(0, 6)),
        u(most, repeats > 1),
        u(rank.clip(0, 6)),
        u((n - 1 - rank).clip(0, 6)),
        u(line_rank.clip(0, 14)),
        u(on_page.clip(0, 4), first_page),
        u(by_size.clip(0, 8)),
        u(distinct.clip(0, 5)),
        u(largest, repeats > 1),
        u(size),
        u(company.clip(0, 2), business.clip(0, 1)),
        u(company > 0, line_count, ends_segment),
        u(address.clip(0, 4), line_count.clip(0, 5)),
        u(contact > 0, total > 0),
        u(postcode, line_count.clip(0, 6)),
        u(address > 0, postcode),
        u(starts_segment, ends_segment),
        u(starts_segment, ends_segment, left_kind),
        u(_bucket(around.left_gap, [0.4, 1.0, 2.0, 4.0, 8.0, 90])),
        u(_bucket(around.above_gap, [0.2, 0.5, 0.9, 1.5, 3.0, 90]), above_kind),
        u(_bucket(around.below_gap, [0.2, 0.5, 0.9, 1.5, 3.0, 90])),
        u(around.range_start, around.range_end),
        u(around.range_start, around.range_end, rank.clip(0, 4)),
        u(_bucket(found.quality, [0.3, 0.6, 0.85, 0.99])),
        u(_bucket(found.confidence, [0.6, 0.8, 0.9, 0.97])),
        u(_bucket(found.line / max(view.line_count, 1), [0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])),
        u(found.line.clip(0, 12)),
        u(arithmetic[0], arithmetic[1]),
        u(arithmetic[1], arithmetic[2]),
        u(arithmetic[3], arithmetic[4]),
        u(arithmetic[0], arithmetic[2], largest),
        u(*(facts[:, k] for k in range(9, 11))),
        u(facts[:, 11], facts[:, 12]),
    ]


def _combine(*arrays: NDArray[np.generic]) -> Hashes:
    result = np.zeros(len(arrays[0]), np.uint32)
    with np.errstate(over="ignore"):
        for array in arrays:
            result = result * np.uint32(31) + (array.astype(np.int64) & 0xFFFF).astype(np.uint32) + np.uint32(1)
    return result


def _dense_rank(values: Ints) -> Ints:
    """0 for the first distinct value in order, 1 for the next."""
    return np.unique(values, return_inverse=True)[1].astype(np.int32)


def _dense_rank_values(values: NDArray[np.generic]) -> Ints:
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


def _kind_of_token(view: TokenView, index: Ints) -> Ints:
    if not len(view.token):
        return np.full(len(index), 9, np.int32)
    colon = np.fromiter((w[-1] == ":" for w in view.words), np.int32, len(view.words))[view.token_word]
    kind = view.token_kind + 3 * colon
    return np.where(index >= 0, kind[np.maximum(index, 0)], 9).astype(np.int32)


def _word_slots(view: TokenView, found: CandidateSet, around: Surroundings) -> list[tuple[int, Hashes]]:
    """(salt, hashes) of the slots that name words; slots of equal salt form a bag."""
    hashes = view.token_hash
    slots: list[tuple[int, Hashes]] = []
    left = [_take(hashes, around.left[:, k]) for k in range(4)]
    right = [_take(hashes, around.right[:, k]) for k in range(3)]
    above = [_take(hashes, around.above[:, k]) for k in range(3)]
    next_above = [_take(hashes, around.above2[:, k]) for k in range(2)]
    header = [_take(hashes, around.header[:, k]) for k in range(3)]
    below = [_take(hashes, around.below[:, k]) for k in range(2)]
    first = [_take(hashes, around.first[:, k]) for k in range(2)]
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
    if found.kind in ("text", "address", "id"):
        n = len(found)
        inside = [np.where(found.t0 + k < found.t1, found.t0 + k, -1) for k in range(4)]
        ends = [np.where(found.t1 - k > found.t0, found.t1 - k, -1) for k in (1, 2, 3)]
        value = [_take(hashes, index.astype(np.int32)) for index in (*inside, *ends)]
        slots += [(61, value[0]), (62, value[4]), (63, mix(value[4], 63) ^ value[5])]
        slots += [(64, h) for h in value]
        slots += [(65, value[4] ^ mix(right[0], 65))]
        if found.kind == "address":
            starts = np.zeros(n, np.int32)
            previous = starts.copy()
            if n:
                starts = view.word_token_start[found.part[found.part_start[1:] - 1, 0]]
                previous = np.diff(found.part_start)
            last_line = _take(hashes, starts)
            slots += [(66, last_line), (67, mix(below[0], 67) ^ value[4]), (68, below[0] ^ mix(previous.astype(np.uint32), 68))]
    return slots


def _headings(view: TokenView, found: CandidateSet) -> tuple[list[Hashes], list[Hashes]]:
    """The first two tokens of the two nearest lines above that look like headings: short, one segment, no number.

    A heading holds for the lines under it however they are indented, up to twelve lines away on the same page.
    """
    n, lines = len(found), view.line_count
    nothing = np.full(n, _NOTHING, np.uint32)
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
        picked = [np.where(ok & (starts[safe] + k < stops[safe]), starts[safe] + k, -1).astype(np.int32) for k in (0, 1)]
        return [_take(view.token_hash, index) for index in picked]

    return tokens(near), tokens(far)


# --- relations to the field's labels ---------------------------------------------------------------------------------

RELATIONS = (
    "left_touching",
    "left_near",
    "left_any",
    "left_telling",
    "above_near",
    "above_aligned",
    "above_far",
    "above_telling",
    "below",
    "right",
    "inside",
    "other_left",
    "other_above",
    "left_better_than_other",
    "above_better_than_other",
    "share_left",
    "share_left_bag",
    "share_above",
    "share_header",
    "share_first",
    "share_right",
    "share_below",
    "share_inside",
    "has_colon",
    "best",
    "best_squared",
    "best_in_document",
    "best_gap",
    "above_touching",
    "section",
    "section_of_other",
    "labelled_first",
    "labelled_last",
    "labelled_largest",
    "labelled_sum",
    "labelled_part",
    "labelled_amount",
)


def relations_of(
    view: TokenView, found: CandidateSet, around: Surroundings, matches: LabelMatches, field: int
) -> Floats:
    """How the labels of `field` lie to each candidate: float32 (n, len(RELATIONS)), mostly within 0..1."""
    n = len(found)
    result = np.zeros((n, len(RELATIONS)), np.float32)
    if not n:
        return result
    height = np.maximum(_first_line_height(view, found), 1e-4)
    own = _geometry(view, found, height, matches, matches.field == field)
    other = _geometry(view, found, height, matches, matches.field != field)
    share = matches.token_share[field]

    def best_share(index: Ints) -> Floats:
        if not len(share):
            return np.zeros(n, np.float32)
        return np.where((index >= 0) & (index < len(share)), share[np.clip(index, 0, len(share) - 1)], 0).max(axis=1)

    inside = np.stack([np.where(found.t0 + k < found.t1, found.t0 + k, -1) for k in range(6)], axis=1)
    colon = np.isin(_kind_of_token(view, around.left[:, 0]), (3, 4, 5))
    columns = {
        **own,
        "other_left": other["left_near"],
        "other_above": other["above_near"],
        "left_better_than_other": np.maximum(own["left_near"] - other["left_near"], 0),
        "above_better_than_other": np.maximum(own["above_near"] - other["above_near"], 0),
        "share_left": best_share(around.left[:, :1]),
        "share_left_bag": best_share(around.left),
        "share_above": best_share(around.above),
        "share_header": best_share(around.header),
        "share_first": best_share(around.first),
        "share_right": best_share(around.right),
        "share_below": best_share(around.below),
        "share_inside": best_share(inside),
        "has_colon": colon.astype(np.float32) * own["left_near"],
    }
    best = np.maximum(np.maximum(own["left_near"], own["above_near"]), 0.6 * own["left_any"])
    columns["section"], columns["section_of_other"] = _sections(view, found, height, matches, field)
    columns["best"] = best
    columns["best_squared"] = best * best
    columns["best_in_document"] = (best >= best.max() - 1e-3).astype(np.float32) * (best > 0.2)
    columns["best_gap"] = best.max() - best
    columns.update(_among_labelled(found, best))
    for at, name in enumerate(RELATIONS):
        result[:, at] = columns[name]
    return result


def _among_labelled(found: CandidateSet, best: Floats) -> dict[str, Floats]:
    """Standing among the candidates that a label of the field points at: first, last, largest, a sum, printed with cents."""
    n = len(found)
    labelled = best >= max(0.35, 0.6 * float(best.max()))
    rows = np.flatnonzero(labelled)
    columns = {f"labelled_{name}": np.zeros(n, np.float32) for name in ("first", "last", "largest", "sum", "part", "amount")}
    if not len(rows):
        return columns
    columns["labelled_first"][rows[0]] = columns["labelled_last"][rows[-1]] = 1
    if found.kind in ("money", "number", "integer", "percent"):
        amounts = _amounts(found)
        arithmetic = _arithmetic(amounts)
        cents = np.array([len(t) > 3 and t[-3] in ".," for t in found.texts])
        largest = labelled & (amounts >= amounts[rows].max())
        columns["labelled_largest"] = largest.astype(np.float32)
        columns["labelled_sum"] = (labelled & ((arithmetic[0] > 0) | (arithmetic[1] > 0))).astype(np.float32)
        columns["labelled_part"] = (labelled & (arithmetic[2] > 0)).astype(np.float32)
        columns["labelled_amount"] = (labelled & cents).astype(np.float32)
    elif found.kind == "date":
        days = np.unique(np.array(found.values), return_inverse=True)[1]  # ranks: ISO days sort as text
        columns["labelled_largest"] = (labelled & (days >= days[rows].max())).astype(np.float32)
    return columns


def _sections(
    view: TokenView, found: CandidateSet, height: Floats, matches: LabelMatches, field: int
) -> tuple[Floats, Floats]:
    """Under whose heading a candidate stands: how near the last label above is where it is the field's own, or another's.

    A label counts where it begins left of the candidate or little to its right, in any line above.
    """
    n = len(found)
    own, other = np.zeros(n, np.float32), np.zeros(n, np.float32)
    rows = np.flatnonzero((matches.quality >= 0.8) & ~matches.inside_other)
    if not len(rows) or not n:
        return own, other
    start = matches.start[rows]
    box = view.token_box[start]
    page = view.page_of_line[matches.line[rows]]
    up = (found.box[:, 1:2] - box[None, :, 3]) / height[:, None]
    dx = found.box[:, 0:1] - box[None, :, 0]
    fits = (page[None, :] == found.page[:, None]) & (up > -0.5) & (dx > -0.06) & (dx < 0.45)
    mine = matches.field[rows] == field
    near_own = np.where(fits & mine[None, :], up, np.inf).min(axis=1)
    near_other = np.where(fits & ~mine[None, :], up, np.inf).min(axis=1)
    closest = np.exp(-np.clip(np.minimum(near_own, near_other), 0, 60) / 8.0).astype(np.float32)
    return np.where(near_own <= near_other, closest, 0) * np.isfinite(near_own), np.where(near_own > near_other, closest, 0)


def _geometry(
    view: TokenView, found: CandidateSet, height: Floats, matches: LabelMatches, chosen: Bools
) -> dict[str, Floats]:
    """Best match of the chosen labels in each direction, 0..1."""
    n = len(found)
    rows = np.flatnonzero(chosen)
    names = ("left_touching", "left_near", "left_any", "left_telling", "above_near", "above_aligned", "above_far",
             "above_telling", "above_touching", "below", "right", "inside")  # fmt: skip
    if not len(rows):
        return {name: np.zeros(n, np.float32) for name in names}
    start, stop = matches.start[rows], matches.stop[rows]
    tokens = view.token_box
    x0, x1 = tokens[start, 0], tokens[stop - 1, 2]
    y0 = np.minimum(tokens[start, 1], tokens[stop - 1, 1])
    y1 = np.maximum(tokens[start, 3], tokens[stop - 1, 3])
    page = view.page_of_line[matches.line[rows]]
    quality = (matches.quality[rows] ** 2 * np.where(matches.inside_other[rows], 0.35, 1.0))[None, :]
    telling = np.minimum(matches.length[rows] / 14, 1)[None, :]
    same_page = page[None, :] == found.page[:, None]
    same_line = matches.line[rows][None, :] == found.line[:, None]
    between = found.t0[:, None] - stop[None, :]
    is_left = same_line & (between >= 0)
    left_near = np.where(is_left, quality * np.exp(-np.maximum(between, 0) / 3.0), 0)
    h = height[:, None]
    up = (found.box[:, 1:2] - y1[None, :]) / h
    overlap = np.minimum(found.box[:, 2:3], x1[None, :]) - np.maximum(found.box[:, 0:1], x0[None, :])
    width = np.minimum(found.box[:, 2] - found.box[:, 0], 1)[:, None]
    share = np.clip(overlap / np.maximum(np.minimum(width, (x1 - x0)[None, :]), 1e-4), 0, 1)
    is_above = same_page & (up > -0.6) & (y1[None, :] < found.box[:, 3:4]) & ~same_line & (share > 0)
    above_near = np.where(is_above, quality * share**0.5 * np.exp(-np.maximum(up, 0) / 2.0), 0)
    aligned = np.abs(found.box[:, 0:1] - x0[None, :]) < 0.012
    down = (y0[None, :] - found.box[:, 3:4]) / h
    is_below = same_page & (down > -0.6) & (y0[None, :] > found.box[:, 1:2]) & ~same_line & (share > 0)
    ahead = start[None, :] - found.t1[:, None]
    is_inside = (start[None, :] >= found.t0[:, None]) & (stop[None, :] <= found.t1[:, None])

    def best(values: NDArray[np.generic]) -> Floats:
        return values.max(axis=1).astype(np.float32)

    return {
        "left_touching": best(np.where(is_left & (between <= 1), quality, 0)),
        "left_near": best(left_near),
        "left_any": best(np.where(is_left, quality, 0)),
        "left_telling": best(np.where(is_left & (between <= 2), quality * telling, 0)),
        "above_near": best(above_near),
        "above_aligned": best(np.where(is_above & aligned, above_near, 0)),
        "above_far": best(np.where(is_above & (up < 40), quality * share**0.5, 0)),
        "above_telling": best(np.where(is_above & (up < 3), quality * telling * share**0.5, 0)),
        "above_touching": best(np.where(is_above & (up < 1.0), quality * share**0.5, 0)),
        "below": best(np.where(is_below, quality * share * np.exp(-np.maximum(down, 0) / 1.5), 0)),
        "right": best(np.where(same_line & (ahead >= 0), quality * np.exp(-np.maximum(ahead, 0) / 2.0), 0)),
        "inside": best(np.where(is_inside, quality, 0)),
    }


__all__ = ["COLUMNS", "LETTERS", "RELATIONS", "Slots", "Surroundings", "joined_by_range", "look_around", "relations_of", "slots_of"]
