from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.templates.guess import (
    guess_labels,
    guess_type,
    guess_type_of_name,
    guess_type_of_values,
    known_field,
)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("invoice_date", "date"),
        ("invoiceDate", "date"),
        ("Fälligkeitsdatum", "date"),
        ("date d'échéance", "date"),
        ("invoice_number", "id"),
        ("Rechnungsnummer", "id"),
        ("IBAN", "id"),
        ("total_amount", "money"),
        ("Gesamtbetrag", "money"),
        ("montant", "money"),
        ("unit price", "money"),
        ("Qty", "number"),
        ("Menge", "number"),
        ("tax_rate", "percent"),
        ("customer name", "name"),
        ("Lieferant", "name"),
        ("delivery_address", "address"),
        ("E-Mail", "email"),
        ("fax", "phone"),
        ("is_signed", "boolean"),
        ("notes", None),
        ("", None),
    ],
)
def test_names_speak_of_types(name: str, kind: str | None) -> None:
    assert guess_type_of_name(name) == kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["01.02.2020", "25.12.2021"], "date"),
        (["1.234,50", "5,00 €"], "money"),
        (["RM 5", "RM 7"], "money"),
        (["19%", "7 %"], "percent"),
        (["3", "12"], "integer"),
        (["3,50", "12,25 "], "money"),
        (["3,5", "12,125"], "number"),
        (["a@b.de"], "email"),
        (["+49 30 41092-0", "(030) 41092-11"], "phone"),
        (["RE-2019/1", "RE-2019/2"], "id"),
        (["00123", "00124"], "id"),
        (["yes", "no"], "boolean"),
        (["Muster GmbH", "ACME Ltd"], "name"),
        (["Hauptstr. 1, 12345 Musterstadt"], "address"),
        (["anything that comes to mind", "and more of it"], "text"),
        (["", " "], None),
        (["1.00", "2.00", "3.00", "4.00", "n/a"], "money"),
    ],
)
def test_values_speak_of_types(values: list[str], kind: str | None) -> None:
    assert guess_type_of_values(values) == kind


def test_the_name_tells_numbers_apart() -> None:
    assert guess_type("total", ["12", "13"]) == "money"
    assert guess_type("customer number", ["12", "13"]) == "id"
    assert guess_type("total", ["01.02.2020"]) == "date"
    assert guess_type("whatever") == "text"


@given(st.text(max_size=60), st.lists(st.text(max_size=40), max_size=4))
def test_any_name_and_values_give_a_type(name: str, values: list[str]) -> None:
    assert guess_type(name, values)
    guess_labels(name)


def test_labels_come_from_what_the_shipped_templates_know() -> None:
    labels = guess_labels("invoice_number", title="Inv No", extra=["Bill #"])
    assert labels[:2] == ("Inv No", "Bill #")
    assert "numéro de facture" in labels
    assert len({label.casefold() for label in labels}) == len(labels)


def test_unknown_names_are_their_own_label() -> None:
    assert guess_labels("shoe_size") == ("shoe size",)
    assert known_field("shoe_size") is None


def test_a_known_field_is_found_by_any_of_its_labels() -> None:
    assert known_field("Rechnungsnummer").name == "invoice_number"
    assert known_field("EINZELPREIS").name == "unit_price"
