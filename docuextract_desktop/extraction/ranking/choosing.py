"""Picks the value of one field: probabilities of candidates, summed over places that hold the same value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from docuextract_desktop.extraction.candidates.find import kind_of
from docuextract_desktop.extraction.features.prepared import Candidates, Prepared
from docuextract_desktop.extraction.ranking.confidence import Signs
from docuextract_desktop.extraction.ranking.general import General
from docuextract_desktop.extraction.ranking.knowledge import MEMORY_START, Knowledge
from docuextract_desktop.extraction.ranking.memory import Remembered, recall_again
from docuextract_desktop.extraction.ranking.ranker import EXTRA, Doubles, score, softmax
from docuextract_desktop.extraction.ranking.scoring import base_of
from docuextract_desktop.templates.models import Template, TemplateField


@dataclass(frozen=True, eq=False)
class Chosen:
    """The value chosen for a field, or that there is none.

    Attributes:
        row: of the candidate, None for 'not on this document'.
        signs: what speaks for it.
        others: other values: (row, probability), likely ones first.
        rows: every value that was considered, likely ones first: (row, probability, places).
        headed: whether shipped knowledge knows this very field. taught: documents that taught it.
        broken: sentences about rules that the value breaks.
        probabilities: float64 (n + 1,), of each candidate and of 'not on this document'.
        label, memory: float64 (n,), of each candidate what its `Signs` of these names would be.
    """

    row: int | None
    signs: Signs
    others: tuple[tuple[int, float], ...]
    rows: tuple[tuple[int, float, int], ...]
    headed: bool
    taught: int
    probabilities: Doubles
    label: Doubles
    memory: Doubles
    broken: tuple[str, ...] = ()


def value_key(kind: str, value: str) -> str:
    """Values of equal key are the same value for a reader."""
    if kind == "id":
        return value.replace(" ", "").replace("#", "").casefold()
    if kind in ("text", "address"):
        return " ".join(value.split()).casefold()
    return value


class _Keys(dict[int, str]):
    """Row → key of its value; made when asked for, since few rows are likely enough to be compared."""

    def __init__(self, kind: str, values: tuple[str, ...]) -> None:
        super().__init__()
        self._kind, self._values = kind, values

    def __missing__(self, row: int) -> str:
        key = self[row] = value_key(self._kind, self._values[row])
        return key


_keys: WeakKeyDictionary[Candidates, dict[str, _Keys]] = WeakKeyDictionary()
"""Per candidates the keys of their values by kind: a batch that is proposed anew groups the same ones every time."""


def _keys_of(found: Candidates, kind: str) -> _Keys:
    kept = _keys.setdefault(found, {})
    keys = kept.get(kind)
    if keys is None:
        keys = kept[kind] = _Keys(kind, found.values)
    return keys


def choose(
    prepared: Prepared,
    template: Template,
    field: TemplateField,
    general: General,
    knowledge: Knowledge | None,
    alike: Sequence[tuple[float, Remembered]],
) -> Chosen:
    """Score the candidates of `field` and pick the likeliest value."""
    base = base_of(prepared, template, field, general)
    if knowledge is None:
        nothing = np.zeros(len(base.offset) - 1)
        return pick(prepared, field, softmax(base.offset), base.label, nothing, base.headed, 0)
    scores = base.offset.copy()
    weights = knowledge.weights.get(field.name)
    taught = knowledge.taught.get(field.name, 0)
    memory = recall_again(prepared, field.name, base.found, alike).astype(np.float64)
    scores[:-1] += memory @ np.array(MEMORY_START)
    if weights is not None:
        base.dense[:-1, EXTRA - 2 :] = memory
        scores += score(weights, base.slots, base.dense)
    strongest = memory.max(axis=1) if len(memory) else np.zeros(0)
    return pick(prepared, field, softmax(scores), base.label, strongest, base.headed, taught)


def pick(
    prepared: Prepared,
    field: TemplateField,
    probabilities: Doubles,
    label: Doubles,
    memory: Doubles,
    headed: bool,
    taught: int,
    force: int | None = None,
) -> Chosen:
    """The likeliest value given the candidates' probabilities; `force` names the row to take instead."""
    found = prepared.candidates(field)
    kind = kind_of(field.type)
    keys = _keys_of(found, kind)
    groups: dict[str, list[int]] = {}
    strong = (probabilities[:-1] > 1e-5).nonzero()[0]
    negative = -probabilities.take(strong)
    for row in strong.take(negative.argsort(kind="stable")).tolist():
        key = keys[row]
        if key in groups:
            groups[key].append(row)
        else:
            groups[key] = [row]
    if force is not None and not any(force in rows for rows in groups.values()):
        groups.setdefault(keys[force], []).insert(0, force)
    by_rank = sorted([(-_sum(probabilities, rows), rows[0], len(rows)) for rows in groups.values()])
    ranked = [(row, -less, places) for less, row, places in by_rank]
    none = probabilities.item(-1)
    best = ranked[0] if ranked else None
    if force is not None:
        best = next(r for r in ranked if force in groups[keys[r[0]]])
        best = (force, best[1], best[2])
    elif best is not None and none > best[1]:
        best = None
    taken = -1 if best is None else best[0]
    others = tuple([(row, p) for row, p, _ in ranked if p >= 0.001 and row != taken])
    if best is None:
        signs = Signs(0.0, ranked[0][1] if ranked else 0.0, none, 1.0, False, 0.0, 0.0, taught, 0.0, 0)
        return Chosen(None, signs, others, tuple(ranked), headed, taught, probabilities, label, memory)
    row, probability, _ = best
    second = others[0][1] if others else 0.0  # likely ones come first
    same = groups[keys[row]]
    signs = Signs(
        probability=probability,
        second=max(second, none) if second < none else second,
        none=none,
        words=found.confidence.item(row),
        scanned=found.scanned.item(row),
        quality=found.quality.item(row),
        label=label.item(row),
        taught=taught,
        memory=memory.item(row) if len(memory) else 0.0,
        places=len(same),
    )
    return Chosen(row, signs, others, tuple(ranked), headed, taught, probabilities, label, memory)


def _sum(probabilities: Doubles, rows: list[int]) -> float:
    """Of some candidates; most values stand in one place or two, where numpy's way round costs more than the sum."""
    if len(rows) == 1:
        return probabilities.item(rows[0])
    if len(rows) == 2:
        return probabilities.item(rows[0]) + probabilities.item(rows[1])
    return float(probabilities[rows].sum())
