"""What every kind of candidate asks of a document's lines, worked out once."""

from __future__ import annotations

from docuextract_desktop.extraction.words.tokens import view_tokens
from tests.extraction.printed import document_of


def test_lines_read_as_printed_and_tell_whether_a_digit_stands_on_them() -> None:
    view = view_tokens(document_of("Gross Total\nNo. A7\nflight 12/03"))
    assert view.line_texts == ("Gross Total", "No. A7", "flight 12/03")
    assert view.line_has_digit.tolist() == [False, True, True]


def test_a_document_without_words_has_no_lines() -> None:
    view = view_tokens(document_of(""))
    assert view.line_texts == ()
    assert not len(view.line_has_digit)
