from __future__ import annotations

import pytest

from docuextract_desktop.templates.types import value_type
from docuextract_desktop.templates.types.id import iban_valid

ID = value_type("id")
IBAN = "DE75 5121 0800 1245 1261 99"


def found(line: str) -> list[str]:
    return [line[s.start : s.end] for s in ID.recognise(line)]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Rechnung RE-20190610/507 vom 10.06.2019", "RE-20190610/507"),
        ("Nr. 9314110911/00/M/00/N", "9314110911/00/M/00/N"),
        ("Rechnungsnr.:471102", "471102"),
        ("INVOICE NO: 22497", "22497"),
        ("Invoice #123", "123"),
        ("Facture n°2023/045", "2023/045"),
        ("Factura Nº2023-7", "2023-7"),
        ("Factura No2023-7", "2023-7"),
        ("(801580-T)", "801580-T"),
        ("USt-IdNr. DE 136 695 976", "DE 136 695 976"),
        ("TVA FR 32 123456789", "FR 32 123456789"),
        ("05 158 004 - 11023 - 45", "05 158 004 - 11023 - 45"),
        ("201 / 113 / 40209", "201 / 113 / 40209"),
        ("Contract 9752880 (Rev 0)", "9752880 (Rev 0)"),
        ("Contract 9752880 (Rev 0)", "9752880"),
        (f"IBAN {IBAN} BIC COBADEFFXXX", IBAN),
        (f"Konto {IBAN.replace(' ', '')}", IBAN.replace(" ", "")),
        ("UID CHE-123.456.789 MWST", "CHE-123.456.789"),
    ],
)
def test_finds_codes_of_one_word_and_of_several(line: str, value: str) -> None:
    assert value in found(line)


def test_amounts_dates_and_words_are_no_codes() -> None:
    assert found("Total 1.471,60 EUR am 25.03.2018 um 10:30 zu 19% plain words") == []


def test_a_label_is_no_part_of_a_code() -> None:
    assert not any(f.startswith(("NO", "IBAN")) for f in found(f"NO 12345 IBAN {IBAN}"))


def test_iban_is_checked_by_its_check_digits() -> None:
    assert iban_valid(IBAN)
    assert iban_valid("GB82WEST12345698765432")
    assert not iban_valid("DE75 5121 0800 1245 1261 98")
    assert not iban_valid("DE75 5121 0800 1245 1261")
    assert not iban_valid("")
    assert ID.parse(IBAN).quality > ID.parse("DE75 5121 0800 1245 1261 98").quality


def test_value_is_kept_as_printed_but_for_space_and_punctuation_around_it() -> None:
    assert ID.normalise(" :  RE-1 / 2 ,") == "RE-1 / 2"
    assert ID.normalise("9752880 (Rev 0)") == "9752880 (Rev 0)"
    assert ID.normalise("***") is None


def test_codes_are_the_same_but_for_case_and_space() -> None:
    assert ID.same("de136695976", "DE 136 695 976")
    assert ID.same("#123", "123")
    assert not ID.same("123", "124")


def test_a_code_without_a_digit_or_an_amount_is_doubtful() -> None:
    for doubtful in ("ABC", "12.50", "25.03.2018"):
        assert ID.parse(doubtful).quality < ID.parse("AB-123").quality
