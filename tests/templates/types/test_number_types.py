"""Numbers, integers and percentages, and the decimal mark of a document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types import value_type
from docuextract_desktop.templates.types.number import vote_decimal_mark

NUMBER, INTEGER, PERCENT = value_type("number"), value_type("integer"), value_type("percent")


def found(kind, line: str) -> list[str]:
    return [line[s.start : s.end] for s in kind.recognise(line)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", "5"),
        ("5 ST", "5"),
        ("10KG", "10"),
        ("3 m²", "3"),
        ("2.0000", "2.0000"),
        ("3,5", "3.5"),
        ("-3", "-3"),
        ("12-", "-12"),
        ("1 471,60", "1471.60"),
        ("191.00000", "191.00000"),
        ("007", "7"),
    ],
)
def test_reads_numbers_with_and_without_units(text: str, value: str) -> None:
    assert NUMBER.normalise(text) == value


def test_weight_with_three_decimals_follows_the_documents_mark() -> None:
    assert NUMBER.parse("308,500 KG", Locale(decimal=",")).value == "308.500"
    either = NUMBER.parse("308,500 KG")
    assert {either.value, *either.alternatives} == {"308500", "308.500"}


@pytest.mark.parametrize("text", ["", "x", "12/13", "1.2.3.4", "ten", "AB12"])
def test_what_is_no_number_is_not_read(text: str) -> None:
    assert NUMBER.parse(text) is None


def test_finds_numbers_but_no_parts_of_codes_and_dates() -> None:
    assert found(NUMBER, "5 ST 10KG 3,5 m²") == ["5", "10", "3,5"]
    assert found(NUMBER, "2013-471102 A12 10/12 X:9") == []


@pytest.mark.parametrize(
    ("text", "value"), [("3,00", "3"), ("1.471", "1471"), ("20.0000", "20"), ("-7", "-7"), ("0", "0")]
)
def test_reads_whole_numbers(text: str, value: str) -> None:
    assert INTEGER.normalise(text) == value


def test_a_fraction_is_no_whole_number() -> None:
    assert INTEGER.parse("3,50") is None


@pytest.mark.parametrize(
    ("text", "value"), [("19 %", "19"), ("7,00%", "7.00"), ("% 6", "6"), ("-3.5 %", "-3.5"), ("12,125 %", "12.125")]
)
def test_reads_percentages(text: str, value: str) -> None:
    assert PERCENT.normalise(text) == value


def test_a_percentage_without_its_sign_is_less_sure() -> None:
    assert PERCENT.parse("19").quality < PERCENT.parse("19 %").quality


def test_finds_percentages() -> None:
    assert found(PERCENT, "inkl. 19% MwSt. 7,00 % aus 1.234,00") == ["19%", "7,00 %"]
    assert found(PERCENT, "19") == ["19"]


def test_the_same_number_in_two_spellings() -> None:
    assert NUMBER.same("2", "2.0000")
    assert PERCENT.same("7", "7.00")
    assert not NUMBER.same("2", "3")
    assert NUMBER.same("n/a", "n/a")


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=4), st.sampled_from(["auto", ".", ","]))
def test_every_number_survives_being_shown_and_read(number, decimal) -> None:
    locale = Locale(decimal=decimal)
    for kind in (NUMBER, PERCENT):
        again = kind.parse(kind.display(str(number), locale), locale)
        assert again is not None
        assert kind.same(again.value, str(number))


@given(st.integers(-(10**12), 10**12))
def test_every_whole_number_survives_being_shown_and_read(number: int) -> None:
    assert INTEGER.normalise(INTEGER.display(str(number))) == str(number)


@pytest.mark.parametrize(
    ("lines", "mark"),
    [
        (["1.471,60", "Summe 20,00"], ","),
        (["1,471.60", "Total 20.00"], "."),
        (["1'471.60"], "."),
        (["1 471,60 €"], ","),
        (["05.03.18", "05.03.2018", "12.30.45"], None),
        (["20.00", "20,00"], None),
        (["1,234.00", "3,50"], "."),
        ([], None),
    ],
)
def test_votes_the_decimal_mark_of_a_document(lines: list[str], mark: str | None) -> None:
    assert vote_decimal_mark(lines) == mark
