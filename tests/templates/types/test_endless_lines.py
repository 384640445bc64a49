"""A line without end costs as much as it is long: where it cost the square of that, these tests would take hours."""

from __future__ import annotations

import pytest

from docuextract_desktop.templates.types import Lines, value_type
from docuextract_desktop.templates.types.numerals import vote_decimal_mark


@pytest.mark.parametrize(
    ("name", "piece", "times"),
    [("boolean", "[x] ", 250_000), ("choice", "yes | ", 100_000), ("date", "5 jan 2018 ", 100_000)],
)
def test_endless_values_of_one_line_are_found_in_one_go(name: str, piece: str, times: int) -> None:
    kind = value_type(name, ["yes", "no"] if name == "choice" else None)
    found = kind.recognise(piece * times)
    assert len(found) == len(set(found)) >= times


def test_days_on_one_line_in_several_spellings_keep_to_their_places() -> None:
    # Spellings are looked for one after the other: the third is found between those before, the last over none of them.
    text = "2 jan 2018 3/4/2019 jan 5 2018 2/1/2018 5-6.18 27 032018"
    found = value_type("date").recognise(text)
    assert [text[span.start : span.end] for span in found] == [
        "2 jan 2018",
        "3/4/2019",
        "jan 5 2018",
        "2/1/2018",
        "5-6.18",
        "27 032018",
    ]


def test_an_endless_row_of_groups_has_no_vote_and_takes_none_away() -> None:
    assert vote_decimal_mark(["111 " * 250_000]) is None
    assert vote_decimal_mark(["111 " * 250_000 + "x 1.234,50"]) == ","
    assert vote_decimal_mark(["999 " * 7 + "999,50"]) == ","


def test_endless_lines_of_values_by_word() -> None:
    words = ["5", "jan", "2018"] * 50_000
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word) + 1)
    lines = Lines(" ".join(words), words, starts[:-1], [0, len(words)], [i for i in range(len(words)) if i % 3 != 1])
    assert len(value_type("date").recognise_all(lines) or ()) == 50_000
