"""How the labels of a field lie to a candidate: the numbers that serve fields which nobody has ever taught."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.arithmetic import AMOUNT_KINDS, amounts_of, sums_of
from docuextract_desktop.extraction.candidates import CandidateSet
from docuextract_desktop.extraction.labels import LabelMatches
from docuextract_desktop.extraction.surroundings import Surroundings, first_line_height, kind_of_token
from docuextract_desktop.extraction.tokens import Bools, Floats, Ints, TokenView

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
    view: TokenView,
    found: CandidateSet,
    around: Surroundings,
    matches: LabelMatches,
    geometry: LabelGeometry,
    field: int,
) -> Floats:
    """How the labels of `field` lie to each candidate: float32 (n, len(RELATIONS)), mostly within 0..1."""
    n = len(found)
    result = np.zeros((n, len(RELATIONS)), np.float32)
    if not n:
        return result
    mine, others = matches.field == field, matches.field != field
    own = {name: geometry.best(name, mine) for name in _DIRECTIONS}
    other = {name: geometry.best(name, others) for name in ("left_near", "above_near")}
    share = matches.token_share[field]

    def best_share(index: Ints) -> Floats:
        if not len(share):
            return np.zeros(n, np.float32)
        shares = np.where((index >= 0) & (index < len(share)), share[np.clip(index, 0, len(share) - 1)], 0)
        return np.asarray(shares.max(axis=1), np.float32)

    inside = np.stack([np.where(found.t0 + k < found.t1, found.t0 + k, -1) for k in range(6)], axis=1)
    colon = np.isin(kind_of_token(view, around.left[:, 0]), (3, 4, 5))
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
    columns["section"], columns["section_of_other"] = _sections(view, found, geometry.height, matches, field)
    columns["best"] = best
    columns["best_squared"] = best * best
    columns["best_in_document"] = (best >= best.max() - 1e-3).astype(np.float32) * (best > 0.2)
    columns["best_gap"] = best.max() - best
    columns.update(_among_labelled(found, best))
    for at, name in enumerate(RELATIONS):
        result[:, at] = columns[name]
    return result


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
        amounts = amounts_of(found)
        arithmetic = sums_of(found)
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
    """Under whose heading a candidate stands: how near the last label above is, if the field's own or another's.

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
    return np.where(near_own <= near_other, closest, 0) * np.isfinite(near_own), np.where(
        near_own > near_other, closest, 0
    )


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


@dataclass(frozen=True, eq=False)
class LabelGeometry:
    """How label matches lie to the candidates of one kind; most pairs are strangers and are not kept.

    Attributes:
        height: float32 (n,), of each candidate's first line.
        pairs: by direction.
    """

    height: Floats
    pairs: dict[str, _Pairs]

    def best(self, direction: str, among: Bools) -> Floats:
        """The strongest for each candidate, float32 (n,), of the matches that `among`, bool (matches,), names."""
        result = np.zeros(len(self.height), np.float32)
        if direction in self.pairs:
            pairs = self.pairs[direction]
            chosen = among[pairs.match]
            np.maximum.at(result, pairs.row[chosen], pairs.strength[chosen])
        return result


def label_geometry(view: TokenView, found: CandidateSet, matches: LabelMatches) -> LabelGeometry:
    """Work out all directions at once, for all fields that choose from these candidates."""
    height = np.maximum(first_line_height(view, found), 1e-4).astype(np.float32)
    if not len(found) or not len(matches.field):
        return LabelGeometry(height, {})
    quality = (matches.quality**2 * np.where(matches.inside_other, np.float32(0.35), np.float32(1))).astype(np.float32)
    same_line = matches.line[None, :] == found.line[:, None]
    return LabelGeometry(
        height,
        {
            **_along_the_line(found, matches, quality, same_line),
            **_over_and_under(view, found, matches, quality, height, same_line),
            "inside": _inside(found, matches, quality),
        },
    )


def _along_the_line(found: CandidateSet, matches: LabelMatches, quality: Floats, same_line: Bools) -> dict[str, _Pairs]:
    """Labels left and right of candidates on their line; distances in tokens."""
    row, match = np.nonzero(same_line)
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
    view: TokenView, found: CandidateSet, matches: LabelMatches, quality: Floats, height: Floats, same_line: Bools
) -> dict[str, _Pairs]:
    """Labels above and below candidates on their page, overlapping in x; distances in line heights."""
    first, last = view.token_box[matches.start], view.token_box[matches.stop - 1]
    x0, x1 = first[:, 0], last[:, 2]
    y0, y1 = np.minimum(first[:, 1], last[:, 1]), np.maximum(first[:, 3], last[:, 3])
    page = view.page_of_line[matches.line]
    box = found.box
    overlap = np.minimum(box[:, 2:3], x1[None, :]) - np.maximum(box[:, 0:1], x0[None, :])
    row, match = np.nonzero((page[None, :] == found.page[:, None]) & ~same_line & (overlap > 0))
    left, top, right, bottom = box[row].T
    up, down = (top - y1[match]) / height[row], (y0[match] - bottom) / height[row]
    is_above = (up > -0.6) & (y1[match] < bottom)
    is_below = (down > -0.6) & (y0[match] > top)
    narrow = np.minimum(np.minimum(right - left, 1), (x1 - x0)[match])
    share = np.clip(overlap[row, match] / np.maximum(narrow, 1e-4), 0, 1)
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


def _inside(found: CandidateSet, matches: LabelMatches, quality: Floats) -> _Pairs:
    """Labels within candidates."""
    row, match = np.nonzero(
        (matches.start[None, :] >= found.t0[:, None]) & (matches.stop[None, :] <= found.t1[:, None])
    )
    return _Pairs(row, match, quality[match])


def _telling(matches: LabelMatches) -> Floats:
    """Long labels tell more than short ones: float32 (matches,), 0..1."""
    return np.minimum(matches.length / 14, 1).astype(np.float32)


def _fading(distance: NDArray[Any], reach: float) -> NDArray[Any]:
    """1 where things touch, less with the distance."""
    return np.exp(-np.maximum(distance, 0) / reach)  # type: ignore[no-any-return]
