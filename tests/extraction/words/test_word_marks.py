"""What a word by itself says about where texts begin and end."""

from __future__ import annotations

import pytest

from docuextract_desktop.extraction.words import word_marks as marks
from docuextract_desktop.extraction.words.tokens import view_tokens
from tests.extraction.printed import document_of


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Harbour", marks.LETTER | marks.LETTER_OR_DIGIT),
        ("12", marks.LETTER_OR_DIGIT | marks.DIGIT),
        ("x²", marks.LETTER | marks.LETTER_OR_DIGIT),
        ("²", marks.LETTER_OR_DIGIT | marks.DIGIT),
        ("-", marks.BEGINS | marks.CUTS | marks.JOINING_SIGN),
        ("&", marks.JOINING_SIGN),
        ("for", marks.LETTER | marks.LETTER_OR_DIGIT | marks.JOINS),
        ("(Invoice", marks.LETTER | marks.LETTER_OR_DIGIT | marks.CUTS),
        ("Street,", marks.LETTER | marks.LETTER_OR_DIGIT | marks.CUTS | marks.JOINING_SIGN),
        ("me@harbour.example", marks.LETTER | marks.LETTER_OR_DIGIT | marks.REACHED_AT),
        ("WWW.harbour.example", marks.LETTER | marks.LETTER_OR_DIGIT | marks.REACHED_AT),
        ("awww.", marks.LETTER | marks.LETTER_OR_DIGIT | marks.CUTS),
    ],
)
def test_the_marks_of_a_word(word: str, expected: int) -> None:
    assert view_tokens(document_of(word)).word_marks.tolist() == [expected]


def test_a_label_of_a_form_begins_the_next_column() -> None:
    (of_date,) = view_tokens(document_of("Date:")).word_marks.tolist()
    assert of_date & marks.PARTICULAR
    assert of_date & marks.BEGINS
    assert not of_date & marks.FORM  # the colon belongs to it


def test_hundredths_without_a_digit_before_the_mark() -> None:
    words = ["Rounding", ".02", "-,03", "(.04)", "0.01", ".05", ".020"]
    assert marks.hundredths_of(words) == {2, 3, 4}
    bare = view_tokens(document_of(" ".join(words))).word_marks & marks.BARE_HUNDREDTHS > 0
    assert [word for word, hit in zip(words, bare, strict=True) if hit] == [".02", "-,03", "(.04)"]
