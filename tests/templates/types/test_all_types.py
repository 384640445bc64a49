"""What holds for every value type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.templates.models import Column, Locale, TemplateField
from docuextract_desktop.templates.types import VALUE_TYPE_NAMES, ValueType, resolve_locale, type_of, value_type

_BITS = st.sampled_from(
    [
        *"0123456789OolISB.,'’/-–()$€£:;#%@[]| \u00a0\u202f",
        *("RM", "EUR", "CR", "DE", "Mar", "de ", "1st ", "12 345 ", "x@x.", "GmbH "),
    ]
)
# What documents, recognition and attackers put into lines: anything at all, and long runs of the same thing.
ODD_LINES = st.one_of(
    st.text(max_size=80),
    st.lists(_BITS, max_size=60).map("".join),
    st.builds(lambda bits, n: "".join(bits) * n, st.lists(_BITS, min_size=1, max_size=6), st.integers(50, 400)),
)
LOCALES = st.builds(
    Locale,
    dates=st.sampled_from(["auto", "day-first", "month-first"]),
    decimal=st.sampled_from(["auto", ".", ","]),
    currency=st.sampled_from([None, "EUR", "USD", "MYR"]),
)


def kind_of(name: str) -> ValueType:
    return value_type(name, ["open", "closed", "in part"] if name == "choice" else None)


@pytest.mark.parametrize("name", VALUE_TYPE_NAMES)
def test_type_names_itself_and_keeps_the_protocol(name: str) -> None:
    kind = kind_of(name)
    assert kind.name == name
    assert isinstance(kind, ValueType)


@pytest.mark.parametrize("name", VALUE_TYPE_NAMES)
@given(line=ODD_LINES, locale=LOCALES)
def test_no_text_makes_a_type_fail_and_spans_lie_inside_it(name: str, line: str, locale: Locale) -> None:
    kind = kind_of(name)
    kind.parse(line, locale)
    found = kind.recognise(line)
    assert len(set(found)) == len(found)
    for span in found[:200]:
        assert 0 <= span.start < span.end <= len(line)
        parsed = kind.parse(line[span.start : span.end], locale)
        if parsed is not None:
            assert 0.0 <= parsed.quality <= 1.0
            assert parsed.value.strip()
            assert parsed.value not in parsed.alternatives


@pytest.mark.parametrize("name", VALUE_TYPE_NAMES)
@given(line=ODD_LINES, locale=LOCALES)
def test_displayed_value_is_read_back_the_same(name: str, line: str, locale: Locale) -> None:
    kind = kind_of(name)
    for span in kind.recognise(line)[:50]:
        parsed = kind.parse(line[span.start : span.end], locale)
        if parsed is None:
            continue
        again = kind.parse(kind.display(parsed.value, locale, parsed.currency), locale)
        assert again is not None
        assert kind.same(again.value, parsed.value)


@given(lines=st.lists(ODD_LINES, max_size=5))
def test_habits_are_voted_from_any_lines(lines: list[str]) -> None:
    locale = resolve_locale(Locale(), lines)
    assert locale.dates in ("auto", "day-first", "month-first")
    assert locale.decimal in ("auto", ".", ",")


def test_habits_fill_in_only_what_the_template_leaves_open() -> None:
    lines = ["Datum 25.03.2018", "Summe 1.471,60 EUR"]
    assert resolve_locale(Locale(), lines) == Locale(dates="day-first", decimal=",", currency="EUR")
    fixed = Locale(dates="month-first", decimal=".", currency="USD")
    assert resolve_locale(fixed, lines) == fixed


def test_table_is_no_value_type() -> None:
    with pytest.raises(KeyError):
        value_type("table")


def test_type_of_a_field_knows_its_choices() -> None:
    field = TemplateField(name="state", type="choice", choices=("open", "closed"))
    assert type_of(field).normalise("Closed") == "closed"
    assert type_of(field).normalise("something else") is None
    assert type_of(Column(name="price", type="money")).normalise("€ 5,00") == "5.00"


@pytest.mark.parametrize("name", [name for name in VALUE_TYPE_NAMES if kind_of(name).needs_digit])
@given(line=ODD_LINES)
def test_types_that_need_a_digit_find_nothing_without_one(name: str, line: str) -> None:
    without = "".join(c for c in line if not c.isdecimal())
    assert kind_of(name).recognise(without) == []
