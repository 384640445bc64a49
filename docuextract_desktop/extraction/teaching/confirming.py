"""What a person's word makes of a field: the value as it is stored from then on, with its place where there is one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from docuextract_desktop.extraction.features.prepared import Prepared
from docuextract_desktop.extraction.models import FieldValue
from docuextract_desktop.extraction.ranking.general import general_knowledge
from docuextract_desktop.extraction.ranking.scoring import base_of
from docuextract_desktop.extraction.teaching.examples import matching_rows
from docuextract_desktop.templates.models import Template, TemplateField
from docuextract_desktop.templates.types import type_of

Action = Literal["accept", "correct", "not_on_document"]

TYPED = "A person gave this value; it was not found on the page."


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A field after a person's word about it.

    Attributes:
        value: as it is stored from now on.
        action: what was done to the value that stood there before.
        warning: a sentence where the value does not stand on the document just so, or None.
    """

    value: FieldValue
    action: Action
    warning: str | None = None


def settled(value: FieldValue) -> FieldValue:
    """A value that a person found right as it stands; that it has no place stays true."""
    reasons = value.reasons if value.value is not None and value.evidence is None and not value.rows else ()
    return replace(value, confidence=1.0, needs_review=False, reasons=reasons, reviewed=True, alternatives=())


def confirm_value(
    prepared: Prepared, template: Template, field: TemplateField, given: str | None, before: FieldValue | None
) -> Confirmed:
    """A field with the value that a person gave for it, matched to its place on the document.

    Args:
        prepared: the document, prepared for the template.
        template: what the document is read as.
        field: of the template; no table.
        given: the value as a person would write it; None: the document does not have it.
        before: what stood there, or None.
    """
    if given is None or not given.strip():
        absent = FieldValue(field.name, field.type, confidence=1.0, reviewed=True)
        was_absent = before is None or before.value is None
        return Confirmed(absent, "accept" if was_absent else "not_on_document")
    kind = type_of(field)
    parsed = kind.parse(given, prepared.locale)
    normal = parsed.value if parsed is not None else " ".join(given.split())
    if before is not None and before.value is not None and kind.same(before.value, normal):
        return Confirmed(settled(before), "accept")
    rows, warning = matching_rows(prepared, field, given)
    corrected = FieldValue(
        name=field.name,
        type=field.type,
        value=normal,
        text=given,
        currency=parsed.currency if parsed is not None else None,
        confidence=1.0,
        reasons=(TYPED,),
        reviewed=True,
    )
    if rows:
        found = prepared.candidates(field)
        offset = base_of(prepared, template, field, general_knowledge()).offset
        best = max(rows, key=lambda row: float(offset[row]))
        corrected = replace(
            corrected,
            text=found.texts[best],
            currency=corrected.currency or found.currencies[best],
            evidence=found.evidence(best),
            reasons=(),
        )
    return Confirmed(corrected, "correct", warning)
