"""How the amounts of a document add up: sums, parts, change given, an agency's commission."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.candidates.find import CandidateSet
from docuextract_desktop.extraction.words.tokens import Bools, Ints

AMOUNT_KINDS = frozenset({"money", "number", "integer", "percent"})
_LARGEST = 60  # of long lists of amounts only the largest are added up
_ROUNDED_BY = 5  # hundredths at most between a sum and what it was rounded to
_COIN_ROUNDING = 2  # hundredths at most between an amount and the next one that coins of five can pay
Cents = NDArray[np.int64]


@lru_cache(maxsize=4)
def amounts_of(found: CandidateSet) -> NDArray[np.float64]:
    """Values as numbers, float64 (n,), not to be written to; 0 where a value is none."""
    try:
        result = np.array([float(value) for value in found.values])
    except ValueError:
        result = np.zeros(len(found))
        for i, value in enumerate(found.values):
            with suppress(ValueError):
                result[i] = float(value)
    result.flags.writeable = False
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
    every, row_of = _distinct(cents)
    large = every[every > 0][-_LARGEST:]
    if not len(large):
        return [np.zeros(n, np.int32)] * 5
    zeros = len(every) - len(large)  # `large` is the end of `every`
    columns = np.zeros((5, len(every)), np.int32)
    columns[:3, zeros:] = _sums(large)
    columns[3] = _differences(every, cents, row_of)
    columns[4, zeros:] = (large % 20 == 0) & _among(large, large // 20 * 17)[0]
    return list(columns[:, row_of])


def _distinct(cents: Cents) -> tuple[Cents, NDArray[np.intp]]:
    """Each amount once, ascending, and which of these each of `cents` is."""
    order = cents.argsort()
    ordered = cents[order]
    anew = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=anew[1:])
    row_of = np.empty(len(ordered), np.intp)
    row_of[order] = anew.cumsum() - 1
    return ordered[anew], row_of


@lru_cache(maxsize=_LARGEST)
def _pairs(n: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All pairs of n, each with itself too; the first is not larger."""
    first, second = np.triu_indices(n)
    return first, second


def _among(known: Cents, asked: Cents) -> tuple[Bools, NDArray[np.intp]]:
    """Whether each amount that is asked for is known, and where: `known` is sorted and not empty."""
    at = np.minimum(known.searchsorted(asked), len(known) - 1)
    return known[at] == asked, at


def _sums(amounts: Cents) -> Ints:
    """How often (at most 2) each amount is the sum of two; whether nearly that; whether a part of one: (3, n)."""
    n = len(amounts)
    first, second = _pairs(n)
    total = amounts[first] + amounts[second]
    reachable = total <= amounts[-1] + _ROUNDED_BY
    first, second, total = first[reachable], second[reachable], total[reachable]
    exact, at = _among(amounts, total)
    result = np.zeros((3, n), np.int32)
    result[0] = np.minimum(np.bincount(at[exact], minlength=n), 2)
    result[2, first[exact]] = result[2, second[exact]] = 1
    rounded = np.sort(total[~exact & (amounts[second] > 100)])  # the second is the larger one
    result[1] = rounded.searchsorted(amounts - _ROUNDED_BY) < rounded.searchsorted(amounts + _ROUNDED_BY, "right")
    return result


def _differences(every: Cents, cents: Cents, row_of: NDArray[np.intp]) -> Bools:
    """Which of the distinct amounts are one later amount less another that stands after that: bool (n,)."""
    n = len(every)
    last = np.zeros(n, np.intp)
    last[row_of] = np.arange(len(cents))  # of equal places the last one stays
    first = np.zeros(n, np.intp)
    first[row_of[::-1]] = np.arange(len(cents))[::-1]
    whole, part = np.nonzero(
        (last[None, :] >= last[:, None]) & (every[None, :] < every[:, None]) & (every > 0)[None, :]
    )
    there, at = _among(every, every[whole] - every[part])
    result = np.zeros(n, np.bool_)
    result[at[there & (first[at] < last[whole])]] = True
    return result


def coin_rounding(amounts: NDArray[np.float64], differences: Collection[int] = ()) -> Ints:
    """Whether an amount was rounded to coins of five hundredths, int32 (n,).

    1: an amount that such coins can pay, where one of a few hundredths more or less stands before it; 2: the same, and
    the difference is printed too; 3 and 4: the amount before rounding; 0: nothing of this. `differences` are
    hundredths that are printed without being amounts (`.02`).
    """
    n = len(amounts)
    result = np.zeros(n, np.int32)
    cents = np.rint(np.abs(amounts) * 100).astype(np.int64)
    ordered = np.sort(cents)
    apart = ordered[1:] - ordered[:-1]
    if not ((apart > 0) & (apart <= _COIN_ROUNDING)).any():
        return result  # as nearly always
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
