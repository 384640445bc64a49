"""Candidates of one field with their scores: general knowledge, what the template was taught, and memory together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np

from docuextract_desktop.extraction.candidates import kind_of
from docuextract_desktop.extraction.features import Slots
from docuextract_desktop.extraction.general import General
from docuextract_desktop.extraction.prepared import Prepared
from docuextract_desktop.extraction.ranker import EXTRA, Doubles, none_slots, score
from docuextract_desktop.extraction.relations import RELATIONS
from docuextract_desktop.extraction.tokens import Floats
from docuextract_desktop.templates.models import Template, TemplateField

_BEST = RELATIONS.index("best")
_ADDED_AT_ONCE = 8  # columns, by numpy; leaving out whole such groups that add nothing leaves sums as they are
_NONE_PRIOR = 2.0  # score of 'not on this document' where nothing was learnt


@dataclass(frozen=True, eq=False)
class Base:
    """What is known of a field's candidates before anything was taught; the last row is 'not on this document'.

    Attributes:
        found: uint16 (n, slots), the candidates' own slots. absent: uint16 (slots,), those of the last row.
        dense: float32 (n + 1, EXTRA). offset: float64 (n + 1,).
        headed: whether shipped knowledge knows this very field.
    """

    found: Slots
    absent: Slots
    dense: Floats
    offset: Doubles
    headed: bool

    @cached_property
    def slots(self) -> Slots:
        """Slots of all rows: uint16 (n + 1, slots)."""
        return np.concatenate([self.found, self.absent[None]])


def rows_of(prepared: Prepared, field: TemplateField) -> tuple[Slots, Floats, int]:
    """Slots and dense columns with the 'not there' row, and how many of the first slots name no words."""
    found = prepared.candidates(field)
    return np.concatenate([found.slots, _absent(prepared, field)[None]]), _dense(prepared, field), found.plain


def _absent(prepared: Prepared, field: TemplateField) -> Slots:
    relations = prepared.relations[field.name]
    n, width = prepared.candidates(field).slots.shape
    return none_slots(float(relations[:, _BEST].max()) if n else 0.0, n, width)


def _dense(prepared: Prepared, field: TemplateField) -> Floats:
    relations = prepared.relations[field.name]
    dense = np.zeros((len(relations) + 1, EXTRA), np.float32)
    dense[:-1, : len(RELATIONS)] = relations
    return dense


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What does not change with teaching: the shipped knowledge that it comes from, and the scores by it."""

    general: General
    offset: Doubles
    absent: Slots
    headed: bool


_known: WeakKeyDictionary[Prepared, dict[tuple[str, str, str], _Known]] = WeakKeyDictionary()
"""Per prepared document the scores of shipped knowledge by (template, field, type): a batch that is proposed anew asks
for the same ones after every correction. A race between threads costs the work twice and harms nothing."""


def base_of(prepared: Prepared, template: Template, field: TemplateField, general: General) -> Base:
    """Score the candidates of `field` by shipped knowledge alone; `offset` of the result is not to be written to."""
    kept = _known.setdefault(prepared, {})
    key = (template.id, field.name, field.type)
    known = kept.get(key)
    slots, dense = prepared.candidates(field).slots, _dense(prepared, field)
    if known is None or known.general is not general:
        absent = _absent(prepared, field)
        head = general.head_for(template, field)
        offset = _offset(prepared, field, general, head, absent, dense)
        offset.flags.writeable = False
        known = kept[key] = _Known(general, offset, absent, head is not None)
    return Base(slots, known.absent, dense, known.offset, known.headed)


def _offset(
    prepared: Prepared, field: TemplateField, general: General, head: Floats | None, absent: Slots, dense: Floats
) -> Doubles:
    found = prepared.candidates(field)
    columns = np.empty((len(found) + 1, len(absent)), np.intp)
    columns[:-1], columns[-1] = found.slots, absent
    bare = columns[:, : -(-found.plain // _ADDED_AT_ONCE) * _ADDED_AT_ONCE].copy()
    bare[:-1, found.plain :] = 0
    exact = dense.astype(np.float64)
    common = general.common.get(kind := kind_of(field.type))
    offset = score(general.common_for(kind), bare, exact)
    if common is None:
        offset[-1] += _NONE_PRIOR
    if head is not None:
        offset += score(head, columns, exact)
    offset[:-1][~prepared.allowed[field.name]] = -1e4
    return offset
