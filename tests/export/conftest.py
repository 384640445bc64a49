"""A small batch with everything in it that exports have to say something about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from docuextract_desktop.documents.models import Box
from docuextract_desktop.export.models import ItemResult
from docuextract_desktop.extraction.models import Evidence, Extraction, FieldValue
from docuextract_desktop.jobs.models import BatchState, BatchSummary, ItemRow, ItemState
from docuextract_desktop.templates.models import Template

PLACE = Evidence(page_index=1, box=Box(0.1, 0.2, 0.3, 0.25), method="ocr")


@pytest.fixture
def template() -> Template:
    return Template.model_validate(
        {
            "id": "invoice",
            "name": "Invoice",
            "version": 3,
            "fields": [
                {"name": "invoice_number", "type": "id"},
                {"name": "invoice_date", "type": "date"},
                {"name": "total", "title": "Total to pay", "type": "money"},
                {"name": "paid", "type": "boolean"},
                {"name": "note", "type": "text"},
                {
                    "name": "line_items",
                    "type": "table",
                    "columns": [{"name": "description", "type": "text"}, {"name": "amount", "type": "money"}],
                },
            ],
        }
    )


@pytest.fixture
def make_item() -> Callable[..., ItemRow]:
    def make(number: int = 1, **changes: Any) -> ItemRow:
        values: dict[str, Any] = {
            "id": f"item-{number}",
            "batch_id": "batch-1",
            "position": number - 1,
            "filename": f"may/{number}.pdf",
            "path": Path(f"/documents/may/{number}.pdf"),
            "state": ItemState.COMPLETED,
            "attempt": 1,
            "page_count": 2,
            "started_at": 1_700_000_000.25,
            "ended_at": 1_700_000_001.5,
            "lowest_confidence": 0.5,
            "flagged": 0,
            "error_code": None,
            "error_message": None,
            "sha256": "ab" * 32,
            "metadata": {"client": "7"},
        }
        return ItemRow(**{**values, **changes})

    return make


@pytest.fixture
def make_result(make_item: Callable[..., ItemRow]) -> Callable[..., ItemResult]:
    def make(number: int = 1, note: str | None = "as agreed", rows: int = 2, **changes: Any) -> ItemResult:
        fields = (
            FieldValue("invoice_number", "id", f"00{number}", f"No 00{number}", 0.98765, evidence=PLACE),
            FieldValue("invoice_date", "date", "2024-02-29", "29.02.2024", 0.9, evidence=PLACE),
            FieldValue("total", "money", "1471.60", "1.471,60 €", 0.5, True, ("two totals differ",), PLACE, "EUR"),
            FieldValue("paid", "boolean", "true", "x", 0.8, evidence=PLACE),
            FieldValue("note", "text", note, note, 0.0 if note is None else 0.7, reviewed=note is not None),
            FieldValue(
                "line_items",
                "table",
                confidence=0.6,
                evidence=PLACE,
                rows=tuple(
                    (
                        FieldValue("description", "text", f"thing {row}", f"thing {row}", 0.9, evidence=PLACE),
                        FieldValue("amount", "money", f"-{row}.5", f"-{row},50", 0.4, True, ("faint",), PLACE),
                    )
                    for row in range(1, rows + 1)
                ),
            ),
        )
        extraction = changes.pop("extraction", Extraction("invoice", 3, fields))
        return ItemResult(make_item(number, **changes), extraction, "invoice", 3)

    return make


@pytest.fixture
def failed(make_result: Callable[..., ItemResult]) -> ItemResult:
    return make_result(
        2,
        state=ItemState.FAILED,
        extraction=None,
        page_count=None,
        error_code="password_required",
        error_message="The document is encrypted.",
        metadata={},
        started_at=None,
    )


@pytest.fixture
def results(make_result: Callable[..., ItemResult], failed: ItemResult) -> list[ItemResult]:
    return [make_result(1), failed, make_result(3, note=None, rows=0, state=ItemState.NEEDS_REVIEW)]


@pytest.fixture
def batch() -> BatchSummary:
    return BatchSummary(
        id="batch-1",
        name="May <invoices>",
        template_id="invoice",
        template_name="Invoice",
        template_version=3,
        state=BatchState.PARTIALLY_FAILED,
        counts={ItemState.COMPLETED: 1, ItemState.NEEDS_REVIEW: 1, ItemState.FAILED: 1},
        created_at=1_700_000_000.0,
        started_at=1_700_000_000.0,
        ended_at=1_700_000_010.0,
        pages_done=4,
        review_threshold=0.85,
        tier="standard",
        metadata={},
    )


@pytest.fixture
def many(make_result: Callable[..., ItemResult]) -> Callable[[int], Iterator[ItemResult]]:
    def generate(count: int) -> Iterator[ItemResult]:
        return (make_result(number) for number in range(1, count + 1))

    return generate
