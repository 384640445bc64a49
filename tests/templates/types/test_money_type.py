from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types import value_type
from docuextract_desktop.templates.types.currency import currency_of, vote_currency

MONEY = value_type("money")
COMMA, POINT = Locale(decimal=","), Locale(decimal=".")


def found(line: str) -> list[str]:
    return [line[s.start : s.end] for s in MONEY.recognise(line)]


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("1.471,60", "1471.60", None),
        ("1,471.60", "1471.60", None),
        ("1 471,60", "1471.60", None),
        ("1'471.60", "1471.60", None),
        ("1’471.60", "1471.60", None),
        ("1\u202f471,60 €", "1471.60", "EUR"),
        ("1,23,456.00", "123456.00", None),
        ("RM 12.30", "12.30", "MYR"),
        ("RM12.30", "12.30", "MYR"),
        ("$8.20", "8.20", "USD"),
        ("$.50", "0.50", "USD"),
        ("-$ .50", "-0.50", "USD"),
        ("Rs.50", "50", "INR"),
        ("US$ 12.30", "12.30", "USD"),
        ("12,30 €", "12.30", "EUR"),
        ("€12.30", "12.30", "EUR"),
        ("£ 1,000", "1000", "GBP"),
        ("CHF 1'000.50", "1000.50", "CHF"),
        ("20.00 EUR", "20.00", "EUR"),
        ("(1,234.00)", "-1234.00", None),
        ("1,234.00-", "-1234.00", None),
        ("-5.00", "-5.00", None),
        ("−5,00 €", "-5.00", "EUR"),
        ("-$5.00", "-5.00", "USD"),
        ("$-5.00", "-5.00", "USD"),
        ("$(5.00)", "-5.00", "USD"),
        ("1,234.00 CR", "-1234.00", None),
        ("1,234.00 DR", "1234.00", None),
        ("1.234,- €", "1234", "EUR"),
        ("12,--", "12", None),
        ("0,50", "0.50", None),
        (".50", "0.50", None),
        ("20", "20", None),
        ("20.00*", "20.00", None),
    ],
)
def test_reads_amounts_as_they_are_printed(text: str, value: str, currency: str | None) -> None:
    parsed = MONEY.parse(text)
    assert parsed is not None
    assert (parsed.value, parsed.currency) == (value, currency)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1O.50", "10.50"), ("l2.30", "12.30"), ("4.5O", "4.50"), ("S 12.30", "12.30"), ("12. 30", "12.30"),
     ("1,234 .50", "1234.50"), ("1.471.60", "1471.60")],
)  # fmt: skip
def test_reads_through_slips_of_recognition_and_says_so(text: str, value: str) -> None:
    parsed = MONEY.parse(text)
    assert parsed is not None
    assert parsed.value == value
    assert parsed.quality < 0.8


@pytest.mark.parametrize("text", ["", "abc", "12/03/2018", "05.03.2018", "12:30", "1.2.3", "19 %", "1,2,3", "()", "RM"])
def test_what_is_no_amount_is_not_read(text: str) -> None:
    assert MONEY.parse(text) is None


def test_three_digits_behind_a_mark_follow_the_documents_own_mark() -> None:
    assert MONEY.parse("1.471", COMMA).value == "1471"
    assert MONEY.parse("1,471", POINT).value == "1471"
    either = MONEY.parse("1.471")
    assert (either.value, either.alternatives) == ("1471", ("1.471",))
    as_decimals = MONEY.parse("1.471", POINT)
    assert (as_decimals.value, as_decimals.alternatives) == ("1.471", ("1471",))
    assert MONEY.parse("0.125").value == "0.125"


def test_a_shared_sign_follows_the_locale() -> None:
    assert MONEY.parse("$5.00", Locale(currency="MYR")).currency == "MYR"
    assert MONEY.parse("$5.00", Locale(currency="CAD")).currency == "CAD"
    assert MONEY.parse("$5.00", Locale(currency="EUR")).currency == "USD"
    assert MONEY.parse("5.00 kr", Locale(currency="SEK")).currency == "SEK"
    assert MONEY.parse("5.00 kr").currency is None
    assert MONEY.parse("5.00", Locale(currency="CHF")).currency == "CHF"


@pytest.mark.parametrize(
    ("line", "amounts"),
    [
        ("TOTAL: RM 20.00", ["RM 20.00"]),
        ("TOTAL20.00", ["20.00"]),
        ("Gesamtbetrag 1.005,55 EUR inkl. 19% MwSt.", ["1.005,55 EUR"]),
        ("- $5.00 and (1,234.00)", ["- $5.00", "(1,234.00)"]),
        ("Rabatt - 5,00", ["- 5,00"]),
        ("05.03.2018 12/30/19 13:14:15", []),
        ("Order 4711-0815 AB-12 0123", []),
        ("10.00% 7,5 %", []),
    ],
)
def test_finds_amounts_in_a_line(line: str, amounts: list[str]) -> None:
    assert found(line) == amounts


def test_a_quantity_beside_an_amount_gives_both_readings() -> None:
    assert set(found("3 191,00 573,00")) >= {"191,00", "573,00", "3 191,00"}


def test_a_dash_between_date_and_amount_is_no_minus() -> None:
    assert "5.00" in found("12/30/19 - 5.00")
    assert "- 5.00" not in found("12/30/19 - 5.00")


def test_amounts_are_the_same_as_numbers() -> None:
    assert MONEY.same("20", "20.00")
    assert not MONEY.same("20.00", "-20.00")


def test_shows_an_amount_in_the_documents_own_way() -> None:
    assert MONEY.display("1471.60", COMMA, "EUR") == "1.471,60 EUR"
    assert MONEY.display("-1234567.5", POINT) == "-1,234,567.5"


@given(
    st.decimals(-(10**12), 10**12, allow_nan=False, places=2),
    st.sampled_from(["auto", ".", ","]),
    st.sampled_from([None, "EUR", "USD", "MYR"]),
)
def test_every_amount_survives_being_shown_and_read(number, decimal, currency) -> None:
    locale = Locale(decimal=decimal)
    again = MONEY.parse(MONEY.display(str(number), locale, currency), locale)
    assert again is not None
    assert MONEY.same(again.value, str(number))
    assert again.currency == currency


def test_currency_signs() -> None:
    assert currency_of("RM") == currency_of("rm") == "MYR"
    assert currency_of("eur") == "EUR"
    assert currency_of("kr") is None
    assert currency_of("¥", "CNY") == "CNY"
    assert currency_of("qq") is None


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["TOTAL RM 12.30", "CASH RM 20.00", "only $1 today"], "MYR"),
        (["Beträge in EUR", "Summe 12,30"], "EUR"),
        (["AMOUNT (RM)", "12.30"], "MYR"),
        (["$1.00", "$2.00"], "USD"),
        (["ACME SDN BHD (123456-X)", "Ft Wayne", "RON95 12.30"], None),
        ([], None),
    ],
)
def test_votes_the_currency_of_a_document(lines: list[str], code: str | None) -> None:
    assert vote_currency(lines) == code
