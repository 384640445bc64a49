"""How the labels of a field lie to a candidate: the numbers that serve fields which nobody has ever taught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.arithmetic import AMOUNT_KINDS, amounts_of, sums_of
from docuextract_desktop.extraction.candidates import CandidateSet, Spans, Together
from docuextract_desktop.extraction.labels import LabelMatches
from docuextract_desktop.extraction.surroundings import NOWHERE, Surroundings, kind_of_token, nowhere
from docuextract_desktop.extraction.tokens import Bools, Floats, Ints, TokenView

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
    if not len(candidates.every):
        return [np.zeros((0, len(RELATIONS)), np.float32) for _ in kinds]
    geometry = label_geometry(view, candidates.every, around, matches)
    sections = _sections(view, candidates.every, around.height, matches)
    named = _Named.of(candidates.every, around, matches)
    colon = np.isin(kind_of_token(view, around.left[0]), (3, 4, 5))
    result = []
    for field, kind in enumerate(kinds):
        found, rows = candidates.kinds[kind], candidates.rows[kind]
        if not len(found):
            result.append(np.zeros((0, len(RELATIONS)), np.float32))
            continue
        own = {name: geometry[name][field].take(rows) for name in _DIRECTIONS}
        other_left, other_above = (_of_others(geometry[name], field, rows) for name in ("left_near", "above_near"))
        best = np.maximum(np.maximum(own["left_near"], own["above_near"]), 0.6 * own["left_any"])
        section, section_of_other = _under_which(sections, field, rows)
        columns = {
            **own,
            **named.shares(field, rows),
            "other_left": other_left,
            "other_above": other_above,
            "left_better_than_other": np.maximum(own["left_near"] - other_left, 0),
            "above_better_than_other": np.maximum(own["above_near"] - other_above, 0),
            "has_colon": colon[rows] * own["left_near"],
            "section": section,
            "section_of_other": section_of_other,
            "best": best,
            "best_squared": best * best,
            "best_in_document": (best >= best.max() - 1e-3) & (best > 0.2),
            "best_gap": best.max() - best,
            **_among_labelled(found, best),
        }
        filled = np.empty((len(RELATIONS), len(found)), np.float32)
        for at, name in enumerate(RELATIONS):
            filled[at] = columns[name]
        result.append(np.ascontiguousarray(filled.T))
    return result


def _of_others(best: Floats, field: int, rows: Rows) -> Floats:
    """The strongest, float32 (n,), of the labels of all fields but one."""
    others = np.arange(len(best)) != field
    return np.asarray(best[others].max(axis=0, initial=0)[rows], np.float32)


@dataclass(frozen=True, eq=False)
class _Named:
    """How much the tokens around candidates are words of labels.

    Attributes:
        token_share: float32 (fields, tokens + 1), with nothing behind the last.
        tokens: int32 (·, n), the tokens around each candidate, one place after the other; -1 where there is none.
    """

    token_share: Floats
    tokens: Ints

    @classmethod
    def of(cls, found: Spans, around: Surroundings, matches: LabelMatches) -> _Named:
        inside = found.t0 + np.arange(_INSIDE, dtype=np.int32)[:, None]
        inside = np.where(inside < found.t1, inside, -1)
        near = (around.left, around.above, around.header, around.first, around.right, around.below, inside)
        nothing = np.zeros((len(matches.token_share), 1), np.float32)
        return cls(np.append(matches.token_share, nothing, axis=1), np.concatenate(near))

    def shares(self, field: int, rows: Rows) -> dict[str, Floats]:
        """For each place around the candidates `rows` the largest share of a token there."""
        share = self.token_share[field][self.tokens.take(rows, axis=1)]
        largest = {name: share[at].max(axis=0) for name, at in _PLACES.items()}
        return {"share_left": share[0], **largest}


_INSIDE = 6  # tokens of the candidate itself that are looked at
_PLACES = {
    "share_left_bag": slice(0, 4),
    "share_above": slice(4, 7),
    "share_header": slice(7, 10),
    "share_first": slice(10, 12),
    "share_right": slice(12, 15),
    "share_below": slice(15, 18),
    "share_inside": slice(18, 18 + _INSIDE),
}
"""Rows of `_Named.tokens`."""


def _among_labelled(found: CandidateSet, best: Floats) -> dict[str, Floats]:
    """Standing among the candidates that a label of the field points at: first, last, largest, a sum, with cents."""
    n = len(found)
    labelled = best >= max(0.35, 0.6 * float(best.max()))
    rows = np.flatnonzero(labelled)
    columns = {
        f"labelled_{name}": np.zeros(n, np.float32) for name in ("first", "last", "largest", "sum", "part", "amount")
    }
    if not len(rows):
        return columns
    columns["labelled_first"][rows[0]] = columns["labelled_last"][rows[-1]] = 1
    if found.kind in AMOUNT_KINDS:
        amounts = amounts_of(found)[rows]
        arithmetic = sums_of(found)
        columns["labelled_largest"][rows] = amounts >= amounts.max()
        columns["labelled_sum"][rows] = (arithmetic[0][rows] > 0) | (arithmetic[1][rows] > 0)
        columns["labelled_part"][rows] = arithmetic[2][rows] > 0
        texts = [found.texts[row] for row in rows.tolist()]
        columns["labelled_amount"][rows] = [len(t) > 3 and t[-3] in ".," for t in texts]
    elif found.kind == "date":
        days = [found.values[row] for row in rows.tolist()]  # ISO days sort as text
        latest = max(days)
        columns["labelled_largest"][rows] = [day == latest for day in days]
    return columns


def _sections(view: TokenView, found: Spans, height: Floats, matches: LabelMatches) -> Floats:
    """How far up, in line heights, the last label of each field stands above each candidate: float32 (fields, n).

    A label counts where it begins left of the candidate or little to its right, in any line above; where there is none,
    the distance has no end.
    """
    nearest = np.full((len(matches.token_share), len(found)), NOWHERE, np.float32)
    labels = np.flatnonzero((matches.quality >= 0.8) & ~matches.inside_other)
    if not len(labels):
        return nearest
    labels = labels[np.argsort(matches.field[labels], kind="stable")]
    start = matches.start[labels]
    box = view.token_box[start][:, :, None]
    page = view.page_of_line[matches.line[labels]][:, None]
    left, top = np.ascontiguousarray(found.box[:, :2].T)
    up = (top - box[:, 3]) / height
    dx = left - box[:, 0]
    up += nowhere((page == found.page) & (up > -0.5) & (dx > -0.06) & (dx < 0.45))
    edges = np.searchsorted(matches.field[labels], np.arange(len(nearest) + 1)).tolist()
    for least, first, end in zip(nearest, edges, edges[1:], strict=False):
        if first < end:
            up[first:end].min(axis=0, out=least)
    return nearest


def _under_which(sections: Floats, field: int, rows: Rows) -> tuple[Floats, Floats]:
    """Under whose heading a candidate stands: how near the last label above is, if the field's own or another's."""
    own = sections[field, rows]
    others = np.arange(len(sections)) != field
    other = sections[others].min(axis=0, initial=NOWHERE)[rows]
    closest = np.exp(-np.minimum(np.maximum(np.minimum(own, other), 0), 60) / 8.0).astype(np.float32)
    return np.where((own <= other) & (own < NOWHERE), closest, 0), np.where(own > other, closest, 0)


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


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pairs of a candidate and a label match that lie in some way to each other; p of them.

    Attributes:
        row, match: intp (p,). strength: float32 (p,), above 0 and at most 1.
    """

    row: NDArray[np.intp]
    match: NDArray[np.intp]
    strength: Floats


def label_geometry(view: TokenView, found: Spans, around: Surroundings, matches: LabelMatches) -> dict[str, Floats]:
    """For each direction the strongest label of each field to each candidate: float32 (fields, n), 0 for none."""
    fields, n = len(matches.token_share), len(found)
    strongest = np.zeros((len(_DIRECTIONS), fields * n), np.float32)
    if len(matches.field):
        quality = (matches.quality**2 * np.where(matches.inside_other, np.float32(0.35), np.float32(1))).astype(
            np.float32
        )
        same_line = matches.line[:, None] == found.line
        pairs = {
            **_along_the_line(found, matches, quality, same_line),
            **_over_and_under(view, found, matches, quality, around.height, same_line),
            "inside": _inside(found, matches, quality),
        }
        for best, direction in zip(strongest, _DIRECTIONS, strict=True):
            lying = pairs[direction]
            np.maximum.at(best, matches.field[lying.match] * n + lying.row, lying.strength)
    return dict(zip(_DIRECTIONS, strongest.reshape(-1, fields, n), strict=True))


def _pairs_where(mask: Bools) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """As `np.nonzero` of two dimensions, in a fraction of the time."""
    flat = np.flatnonzero(mask)
    first = flat // mask.shape[1]
    return first, flat - first * mask.shape[1]


def _along_the_line(found: Spans, matches: LabelMatches, quality: Floats, same_line: Bools) -> dict[str, _Pairs]:
    """Labels left and right of candidates on their line; distances in tokens."""
    match, row = _pairs_where(same_line)
    strength, telling = quality[match], _telling(matches)[match]
    between = found.t0[row] - matches.stop[match]
    ahead = matches.start[match] - found.t1[row]
    is_left = between >= 0

    def pairs(mask: Bools, strong: NDArray[Any]) -> _Pairs:
        return _Pairs(row[mask], match[mask], strong[mask].astype(np.float32))

    return {
        "left_touching": pairs(is_left & (between <= 1), strength),
        "left_near": pairs(is_left, strength * _fading(between, 3.0)),
        "left_any": pairs(is_left, strength),
        "left_telling": pairs(is_left & (between <= 2), strength * telling),
        "right": pairs(ahead >= 0, strength * _fading(ahead, 2.0)),
    }


def _over_and_under(
    view: TokenView, found: Spans, matches: LabelMatches, quality: Floats, height: Floats, same_line: Bools
) -> dict[str, _Pairs]:
    """Labels above and below candidates on their page, overlapping in x; distances in line heights."""
    first, last = view.token_box[matches.start], view.token_box[matches.stop - 1]
    x0, x1 = first[:, 0], last[:, 2]
    y0, y1 = np.minimum(first[:, 1], last[:, 1]), np.maximum(first[:, 3], last[:, 3])
    page = view.page_of_line[matches.line]
    box = np.ascontiguousarray(found.box.T)
    overlap = np.minimum(box[2], x1[:, None]) - np.maximum(box[0], x0[:, None])
    match, row = _pairs_where((page[:, None] == found.page) & ~same_line & (overlap > 0))
    left, top, right, bottom = box[:, row]
    up, down = (top - y1[match]) / height[row], (y0[match] - bottom) / height[row]
    is_above = (up > -0.6) & (y1[match] < bottom)
    is_below = (down > -0.6) & (y0[match] > top)
    narrow = np.minimum(np.minimum(right - left, 1), (x1 - x0)[match])
    share = np.minimum(np.maximum(overlap[match, row] / np.maximum(narrow, 1e-4), 0), 1)
    aligned = np.abs(left - x0[match]) < 0.012
    upward = quality[match] * np.sqrt(share)
    above_near = upward * _fading(up, 2.0)

    def pairs(mask: Bools, strong: NDArray[Any]) -> _Pairs:
        return _Pairs(row[mask], match[mask], strong[mask].astype(np.float32))

    return {
        "above_near": pairs(is_above, above_near),
        "above_aligned": pairs(is_above & aligned, above_near),
        "above_far": pairs(is_above & (up < 40), upward),
        "above_telling": pairs(is_above & (up < 3), upward * _telling(matches)[match]),
        "above_touching": pairs(is_above & (up < 1.0), upward),
        "below": pairs(is_below, quality[match] * share * _fading(down, 1.5)),
    }


def _inside(found: Spans, matches: LabelMatches, quality: Floats) -> _Pairs:
    """Labels within candidates."""
    match, row = _pairs_where((matches.start[:, None] >= found.t0) & (matches.stop[:, None] <= found.t1))
    return _Pairs(row, match, quality[match])


def _telling(matches: LabelMatches) -> Floats:
    """Long labels tell more than short ones: float32 (matches,), 0..1."""
    return np.minimum(matches.length / 14, 1).astype(np.float32)


def _fading(distance: NDArray[Any], reach: float) -> NDArray[Any]:
    """1 where things touch, less with the distance."""
    return np.exp(-np.maximum(distance, 0) / reach)  # type: ignore[no-any-return]
