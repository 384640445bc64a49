"""Scores candidates for a field: a linear model, fitted as one softmax over all candidates of each document.

For every document of a field the model says how likely each candidate is to be *the* one, against all others and
against 'not on this document'. Loss: −log Σ p(right candidates) + L2, minimised by L-BFGS. What is learnt corrects
scores that were known before (general knowledge, then the template's own), so a few examples go a long way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

from docuextract_desktop.extraction.features.relations import RELATIONS
from docuextract_desktop.extraction.features.slots import COLUMNS, Slots
from docuextract_desktop.extraction.words.tokens import Bools, Floats, mix

EXTRA = len(RELATIONS) + 2
"""Dense columns after the hashed ones: the relations, and two for the memory of taught layouts."""

WIDTH = COLUMNS + EXTRA
Doubles = NDArray[np.float64]

_GRID = 2.0**-18
_EXACT_REACH = 60.0
"""Multiples of the first up to 64 are single precision without rounding; a little less, since slots may be equal."""
_ones = np.ones(1024, np.float32)


def none_columns(best_label: float, count: int) -> tuple[int, ...]:
    """The columns of the candidate 'not on this document'."""
    return _columns_of_none(int(best_label * 5), min(count, 3))


def none_slots(best_label: float, count: int, width: int) -> Slots:
    """The slots of the candidate 'not on this document', uint16 (width,); unused ones are 0."""
    row = np.zeros(width, np.uint16)
    columns = none_columns(best_label, count)
    row[: len(columns)] = columns
    return row


@lru_cache(maxsize=64)
def _columns_of_none(label: int, count: int) -> tuple[int, ...]:
    parts = mix(np.array((0, label, 10 + count), np.uint32), 4242) & np.uint32(COLUMNS - 1)
    return tuple(parts.tolist())


@dataclass(frozen=True, eq=False)
class Choice:
    """One document's candidates for one field; the last row is 'not on this document'.

    Attributes:
        slots: uint16 (n + 1, slots). dense: float32 (n + 1, EXTRA), zero in the last row.
        offset: float64 (n + 1,), score known before fitting.
        right: bool (n + 1,), which rows are right; none: the document says nothing about this field.
        weight: how much this document counts. group: documents of one origin share it.
    """

    slots: Slots
    dense: Floats
    offset: Doubles
    right: Bools
    weight: float = 1.0
    group: int = 0

    def reduced(self, keep: int) -> Choice:
        """The right rows, the last one, and the strongest of the others; the rest hardly matters to the loss."""
        n = len(self.offset)
        if n <= keep:
            return self
        order = np.argsort(-self.offset, kind="stable")[:keep]
        chosen = np.zeros(n, np.bool_)
        chosen[order] = True
        chosen |= self.right
        chosen[-1] = True
        return Choice(
            self.slots[chosen], self.dense[chosen], self.offset[chosen], self.right[chosen], self.weight, self.group
        )


def fit(
    choices: Sequence[Choice],
    *,
    penalty: float = 1.0,
    dense_penalty: float = 0.3,
    start: Floats | None = None,
    iterations: int = 60,
    min_groups: int = 1,
) -> Floats:
    """Weights (WIDTH,) that make the right candidates likely, starting from `start`.

    Args:
        choices: documents; those without a right row are ignored.
        penalty: L2 on hashed columns.
        dense_penalty: L2 on the dense ones.
        start: weights to begin with (a warm start), not a prior.
        iterations: of L-BFGS at most.
        min_groups: hashed columns that are seen on candidates of fewer groups of documents stay zero.
    """
    used = [c for c in choices if c.right.any() and not c.right.all()]
    weights = np.zeros(WIDTH, np.float32)
    if not used:
        return weights
    slots = np.concatenate([c.slots for c in used]).astype(np.int64)
    rows, width = slots.shape
    columns = np.flatnonzero(np.bincount(slots.ravel(), minlength=COLUMNS))
    lookup = np.zeros(COLUMNS, np.int32)
    lookup[columns] = np.arange(len(columns), dtype=np.int32)
    position = lookup[slots]
    allowed = columns != 0
    if min_groups > 1:
        groups = np.repeat([c.group for c in used], [len(c.slots) for c in used])
        first, last = np.full(len(columns), np.iinfo(np.int64).max), np.full(len(columns), -1)
        every = np.repeat(groups, width)
        np.minimum.at(first, position.ravel(), every)
        np.maximum.at(last, position.ravel(), every)
        if min_groups == 2:
            allowed &= last > first
        else:
            pairs = np.unique(position.ravel().astype(np.int64) * (int(groups.max()) + 1) + every)
            allowed &= np.bincount(pairs // (int(groups.max()) + 1), minlength=len(columns)) >= min_groups
    data = allowed[position].astype(np.float32).ravel()
    dense = np.concatenate([c.dense for c in used]).astype(np.float32)
    indptr = np.arange(0, rows * width + 1, width, dtype=np.int32)
    hashed = sparse.csr_matrix((data, position.ravel(), indptr), shape=(rows, len(columns)))
    transposed = hashed.T.tocsr()
    sizes = np.array([len(c.offset) for c in used])
    begin = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    owner = np.repeat(np.arange(len(used)), sizes)
    offset = np.concatenate([c.offset for c in used])
    right = np.concatenate([c.right for c in used])
    importance = np.array([c.weight for c in used])
    blocked = np.where(right, 0.0, -1e9)
    split = len(columns)
    ridge = np.concatenate([np.full(split, penalty), np.full(EXTRA, dense_penalty)])

    def loss(parameters: Doubles) -> tuple[float, Doubles]:
        single = parameters.astype(np.float32)  # half the traffic; the sums over documents stay in double precision
        score = offset + hashed @ single[:split] + dense @ single[split:]
        top = np.maximum.reduceat(score, begin)[owner]
        e = np.exp(score - top)
        total = np.add.reduceat(e, begin)
        p = e / total[owner]
        score_right = score + blocked
        top_right = np.maximum.reduceat(score_right, begin)[owner]
        e_right = np.exp(score_right - top_right)
        total_right = np.add.reduceat(e_right, begin)
        q = e_right / total_right[owner]
        nll = (np.log(total) + top[begin]) - (np.log(total_right) + top_right[begin])
        slope = ((p - q) * importance[owner]).astype(np.float32)
        gradient = np.concatenate([transposed @ slope, dense.T @ slope]) + ridge * parameters
        return float((nll * importance).sum() + 0.5 * (ridge * parameters**2).sum()), gradient

    first = np.zeros(split + EXTRA)
    if start is not None:
        first[:split] = start[columns]
        first[split:] = start[COLUMNS:]
    solved = minimize(
        loss, first, jac=True, method="L-BFGS-B", options={"maxiter": iterations, "maxcor": 10, "ftol": 1e-6}
    )
    weights[columns] = np.where(allowed, solved.x[:split], 0)
    weights[COLUMNS:] = solved.x[split:]
    weights[0] = 0
    return weights


def score(weights: Floats, slots: Slots | NDArray[np.intp], dense: Floats | Doubles) -> Doubles:
    """Scores (n,) of candidates under weights (WIDTH,)."""
    hashed: Doubles = weights[:COLUMNS].take(slots).sum(axis=1, dtype=np.float64)
    return hashed + dense @ weights[COLUMNS:].astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Scorer:
    """Weights made ready for one document after another: as `score`, in a fraction of the time.

    Attributes:
        weights: float32 (WIDTH,), nothing at column 0. `hashed`, `dense`: its two parts.
        exact: sums of up to so many slots come out the same in single precision, whatever the order. Shipped weights
            are half floats without the smallest ones, multiples of one number: their sums need few digits.
        silent: whether no hashed column weighs anything.
    """

    weights: Floats
    hashed: Floats
    dense: Doubles
    exact: int
    silent: bool

    @staticmethod
    def of(weights: Floats) -> Scorer:
        """Look at the weights."""
        hashed = weights[:COLUMNS]
        heaviest = -np.sort(-np.abs(hashed[hashed != 0]))
        on_grid = bool((heaviest / _GRID % 1 == 0).all())
        exact = int(np.searchsorted(np.cumsum(heaviest, dtype=np.float64), _EXACT_REACH)) if on_grid else 0
        if on_grid and exact == len(heaviest):
            exact = len(_ones)
        return Scorer(weights, hashed, weights[COLUMNS:].astype(np.float64), exact, not len(heaviest))

    def of_slots(self, slots: NDArray[np.intp]) -> Floats | Doubles:
        """What hashed columns say, (n,), of slots (n, some)."""
        found = self.hashed.take(slots, mode="wrap")  # there is a column for each number: the fastest way to look it up
        width = slots.shape[1]
        if width <= self.exact:
            return found @ _ones[:width]
        exactly: Doubles = found.sum(axis=1, dtype=np.float64)
        return exactly

    def scores(self, of_slots: Doubles, none: Sequence[int], dense: Doubles) -> Doubles:
        """Scores (n + 1,) of candidates and of 'not on this document'.

        Args:
            of_slots: see the method, of the candidates.
            none: columns of 'not on this document'.
            dense: (n + 1, EXTRA).
        """
        result = np.empty(len(dense))
        result[:-1] = of_slots
        result[-1] = sum([self.hashed.item(column) for column in none])
        result += dense @ self.dense
        return result


def softmax(scores: Doubles) -> Doubles:
    """Probabilities of the candidates of one document."""
    if not len(scores):
        return scores
    e: Doubles = scores - scores.max()
    np.exp(e, out=e)
    e /= e.sum()
    return e
