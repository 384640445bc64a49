from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.errors import TemplateInvalidError
from docuextract_desktop.templates.foreign import from_header_row, import_template, labels_in
from docuextract_desktop.templates.validation import check_template

MONEY_OBJECT = {
    "type": "object",
    "extend:type": "currency",
    "properties": {"amount": {"type": ["number", "null"]}, "iso_4217_currency_code": {"type": ["string", "null"]}},
    "description": "May be labeled 'Amount Due' or 'Balance'.",
}
EXTEND = {
    "type": "object",
    "required": ["invoice_number", "invoice_date"],
    "properties": {
        "invoice_number": {"type": ["string", "null"], "description": "The number", "extend:name": "Invoice No"},
        "invoice_date": {"type": ["string", "null"], "extend:type": "date"},
        "total": MONEY_OBJECT,
        "paid": {"type": ["boolean", "null"]},
        "pages": {"type": ["integer", "null"]},
        "factor": {"anyOf": [{"type": "number"}, {"type": "null"}]},
        "status": {"enum": ["open", "closed", None]},
        "approval": {"type": "object", "extend:type": "signature", "properties": {"is_signed": {"type": "boolean"}}},
        "vendor": {
            "type": "object",
            "properties": {"name": {"type": ["string", "null"]}, "email": {"type": ["string", "null"]}},
        },
        "tags": {"type": "array", "items": {"type": "string"}},
        "line_items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "description": {"type": ["string", "null"]},
                    "quantity": {"type": ["number", "null"]},
                    "price": MONEY_OBJECT,
                    "taxes": {"type": "array", "items": {"type": "number"}},
                },
            },
        },
    },
}


def kinds(data: Any, name: str = "Imported template") -> dict[str, str]:
    return {f.name: f.type for f in import_template(data, name).template.fields}


def test_documind_schema_with_its_required_names() -> None:
    data = {
        "named_entities": {
            "invoice_number": {"type": "string", "description": "Invoice number"},
            "invoice_date": {"type": "date"},
            "total": {"type": "number"},
            "items": {"type": "array", "items": {"type": "object", "properties": {"text": {"type": "string"}}}},
        },
        "required": ["invoice_number", "nothing"],
    }
    imported = import_template(json.dumps(data), "Supplier bills")
    template = imported.template
    assert (imported.form, template.id, template.name) == ("documind", "supplier_bills", "Supplier bills")
    assert {f.name: f.type for f in template.fields} == {
        "invoice_number": "id",
        "invoice_date": "date",
        "total": "money",
        "items": "table",
    }
    assert [f.name for f in template.fields if f.required] == ["invoice_number"]
    assert imported.notes == ("required: 'nothing' is not among the named entities",)
    assert "Rechnungsnummer" in template.field("invoice_number").labels


def test_documind_request_around_its_schema() -> None:
    inner = {"named_entities": {"total": {"type": "string"}}, "required": []}
    assert kinds({"extraction_request": {"prompt": "x", "schema": inner}}) == {"total": "money"}


def test_extend_schema() -> None:
    imported = import_template({"name": "My bills", "config": {"schema": EXTEND}})
    template = imported.template
    assert (imported.form, template.id) == ("extend", "my_bills")
    assert {f.name: f.type for f in template.fields} == {
        "invoice_number": "id",
        "invoice_date": "date",
        "total": "money",
        "paid": "boolean",
        "pages": "integer",
        "factor": "number",
        "status": "choice",
        "approval": "boolean",
        "vendor_name": "name",
        "vendor_email": "email",
        "tags": "table",
        "line_items": "table",
    }
    assert template.field("invoice_number").title == "Invoice No"
    assert template.field("invoice_number").labels[0] == "Invoice No"
    assert template.field("status").choices == ("open", "closed")
    assert {"Amount Due", "Balance"} <= set(template.field("total").labels)
    assert [(c.name, c.type) for c in template.field("line_items").columns] == [
        ("description", "text"),
        ("quantity", "number"),
        ("price", "money"),
    ]
    assert not any(f.required for f in template.fields)
    assert imported.notes == (
        "approval: a signature becomes a box that is ticked or not",
        "line_items.taxes: left out, since a row cannot hold a table",
    )


def test_extends_older_list_of_fields() -> None:
    data = {
        "type": "EXTRACT",
        "fields": [
            {"id": "invoice_number", "name": "Invoice Number", "type": "string", "description": "x"},
            {"id": "amount", "name": "Amount", "type": "currency"},
            {
                "id": "kind",
                "name": "Kind",
                "type": "enum",
                "enum": [{"value": "a", "description": "x"}, {"value": "b"}],
            },
            {"id": "rows", "name": "Rows", "type": "array", "schema": [{"id": "day", "name": "Day", "type": "date"}]},
            {
                "id": "seller",
                "name": "Seller",
                "type": "object",
                "schema": [{"id": "city", "name": "City", "type": "string"}],
            },
        ],
    }
    assert kinds(data) == {
        "invoice_number": "id",
        "amount": "money",
        "kind": "choice",
        "rows": "table",
        "seller_city": "address",
    }


def test_a_template_of_our_own_comes_back_as_it_is() -> None:
    data = {"id": "x", "name": "X", "fields": [{"name": "a", "type": "text"}]}
    imported = import_template(data)
    assert (imported.form, imported.template.id) == ("own", "x")


@pytest.mark.parametrize(
    "data",
    [{}, {"named_entities": {}}, {"type": "object", "properties": {}}, {"properties": {"a": 3}}, {"fields": []},
     {"named_entities": {"rows": {"type": "array", "items": {"type": "object"}}}}],
)  # fmt: skip
def test_what_holds_nothing_to_look_for_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(TemplateInvalidError):
        import_template(data)


def test_names_become_unique_and_safe() -> None:
    properties = {
        "Inv. No": {"type": "string"},
        "inv_no": {"type": "string"},
        "2nd date": {"type": "string"},
        "日付": {},
    }
    assert list(kinds({"type": "object", "properties": properties})) == [
        "inv_no",
        "inv_no_2",
        "field_2nd_date",
        "field",
    ]


_SCHEMA = st.recursive(
    st.sampled_from(["string", "number", "array", "object", None, 3, True, ["string", "null"]]),
    lambda inner: (
        st.dictionaries(
            st.sampled_from(["type", "properties", "items", "enum", "extend:type", "description", "anyOf", "a", "b"]),
            inner,
        )
        | st.lists(inner, max_size=3)
    ),
    max_leaves=15,
)


@given(_SCHEMA, st.sampled_from(["named_entities", "properties", "fields", "schema"]))
def test_any_schema_makes_a_valid_template_or_is_refused(schema: Any, key: str) -> None:
    try:
        imported = import_template({key: schema})
    except TemplateInvalidError:
        return
    assert check_template(imported.template) == []


def test_header_row_with_samples() -> None:
    titles = ["Invoice No.", "Datum", "", "Supplier", "Net Amount", "VAT %", "Paid", "E-mail"]
    rows = [
        ["RE-1", "01.02.2020", "x", "Muster GmbH", "1.234,50", "19%", "yes", "a@b.de"],
        ["RE-2", "25.02.2020", "x", "ACME Ltd", "5,00", "7%", "no", "c@d.de"],
    ]
    template = from_header_row(titles, rows, name="Ledger 2020").template
    assert template.id == "ledger_2020"
    assert {f.name: f.type for f in template.fields} == {
        "invoice_no": "id",
        "datum": "date",
        "supplier": "name",
        "net_amount": "money",
        "vat_percent": "percent",
        "paid": "boolean",
        "e_mail": "email",
    }
    assert template.field("invoice_no").title == "Invoice No."
    assert "Rechnungsnummer" in template.field("invoice_no").labels


def test_header_row_without_rows_is_guessed_from_its_titles() -> None:
    kinds = {f.title: f.type for f in from_header_row(["Rechnungsdatum", "Total", "Notes"]).template.fields}
    assert kinds == {"Rechnungsdatum": "date", "Total": "money", "Notes": "text"}


def test_empty_header_row_is_refused() -> None:
    with pytest.raises(TemplateInvalidError):
        from_header_row(["", " "])


def test_labels_quoted_in_a_description() -> None:
    assert labels_in("Often labeled as 'Invoice Date', \"Issued On\" or 'YYYY-MM-DD'.") == ("Invoice Date", "Issued On")
    assert labels_in("Return 'null' if it is 'absent'") == ()
