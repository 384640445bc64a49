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
    mine, others = np.flatnonzero(matches.field == field), np.flatnonzero(matches.field != field)
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
class LabelGeometry:
    """How every label match lies to every candidate of one kind.

    Attributes:
        height: float32 (n,), of each candidate's first line.
        strength: per direction float32 (n, matches), 0..1.
    """

    height: Floats
    strength: dict[str, Floats]

    def best(self, direction: str, columns: NDArray[np.intp]) -> Floats:
        """The strongest of the matches `columns` for each candidate."""
        matrix = self.strength[direction]
        if not len(columns):
            return np.zeros(len(matrix), np.float32)
        return np.asarray(matrix[:, columns].max(axis=1), np.float32)


def label_geometry(view: TokenView, found: CandidateSet, matches: LabelMatches) -> LabelGeometry:
    """Work out all directions at once, for all fields that choose from these candidates."""
    n, m = len(found), len(matches.field)
    height = np.maximum(first_line_height(view, found), 1e-4).astype(np.float32)
    if not n or not m:
        return LabelGeometry(height, {name: np.zeros((n, m), np.float32) for name in _DIRECTIONS})
    start, stop = matches.start, matches.stop
    tokens = view.token_box
    x0, x1 = tokens[start, 0], tokens[stop - 1, 2]
    y0 = np.minimum(tokens[start, 1], tokens[stop - 1, 1])
    y1 = np.maximum(tokens[start, 3], tokens[stop - 1, 3])
    page = view.page_of_line[matches.line]
    weight = matches.quality**2 * np.where(matches.inside_other, np.float32(0.35), np.float32(1))
    quality = np.broadcast_to(weight.astype(np.float32), (n, m))
    telling = np.minimum(matches.length / 14, 1).astype(np.float32)[None, :]
    same_line = matches.line[None, :] == found.line[:, None]
    between = found.t0[:, None] - stop[None, :]
    is_left = same_line & (between >= 0)
    h = height[:, None]
    up = (found.box[:, 1:2] - y1[None, :]) / h
    overlap = np.minimum(found.box[:, 2:3], x1[None, :]) - np.maximum(found.box[:, 0:1], x0[None, :])
    beside = (page[None, :] == found.page[:, None]) & ~same_line & (overlap > 0)
    is_above = beside & (up > -0.6) & (y1[None, :] < found.box[:, 3:4])
    down = (y0[None, :] - found.box[:, 3:4]) / h
    is_below = beside & (down > -0.6) & (y0[None, :] > found.box[:, 1:2])
    width = np.minimum(found.box[:, 2] - found.box[:, 0], 1)[:, None]
    share = np.clip(overlap / np.maximum(np.minimum(width, (x1 - x0)[None, :]), 1e-4), 0, 1)
    aligned = np.abs(found.box[:, 0:1] - x0[None, :]) < 0.012
    ahead = start[None, :] - found.t1[:, None]
    is_inside = (start[None, :] >= found.t0[:, None]) & (stop[None, :] <= found.t1[:, None])

    def fading(mask: Bools, distance: NDArray[Any], reach: float, strength: Floats) -> Floats:
        """`strength` where `mask` holds, fading with the distance; exp is dear, and most pairs are strangers."""
        result = np.zeros((n, m), np.float32)
        at = np.nonzero(mask)
        result[at] = strength[at] * np.exp(-np.maximum(distance[at], 0) / reach)
        return result

    upward = quality * np.sqrt(share)
    above_near = fading(is_above, up, 2.0, upward)
    return LabelGeometry(
        height,
        {
            "left_touching": np.where(is_left & (between <= 1), quality, 0),
            "left_near": fading(is_left, between, 3.0, quality),
            "left_any": np.where(is_left, quality, 0),
            "left_telling": np.where(is_left & (between <= 2), quality * telling, 0),
            "above_near": above_near,
            "above_aligned": np.where(aligned, above_near, 0),
            "above_far": np.where(is_above & (up < 40), upward, 0),
            "above_telling": np.where(is_above & (up < 3), upward * telling, 0),
            "above_touching": np.where(is_above & (up < 1.0), upward, 0),
            "below": fading(is_below, down, 1.5, quality * share),
            "right": fading(same_line & (ahead >= 0), ahead, 2.0, quality),
            "inside": np.where(is_inside, quality, 0),
        },
    )
