from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types import value_type
from docuextract_desktop.templates.types.date import vote_date_order

DATE = value_type("date")
DAY_FIRST, MONTH_FIRST = Locale(dates="day-first"), Locale(dates="month-first")


def found(line: str) -> list[str]:
    return [line[s.start : s.end] for s in DATE.recognise(line)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("25/03/2018", "2018-03-25"),
        ("25.3.18", "2018-03-25"),
        ("25-03-2018", "2018-03-25"),
        ("25 . 03 . 2018", "2018-03-25"),
        ("25 03 2018", "2018-03-25"),
        ("2018-03-25", "2018-03-25"),
        ("2018/3/5", "2018-03-05"),
        ("2018.03.05", "2018-03-05"),
        ("20180318", "2018-03-18"),
        ("12/30/19", "2019-12-30"),
        ("25 March 2018", "2018-03-25"),
        ("25th of March 2018", "2018-03-25"),
        ("this 25th day of March, 2018", "2018-03-25"),
        ("March 25, 2018", "2018-03-25"),
        ("Mar. 25, 2018", "2018-03-25"),
        ("MAR 25 2018", "2018-03-25"),
        ("25May2018", "2018-05-25"),
        ("18MAR2018", "2018-03-18"),
        ("18-MAR-18", "2018-03-18"),
        ("05/Aug/2017", "2017-08-05"),
        ("Feb13/20", "2020-02-13"),
        ("2018-Mar-05", "2018-03-05"),
        ("Friday, 6 September 2019", "2019-09-06"),
        ("11. Juli 2014", "2014-07-11"),
        ("5.März 2018", "2018-03-05"),
        ("3. Dez. 2021", "2021-12-03"),
        ("1er janvier 2019", "2019-01-01"),
        ("5 février 2021", "2021-02-05"),
        ("15 AOÛT 2020", "2020-08-15"),
        ("3 de mayo de 2018", "2018-05-03"),
        ("7 dic. 2020", "2020-12-07"),
        ("1° gennaio 2020", "2020-01-01"),
        ("9 luglio 2020", "2020-07-09"),
        ("3 mei 2021", "2021-05-03"),
        ("12 maart 2021", "2021-03-12"),
        ("18 de março de 2020", "2020-03-18"),
        ("2 de outubro de 2020", "2020-10-02"),
        ("23-01-2019 13:14:15 PM", "2019-01-23"),
        ("30/03/201814:22", "2018-03-30"),
        ("15/3/18 17:20", "2018-03-15"),
        ("31/12/79", "1979-12-31"),
    ],
)
def test_reads_the_spellings_of_many_countries(text: str, value: str) -> None:
    assert DATE.normalise(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("05t19t20", "2020-05-19"),
        ("0l/02/2018", "2018-02-01"),
        ("1O/O3/2O18", "2018-03-10"),
        ("0CT 12, 2018", "2018-10-12"),
        ("N0V 3 2019", "2019-11-03"),
        ("25/03-2018", "2018-03-25"),
        ("25/8120", "2020-08-25"),
        ("27 032018", "2018-03-27"),
        ("27032018", "2018-03-27"),
        ("05-05~18", "2018-05-05"),
    ],
)
def test_reads_through_slips_of_recognition(text: str, value: str) -> None:
    parsed = DATE.parse(text)
    assert parsed is not None
    assert parsed.value == value


def test_a_slip_lowers_the_quality() -> None:
    assert DATE.parse("25t03t18").quality < DATE.parse("25/03/18").quality


@pytest.mark.parametrize(
    "text",
    ["", "12:30:45", "1.234,56", "201/113/40209", "32/13/2018", "2018-13-40", "99/99/99", "30/02/2018", "12/3 2018",
     "May"],
)  # fmt: skip
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert DATE.parse(text) is None


def test_an_ambiguous_date_follows_the_locale_and_keeps_the_other_reading() -> None:
    assert DATE.parse("03/04/2025", DAY_FIRST).value == "2025-04-03"
    assert DATE.parse("03/04/2025", MONTH_FIRST).value == "2025-03-04"
    open_question = DATE.parse("03/04/2025")
    assert (open_question.value, open_question.alternatives) == ("2025-04-03", ("2025-03-04",))
    assert open_question.quality < DATE.parse("03/04/2025", DAY_FIRST).quality


def test_the_locale_does_not_force_the_impossible() -> None:
    parsed = DATE.parse("12/30/2019", DAY_FIRST)
    assert (parsed.value, parsed.alternatives) == ("2019-12-30", ())
    assert parsed.quality < 0.7


def test_day_and_month_of_the_same_number_leave_no_question() -> None:
    assert DATE.parse("05/05/2020").alternatives == ()


@pytest.mark.parametrize(
    ("line", "dates"),
    [
        ("12/30/19 - 03/29/20", ["12/30/19", "03/29/20"]),
        ("8/6/14-8/12/14", ["8/6/14", "8/12/14"]),
        ("Dates: Jun05/20 - Jun19/20", ["Jun05/20", "Jun19/20"]),
        ("06t01120 -06108120 26", ["06t01120", "06108120"]),
        ("vom 01.03.2018 bis 5. April 2018", ["01.03.2018", "5. April 2018"]),
        ("Order 12345678 of 2018-10-01", ["2018-10-01"]),
        ("Tel. 030 41092-0 USt 19% 1.234,56", []),
        ("Date:25/03/2018Time:10:00", ["25/03/2018"]),
    ],
)
def test_finds_dates_and_both_ends_of_ranges(line: str, dates: list[str]) -> None:
    assert found(line) == dates


def test_shows_a_date_in_the_order_of_the_locale() -> None:
    assert DATE.display("2018-05-25") == "2018-05-25"
    assert DATE.display("2018-05-25", DAY_FIRST) == "25/05/2018"
    assert DATE.display("2018-05-25", MONTH_FIRST) == "05/25/2018"
    assert DATE.display("soon", DAY_FIRST) == "soon"


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from(["auto", "day-first", "month-first"]))
def test_every_date_survives_being_shown_and_read(day: date, order) -> None:
    locale = Locale(dates=order)
    assert DATE.normalise(DATE.display(day.isoformat(), locale), locale) == day.isoformat()


@given(st.dates(date(1970, 1, 1), date(2068, 12, 31)), st.sampled_from(["/", ".", "-"]), st.booleans())
def test_numeric_dates_are_read_in_both_orders(day: date, mark: str, short: bool) -> None:
    year = f"{day.year % 100:02d}" if short else str(day.year)
    assert DATE.normalise(f"{day.day}{mark}{day.month}{mark}{year}", DAY_FIRST) == day.isoformat()
    assert DATE.normalise(f"{day.month}{mark}{day.day}{mark}{year}", MONTH_FIRST) == day.isoformat()


@pytest.mark.parametrize(
    ("lines", "order"),
    [
        (["25/03/2018", "01/02/2018"], "day-first"),
        (["03/25/2018", "01/02/2018"], "month-first"),
        (["12/30/19 - 03/29/20", "from 02/01/20"], "month-first"),
        (["01.02.2018"], "day-first"),
        (["01/02/2018", "TOTAL RM 20.00"], "day-first"),
        (["01/02/2018", "Springfield, IL 62701", "$20.00"], "month-first"),
        (["01/02/2018"], None),
        (["25/03/2018", "03/25/2018"], None),
        (["2018-03-05", "5 March 2018"], None),
        ([], None),
    ],
)
def test_votes_the_order_of_a_documents_dates(lines: list[str], order: str | None) -> None:
    assert vote_date_order(lines) == order
