"""Candidates of one field with their scores: general knowledge, what the template was taught, and memory together."""

from __future__ import annotations

from dataclasses import dataclass
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
_NONE_PRIOR = 2.0  # score of 'not on this document' where nothing was learnt


@dataclass(frozen=True, eq=False)
class Base:
    """What is known of a field's candidates before anything was taught; the last row is 'not on this document'.

    Attributes:
        slots: uint16 (n + 1, slots). dense: float32 (n + 1, EXTRA). offset: float64 (n + 1,).
        headed: whether shipped knowledge knows this very field.
    """

    slots: Slots
    dense: Floats
    offset: Doubles
    headed: bool


def rows_of(prepared: Prepared, field: TemplateField, absent: Slots | None = None) -> tuple[Slots, Floats, int]:
    """Slots and dense columns with the 'not there' row, and how many of the first slots name no words.

    Args:
        prepared: the document.
        field: the field.
        absent: slots of the 'not there' row, where they are known.
    """
    found = prepared.candidates(field)
    relations = prepared.relations[field.name]
    n = len(found)
    width = found.slots.shape[1]
    if absent is None:
        absent = none_slots(float(relations[:, _BEST].max()) if n else 0.0, n, width)
    slots = np.empty((n + 1, width), np.uint16)
    slots[:n] = found.slots
    slots[n] = absent
    dense = np.empty((n + 1, EXTRA), np.float32)
    dense[:n, : len(RELATIONS)] = relations
    dense[:n, len(RELATIONS) :] = 0
    dense[n] = 0
    return slots, dense, found.plain


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
    found = kept.get(key)
    if found is not None and found.general is general:
        slots, dense, _ = rows_of(prepared, field, found.absent)
        return Base(slots, dense, found.offset, found.headed)
    slots, dense, plain = rows_of(prepared, field)
    head = general.head_for(template, field)
    offset = _offset(prepared, field, general, head, slots, dense, plain)
    offset.flags.writeable = False
    kept[key] = _Known(general, offset, slots[-1].copy(), head is not None)
    return Base(slots, dense, offset, head is not None)


def _offset(
    prepared: Prepared,
    field: TemplateField,
    general: General,
    head: Floats | None,
    slots: Slots,
    dense: Floats,
    plain: int,
) -> Doubles:
    common = general.common.get(kind := kind_of(field.type))
    bare = slots.copy()
    bare[:-1, plain:] = 0
    offset = score(general.common_for(kind), bare, dense)
    if common is None:
        offset[-1] += _NONE_PRIOR
    if head is not None:
        offset += score(head, slots, dense)
    offset[:-1][~prepared.allowed[field.name]] = -1e4
    return offset
