"""Text, names, addresses, choices, checkboxes, e-mail addresses and telephone numbers."""

from __future__ import annotations

import pytest

from docuextract_desktop.templates.types import value_type
from docuextract_desktop.templates.types.address import looks_like_address
from docuextract_desktop.templates.types.name import has_legal_form


def found(kind: str, line: str, choices=None) -> list[str]:
    return [line[s.start : s.end] for s in value_type(kind, choices).recognise(line)]


def test_a_line_is_offered_whole_in_parts_and_without_its_label() -> None:
    line = "Muster GmbH · Hauptstr. 1 · 12345 Musterstadt"
    assert found("text", line) == [line, "Muster GmbH", "Hauptstr. 1", "12345 Musterstadt"]
    assert found("text", "Name: Muster GmbH") == ["Name: Muster GmbH", "Muster GmbH"]
    assert found("text", " --- ") == []


def test_text_has_its_spaces_collapsed() -> None:
    assert value_type("text").normalise("  a \t b\n c ") == "a b c"
    assert value_type("text").same("Muster  GmbH", "MUSTER GMBH")


@pytest.mark.parametrize(
    "name",
    ["Muster GmbH", "ACME SDN. BHD.", "Dupont S.A.R.L.", "Widgets, Inc.", "ACME SDN BHD(123456-X)", "Rossi S.r.l."],
)  # fmt: skip
def test_knows_legal_forms(name: str) -> None:
    assert has_legal_form(name)


@pytest.mark.parametrize("text", ["as printed", "se acabó", "ab sofort", "Total", ""])
def test_common_words_are_no_legal_forms(text: str) -> None:
    assert not has_legal_form(text)


def test_a_name_may_be_followed_by_its_register_number() -> None:
    assert "ACME SDN BHD" in found("name", "ACME SDN BHD(123456-X)")
    assert "Muster AG" in found("name", "Muster AG Hauptstr. 1")


def test_a_name_needs_letters_and_no_amounts() -> None:
    kind = value_type("name")
    assert kind.parse("12345") is None
    assert kind.parse("Muster GmbH").quality > kind.parse("Muster 12.50").quality


@pytest.mark.parametrize(
    "line",
    ["12, JALAN TAMPOI 7/4,KAWASAN PERINDUSTRIAN", "81200 JOHOR BAHRU,JOHOR", "Hauptstraße 17",
     "10 rue de la Paix, 75002 Paris", "Calle Mayor 5, 28013 Madrid", "1 High Street, London SW1A 1AA",
     "Keizersgracht 1, 1015 CJ Amsterdam"],
)  # fmt: skip
def test_addresses_look_like_addresses(line: str) -> None:
    assert looks_like_address(line) > 0.4


@pytest.mark.parametrize("line", ["TOTAL 20.00", "www.example.com", "Thank you, come again", "Tel: 03-12345678"])
def test_other_lines_do_not(line: str) -> None:
    assert looks_like_address(line) < 0.3


def test_choice_is_read_with_tolerance() -> None:
    kind = value_type("choice", ["Visa", "Mastercard", "Cash"])
    assert kind.normalise("MASTERCARD") == "Mastercard"
    assert kind.normalise("Mastercord") == "Mastercard"
    assert kind.normalise("cheque") is None
    assert found("choice", "Paid by mastercard today", ["Visa", "Mastercard"]) == ["mastercard"]


def test_choice_of_currencies_knows_their_signs() -> None:
    kind = value_type("choice", ["EUR", "MYR"])
    assert kind.normalise("€") == "EUR"
    assert kind.normalise("$") is None
    assert found("choice", "Total RM20.00", ["EUR", "MYR"]) == ["RM"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("☑", "true"), ("[x]", "true"), ("[ ]", "false"), ("☐", "false"), ("Yes", "true"), ("nein", "false"),
     ("OUI", "true"), ("sí", "true"), ("maybe", None), ("", None)],
)  # fmt: skip
def test_reads_boxes_and_words_for_yes_and_no(text: str, value: str | None) -> None:
    assert value_type("boolean").normalise(text) == value


def test_finds_boxes() -> None:
    assert found("boolean", "[x] paid ☐ open") == ["[x]", "☐"]


def test_email() -> None:
    assert found("email", "write to Jane.Doe@Example.COM, or call") == ["Jane.Doe@Example.COM"]
    assert value_type("email").normalise("Jane.Doe @Example.COM") == "Jane.Doe@example.com"
    assert value_type("email").parse("nobody") is None


def test_phone() -> None:
    assert found("phone", "Tel. +49 (30) 41092-0 Fax 07-8266888") == ["+49 (30) 41092-0", "07-8266888"]
    assert found("phone", "25.03.2018 2018-03-25 1.234,56") == []
    assert value_type("phone").same("+49 30 410920", "0049 (30) 41092-0")
