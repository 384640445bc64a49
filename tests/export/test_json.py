from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docuextract_desktop.export.models import ItemResult
from docuextract_desktop.export.seam import export_batch
from docuextract_desktop.extraction.models import Extraction, FieldValue
from docuextract_desktop.jobs.models import BatchSummary
from docuextract_desktop.templates.models import Template

DOCUMENT_KEYS = [
    "document_id",
    "filename",
    "path",
    "sha256",
    "status",
    "error",
    "pages",
    "template",
    "template_version",
    "batch_id",
    "metadata",
    "started_at",
    "completed_at",
    "fields",
]
FIELD_KEYS = ["name", "type", "value", "text", "confidence", "needs_review", "reasons", "reviewed", "source"]

Export = Callable[[list[ItemResult]], list[dict[str, Any]]]


@pytest.fixture
def export(template: Template, batch: BatchSummary) -> Export:
    def run(results: list[ItemResult]) -> list[dict[str, Any]]:
        stream = io.BytesIO()
        export_batch(results, template, batch, stream, "json")
        loaded: list[dict[str, Any]] = json.loads(stream.getvalue())
        return loaded

    return run


def test_keys_of_documents_and_fields_are_the_contract(export: Export, results: list[ItemResult]) -> None:
    documents = export(results)
    assert [list(d) for d in documents] == [DOCUMENT_KEYS] * 3
    fields = {f["name"]: f for f in documents[0]["fields"]}
    assert list(fields) == ["invoice_number", "invoice_date", "total", "paid", "note", "line_items"]
    assert list(fields["invoice_number"]) == FIELD_KEYS
    assert list(fields["total"]) == [*FIELD_KEYS, "currency"]
    assert list(fields["line_items"]) == [*FIELD_KEYS, "rows"]
    assert [[list(cell) for cell in row] for row in fields["line_items"]["rows"]] == [[FIELD_KEYS] * 2] * 2


def test_one_document_in_full(export: Export, results: list[ItemResult]) -> None:
    document = export(results)[0]
    fields = {f["name"]: f for f in document.pop("fields")}
    assert document == {
        "document_id": "item-1",
        "filename": "may/1.pdf",
        "path": str(Path("/documents/may/1.pdf")),
        "sha256": "ab" * 32,
        "status": "completed",
        "error": None,
        "pages": 2,
        "template": "invoice",
        "template_version": 3,
        "batch_id": "batch-1",
        "metadata": {"client": "7"},
        "started_at": "2023-11-14T22:13:20.250Z",
        "completed_at": "2023-11-14T22:13:21.500Z",
    }
    assert fields["total"] == {
        "name": "total",
        "type": "money",
        "value": "1471.60",
        "text": "1.471,60 €",
        "confidence": 0.5,
        "needs_review": True,
        "reasons": ["two totals differ"],
        "reviewed": False,
        "source": {"page": 2, "bbox": [0.1, 0.2, 0.3, 0.25], "method": "ocr"},
        "currency": "EUR",
    }
    assert fields["paid"]["value"] is True
    assert fields["invoice_number"]["confidence"] == 0.9877


def test_value_without_a_place_says_so(export: Export, results: list[ItemResult]) -> None:
    note = next(f for f in export(results)[0]["fields"] if f["name"] == "note")
    assert note["source"] is None
    assert note["reasons"] == ["No place on the page is known for this value."]


def test_field_that_was_not_found_is_there_without_a_value(export: Export, results: list[ItemResult]) -> None:
    note = next(f for f in export(results)[2]["fields"] if f["name"] == "note")
    assert (note["value"], note["text"], note["source"], note["reasons"]) == (None, None, None, [])


def test_field_that_the_extraction_does_not_know_is_there_too(
    export: Export, make_result: Callable[..., ItemResult]
) -> None:
    only_total = Extraction("invoice", 2, (FieldValue("total", "money", "5", "5", 0.9),))
    names = [f["name"] for f in export([make_result(1, extraction=only_total)])[0]["fields"]]
    assert names == ["invoice_number", "invoice_date", "total", "paid", "note", "line_items"]


def test_failed_document_has_its_error_and_no_fields(export: Export, results: list[ItemResult]) -> None:
    document = export(results)[1]
    assert document["status"] == "failed"
    assert document["error"] == {"code": "password_required", "message": "The document is encrypted."}
    assert document["fields"] == []
    assert document["started_at"] is None


def test_empty_batch_is_an_empty_array(export: Export) -> None:
    assert export([]) == []


def test_every_document_stands_on_a_line_of_its_own(
    template: Template, batch: BatchSummary, make_result: Callable[..., ItemResult]
) -> None:
    stream = io.BytesIO()
    export_batch([make_result(1, note="a\nb\u2028c\r\n"), make_result(2)], template, batch, stream, "json")
    lines = stream.getvalue().split(b"\n")
    assert [lines[0], lines[-2], lines[-1]] == [b"[", b"]", b""]
    assert [json.loads(line.rstrip(b",")) for line in lines[1:-2]] == json.loads(stream.getvalue())


def test_file_name_that_is_not_utf8_survives(export: Export, make_result: Callable[..., ItemResult]) -> None:
    name = b"caf\xe9.pdf".decode("utf-8", "surrogateescape")
    document = export([make_result(1, filename=name)])[0]
    assert document["filename"] == name
