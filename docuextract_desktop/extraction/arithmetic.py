"""How the amounts of a document add up: sums, parts, change given, an agency's commission."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.candidates import CandidateSet
from docuextract_desktop.extraction.tokens import Ints

AMOUNT_KINDS = frozenset({"money", "number", "integer", "percent"})
_LARGEST = 60  # of long lists of amounts only the largest are added up


def amounts_of(found: CandidateSet) -> NDArray[np.float64]:
    """Values as numbers, float64 (n,); 0 where a value is none."""
    result = np.zeros(len(found))
    for i, value in enumerate(found.values):
        try:
            result[i] = float(value)
        except ValueError:
            result[i] = 0.0
    return result


@lru_cache(maxsize=4)
def sums_of(found: CandidateSet) -> list[Ints]:
    """`adding_up` of the values of candidates; kept for the fields that choose from the same ones."""
    return adding_up(amounts_of(found))


def adding_up(amounts: NDArray[np.float64]) -> list[Ints]:
    """How amounts of a document add up, in five columns of small numbers, each (n,).

    Whether an amount is the sum of two others; the sum of two and a rounding of up to five hundredths; a part of a
    sum; the difference of two later ones (what was paid less the change); and whether 85 % of it stands there too
    (an agency's commission).
    """
    n = len(amounts)
    cents = np.rint(np.abs(amounts) * 100).astype(np.int64)
    distinct = np.unique(cents[cents > 0])[-_LARGEST:]
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


def coin_rounding(amounts: NDArray[np.float64], differences: Collection[int] = ()) -> Ints:
    """Whether an amount was rounded to coins of five hundredths, int32 (n,).

    `differences` are hundredths that are printed without being amounts (`.02`).

    1: an amount that such coins can pay, where one of a few hundredths more or less stands before it; 2: the same, and
    the difference is printed too; 3 and 4: the amount before rounding; 0: nothing of this.
    """
    n = len(amounts)
    result = np.zeros(n, np.int32)
    cents = np.rint(np.abs(amounts) * 100).astype(np.int64)
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for at, value in enumerate(cents.tolist()):
        first.setdefault(value, at)
        last[value] = at
    for at, value in enumerate(cents.tolist()):
        if value < 20:
            continue
        if value % 5 == 0:
            near = [d for d in (1, 2, -1, -2) if first.get(value + d, n) < last[value]]
            code = 1
        else:
            rounded = (value + 2) // 5 * 5
            near = [rounded - value] if last.get(rounded, -1) > first[value] else []
            code = 3
        if near:
            result[at] = code + any(abs(d) in first or abs(d) in differences for d in near)
    return result
