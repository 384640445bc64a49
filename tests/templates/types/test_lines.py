"""Looking at all lines at once finds what looking at each of them finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.templates.types import VALUE_TYPE_NAMES, Lines, value_type

# Pieces that amounts, dates and codes are printed with, and what stands beside them
_PIECES = [
    *"0123456789OoIlSB./-–|,:'t~()$€#%+=", "12", "05", "20", "2019", "2O20", "0318", "DE", "DE89", "CHE-", "NO", "CR",
    "370400440532013000", "136695976", "jan", "Mar", "0ct", "märz", "of", "th", "RM", "USD", "kr", ".-", "1,234.56",
    "12,50", "٣", "1st", "No.", "Rs.", "$1,234.50", "02/03/20", "000", "345", "12.", "AM", ":30", "(Rev", "2)", "Euro",
    "MRB3037EH", "Total:", "N°", *" " * 40,
]  # fmt: skip
_lines = st.lists(
    st.lists(st.sampled_from(_PIECES), min_size=1, max_size=16)
    .map(lambda pieces: "".join(pieces).split())
    .filter(bool),
    min_size=1,
    max_size=5,
)


def _printed(lines: list[list[str]]) -> Lines:
    words = [word for line in lines for word in line]
    word_at, line_start = [0], [0]
    for word in words:
        word_at.append(word_at[-1] + len(word) + 1)
    for line in lines:
        line_start.append(line_start[-1] + len(line))
    return Lines(
        text="\n".join(map(" ".join, lines)),
        words=words,
        word_at=word_at[:-1],
        line_start=line_start,
        with_digit=[i for i, word in enumerate(words) if any(c.isdigit() for c in word)],
    )


@pytest.mark.parametrize("name", VALUE_TYPE_NAMES)
@given(words=_lines)
def test_all_lines_at_once_hold_what_each_of_them_holds(name: str, words: list[list[str]]) -> None:
    kind = value_type(name)
    lines = _printed(words)
    found = kind.recognise_all(lines)
    if found is None:
        return
    begins = [lines.word_at[first] for first in lines.line_start[:-1]]
    single = [
        (begin + span.start, begin + span.end)
        for begin, line in zip(begins, words, strict=True)
        for span in kind.recognise(" ".join(line))
    ]
    assert sorted(found) == sorted(single)


def test_the_line_of_a_word_is_told_from_the_words() -> None:
    lines = _printed([["Total", "12.50"], ["Date", "5", "May", "2020"]])
    assert [lines.text[slice(*lines.around(i))] for i in (0, 1, 2, 5)] == [
        "Total 12.50",
        "Total 12.50",
        "Date 5 May 2020",
        "Date 5 May 2020",
    ]
