"""Where a candidate stands among those of its kind: first or last, largest, repeated, a sum of others."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.candidates.find import CandidateSet
from docuextract_desktop.extraction.features.arithmetic import AMOUNT_KINDS, amounts_of, sums_of
from docuextract_desktop.extraction.features.steps import steps
from docuextract_desktop.extraction.words.tokens import Floats, Ints, numbered

_AMOUNTS = (0.005, 1, 10, 100, 1000, 1e4, 1e5, 1e6)


class Ranks(NamedTuple):
    """What is known of each candidate by comparing it with the others of its kind; each (n,).

    Attributes:
        repeats: candidates of equal value, itself counted. most: whether no value comes more often.
        rank, rest: candidates before and after it.
        line_rank: lines before that hold candidates. on_page: candidates before it on its page.
        by_size: place by size, the largest first; of dates the latest, of others the one in the largest print.
        distinct: the same where equals share a place; of dates the earliest first.
        largest: whether it is of the largest. size: how large, in a few steps.
        is_sum, is_near_sum, is_part, is_difference, is_net: see `arithmetic.adding_up`.
    """

    repeats: NDArray[Any]
    most: NDArray[Any]
    rank: NDArray[Any]
    rest: NDArray[Any]
    line_rank: NDArray[Any]
    on_page: NDArray[Any]
    by_size: NDArray[Any]
    distinct: NDArray[Any]
    largest: NDArray[Any]
    size: NDArray[Any]
    is_sum: NDArray[Any]
    is_near_sum: NDArray[Any]
    is_part: NDArray[Any]
    is_difference: NDArray[Any]
    is_net: NDArray[Any]

    @classmethod
    def of(cls, found: CandidateSet, heights: Floats) -> Ranks:
        """Compare the candidates of one kind, whose first lines have `heights`."""
        n = len(found)
        if not n:
            return cls(*[np.zeros(0, np.int32)] * len(cls._fields))
        repeats = repeats_of(found)
        rank = np.arange(n, dtype=np.int32)
        on_page = rank - found.page.searchsorted(found.page)  # candidates are in reading order
        return cls(
            repeats,
            repeats == repeats.max(),
            rank,
            n - 1 - rank,
            _steps_up(found.line),
            on_page,
            *_by_size(found, heights),
            *(sums_of(found) if found.kind in AMOUNT_KINDS else [np.zeros(n, np.int32)] * 5),
        )

    @classmethod
    def end_to_end(cls, kinds: list[Ranks]) -> Ranks:
        """Those of several kinds, one kind after the other."""
        return kinds[0] if len(kinds) == 1 else cls(*(np.concatenate(column) for column in zip(*kinds, strict=True)))


@lru_cache(maxsize=8)
def repeats_of(found: CandidateSet) -> Ints:
    """How many candidates have the value of each, itself counted: int32 (n,)."""
    which, _ = numbered(found.values)
    return np.bincount(which)[which].astype(np.int32)


def _by_size(found: CandidateSet, heights: Floats) -> tuple[NDArray[Any], ...]:
    """`by_size`, `distinct`, `largest` and `size`."""
    if found.kind in AMOUNT_KINDS:
        amounts = amounts_of(found)
        by_size, distinct = _ranked(-amounts)
        return by_size, distinct, amounts == amounts.max(), steps(np.abs(amounts), *_AMOUNTS)
    if found.kind == "date":
        days = [int(v.replace("-", "")[:8]) if v[:4].isdigit() else 0 for v in found.values]
        order = np.array(days, np.int64)
        by_size, latest_first = _ranked(-order)
        distinct = latest_first.max() - latest_first
        size = 3 - np.minimum(latest_first, 3)
        return by_size, distinct, order == order.max(), size
    by_size = _place_in(np.argsort(-heights, kind="stable"))
    return by_size, by_size, heights >= heights.max() * 0.97, steps(by_size, 1, 3, 6, 12)


def _ranked(values: NDArray[Any]) -> tuple[Ints, Ints]:
    """The place of each in ascending order, the first of equals first; and the same where equals share one."""
    order = np.argsort(values, kind="stable")
    shared = np.empty(len(order), np.int32)
    shared[order] = _steps_up(values[order])
    return _place_in(order), shared


def _place_in(order: NDArray[np.intp]) -> Ints:
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return place


def _steps_up(ordered: NDArray[Any]) -> Ints:
    """How often the value has changed before each place."""
    changes = np.zeros(len(ordered), np.int32)
    np.cumsum(ordered[1:] != ordered[:-1], out=changes[1:])
    return changes
