"""What spares a line the closer look must never cost a value: each cheap look is held against the pattern it guards."""

import re
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.templates.models import DecimalMark, Locale
from docuextract_desktop.templates.types import date_lines, id, money, numerals, value_type
from docuextract_desktop.templates.types import date_spellings as date

# Pieces that dates, codes and amounts are printed with, and what recognition makes of them
_PIECES = [
    *"0123456789OoIlSB./-–|,:' t~()$€#_ ", "12", "05", "1", "20", "19", "2019", "1999", "2O20", "0318", " - ", "/",
    "- ", "DE", "DE89", "CHE-", "NO ", "GB", "370400440532013000", "136695976", "123.456.789", " 695 976", "MWST",
    "jan", "Mar", "OCT", "0ct", "N0V", "ju1", "december", "märz", "août", "sept", " de ", "of ", "th", "del ", "X",
    "RM", "USD", "EUR", "kr", "CR", ".-", "1,234.56", "12,50", "\u00a0", "٣", "ſ",
]  # fmt: skip
_lines = st.lists(st.sampled_from(_PIECES), max_size=14).map("".join)


def _guarded() -> Iterable[tuple[re.Pattern[str], re.Pattern[str]]]:
    """Each pattern with the cheap look that must hold wherever it does."""
    for numeric, textual in ((False, False), (True, True)):
        for spelling in date._spellings(numeric=numeric, textual=textual):
            if spelling.need is not None:
                yield spelling.pattern, spelling.need
            if spelling not in date._NAMED_DATES:
                yield spelling.pattern, date_lines._MAYBE_IN_FIGURES
    yield id._IBAN, id._MAYBE_KNOWN


@pytest.mark.parametrize(("pattern", "look"), list(dict.fromkeys(_guarded())))
@given(data=st.data())
def test_where_a_pattern_holds_its_cheap_look_holds(
    pattern: re.Pattern[str], look: re.Pattern[str], data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(pattern))
    assert look.search(text) is not None


@pytest.mark.parametrize("name", sorted(n for n in date._MONTH_OF if n.isascii()))
@pytest.mark.parametrize("form", ["5 {} 2018", "5.{}. 18", "{} 5, 2018", "2018-{}-05", "5 de {} del 2018"])
def test_every_name_of_a_month_passes_the_cheap_look(name: str, form: str) -> None:
    for printed in (name, name.upper(), name.title()):
        assert date._MAYBE_NAMED.search(form.format(printed)) is not None


@given(text=st.from_regex(id._VAT))
def test_no_vat_id_is_passed_over(text: str) -> None:
    if any(sum(c.isdigit() for c in m.group()) >= 7 for m in id._VAT.finditer(text)):
        assert id._MAYBE_KNOWN.search(text) is not None


@given(text=st.from_regex(id._IBAN) | st.from_regex(id._VAT))
def test_known_codes_begin_in_words_that_tell(text: str) -> None:
    assert any(id._CAPITALS.search(word) and id._KNOWN_BEGINS.search(word) for word in text.split())


@given(text=st.from_regex(numerals._USUAL, fullmatch=True), decimal=st.sampled_from(["auto", ".", ","]))
def test_a_usual_number_is_read_as_all_others_are(text: str, decimal: DecimalMark) -> None:
    read = numerals.read_numeral(text, decimal)
    assert read == numerals._split(text, decimal, 1.0, money=True)


@given(
    text=st.from_regex(r"[0-9]{1,3}(,[0-9]{3}){1,4}\.[0-9]{2}|[0-9]{1,3}(\.[0-9]{3}){1,4},[0-9]{2}", fullmatch=True),
    decimal=st.sampled_from(["auto", ".", ","]),
)
def test_a_grouped_number_is_read_as_all_others_are(text: str, decimal: DecimalMark) -> None:
    assert numerals._GROUPED.fullmatch(text) is not None
    assert numerals.read_numeral(text, decimal) == numerals._split(text, decimal, 1.0, money=True)


@given(text=st.from_regex(date._USUAL, fullmatch=True))
def test_a_usual_day_is_found_as_all_others_are(text: str) -> None:
    assert date.find_dates(text) == tuple(date.search_dates(text, numeric=True, textual=False))


@given(text=st.from_regex(money._PLAIN, fullmatch=True), currency=st.sampled_from([None, "MYR"]))
def test_a_plain_amount_is_read_as_the_whole_pattern_reads_it(text: str, currency: str | None) -> None:
    locale = Locale(currency=currency)
    spaced = f" {text}"  # no longer plain
    if len(spaced) <= 60:
        assert money._PLAIN.fullmatch(spaced) is None
        assert value_type("money").parse(text, locale) == value_type("money").parse(spaced, locale)


@given(text=st.from_regex(money._BEHIND) | _lines)
def test_behind_an_amount_stands_only_what_is_looked_for(text: str) -> None:
    behind = money._BEHIND.match(text)
    assert behind is None or not behind.group() or behind.group().lstrip(" ")[:1] in money._BEHIND_STARTS
