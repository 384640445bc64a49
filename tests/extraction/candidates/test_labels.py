"""Labels are found however a page writes them."""

from __future__ import annotations

import numpy as np
import pytest

from docuextract_desktop.extraction.candidates import labels
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


_FIELDS = (("total", None, ("total amount", "sum")), ("day", None, ("invoice date",)), ("sum", None, ("total",)))
_PRINTED = ("amount", "date", "dote", "of", "summe", "sum", "total", "totals", "invoice", "#", "x", "datum")


def test_many_words_are_learnt_in_pieces_as_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    number, alike, share = labels._Vocabulary(_FIELDS).look_up(_PRINTED)
    monkeypatch.setattr(labels, "_LEARNT_AT_ONCE", 2)
    compared = []
    similarity = labels._similarity
    monkeypatch.setattr(labels, "_similarity", lambda a, b: compared.append(len(b)) or similarity(a, b))
    in_pieces = labels._Vocabulary(_FIELDS).look_up(_PRINTED)
    assert max(compared) == 2
    assert np.array_equal(in_pieces[0], number)
    assert in_pieces[1] == alike
    assert np.array_equal(in_pieces[2][:, : len(alike)], share[:, : len(alike)])


def test_words_that_could_not_be_learnt_are_learnt_with_the_next_document(monkeypatch: pytest.MonkeyPatch) -> None:
    number, alike, share = labels._Vocabulary(_FIELDS).look_up(_PRINTED)
    vocabulary = labels._Vocabulary(_FIELDS)
    with monkeypatch.context() as broken:
        broken.setattr(vocabulary, "_weighed_rows", [1 << 30])
        with pytest.raises(IndexError):
            vocabulary.look_up(_PRINTED)
    again = vocabulary.look_up(_PRINTED)
    assert np.array_equal(again[0], number)
    assert again[1] == alike
    assert np.array_equal(again[2], share)
