"""Candidates of one field with their scores: general knowledge, what the template was taught, and memory together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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


def rows_of(prepared: Prepared, field: TemplateField) -> tuple[Slots, Floats, Slots]:
    """Slots and dense columns with the 'not there' row, and the same slots with those that name words blanked."""
    found = prepared.candidates(field)
    relations = prepared.relations[field.name]
    n = len(found)
    width = found.slots.shape[1]
    best = float(relations[:, _BEST].max()) if n else 0.0
    absent = none_slots(best, n, width)
    slots = np.concatenate([found.slots, absent[None, :]])
    dense = np.zeros((n + 1, EXTRA), np.float32)
    dense[:n, : len(RELATIONS)] = relations
    plain = slots.copy()
    plain[:n, found.plain :] = 0
    return slots, dense, plain


def base_of(prepared: Prepared, template: Template, field: TemplateField, general: General) -> Base:
    """Score the candidates of `field` by shipped knowledge alone."""
    slots, dense, plain = rows_of(prepared, field)
    common = general.common.get(kind := _kind(field))
    offset = score(general.common_for(kind), plain, dense)
    if common is None:
        offset[-1] += _NONE_PRIOR
    head = general.head_for(template, field)
    if head is not None:
        offset += score(head, slots, dense)
    forbidden = ~prepared.allowed[field.name]
    offset[:-1][forbidden] = -1e4
    return Base(slots, dense, offset, head is not None)


def _kind(field: TemplateField) -> str:
    from docuextract_desktop.extraction.candidates import kind_of

    return kind_of(field.type)
