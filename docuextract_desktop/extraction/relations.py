"""How the labels of a field lie to a candidate: the numbers that serve fields which nobody has ever taught."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.arithmetic import AMOUNT_KINDS, adding_up, amounts_of
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
    view: TokenView, found: CandidateSet, around: Surroundings, matches: LabelMatches, field: int
) -> Floats:
    """How the labels of `field` lie to each candidate: float32 (n, len(RELATIONS)), mostly within 0..1."""
    n = len(found)
    result = np.zeros((n, len(RELATIONS)), np.float32)
    if not n:
        return result
    height = np.maximum(first_line_height(view, found), 1e-4)
    own = _geometry(view, found, height, matches, matches.field == field)
    other = _geometry(view, found, height, matches, matches.field != field)
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
        arithmetic = adding_up(amounts)
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

    def best(values: NDArray[Any]) -> Floats:
        return np.asarray(values.max(axis=1), np.float32)

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
