"""How the labels of a field lie to a candidate: the numbers that serve fields which nobody has ever taught."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.candidates.find import CandidateSet, Spans, Together
from docuextract_desktop.extraction.candidates.labels import LabelMatches
from docuextract_desktop.extraction.features.arithmetic import AMOUNT_KINDS, amounts_of, sums_of
from docuextract_desktop.extraction.features.surroundings import Surroundings, kind_of_token
from docuextract_desktop.extraction.features.verticals import NOWHERE, nowhere
from docuextract_desktop.extraction.words.tokens import Bools, Floats, Ints, TokenView

Rows = NDArray[np.intp]

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


_AT = {name: at for at, name in enumerate(RELATIONS)}
_SHARES = slice(_AT["share_left"], _AT["share_inside"] + 1)


def relations_of(
    view: TokenView, candidates: Together, around: Surroundings, matches: LabelMatches, kinds: Sequence[int]
) -> list[Floats]:
    """How the labels of each field lie to its candidates: float32 (n, len(RELATIONS)) a field, mostly within 0..1.

    Args:
        view: the document.
        candidates: of all kinds.
        around: what stands around them.
        matches: labels of all fields.
        kinds: per field, by number, which of the kinds it chooses from.
    """
    n, counts = len(candidates.every), [len(candidates.rows[kind]) for kind in kinds]
    if not any(counts):
        return [np.zeros((0, len(RELATIONS)), np.float32) for _ in kinds]
    tables = label_geometry(view, candidates.every, around, matches)
    for name, near in (("other_left", "left_near"), ("other_above", "above_near")):
        best_of_others(tables[_TABLE[near]], np.maximum, 0, tables[_TABLE[name]])
    sections = _sections(view, candidates.every, around.height, matches)
    _under_which(sections, tables[_TABLE["section"]], tables[_TABLE["section_of_other"]])

    # The candidates of all fields, one field after the other.
    rows = np.concatenate([candidates.rows[kind] for kind in kinds])
    field = np.arange(len(kinds)).repeat(counts)
    columns = np.empty((len(RELATIONS), len(rows)), np.float32)
    columns[_OF_TABLES] = tables.reshape(len(_TABLES), -1).take(field * n + rows, axis=1)
    left, above = columns[_AT["left_near"]], columns[_AT["above_near"]]
    np.maximum(left - columns[_AT["other_left"]], 0, out=columns[_AT["left_better_than_other"]])
    np.maximum(above - columns[_AT["other_above"]], 0, out=columns[_AT["above_better_than_other"]])
    _share_words(_tokens_near(candidates.every, around).take(rows, axis=1), field, matches, columns[_SHARES])
    left_kind = kind_of_token(view, around.left[0])
    np.multiply(left, ((left_kind >= 3) & (left_kind <= 5))[rows], out=columns[_AT["has_colon"]])
    best = np.maximum(np.maximum(left, above), 0.6 * columns[_AT["left_any"]], out=columns[_AT["best"]])
    ends = np.cumsum(counts).tolist()
    fields = [slice(end - count, end) for end, count in zip(ends, counts, strict=True)]
    most = np.array([best[own].max(initial=0) for own in fields], np.float32).repeat(counts)
    np.multiply(best, best, out=columns[_AT["best_squared"]])
    columns[_AT["best_in_document"]] = (best >= most - 1e-3) & (best > 0.2)
    np.subtract(most, best, out=columns[_AT["best_gap"]])
    columns[_AT["labelled_first"] :] = 0
    for kind, own in zip(kinds, fields, strict=True):
        _stand_among_labelled(candidates.kinds[kind], best[own], columns[_AT["labelled_first"] :, own])
    relations = np.ascontiguousarray(columns.T)
    return [relations[own] for own in fields]


def best_of_others(table: Floats, better: np.ufunc, least: float | np.float32, out: Floats) -> Floats:
    """For each row of `table` the best, by column, of all other rows, `least` where there is none; returns `out`."""
    out[:] = least
    before = behind = np.full_like(table[0], least)  # not rows of `out`: of two fields the first step fills both
    for at in range(1, len(table)):
        before = better(before, table[at - 1])
        better(out[at], before, out=out[at])
        behind = better(behind, table[-at])
        better(out[-1 - at], behind, out=out[-1 - at])
    return out


_INSIDE = 6  # tokens of the candidate itself that are looked at


def _tokens_near(found: Spans, around: Surroundings) -> Rows:
    """The tokens around each candidate, one place after the other: intp (·, n); -1 where there is none."""
    inside = found.t0 + np.arange(_INSIDE, dtype=np.int32)[:, None]
    inside = np.where(inside < found.t1, inside, -1)
    near = (around.left, around.above, around.header, around.first, around.right, around.below, inside)
    return np.concatenate(near, dtype=np.intp)


_PLACES = (
    slice(0, 4),
    slice(4, 7),
    slice(7, 10),
    slice(10, 12),
    slice(12, 15),
    slice(15, 18),
    slice(18, 18 + _INSIDE),
)
"""Rows of `_tokens_near`: on the left, above, the header, first on the line, on the right, below, inside."""


def _share_words(tokens: Rows, field: Rows, matches: LabelMatches, out: Floats) -> None:
    """How much the tokens around candidates are words of labels: for each place the largest share of one there.

    Args:
        tokens: as `_tokens_near`, of each candidate of each field.
        field: which field it is a candidate of.
        matches: labels of all fields.
        out: float32 (1 + places, candidates); the first row for the token right on the left.
    """
    fields, count = matches.token_share.shape
    # A column of nothing before the first token, for the index -1, and one behind the last, where candidates without
    # tokens begin.
    shares = np.zeros((fields, count + 2), np.float32)
    shares[:, 1:-1] = matches.token_share
    share = shares.ravel().take(field * (count + 2) + 1 + tokens)
    out[0] = share[0]
    for place, at in zip(out[1:], _PLACES, strict=True):
        share[at].max(axis=0, out=place)


def _stand_among_labelled(found: CandidateSet, best: Floats, out: Floats) -> None:
    """Standing among the candidates that a label of the field points at: first, last, largest, a sum, with cents.

    Args:
        found: of one kind.
        best: how well a label of the field points at each.
        out: the six columns, full of zeros.
    """
    rows = np.flatnonzero(best >= max(0.35, 0.6 * float(best.max(initial=0))))
    if not len(rows):
        return
    first, last, largest, sums, parts, amount = out
    first[rows[0]] = last[rows[-1]] = 1
    if found.kind in AMOUNT_KINDS:
        amounts = amounts_of(found)[rows]
        arithmetic = sums_of(found)
        largest[rows] = amounts >= amounts.max()
        sums[rows] = (arithmetic[0][rows] > 0) | (arithmetic[1][rows] > 0)
        parts[rows] = arithmetic[2][rows] > 0
        texts = [found.texts[row] for row in rows.tolist()]
        amount[rows] = [len(t) > 3 and t[-3] in ".," for t in texts]
    elif found.kind == "date":
        days = [found.values[row] for row in rows.tolist()]  # ISO days sort as text
        latest = max(days)
        largest[rows] = [day == latest for day in days]


def _sections(view: TokenView, found: Spans, height: Floats, matches: LabelMatches) -> Floats:
    """How far up, in line heights, the last label of each field stands above each candidate: float32 (fields, n).

    A label counts where it begins left of the candidate or little to its right, in any line above; where there is none,
    the distance has no end.
    """
    nearest = np.full((len(matches.token_share), len(found)), NOWHERE, np.float32)
    labels = np.flatnonzero((matches.quality >= 0.8) & ~matches.inside_other)
    labels = labels[np.argsort(matches.field[labels], kind="stable")]
    fields = np.arange(len(nearest) + 1)
    for on_page, rows in _page_by_page(view, found, matches.line[labels]):
        own = labels[on_page]
        box = view.token_box.take(matches.start[own], axis=0)
        left, top = np.ascontiguousarray(found.box[rows, :2].T)
        up = (top - box[:, 3:]) / height[rows]
        dx = left - box[:, :1]
        up += nowhere((up > -0.5) & (dx > -0.06) & (dx < 0.45))
        edges = matches.field[own].searchsorted(fields).tolist()
        for least, first, end in zip(nearest, edges, edges[1:], strict=False):
            if first < end:
                up[first:end].min(axis=0, out=least[rows])
    return nearest


def _page_by_page(view: TokenView, found: Spans, line: Ints) -> Iterable[tuple[Rows, slice]]:
    """For each page that has both: which of the lines are on it, and the rows of its candidates."""
    page = view.page_of_line[line]
    edges = found.page.searchsorted(np.arange(len(view.pages) + 1)).tolist()
    for number, (first, end) in enumerate(pairwise(edges)):
        on_page = np.flatnonzero(page == number)
        if first < end and len(on_page):
            yield on_page, slice(first, end)


def _under_which(sections: Floats, own: Floats, other: Floats) -> None:
    """Under whose heading a candidate stands: how near the last label above is, if the field's own or another's.

    Args:
        sections: as `_sections`.
        own: float32 (fields, n), to be filled in.
        other: as `own`.
    """
    of_others = best_of_others(sections, np.minimum, NOWHERE, np.empty_like(sections))
    closest = np.exp(-np.minimum(np.maximum(sections.min(axis=0), 0), 60) / 8.0)
    np.multiply(closest, (sections <= of_others) & (sections < NOWHERE), out=own)
    np.multiply(closest, sections > of_others, out=other)


_DIRECTIONS = (
    "left_touching",
    "left_near",
    "left_any",
    "left_telling",
    "above_near",
    "above_aligned",
    "above_far",
    "above_telling",
    "above_touching",
    "below",
    "right",
    "inside",
)
_TABLES = tuple(sorted((*_DIRECTIONS, "other_left", "other_above", "section", "section_of_other"), key=RELATIONS.index))
"""Relations that are known of each field and each span before it matters which of them are candidates of a field."""
_TABLE = {name: at for at, name in enumerate(_TABLES)}
_OF_TABLES = [_AT[name] for name in _TABLES]


class _Strongest:
    """The strongest label of each field to each candidate, direction by direction.

    Attributes:
        best: float32 (tables, fields, n), 0 where there is no label.
    """

    def __init__(self, fields: int, n: int) -> None:
        self.best = np.zeros((len(_TABLES), fields, n), np.float32)
        self._flat = self.best.reshape(len(_TABLES), fields * n)

    def note(self, direction: str, at: Rows, strength: NDArray[Any]) -> None:
        """Labels lie so to candidates, with a strength of at most 1, or of 0: not at all.

        Args:
            direction: one of `_DIRECTIONS`.
            at: of each pair of a label and a candidate field * n + candidate.
            strength: of each pair.
        """
        np.maximum.at(self._flat[_TABLE[direction]], at, strength.astype(np.float32, copy=False))


def label_geometry(view: TokenView, found: Spans, around: Surroundings, matches: LabelMatches) -> Floats:
    """For each direction the strongest label of each field to each candidate, 0: none; float32 (tables, fields, n)."""
    strongest = _Strongest(len(matches.token_share), len(found))
    if len(matches.field):
        quality = (matches.quality**2 * np.where(matches.inside_other, np.float32(0.35), np.float32(1))).astype(
            np.float32
        )
        _along_the_line(found, matches, quality, strongest)
        _over_and_under(view, found, matches, quality, around.height, strongest)
        _inside(found, matches, quality, strongest)
    return strongest.best


def _pairs_where(mask: Bools) -> tuple[Rows, Rows]:
    """As `np.nonzero` of two dimensions, in a fraction of the time."""
    flat = np.flatnonzero(mask)
    first = flat // mask.shape[1]
    return first, flat - first * mask.shape[1]


def _pairs_within(first: Rows, stop: Rows) -> tuple[Rows, Rows]:
    """Pairs of the number of a range `first:stop` and a number within it."""
    count = stop - first
    ends = count.cumsum()
    owner = np.arange(len(count)).repeat(count)
    return owner, np.arange(len(owner)) + (first - ends + count).repeat(count)


def _along_the_line(found: Spans, matches: LabelMatches, quality: Floats, strongest: _Strongest) -> None:
    """Labels left and right of candidates on their line; distances in tokens."""
    # Candidates are in reading order: those of a line stand together.
    first, stop = found.line.searchsorted(matches.line), found.line.searchsorted(matches.line, "right")
    match, row = _pairs_within(first, stop)
    at, strength = matches.field[match] * np.intp(len(found)) + row, quality[match]
    between = found.t0[row] - matches.stop[match]
    left = np.flatnonzero(between >= 0)
    right = np.flatnonzero(matches.start[match] >= found.t1[row])
    ahead = matches.start[match[right]] - found.t1[row[right]]
    strongest.note("right", at[right], strength[right] * _fading(ahead, 2.0))
    match, at, strength, between = match[left], at[left], strength[left], between[left]
    strongest.note("left_touching", at, strength * (between <= 1))
    strongest.note("left_near", at, strength * _fading(between, 3.0))
    strongest.note("left_any", at, strength)
    strongest.note("left_telling", at, strength * _telling(matches)[match] * (between <= 2))


def _over_and_under(
    view: TokenView, found: Spans, matches: LabelMatches, quality: Floats, height: Floats, strongest: _Strongest
) -> None:
    """Labels above and below candidates on their page, overlapping in x; distances in line heights."""
    first, last = view.token_box.take(matches.start, axis=0), view.token_box.take(matches.stop - 1, axis=0)
    x0, x1 = first[:, 0], last[:, 2]
    y0, y1 = np.minimum(first[:, 1], last[:, 1]), np.maximum(first[:, 3], last[:, 3])
    left, top, right, bottom = np.ascontiguousarray(found.box.T)
    pairs = []
    for on_page, rows in _page_by_page(view, found, matches.line):
        label_left, label_right = x0[on_page, None], x1[on_page, None]
        match, row = _pairs_where(np.minimum(right[rows], label_right) > np.maximum(left[rows], label_left))
        pairs.append((on_page[match], row + rows.start))
    if not pairs:
        return
    match, row = (np.concatenate(column) for column in zip(*pairs, strict=True))
    high, own_top, own_bottom = height.take(row), top.take(row), bottom.take(row)
    label_top, label_bottom = y0.take(match), y1.take(match)
    up, down = (own_top - label_bottom) / high, (label_top - own_bottom) / high
    elsewhere = matches.line.take(match) != found.line.take(row)
    above = np.flatnonzero(elsewhere & (up > -0.6) & (label_bottom < own_bottom))
    below = np.flatnonzero(elsewhere & (down > -0.6) & (label_top > own_top))
    some = np.concatenate([above, below])
    match, row = match.take(some), row.take(some)
    own_left, own_right, label_left, label_right = left.take(row), right.take(row), x0.take(match), x1.take(match)
    narrow = np.minimum(np.minimum(own_right - own_left, 1), label_right - label_left)
    overlap = np.minimum(own_right, label_right) - np.maximum(own_left, label_left)
    share = np.minimum(np.maximum(overlap / np.maximum(narrow, 1e-4), 0), 1)
    at, strength = matches.field.take(match) * np.intp(len(found)) + row, quality.take(match)
    aligned, telling = np.abs(own_left - label_left) < 0.012, _telling(matches).take(match)

    n = len(above)
    strongest.note("below", at[n:], strength[n:] * share[n:] * _fading(down[below], 1.5))
    at, up = at[:n], up[above]
    upward = strength[:n] * np.sqrt(share[:n])
    near = upward * _fading(up, 2.0)
    strongest.note("above_near", at, near)
    strongest.note("above_aligned", at, near * aligned[:n])
    strongest.note("above_far", at, upward * (up < 40))
    strongest.note("above_telling", at, upward * telling[:n] * (up < 3))
    strongest.note("above_touching", at, upward * (up < 1.0))


def _inside(found: Spans, matches: LabelMatches, quality: Floats, strongest: _Strongest) -> None:
    """Labels within candidates."""
    order = matches.start.argsort(kind="stable")
    starts = matches.start[order]
    row, at = _pairs_within(starts.searchsorted(found.t0), starts.searchsorted(found.t1))
    match = order[at]
    whole = np.flatnonzero(matches.stop[match] <= found.t1[row])
    match, row = match[whole], row[whole]
    strongest.note("inside", matches.field[match] * np.intp(len(found)) + row, quality[match])


def _telling(matches: LabelMatches) -> Floats:
    """Long labels tell more than short ones: float32 (matches,), 0..1."""
    return np.minimum(matches.length / 14, 1).astype(np.float32)


def _fading(distance: NDArray[Any], reach: float) -> NDArray[Any]:
    """1 where things touch, less with the distance."""
    nearness: NDArray[Any] = np.exp(-np.maximum(distance, 0) / reach)
    return nearness
