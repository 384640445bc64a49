"""Values of small printed pages, and what holds for any page."""

from __future__ import annotations

import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.documents.layout import arrange
from docuextract_desktop.documents.models import Document, Page
from docuextract_desktop.extraction.features.prepared import prepared_from_bytes, prepared_to_bytes
from docuextract_desktop.extraction.models import extraction_from_json, extraction_to_json
from docuextract_desktop.extraction.pipeline import extract, prepare, propose
from docuextract_desktop.templates.library import load_template
from docuextract_desktop.templates.models import Template
from tests.extraction.printed import document_of, field, page_of, template_of

ORDER = template_of(
    field("order_number", "id", "order no", required=True),
    field("customer", "name", "customer", required=True),
    field("order_date", "date", "order date"),
    field("total", "money", "total", "amount due", required=True),
    field("tax", "money", "tax", "vat"),
    field("net", "money", "subtotal", "net"),
    rules=["net + tax = total"],
)

PAGE = """
Harbour Supplies Ltd                       ORDER

Order No: 88-4711             Order Date: 14/03/2024
Customer: Meadow Trading Ltd

Blue paint                                  40.00
White paint                                 60.00

Subtotal                                   100.00
VAT 20%                                     20.00
Total                                      120.00
"""

EVERYTHING = template_of(
    *(
        field(f"a_{kind}", kind, "total", "date", "name")
        for kind in ("text", "id", "name", "address", "money", "number", "integer", "percent", "date", "boolean")
    ),
    field("a_choice", "choice", "kind", choices=["alpha", "beta"]),
    field("an_email", "email", "mail"),
    field("a_phone", "phone", "tel"),
)


def values_of(document: Document, template: Template) -> dict[str, str | None]:
    return {value.name: value.value for value in extract(document, template).fields}


def test_values_stand_beside_their_labels() -> None:
    found = values_of(document_of(PAGE), ORDER)
    assert found == {
        "order_number": "88-4711",
        "customer": "Meadow Trading Ltd",
        "order_date": "2024-03-14",
        "total": "120.00",
        "tax": "20.00",
        "net": "100.00",
    }


def test_every_value_has_its_place() -> None:
    document = document_of(PAGE)
    page = document.pages[0]
    for value in extract(document, ORDER).fields:
        assert value.evidence is not None
        assert value.text is not None
        words = [page.texts[w] for w in value.evidence.words]
        assert value.text in " ".join(words)
        assert value.evidence.box.width > 0
        assert value.evidence.method == "text_layer"


def test_a_value_inside_a_word_has_the_box_of_its_part() -> None:
    document = document_of("Total:12.50")
    total = extract(document, template_of(field("total", "money", "total"))).field("total")
    assert total.value == "12.50"
    assert total.evidence is not None
    whole = document.pages[0].box_of(0, 1)
    assert total.evidence.box.x0 > whole.x0 + whole.width * 0.4
    assert total.evidence.box.x1 == pytest.approx(whole.x1, abs=1e-4)


def test_an_address_over_several_lines_has_a_box_for_each() -> None:
    page = """
Bill to
Meadow Trading Ltd

Address: 12 Mill Lane
         Unit 4
         YO1 7HH York
"""
    found = extract(document_of(page), template_of(field("address", "address", "address"))).field("address")
    assert found.value is not None
    assert "Unit 4" in found.value
    assert found.evidence is not None
    parts = found.evidence.parts
    assert len(parts) >= 2
    assert [p.y0 for p in parts] == sorted(p.y0 for p in parts)


def test_what_is_required_and_missing_wants_review() -> None:
    found = extract(document_of("nothing to be seen here"), ORDER).field("total")
    assert found.value is None
    assert found.needs_review
    assert "required" in found.reasons[0]


def test_an_empty_document_has_no_values() -> None:
    empty = document_of(page_of(""))
    assert set(values_of(empty, EVERYTHING).values()) == {None}
    assert set(values_of(Document("0" * 64, "pdf", 0, ()), EVERYTHING).values()) == {None}


def test_a_pattern_rules_candidates_out() -> None:
    page = "Order No: 88-4711   Order No: A-17"
    free = template_of(field("number", "id", "order no"))
    bound = template_of(field("number", "id", "order no", pattern=r"[A-Z]-\d+"))
    assert values_of(document_of(page), free)["number"] == "88-4711"
    assert values_of(document_of(page), bound)["number"] == "A-17"


@pytest.mark.parametrize(("pages", "number"), [("1", "1111"), ("-1", "3333"), ("2", "2222"), ("2-3", "2222")])
def test_only_the_pages_that_the_field_names(pages: str, number: str) -> None:
    document = document_of("Order No: 1111", "Order No: 2222", "Order No: 3333")
    template = template_of(field("number", "id", "order no", pages=pages))
    found = extract(document, template).field("number")
    assert found.value is not None
    assert found.evidence is not None
    if pages != "2-3":
        assert found.value == number
    assert found.evidence.page_index in {"1": {0}, "-1": {2}, "2": {1}, "2-3": {1, 2}}[pages]


def test_the_field_decides_when_a_value_is_shown_to_a_person() -> None:
    strict = template_of(field("total", "money", "total", review_threshold=1.0))
    loose = template_of(field("total", "money", "total", review_threshold=0.0))
    assert extract(document_of(PAGE), strict).field("total").needs_review
    assert not extract(document_of(PAGE), loose).field("total").needs_review


def test_a_flag_says_why() -> None:
    template = template_of(field("total", "money", "total", review_threshold=1.0))
    found = extract(document_of(PAGE), template).field("total")
    assert found.reasons
    assert all(reason.endswith(".") for reason in found.reasons)


def test_currency_comes_from_the_amounts_where_it_is_not_printed_by_itself() -> None:
    template = template_of(field("total", "money", "total"), field("currency", "choice", choices=["EUR", "USD"]))
    found = extract(document_of("Widget  €12.00\nTotal  €12.00"), template)
    assert found.field("currency").value == "EUR"
    assert found.field("currency").evidence is not None
    assert found.field("total").currency == "EUR"


def test_the_place_of_a_currency_is_a_whole_amount() -> None:
    template = template_of(field("total", "money", "total"), field("currency", "choice", choices=["EUR", "USD"]))
    found = extract(document_of("Total: € 3 782,32"), template)
    assert found.field("currency").text == "€ 3 782,32"


def test_shipped_templates_have_all_their_fields_answered() -> None:
    template = load_template("invoice")
    found = extract(document_of(PAGE), template)
    assert [v.name for v in found.fields] == [f.name for f in template.fields]
    assert extraction_from_json(extraction_to_json(found)).field("total").value == "120.00"


def test_proposing_from_kept_features_gives_the_same_values() -> None:
    prepared = prepare(document_of(PAGE), ORDER)
    kept = prepared_from_bytes(prepared_to_bytes(prepared))
    first, second = propose(prepared, ORDER), propose(kept, ORDER)
    assert [v.value for v in first] == [v.value for v in second]
    assert [v.evidence for v in first] == [v.evidence for v in second]
    assert np.allclose([v.confidence for v in first], [v.confidence for v in second], atol=0.01)


@pytest.mark.parametrize("damage", [b"", b"DXP1", b"not this", b"DXP1" + b"\x10\x00\x00\x00" + b"rubbish"])
def test_damaged_features_are_refused(damage: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        prepared_from_bytes(damage)


_words = st.one_of(
    st.text(alphabet=string.ascii_letters + string.digits + ".,:/-#()€$%ÄéßO0Il|", min_size=1, max_size=12),
    st.sampled_from(
        ["Total", "Date", "Name:", "12.50", "01/02/2024", "01/02/2024-03/02/2024", "#", ":", "(", "a@b.co"]
    ),
)


@st.composite
def _pages(draw: st.DrawFn) -> Page:
    texts = draw(st.lists(_words, max_size=40))
    boxes = []
    for text in texts:
        x, y = draw(st.integers(0, 500)), draw(st.integers(0, 40)) * 16
        boxes.append((x, y, x + 5 * len(text), y + draw(st.integers(6, 20))))
    method = draw(st.sampled_from(["text_layer", "ocr"]))
    sure = np.array([draw(st.floats(0, 1)) for _ in texts], np.float32)
    size = np.array(boxes, np.float64).reshape(-1, 4)
    return arrange(texts, size, sure, index=draw(st.integers(0, 3)), width=600, height=800, method=method)


@given(_pages())
def test_any_page_gives_values_with_places_and_honest_numbers(page: Page) -> None:
    document = document_of(page)
    found = extract(document, EVERYTHING)
    assert [v.name for v in found.fields] == [f.name for f in EVERYTHING.fields]
    for value in found.fields:
        assert 0 <= value.confidence <= 1
        assert (value.value is None) == (value.evidence is None)
        if value.evidence is not None:
            assert value.evidence.page_index == page.index
            assert all(0 <= w < len(page) for w in value.evidence.words)
        assert len(value.alternatives) <= 4
        assert all(0 <= a.confidence <= 1 for a in value.alternatives)
    assert extract(document, EVERYTHING) == found


def test_a_title_is_nobodys_name() -> None:
    page = "INVOICE\n\nMeadow Trading\n12 Mill Lane"
    named = prepare(document_of(page), template_of(field("seller", "name")))
    free = prepare(document_of(page), template_of(field("title", "text")))
    row = named.kinds["text"].texts.index("INVOICE")
    assert not named.allowed["seller"][row]
    assert named.allowed["seller"][named.kinds["text"].texts.index("Meadow Trading")]
    assert free.allowed["title"].all()


@pytest.mark.parametrize("label", ["Tax Invoice", "Invoice No.", "Unit price", "Désignation", "Kunden-Nr."])
def test_labels_and_names_of_columns_are_nobodys_name(label: str) -> None:
    named = prepare(document_of(f"{label}\n\nKunden AG\n12 Mill Lane"), template_of(field("seller", "name")))
    allowed = dict(zip(named.kinds["text"].texts, named.allowed["seller"].tolist(), strict=True))
    assert allowed["Kunden AG"]
    assert not allowed[label]
