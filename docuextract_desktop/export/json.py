"""JSON exports: an array with one object per document, on a line each, so that it can also be read line by line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from docuextract_desktop.export.columns import fields_of, iso_time, reasons_of
from docuextract_desktop.export.models import ExportContext, ItemResult
from docuextract_desktop.extraction.models import Evidence, FieldValue
from docuextract_desktop.templates.models import Template

BOOLEANS = {"true": True, "false": False}


def write(
    results: Iterable[ItemResult], context: ExportContext, main: BinaryIO, tables: Mapping[str, BinaryIO]
) -> None:
    """Write one object after the other; `tables` is not used, rows stand inside their document."""
    del tables
    separator = b"[\n"
    for result in results:
        main.write(separator + _encode(document_object(result, context.template)))
        separator = b",\n"
    main.write(b"[]\n" if separator == b"[\n" else b"\n]\n")


def document_object(result: ItemResult, template: Template) -> dict[str, Any]:
    """One document in the words of the export."""
    item = result.item
    return {
        "document_id": result.document_id,
        "filename": item.filename,
        "path": str(item.path),
        "sha256": item.sha256,
        "status": item.state.value,
        "error": {"code": item.error_code, "message": item.error_message or ""} if item.error_code else None,
        "pages": item.page_count,
        "template": result.template_id,
        "template_version": result.template_version,
        "batch_id": result.batch_id,
        "metadata": dict(item.metadata),
        "started_at": iso_time(item.started_at),
        "completed_at": iso_time(item.ended_at),
        "fields": [field_object(value) for value in fields_of(result, template)],
    }


def field_object(value: FieldValue) -> dict[str, Any]:
    """One field, or one cell of a table. `currency` is there only where it is known, `rows` only in tables."""
    boolean = BOOLEANS.get(value.value or "") if value.type == "boolean" else None
    field: dict[str, Any] = {
        "name": value.name,
        "type": value.type,
        "value": value.value if boolean is None else boolean,
        "text": value.text,
        "confidence": round(value.confidence, 4),
        "needs_review": value.needs_review,
        "reasons": list(reasons_of(value)),
        "reviewed": value.reviewed,
        "source": _source(value.evidence),
    }
    if value.currency is not None:
        field["currency"] = value.currency
    if value.type == "table":
        field["rows"] = [[field_object(cell) for cell in row] for row in value.rows]
    return field


def _source(place: Evidence | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"page": place.page_index + 1, "bbox": place.box.as_list(), "method": place.method}


def _encode(value: dict[str, Any]) -> bytes:
    # A file name that is not valid UTF-8 reaches us with lone surrogates (PEP 383). They cannot be encoded, but
    # "backslashreplace" writes them as \udcXX, which in JSON is an escape: the name survives.
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": ")).encode("utf-8", "backslashreplace")
