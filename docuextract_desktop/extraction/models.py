"""What extraction gives back: for each field a value, how sure it is, why it may be wrong, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from docuextract_desktop.documents.models import Box

ENGINE_VERSION = "extraction-1"
"""Changes whenever the same words, template and knowledge would give other values."""

Method = Literal["text_layer", "ocr", "llm", "person"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value stands.

    Attributes:
        page_index: 0-based.
        box: around the whole value, fractions of the shown page.
        method: how the words there were read.
        parts: one box per printed line where the value runs over several; empty where `box` says it all.
        words: indices into the page's words; empty where a person typed or drew the value.
    """

    page_index: int
    box: Box
    method: Method
    parts: tuple[Box, ...] = ()
    words: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another candidate for the same field, offered in review."""

    value: str
    text: str
    confidence: float
    evidence: Evidence | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class FieldValue:
    """The value of one field, or of one cell of a table row.

    Attributes:
        name, type: of the template's field or column.
        value: normalised: ISO 8601 for dates, a plain decimal for money, number and percent, "true"/"false" for
            booleans, the choice itself, otherwise the text with its spaces collapsed; None where nothing was found.
            Always None for a table.
        text: as printed, or None.
        currency: ISO 4217 code where known, for money.
        confidence: calibrated probability that `value` is right, 0..1.
        needs_review: whether a person should look, with `reasons` in words (also filled where the value has no place).
        evidence: where it stands, or None.
        alternatives: other candidates, most likely first, at most four.
        reviewed: a person accepted or changed it.
        rows: for a table, its rows, each a tuple of cells in the order of the template's columns.
    """

    name: str
    type: str
    value: str | None = None
    text: str | None = None
    confidence: float = 0.0
    needs_review: bool = False
    reasons: tuple[str, ...] = ()
    evidence: Evidence | None = None
    currency: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    reviewed: bool = False
    rows: tuple[tuple[FieldValue, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """All fields of one document, in the template's order.

    Attributes:
        fields: one per field of the template, found or not.
        engine_version: of the extraction method, so that stored values can be told apart.
    """

    template_id: str
    template_version: int
    fields: tuple[FieldValue, ...]
    engine_version: str = ""

    @property
    def needs_review(self) -> bool:
        """Whether any field wants a person's eye (cells are summed up in their table field)."""
        return any(f.needs_review for f in self.fields)

    @property
    def lowest_confidence(self) -> float | None:
        """The smallest confidence among the values found, or None where there are none."""
        found = [f.confidence for f in self.fields if f.value is not None or f.rows]
        return min(found) if found else None

    def field(self, name: str) -> FieldValue:
        """The field of that name.

        Raises:
            KeyError: the template has none.
        """
        for value in self.fields:
            if value.name == name:
                return value
        raise KeyError(name)

    def with_field(self, value: FieldValue) -> Extraction:
        """A copy in which the field of the same name is replaced."""
        return replace(self, fields=tuple(value if f.name == value.name else f for f in self.fields))


def evidence_to_json(evidence: Evidence | None) -> dict[str, Any] | None:
    """Plain data for storing and for crossing process borders."""
    if evidence is None:
        return None
    return {
        "page_index": evidence.page_index,
        "box": evidence.box.as_list(),
        "method": evidence.method,
        "parts": [b.as_list() for b in evidence.parts],
        "words": list(evidence.words),
    }


def evidence_from_json(data: dict[str, Any] | None) -> Evidence | None:
    """Inverse of `evidence_to_json`."""
    if data is None:
        return None
    return Evidence(
        page_index=data["page_index"],
        box=Box(*data["box"]),
        method=data["method"],
        parts=tuple(Box(*b) for b in data.get("parts", ())),
        words=tuple(data.get("words", ())),
    )


def field_value_to_json(value: FieldValue) -> dict[str, Any]:
    """Plain data for storing and for crossing process borders."""
    return {
        "name": value.name,
        "type": value.type,
        "value": value.value,
        "text": value.text,
        "confidence": round(value.confidence, 5),
        "needs_review": value.needs_review,
        "reasons": list(value.reasons),
        "evidence": evidence_to_json(value.evidence),
        "currency": value.currency,
        "reviewed": value.reviewed,
        "alternatives": [
            {
                "value": a.value,
                "text": a.text,
                "confidence": round(a.confidence, 5),
                "evidence": evidence_to_json(a.evidence),
                "currency": a.currency,
            }
            for a in value.alternatives
        ],
        "rows": [[field_value_to_json(cell) for cell in row] for row in value.rows],
    }


def field_value_from_json(data: dict[str, Any]) -> FieldValue:
    """Inverse of `field_value_to_json`."""
    return FieldValue(
        name=data["name"],
        type=data["type"],
        value=data["value"],
        text=data["text"],
        confidence=data["confidence"],
        needs_review=data["needs_review"],
        reasons=tuple(data["reasons"]),
        evidence=evidence_from_json(data["evidence"]),
        currency=data.get("currency"),
        reviewed=data.get("reviewed", False),
        alternatives=tuple(
            Alternative(a["value"], a["text"], a["confidence"], evidence_from_json(a["evidence"]), a.get("currency"))
            for a in data.get("alternatives", ())
        ),
        rows=tuple(tuple(field_value_from_json(c) for c in row) for row in data.get("rows", ())),
    )


def extraction_to_json(extraction: Extraction) -> dict[str, Any]:
    """Plain data for storing and for crossing process borders."""
    return {
        "template_id": extraction.template_id,
        "template_version": extraction.template_version,
        "engine_version": extraction.engine_version,
        "fields": [field_value_to_json(f) for f in extraction.fields],
    }


def extraction_from_json(data: dict[str, Any]) -> Extraction:
    """Inverse of `extraction_to_json`."""
    return Extraction(
        template_id=data["template_id"],
        template_version=data["template_version"],
        engine_version=data.get("engine_version", ""),
        fields=tuple(field_value_from_json(f) for f in data["fields"]),
    )
