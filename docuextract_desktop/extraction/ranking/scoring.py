"""Candidates of one field with their scores: general knowledge, what the template was taught, and memory together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.candidates.find import kind_of
from docuextract_desktop.extraction.features.prepared import Candidates, Prepared, header_fields, kind_key
from docuextract_desktop.extraction.features.relations import RELATIONS
from docuextract_desktop.extraction.features.slots import Slots
from docuextract_desktop.extraction.latest import for_latest
from docuextract_desktop.extraction.ranking.general import General
from docuextract_desktop.extraction.ranking.ranker import EXTRA, Doubles, Scorer, none_columns, none_slots
from docuextract_desktop.extraction.words.tokens import Floats
from docuextract_desktop.templates.models import Template, TemplateField

_BEST = RELATIONS.index("best")
_LOOKED_UP_AT_ONCE = 1 << 15  # slots: larger arrays the system takes back every time, and hands out empty again
_NONE_PRIOR = 2.0  # score of 'not on this document' where nothing was learnt

_Number = TypeVar("_Number", np.float32, np.float64)


@dataclass(frozen=True, eq=False)
class Base:
    """What is known of a field's candidates before anything was taught; the last row is 'not on this document'.

    Attributes:
        found: uint16 (n, slots), the candidates' own slots. none: the label and the number that say which slots the
            last row has.
        relations: float32 (n, len(RELATIONS)), how the field's labels lie to the candidates.
        offset: float64 (n + 1,).
        headed: whether shipped knowledge knows this very field.
    """

    found: Slots
    none: tuple[float, int]
    relations: Floats
    offset: Doubles
    headed: bool

    @cached_property
    def slots(self) -> Slots:
        """Slots of all rows: uint16 (n + 1, slots)."""
        return np.concatenate([self.found, none_slots(*self.none, self.found.shape[1])[None]])

    @cached_property
    def dense(self) -> Floats:
        """float32 (n + 1, EXTRA), the columns of the memory and the last row 0."""
        return _dense(self.relations, np.float32)

    @property
    def label(self) -> Doubles:
        """float64 (n,), how well a label of the field lies to each candidate."""
        return self.relations[:, _BEST].astype(np.float64)


def rows_of(prepared: Prepared, field: TemplateField) -> tuple[Slots, Floats, int]:
    """Slots and dense columns with the 'not there' row, and how many of the first slots name no words."""
    found = prepared.candidates(field)
    relations = prepared.relations[field.name]
    best = float(relations[:, _BEST].max()) if len(relations) else 0.0
    absent = none_slots(best, *found.slots.shape)
    return np.concatenate([found.slots, absent[None]]), _dense(relations, np.float32), found.plain


def _dense(relations: Floats, number: type[_Number]) -> NDArray[_Number]:
    dense = np.zeros((len(relations) + 1, EXTRA), number)
    dense[:-1, : len(RELATIONS)] = relations
    return dense


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What does not change with teaching: the shipped knowledge that it comes from, and the scores by it."""

    general: General
    offset: Doubles
    none: tuple[float, int]
    headed: bool


_known: WeakKeyDictionary[Prepared, dict[tuple[str, str, str], _Known]] = WeakKeyDictionary()
"""Per prepared document the scores of shipped knowledge by (template, field, type): a batch that is proposed anew asks
for the same ones after every correction. A race between threads costs the work twice and harms nothing."""


def base_of(prepared: Prepared, template: Template, field: TemplateField, general: General) -> Base:
    """Score the candidates of `field` by shipped knowledge alone; `offset` of the result is not to be written to."""
    score_ahead(prepared, template, (field,), general)
    known = _known[prepared][template.id, field.name, field.type]
    relations = prepared.relations[field.name]
    return Base(prepared.candidates(field).slots, known.none, relations, known.offset, known.headed)


def score_ahead(prepared: Prepared, template: Template, fields: Sequence[TemplateField], general: General) -> None:
    """Do at once what `base_of` would do for one field after the other: those of one kind look at the same slots."""
    kept = _known.get(prepared)
    if kept is None:
        kept = _known.setdefault(prepared, {})
    missing: dict[str, list[TemplateField]] = {}
    for field in fields:
        known = kept.get((template.id, field.name, field.type))
        if known is None or known.general is not general:
            missing.setdefault(kind_key(field), []).append(field)
    for key, of_kind in missing.items():
        found = prepared.kinds[key]
        kind = kind_of(of_kind[0].type)
        common = general.scorer(general.common_for(kind))
        heads = [_heads(template, general)[field.name] for field in of_kind]
        by_common, *by_heads = _sums(found, common, heads)
        for field, head, by_head in zip(of_kind, heads, by_heads, strict=True):
            relations = prepared.relations[field.name]
            none = float(relations[:, _BEST].max()) if len(relations) else 0.0, len(relations)
            absent = none_columns(*none)
            exact = _dense(relations, np.float64)
            offset = common.scores(by_common, absent, exact)
            if kind not in general.common:
                offset[-1] += _NONE_PRIOR
            if head is not None:
                offset += head.scores(by_head, absent, exact)
            offset[:-1][~prepared.allowed[field.name]] = -1e4
            offset.flags.writeable = False
            kept[template.id, field.name, field.type] = _Known(general, offset, none, head is not None)


def _sums(found: Candidates, common: Scorer, heads: Sequence[Scorer | None]) -> list[Doubles]:
    """What hashed columns say, (n,) each: the common ones, of slots that name no words, then heads, of all."""
    n, width = found.slots.shape
    sums = [np.zeros(n) for _ in range(1 + len(heads))]
    step = max(1, _LOOKED_UP_AT_ONCE // width)
    for start in range(0, n, step):
        part = slice(start, start + step)
        columns = found.slots[part].astype(np.intp)
        if not common.silent:
            sums[0][part] = common.of_slots(columns[:, : found.plain])
        for by_head, head in zip(sums[1:], heads, strict=True):
            if head is not None:
                by_head[part] = head.of_slots(columns)
    return sums


@for_latest
def _heads(template: Template, general: General) -> dict[str, Scorer | None]:
    """By the name of a field the weights that know it, if there are any: a batch asks for the same ones every time."""
    heads = {field.name: general.head_for(template, field) for field in header_fields(template)}
    return {name: None if weights is None else general.scorer(weights) for name, weights in heads.items()}
