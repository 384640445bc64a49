from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.export.csv import ROWS_AT_A_TIME, defuse, restore
from docuextract_desktop.export.models import ItemResult
from docuextract_desktop.export.seam import export_batch
from docuextract_desktop.jobs.models import BatchSummary
from docuextract_desktop.templates.models import Template

DOCUMENT_COLUMNS = [
    "document_id",
    "filename",
    "path",
    "sha256",
    "status",
    "error_code",
    "error_message",
    "pages",
    "template",
    "template_version",
    "batch_id",
    "metadata",
    "started_at",
    "completed_at",
]
VALUE_COLUMNS = [
    f"{name}{suffix}"
    for name in ("invoice_number", "invoice_date", "total", "paid", "note")
    for suffix in ("", "__confidence", "__needs_review", "__page", "__bbox")
]

Export = Callable[[list[ItemResult]], Path]


@pytest.fixture
def export(template: Template, batch: BatchSummary, tmp_path: Path) -> Export:
    def run(results: list[ItemResult]) -> Path:
        export_batch(results, template, batch, tmp_path / "out.csv", overwrite=True)
        return tmp_path

    return run


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_columns_are_the_contract(export: Export, results: list[ItemResult]) -> None:
    folder = export(results)
    assert list(read(folder / "out.csv")[0]) == [*DOCUMENT_COLUMNS, *VALUE_COLUMNS]
    assert list(read(folder / "out.line_items.csv")[0]) == [
        "document_id",
        "filename",
        "row",
        *(
            f"{name}{suffix}"
            for name in ("description", "amount")
            for suffix in ("", "__confidence", "__needs_review", "__page", "__bbox")
        ),
    ]


def test_starts_with_a_byte_order_mark_and_lines_end_in_crlf(export: Export, results: list[ItemResult]) -> None:
    data = (export(results) / "out.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfdocument_id,")
    assert data.endswith(b"\r\n")
    assert data.count(b"\n") == data.count(b"\r\n") == 4


def test_one_row_in_full(export: Export, results: list[ItemResult]) -> None:
    row = read(export(results) / "out.csv")[0]
    assert {name: row[name] for name in DOCUMENT_COLUMNS} == {
        "document_id": "item-1",
        "filename": "may/1.pdf",
        "path": str(Path("/documents/may/1.pdf")),
        "sha256": "ab" * 32,
        "status": "completed",
        "error_code": "",
        "error_message": "",
        "pages": "2",
        "template": "invoice",
        "template_version": "3",
        "batch_id": "batch-1",
        "metadata": '{"client": "7"}',
        "started_at": "2023-11-14T22:13:20.250Z",
        "completed_at": "2023-11-14T22:13:21.500Z",
    }
    assert row["invoice_number"] == "001"
    assert row["total"] == "1471.60"
    assert row["total__confidence"] == "0.5"
    assert row["total__needs_review"] == "true"
    assert row["total__page"] == "2"
    assert json.loads(row["total__bbox"]) == [0.1, 0.2, 0.3, 0.25]
    assert row["paid"] == "true"
    assert (row["note"], row["note__needs_review"], row["note__page"]) == ("as agreed", "false", "")


def test_failed_document_has_a_row_without_values(export: Export, results: list[ItemResult]) -> None:
    row = read(export(results) / "out.csv")[1]
    assert (row["status"], row["error_code"]) == ("failed", "password_required")
    assert {row[column] for column in VALUE_COLUMNS} == {""}


def test_table_rows_go_to_their_own_file(export: Export, results: list[ItemResult]) -> None:
    rows = read(export(results) / "out.line_items.csv")
    assert [(r["document_id"], r["row"], r["description"], r["amount"]) for r in rows] == [
        ("item-1", "1", "thing 1", "-1.5"),
        ("item-1", "2", "thing 2", "-2.5"),
    ]


def test_table_file_has_its_header_even_without_rows(export: Export, failed: ItemResult) -> None:
    assert (export([failed]) / "out.line_items.csv").read_bytes().count(b"\r\n") == 1


def test_a_stream_gets_the_documents_only(template: Template, batch: BatchSummary, results: list[ItemResult]) -> None:
    stream = io.BytesIO()
    assert export_batch(results, template, batch, stream, "csv") == ()
    assert stream.getvalue().count(b"\r\n") == 4


def test_more_rows_than_are_written_at_a_time(export: Export, many: Callable[[int], list[ItemResult]]) -> None:
    count = ROWS_AT_A_TIME + 1
    folder = export(many(count))
    assert [r["document_id"] for r in read(folder / "out.csv")] == [f"item-{n}" for n in range(1, count + 1)]
    assert len(read(folder / "out.line_items.csv")) == 2 * count


@pytest.mark.parametrize(
    "text",
    [
        "nan",
        "None",
        "",
        "007",
        "1e5",
        "a,b",
        'say "hi"',
        "two\r\nlines",
        "tab\there",
        " kept ",
        "\N{GRINNING FACE}",
        "NA",
    ],
)
def test_texts_come_back_as_they_were(text: str, export: Export, make_result: Callable[..., ItemResult]) -> None:
    row = read(export([make_result(1, note=text)]) / "out.csv")[0]
    assert row["note"] == text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\N{FULLWIDTH EQUALS SIGN}", "\x00="])
def test_what_a_spreadsheet_would_run_is_defused(
    start: str, export: Export, make_result: Callable[..., ItemResult]
) -> None:
    text = f"{start}cmd|' /C calc'!A0"
    row = read(export([make_result(1, note=text, filename=f"{start}x.pdf", metadata={"=a": "=b"})]) / "out.csv")[0]
    assert row["note"] == f"'{text}"
    assert row["filename"] == f"'{start}x.pdf"
    assert row["metadata"] == '{"=a": "=b"}'
    assert restore(row["note"]) == text


@pytest.mark.parametrize("number", ["-12.50", "-1", "12.50", "0"])
def test_plain_numbers_stay_numbers(number: str) -> None:
    assert defuse(number) == number


@pytest.mark.parametrize("text", ["-12.50.1", "-1+1", "--1", "-", "-1 ", "-\N{ARABIC-INDIC DIGIT ONE}", "+49 30 1234"])
def test_what_only_looks_like_a_number_is_defused(text: str) -> None:
    assert defuse(text) == "'" + text


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\n \x00＝a1.\u3000"), max_size=8) | st.text())
def test_defusing_is_safe_and_can_be_undone(text: str) -> None:
    defused = defuse(text)
    assert restore(defused) == text
    assert not defused.startswith(("\t", "\r", "\n"))
    bare = defused.lstrip("\x00 \t\r\n\u3000")
    assert not bare.startswith(("=", "+", "@", "＝"))
    assert not bare.startswith("-") or float(bare) <= 0


def test_file_name_that_is_not_utf8_does_not_end_the_export(
    export: Export, make_result: Callable[..., ItemResult]
) -> None:
    name = b"caf\xe9.pdf".decode("utf-8", "surrogateescape")
    assert read(export([make_result(1, filename=name)]) / "out.csv")[0]["filename"] == r"caf\udce9.pdf"
