from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from docuextract_desktop.documents.models import Box
from docuextract_desktop.export import sheet
from docuextract_desktop.export.models import ExportTargetError, ItemResult
from docuextract_desktop.export.seam import export_batch
from docuextract_desktop.extraction.models import Evidence, Extraction, FieldValue
from docuextract_desktop.jobs.models import BatchSummary, ItemState
from docuextract_desktop.templates.models import Template

FLAGGED = "FFFFE9A8"
CONFIRMED = "FFE2F3E5"

Export = Callable[..., Any]


@pytest.fixture
def export(template: Template, batch: BatchSummary) -> Export:
    def run(results: Any, of: Template = template, summary: BatchSummary = batch) -> Any:
        stream = io.BytesIO()
        export_batch(results, of, summary, stream, "xlsx")
        return openpyxl.load_workbook(stream)

    return run


def rows(worksheet: Any) -> list[dict[str, Any]]:
    """The rows of a sheet, each a mapping of its header to its cells."""
    header, *body = list(worksheet.rows)
    return [dict(zip((c.value for c in header), row, strict=True)) for row in body]


def one(field: FieldValue, make_result: Callable[..., ItemResult], **changes: Any) -> ItemResult:
    return make_result(1, extraction=Extraction("invoice", 3, (field,)), **changes)


def test_sheets_have_the_columns_of_the_csv_files(
    export: Export, results: list[ItemResult], template: Template, batch: BatchSummary, tmp_path: Path
) -> None:
    book = export(results)
    assert book.sheetnames == ["Documents", "line_items", "Legend"]
    export_batch(results, template, batch, tmp_path / "out.csv")
    for name, file in (("Documents", "out.csv"), ("line_items", "out.line_items.csv")):
        header = (tmp_path / file).read_text("utf-8-sig").splitlines()[0]
        assert ",".join(cell.value for cell in book[name][1]) == header


def test_values_are_what_they_are(export: Export, results: list[ItemResult]) -> None:
    row = rows(export(results)["Documents"])[0]
    assert row["invoice_number"].value == "001"
    assert row["invoice_number"].data_type == "s"
    assert row["invoice_date"].value == dt.datetime(2024, 2, 29)
    assert row["invoice_date"].number_format == "yyyy-mm-dd"
    assert row["total"].value == 1471.6
    assert row["total"].number_format == "#,##0.00 [$EUR]"
    assert row["paid"].value is True
    assert row["pages"].value == 2
    assert row["completed_at"].value == dt.datetime(2023, 11, 14, 22, 13, 22)
    assert row["total__confidence"].value == 0.5
    assert row["total__needs_review"].value is True
    assert row["total__page"].value == 2
    assert row["total__bbox"].value == "[0.1, 0.2, 0.3, 0.25]"
    amounts = [r["amount"].value for r in rows(export(results)["line_items"])]
    assert amounts == [-1.5, -2.5]


def test_flags_are_coloured(export: Export, results: list[ItemResult]) -> None:
    first, second, third = rows(export(results)["Documents"])
    assert first["total"].fill.fgColor.rgb == FLAGGED
    assert first["invoice_date"].fill.fill_type is None
    assert first["note"].fill.fgColor.rgb == CONFIRMED
    assert second["status"].fill.fgColor.rgb == "FFF9D7D5"
    assert third["status"].fill.fgColor.rgb == FLAGGED


def test_flagged_value_that_was_not_found_is_coloured_too(
    export: Export, make_result: Callable[..., ItemResult]
) -> None:
    missing = FieldValue("total", "money", needs_review=True, reasons=("not found",))
    cell = rows(export([one(missing, make_result)])["Documents"])[0]["total"]
    assert cell.value is None
    assert cell.fill.fgColor.rgb == FLAGGED


def test_values_link_to_their_page(export: Export, results: list[ItemResult]) -> None:
    row = rows(export(results)["Documents"])[0]
    document = Path("/documents/may/1.pdf").as_uri()
    assert (row["total"].hyperlink.target, row["total"].hyperlink.location) == (document, "page=2")
    assert row["total"].hyperlink.tooltip == "Page 2 of may/1.pdf"
    assert row["invoice_date"].hyperlink.location == "page=2"
    assert (row["filename"].hyperlink.target, row["filename"].hyperlink.location) == (document, None)
    assert row["note"].hyperlink is None
    cells = rows(export(results)["line_items"])[0]
    assert cells["amount"].hyperlink.target == document


def test_pictures_are_linked_without_a_page(export: Export, make_result: Callable[..., ItemResult]) -> None:
    path = Path("/documents/a b#c%20.png")
    row = rows(export([make_result(1, path=path)])["Documents"])[0]
    assert row["total"].hyperlink.target == path.as_uri()
    assert row["total"].hyperlink.location is None


def test_links_stop_at_the_limit_but_every_document_keeps_its_own(
    export: Export, many: Callable[[int], Iterator[ItemResult]], batch: BatchSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docuextract_desktop.export.xlsx.MAX_LINKS", 7)
    monkeypatch.setattr(sheet, "MAX_LINKS", 7)
    book = export(many(4), summary=replace(batch, counts={ItemState.COMPLETED: 4}))
    linked = [{name for name, cell in row.items() if cell.hyperlink} for row in rows(book["Documents"])]
    assert linked == [{"filename", "invoice_number", "invoice_date", "total"}, *([{"filename"}] * 3)]
    legend = " ".join(str(cell.value) for row in book["Legend"].rows for cell in row)
    assert "13 values have no link" in legend


def test_link_that_is_too_long_is_left_out(export: Export, make_result: Callable[..., ItemResult]) -> None:
    deep = Path("/" + "/".join(["folder"] * 400) + "/a.pdf")
    row = rows(export([make_result(1, path=deep)])["Documents"])[0]
    assert row["total"].hyperlink is None
    assert row["total"].value == 1471.6


def test_full_sheet_goes_on_in_another(
    export: Export, many: Callable[[int], Iterator[ItemResult]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "MAX_ROWS", 3)
    book = export(many(3))
    assert book.sheetnames == [
        "Documents", "line_items", "line_items (2)", "Documents (2)", "line_items (3)", "Legend"
    ]  # fmt: skip
    ids = [r["document_id"].value for name in ("Documents", "Documents (2)") for r in rows(book[name])]
    assert ids == ["item-1", "item-2", "item-3"]


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("id", "007", "007"),
        ("id", "1e5", "1e5"),
        ("text", "=1+1", "=1+1"),
        ("text", "https://example.com", "https://example.com"),
        ("money", "12345678901234567.89", "12345678901234567.89"),
        ("money", "about ten", "about ten"),
        ("money", "NaN", "NaN"),
        ("date", "1899-12-31", "1899-12-31"),
        ("date", "2024-13", "2024-13"),
        ("text", "bell\x07 \x1b[31m\x00\ufffe", "bell [31m"),
        ("text", "<r><t>raw</t></r>", "<r><t>raw</t></r> "),
        ("text", "two\r\nlines & <more>", "two\nlines & <more>"),
        ("phone", "+49 30 1234", "+49 30 1234"),
    ],
)
def test_what_stays_text(
    kind: str, value: str, shown: str, export: Export, make_result: Callable[..., ItemResult], template: Template
) -> None:
    of = template.model_copy(update={"fields": (template.fields[4].model_copy(update={"type": kind}),)})
    cell = rows(export([one(FieldValue("note", kind, value, value, 1.0), make_result)], of=of)["Documents"])[0]["note"]
    assert cell.data_type == "s"
    assert cell.value == shown


@pytest.mark.parametrize(
    ("kind", "value", "currency", "number_format"),
    [
        ("money", "5", None, "#,##0.00"),
        ("money", "0.0345", "USD", "#,##0.0000 [$USD]"),
        ("money", "5", '"]evil', "#,##0.00"),
        ("number", "3.25", None, "General"),
        ("integer", "3", None, "General"),
        ("percent", "19", None, 'General"%"'),
    ],
)
def test_numbers_are_shown_as_their_type(
    kind: str,
    value: str,
    currency: str | None,
    number_format: str,
    export: Export,
    make_result: Callable[..., ItemResult],
    template: Template,
) -> None:
    of = template.model_copy(update={"fields": (template.fields[4].model_copy(update={"type": kind}),)})
    field = FieldValue("note", kind, value, value, 1.0, currency=currency)
    cell = rows(export([one(field, make_result)], of=of)["Documents"])[0]["note"]
    assert cell.value == float(value)
    assert cell.number_format == number_format


def test_text_that_is_too_long_is_cut_and_says_so(export: Export, make_result: Callable[..., ItemResult]) -> None:
    book = export([make_result(1, note="\N{GRINNING FACE}" * 40_000)])
    text = rows(book["Documents"])[0]["note"].value
    assert len(text.encode("utf-16-le")) // 2 <= 32_767
    assert text.endswith("… [cut: 40,000 characters in all]")
    assert "1 texts were cut" in " ".join(str(cell.value) for row in book["Legend"].rows for cell in row)


def test_header_is_frozen_filtered_and_the_rarely_read_is_folded(export: Export, results: list[ItemResult]) -> None:
    documents = export(results)["Documents"]
    assert documents.freeze_panes == "C2"
    assert documents.auto_filter.ref == "A1:AM4"
    widths = {c.value: documents.column_dimensions[c.column_letter] for c in documents[1]}
    assert not widths["filename"].hidden
    assert not widths["total"].hidden
    assert widths["total__bbox"].hidden
    assert widths["sha256"].hidden


def test_legend_explains_batch_colours_and_fields(export: Export, results: list[ItemResult]) -> None:
    cells = [[c.value for c in row if c.value] for row in export(results)["Legend"].rows]
    assert ["Batch", "May <invoices>"] in cells
    assert ["total", "Total to pay", "money"] in cells
    assert ["line_items: amount", "Amount", "money"] in cells


def test_table_names_that_do_not_fit_are_told_apart(export: Export, template: Template) -> None:
    table = template.fields[-1]
    fields = [table.model_copy(update={"name": name}) for name in ("Legend", "documents", "a" * 40, "A" * 41)]
    book = export([], of=template.model_copy(update={"fields": tuple(fields)}))
    assert book.sheetnames == ["Documents", "Legend_2", "documents_2", "a" * 26, "A" * 24 + "_2", "Legend"]


def test_too_many_fields_for_a_spreadsheet_is_refused(export: Export, template: Template) -> None:
    fields = tuple(template.fields[4].model_copy(update={"name": f"f{n}"}) for n in range(3_400))
    with pytest.raises(ExportTargetError, match="16,384 columns"):
        export([], of=template.model_copy(update={"fields": fields}))


def test_place_off_the_page_and_odd_names_are_taken(export: Export, make_result: Callable[..., ItemResult]) -> None:
    name = b"caf\xe9\n.pdf".decode("utf-8", "surrogateescape")
    place = Evidence(0, Box(-1, 0, 2, 3), "person")
    field = FieldValue("total", "money", "1", "1", 1.0, evidence=place)
    row = rows(export([one(field, make_result, filename=name, path=Path("/d") / name)])["Documents"])[0]
    assert row["filename"].value == "caf\n.pdf"
    assert row["filename"].hyperlink.target == "file:///d/caf%E9%0A.pdf"


def test_every_part_is_well_formed(template: Template, batch: BatchSummary, results: list[ItemResult]) -> None:
    stream = io.BytesIO()
    export_batch(results, template, batch, stream, "xlsx")
    with zipfile.ZipFile(stream) as archive:
        assert archive.testzip() is None
