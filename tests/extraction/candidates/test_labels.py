"""Labels are found however a page writes them."""

from __future__ import annotations

import pytest

from docuextract_desktop.extraction.candidates.labels import match_labels, phrases_of
from docuextract_desktop.extraction.words.tokens import view_tokens
from tests.extraction.printed import document_of, field


@pytest.mark.parametrize(
    ("label", "printed"),
    [
        ("invoice number", "Invoice Number: 12"),
        ("invoice number", "INVOICE NO. 12"),
        ("invoice number", "Invoice # 12"),
        ("Rechnungs-Nr.", "Rechnungs Nr 12"),
        ("subtotal", "SUB TOTAL 12"),
        ("sub total", "Subtotal 12"),
        ("amount due", "Amourt due 12"),
        ("Größe", "GROSSE 12"),
    ],
)
def test_spellings_of_a_label(label: str, printed: str) -> None:
    view = view_tokens(document_of(printed))
    matches = match_labels(view, [field("wanted", "money", label)])
    assert any(quality > 0.75 for quality in matches.quality)


def test_a_longer_label_of_another_field_covers_a_shorter_one() -> None:
    view = view_tokens(document_of("Gross Total 12"))
    matches = match_labels(view, [field("sum", "money", "total"), field("gross", "money", "gross total")])
    inside = {int(f): bool(i) for f, i in zip(matches.field, matches.inside_other, strict=True) if f == 0}
    assert inside == {0: True}


def test_labels_do_not_run_over_the_end_of_a_line() -> None:
    view = view_tokens(document_of("amount\ndue"))
    matches = match_labels(view, [field("wanted", "money", "amount due")])
    assert not len(matches.field)


def test_the_name_of_a_field_is_a_label() -> None:
    assert {p.tokens for p in phrases_of([field("contractNum", "id")])} == {("contract", "#")}
