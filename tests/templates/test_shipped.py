"""The templates that ship: their names are a contract, and their words have to be of use in seven languages."""

from __future__ import annotations

import pytest

from docuextract_desktop.paths import resources_dir
from docuextract_desktop.templates.guess import label_key
from docuextract_desktop.templates.library import dump_template
from docuextract_desktop.templates.models import Template
from docuextract_desktop.templates.shipped import shipped_by_id, shipped_templates

ALL = pytest.mark.parametrize("template", shipped_templates(), ids=lambda t: t.id)


def test_these_ship() -> None:
    assert list(shipped_by_id()) == [
        "invoice",
        "receipt",
        "purchase_order",
        "bank_statement",
        "delivery_note",
        "contract",
        "generic_form",
    ]


def test_field_names_of_receipt_and_invoice_are_the_contract() -> None:
    receipt, invoice = shipped_by_id()["receipt"], shipped_by_id()["invoice"]
    assert {f.name for f in receipt.fields} == {
        "company", "date", "address", "total", "subtotal", "tax", "currency", "line_items",
    }  # fmt: skip
    assert {f.name for f in invoice.fields} == {
        "invoice_number", "invoice_date", "due_date", "seller", "buyer", "seller_tax_id", "currency", "subtotal", "tax",
        "total", "iban", "line_items",
    }  # fmt: skip
    assert [c.name for c in invoice.field("line_items").columns] == ["description", "quantity", "unit_price", "amount"]


@ALL
def test_files_are_as_the_program_would_write_them(template: Template) -> None:
    path = resources_dir() / "templates" / f"{template.id}.json"
    assert path.read_text(encoding="utf-8") == dump_template(template)


@ALL
def test_every_field_is_described_and_labelled_once(template: Template) -> None:
    assert template.description
    for field in template.fields:
        assert field.description, field.name
        for entry in (field, *field.columns):
            if entry.type == "table":
                continue
            assert len(entry.labels) >= 5, entry.name
            folded = [label.casefold() for label in entry.labels]
            assert len(set(folded)) == len(folded), entry.name


@ALL
def test_documents_of_any_country_are_followed(template: Template) -> None:
    assert template.locale.dates == template.locale.decimal == "auto"
    assert template.locale.currency is None


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("invoice_number", "Rg.-Nr."),
        ("invoice_number", "N° facture"),
        ("invoice_number", "Inv. No"),
        ("invoice_number", "factuurnummer"),
        ("invoice_date", "Rechnungsdatum"),
        ("invoice_date", "Date d'émission"),
        ("invoice_date", "fecha de emisión"),
        ("due_date", "fällig am"),
        ("due_date", "Zahlbar bis"),
        ("due_date", "Échéance"),
        ("due_date", "scadenza"),
        ("seller_tax_id", "Ust-IdNr."),
        ("seller_tax_id", "P.IVA"),
        ("seller_tax_id", "N° TVA intracommunautaire"),
        ("subtotal", "Nettobetrag"),
        ("subtotal", "Montant HT"),
        ("subtotal", "Imponibile"),
        ("total", "TOTAL TTC"),
        ("total", "Rechnungsbetrag"),
        ("total", "Zahlbetrag"),
        ("total", "te betalen"),
        ("iban", "IBAN"),
    ],
)
def test_invoice_knows_what_documents_print(field: str, label: str) -> None:
    labels = shipped_by_id()["invoice"].field(field).labels
    assert label_key(label) in {label_key(known) for known in labels}


@pytest.mark.parametrize(
    ("column", "label"),
    [("description", "Bezeichnung"), ("description", "Désignation"), ("quantity", "Qté"), ("quantity", "Menge"),
     ("unit_price", "P.U. HT"), ("unit_price", "Einzelpreis"), ("amount", "Montant HT"), ("amount", "Gesamtpreis")],
)  # fmt: skip
def test_line_items_know_the_heads_of_columns(column: str, label: str) -> None:
    columns = {c.name: c for c in shipped_by_id()["invoice"].field("line_items").columns}
    assert label_key(label) in {label_key(known) for known in columns[column].labels}
