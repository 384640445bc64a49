"""Which run of a line stands in which column: the cheapest way to put them there in order, for all lines at once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.tables.grid import NUMERIC_ROLES, RUN_GAP, GridColumn, GridLine, Run
from docuextract_desktop.extraction.tables.sheet import Look, Sheet, clean_number

Numbers = NDArray[np.float64]


def assign(sheet: Sheet, columns: list[GridColumn], runs: dict[int, list[Run]], lines: Sequence[int]) -> list[GridLine]:
    """Put the runs of some lines into columns; runs that stand in several columns are cut first.

    Args:
        sheet: the page.
        columns: from left to right, at least one.
        runs: of each line.
        lines: those to assign; each has at least one run.
    """
    cut = [_cut(sheet, columns, runs[line]) for line in lines]
    pieces = [piece for row in cut for piece in row]
    if not pieces:
        return []
    costs = _costs(sheet, columns, pieces).tolist()
    found: list[GridLine] = []
    at = 0
    for line, row in zip(lines, cut, strict=True):
        places, cost = _cheapest(row, costs[at : at + len(row)])
        at += len(row)
        cells: dict[int, list[int]] = {}
        for piece, place in zip(row, places, strict=True):
            cells.setdefault(place, []).extend(piece.words)
        found.append(GridLine(line, cells, cost / len(row)))
    return found


def _costs(sheet: Sheet, columns: list[GridColumn], pieces: list[Run]) -> Numbers:
    """(pieces, columns): how badly each piece fits into each column, by distance and by kind."""
    em = sheet.em
    left = np.array([c.x0 for c in columns])
    right = np.array([c.x1 for c in columns])
    numeric = np.array([c.numeric for c in columns])
    article = np.array([c.role == "article" for c in columns])
    position = np.array([c.role == "position" for c in columns])
    dated = np.array([c.dated for c in columns])
    x0 = np.array([p.x0 for p in pieces])[:, None]
    x1 = np.array([p.x1 for p in pieces])[:, None]
    number = np.array([p.number for p in pieces])[:, None]
    clean = np.array([p.number or clean_number(sheet, p.words) for p in pieces])[:, None]
    count = np.array([len(p.words) for p in pieces])[:, None]
    wide = x1 - x0 > 3 * em
    texts = sheet.page.texts
    wordy = np.array([not any(ch.isdigit() for i in p.words for ch in texts[i]) for p in pieces])[:, None] & wide
    # Where text begins says where it belongs, if it runs on over other columns.
    touched = (np.minimum(right, x1) - np.maximum(left, x0) > 0.3 * em).sum(axis=1, keepdims=True)
    end = np.where((count > 2) & ~number & (touched > 1), np.minimum(x1, x0 + 2 * em), x1)
    overlap = np.minimum(right, end) - np.maximum(left, x0)
    narrow = np.maximum(np.minimum(right - left, end - x0), 0.0)
    # 0 where the narrower of the two is half covered.
    distance = np.where(overlap <= 0, 0.25 * narrow - overlap, np.maximum(0.5 * narrow - overlap, 0.0) * 0.5)
    cost: Numbers = np.minimum(distance / em * 0.25, 4.0)
    misfit = np.where((count == 1) & ~wide, 0.15, 0.9)
    cost += np.where(
        number & ~numeric,
        np.where(article, 0.0, 0.05),
        np.where(numeric & ~clean, misfit, np.where((position & ~number & wide) | (dated & wordy), 0.8, 0.0)),
    )
    return cost


def _cheapest(pieces: list[Run], costs: list[list[float]]) -> tuple[list[int], float]:
    """The column of each piece, never falling from left to right, and what that costs."""
    best = costs[0]
    count = len(best)
    backs: list[list[int]] = []
    for k in range(1, len(pieces)):
        gap = pieces[k].gap
        stay = 0.0 if gap < 1.0 else min(0.08 * gap, 0.35)
        move = 0.5 if gap < 0.2 else 0.12 if gap < RUN_GAP else 0.0
        row: list[float] = []
        back: list[int] = []
        lead, lead_at = 1e9, -1  # the cheapest column left of this one
        own = costs[k]
        for c in range(count):
            here = best[c]
            if lead + move < here + stay:
                row.append(lead + move + own[c])
                back.append(lead_at)
            else:
                row.append(here + stay + own[c])
                back.append(c)
            if here < lead:
                lead, lead_at = here, c
        best = row
        backs.append(back)
    at = best.index(min(best))
    total = best[at]
    places = [at]
    for back in reversed(backs):
        at = back[at]
        places.append(at)
    places.reverse()
    return places, total


def _cut(sheet: Sheet, columns: list[GridColumn], runs: list[Run]) -> list[Run]:
    """Cut runs that stand in several columns into words, but not prose that runs on regardless of columns."""
    slack = 0.3 * sheet.em
    pieces: list[Run] = []
    for run in runs:
        if len(run.words) == 1:
            pieces.append(run)
            continue
        split = _aligned(sheet, columns, run)
        if split:
            pieces.append(
                Run(run.words[:split], run.x0, sheet.x1[run.words[split - 1]], run.number, run.dated, run.gap)
            )
            word = run.words[split]
            run = Run(run.words[split:], sheet.x0[word], run.x1, run.number, run.dated, RUN_GAP)
            for piece in (pieces[-1], run):
                looks = [sheet.looks[i] for i in piece.words]
                piece.number = all(look in (Look.NUMBER, Look.PERCENT, Look.SIGN) for look in looks)
                piece.dated = Look.DATE in looks
        touched = [c for c in columns if min(c.x1, run.x1) - max(c.x0, run.x0) > slack]
        if len(touched) < 2 or len(run.words) < 2 or _straddles(sheet, touched, run):
            pieces.append(run)
            continue
        cuts = [0, *(n for n in range(1, len(run.words)) if _may_cut(sheet, touched, run, n)), len(run.words)]
        for start, stop in itertools.pairwise(cuts):
            words = run.words[start:stop]
            looks = [sheet.looks[i] for i in words]
            gap = run.gap if start == 0 else sheet.gap(words[0] - 1, words[0])
            number = all(look in (Look.NUMBER, Look.PERCENT, Look.SIGN) for look in looks)
            pieces.append(Run(words, sheet.x0[words[0]], sheet.x1[words[-1]], number, Look.DATE in looks, gap))
    return pieces


def _may_cut(sheet: Sheet, touched: list[GridColumn], run: Run, at: int) -> bool:
    """Whether a run may be cut before its word `at`: at a wider gap, at a column's edge, between text and number."""
    before, word = run.words[at - 1], run.words[at]
    texts = sheet.page.texts
    if texts[before].endswith(":") or texts[word].startswith(":"):
        return False
    if sheet.gap(before, word) > 1.4 * sheet.space + 0.05:
        return True
    if any(abs(sheet.x0[word] - c.x0) < 0.5 * sheet.em for c in touched[1:]):
        return True
    plain = (Look.TEXT,)
    if (sheet.looks[before] in plain) == (sheet.looks[word] in plain):
        return sheet.looks[word] not in plain
    middles = [(sheet.x0[i] + sheet.x1[i]) / 2 for i in (before, word)]
    places = [min(range(len(touched)), key=lambda c: _off(touched[c], middle)) for middle in middles]
    return places[0] != places[1]


def _off(column: GridColumn, x: float) -> float:
    return max(column.x0 - x, x - column.x1, 0.0)


def _aligned(sheet: Sheet, columns: list[GridColumn], run: Run) -> int:
    """Where to cut a run whose second part begins exactly under a name while the first stands under the one before."""
    em = sheet.em
    first = sheet.looks[run.words[0]]
    if first == Look.NUMBER and len(run.words) > 1 and sheet.looks[run.words[1]] == Look.TEXT:
        rest = sheet.x1[run.words[-1]]
        for left, right in itertools.pairwise(columns):
            if left.header is None or right.header is None or not _counts(left) or right.role in NUMERIC_ROLES:
                continue
            # "3 Steel pipe": a number under its name, and text that begins beyond it.
            under = min(left.header.x1, sheet.x1[run.words[0]]) > max(left.header.x0, sheet.x0[run.words[0]])
            if under and sheet.x0[run.words[1]] >= left.header.x1 and rest > right.header.x0:
                return 1
    for left, right in itertools.pairwise(columns):
        if right.header is None or left.header is None or not run.x0 < right.header.x0 - 0.3 * em < run.x1:
            continue
        if run.x0 > left.header.x1 + 0.5 * em:
            continue
        for n in range(1, len(run.words)):
            if abs(sheet.x0[run.words[n]] - right.header.x0) < 0.3 * em:
                return n
    return 0


def _counts(column: GridColumn) -> bool:
    """Whether the column's name stands over bare numbers that text may follow closely."""
    return column.role in ("position", "quantity")


def _straddles(sheet: Sheet, touched: list[GridColumn], run: Run) -> bool:
    """Whether the run is prose: a word of it stands across the border of two columns, or it fills three and more."""
    texts = [i for i in run.words if sheet.looks[i] == Look.TEXT]
    if 3 * len(texts) < 2 * len(run.words):
        return False
    slack = 0.3 * sheet.em
    for left, right in itertools.pairwise(touched):
        if any(sheet.x0[i] < left.x1 - slack and sheet.x1[i] > right.x0 + slack for i in texts):
            return True
    return len(touched) > 2 and len(texts) > 4 and len(texts) == len(run.words)
