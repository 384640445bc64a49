from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from docuextract_desktop.errors import TemplateInvalidError, TemplateNotFoundError
from docuextract_desktop.templates import spreadsheet
from docuextract_desktop.templates.foreign import Imported
from docuextract_desktop.templates.incoming import from_file, from_text

HEAD = ("Invoice no", "Date", "Supplier", "Net", "VAT %", "Paid")
ROWS = (
    ("0012", "2024-01-03", "Acme Ltd", "12.50", "19 %", "yes"),
    ("0013", "2024-02-04", "Foo GmbH", "8.00", "7 %", "no"),
)
KINDS = ["id", "date", "name", "money", "percent", "boolean"]


def kinds(imported: Imported) -> list[str]:
    return [field.type for field in imported.template.fields]


@pytest.mark.parametrize("mark", ["\t", ";", "|"])
def test_pasted_cells_become_fields(mark: str) -> None:
    imported = from_text("\n".join(mark.join(row) for row in (HEAD, *ROWS)))
    assert [field.title for field in imported.template.fields] == list(HEAD)
    assert kinds(imported) == KINDS


def test_a_header_row_alone_and_a_list_below_each_other_will_do() -> None:
    assert len(from_text("Date\tTotal").template.fields) == 2
    assert [f.name for f in from_text("Date\nTotal\nSeller").template.fields] == ["date", "total", "seller"]


def test_a_csv_file_in_the_letters_of_windows(tmp_path: Path) -> None:
    path = tmp_path / "Rechnungen 2024.csv"
    path.write_bytes('Rechnungsnr;Fällig;"Betrag; netto"\r\n1;01.02.2024;"1,50"\r\n'.encode("cp1252"))
    imported = from_file(path)
    assert [f.title for f in imported.template.fields] == ["Rechnungsnr", "Fällig", "Betrag; netto"]
    assert imported.template.name == "Rechnungen 2024"


def test_a_workbook_with_a_heading_above_the_header_row(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Incoming invoices"])
    sheet.append([])
    sheet.append(list(HEAD))
    for number in range(5):
        sheet.append([f"00{number}", date(2024, 1, number + 1), "Acme Ltd", 12.5, 0.19, True])
        row = sheet.max_row
        sheet.cell(row, 4).number_format = "#,##0.00"
        sheet.cell(row, 5).number_format = "0%"
    path = tmp_path / "list.xlsx"
    book.save(path)
    imported = from_file(path)
    assert [field.title for field in imported.template.fields] == list(HEAD)
    assert kinds(imported) == KINDS


def test_foreign_schemas_come_by_file_and_by_paste(tmp_path: Path) -> None:
    documind = {"named_entities": {"total": {"type": "number", "description": "what was paid"}}, "required": ["total"]}
    extend = {"type": "object", "properties": {"due": {"type": "string", "extend:type": "date"}}}
    path = tmp_path / "bills.json"
    path.write_text(json.dumps(documind))
    assert from_file(path).form == "documind"
    assert from_text(json.dumps(extend)).template.fields[0].type == "date"


@pytest.mark.parametrize("text", ["", "  \n ", "\t\t\n", "{"])
def test_text_that_gives_nothing_says_so(text: str) -> None:
    with pytest.raises(TemplateInvalidError) as caught:
        from_text(text)
    assert caught.value.problems


def test_files_that_are_no_spreadsheets_are_refused_in_words(tmp_path: Path) -> None:
    old, broken, binary = tmp_path / "old.xlsx", tmp_path / "broken.xlsx", tmp_path / "x.csv"
    old.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(100))
    broken.write_bytes(b"PK\x03\x04 no archive")
    binary.write_bytes(b"a\0b\0")
    for path, words in ((old, ".xls"), (broken, "no spreadsheet"), (binary, "neither")):
        with pytest.raises(TemplateInvalidError, match=words):
            from_file(path)
    with pytest.raises(TemplateNotFoundError):
        from_file(tmp_path / "none.csv")


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MAX_UNPACKED_BYTES", 1_000)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", " " * 100_000)
    with pytest.raises(TemplateInvalidError, match="unpacks"):
        from_file(path)


def test_entities_are_not_blown_up(tmp_path: Path) -> None:
    book = Workbook()
    path = tmp_path / "lol.xlsx"
    book.save(path)
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 30))
    evil = f'<!DOCTYPE x [<!ENTITY l0 "{"ha" * 50}">{laughs}]><workbook>&l29;</workbook>'
    bad = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bad, "w") as target:
        for info in source.infolist():
            target.writestr(info, evil if info.filename == "xl/workbook.xml" else source.read(info))
    with pytest.raises(TemplateInvalidError):
        from_file(bad)


def test_only_the_first_rows_are_read() -> None:
    rows = spreadsheet.rows_of_text("a\tb\n" + "1\t2\n" * 100_000)
    assert len(rows) == spreadsheet.ROWS
