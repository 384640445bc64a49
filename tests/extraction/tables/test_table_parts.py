"""The parts of reading a table: names of columns, numbers with their readings, sums, products."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from table_pictures import page_of

from docuextract_desktop.extraction.tables.arithmetic import check_product, product_shares, sum_matches
from docuextract_desktop.extraction.tables.headers import find_headers
from docuextract_desktop.extraction.tables.labels import LabelBook, label_book, roles_of
from docuextract_desktop.extraction.tables.lexicon import fold, is_carried, totals_strength
from docuextract_desktop.extraction.tables.readings import Reading, parse_number, readings
from docuextract_desktop.extraction.tables.sheet import Look, look_of, make_sheet
from docuextract_desktop.templates.models import Column

COLUMNS = (
    Column(name="description", type="text"),
    Column(name="quantity", type="number"),
    Column(name="unit_price", type="money"),
    Column(name="amount", type="money"),
)


@pytest.fixture
def book() -> LabelBook:
    return label_book(COLUMNS)


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("Artikelbezeichnung", "description"),
        ("Désignation", "description"),
        ("Q.tà", "quantity"),
        ("Aant.", "quantity"),
        ("Preis/Einh €", "unit_price"),
        ("Unit Price Excl. VAT", "unit_price"),
        ("Prezzo unità", "unit_price"),
        ("Line Amount Excl. VAT", "amount"),
        ("Positionsbetrag ohne USt.", "amount"),
        ("Rechnungsbetrag", "amount"),
        ("Beschre1bung", "description"),
        ("VAT %", "tax_rate"),
        ("Steuerbetrag", "tax_amount"),
        ("Art.-Nr.", "article"),
    ],
)
def test_printed_names_of_columns(book: LabelBook, printed: str, key: str) -> None:
    found = book.match(printed)
    assert max(found, key=lambda k: found[k]) == key


@pytest.mark.parametrize("name", ["Product / Service", "Nature de la prestation", "Désignation des articles"])
def test_two_names_of_one_kind_a_plain_space_apart_are_one(book: LabelBook, name: str) -> None:
    sheet = make_sheet(page_of(f"{name}        Quantity    Price    Amount\nSteel pipe   1   2.00   2.00"))
    (header,) = find_headers(sheet, book)
    assert [cell.text for cell in header.cells] == [name, "Quantity", "Price", "Amount"]
    assert header.cells[0].best_key() == "description"


def test_names_that_mean_nothing_are_not_matched(book: LabelBook) -> None:
    assert book.match("Zebra") == {}
    assert max(book.match("Quantity Price").values(), default=0.0) < 0.7


def test_the_templates_own_labels_come_first() -> None:
    columns = (Column(name="spots", type="integer", labels=("Total",)), Column(name="amount", type="money"))
    found = LabelBook(columns).match("Total")
    assert max(found, key=lambda k: found[k]) == roles_of(columns)[0]


def test_no_two_columns_play_the_same_role() -> None:
    keys = roles_of((Column(name="amount", type="money"), Column(name="total", type="money", labels=("total",))))
    assert keys == ("amount", "column:1")


def test_a_role_needs_a_fitting_type() -> None:
    assert roles_of((Column(name="amount", type="text"),)) == ("column:0",)


def test_names_set_close_together_are_told_apart(book: LabelBook) -> None:
    sheet = make_sheet(page_of(" Description Qty Unit price Amount\n Pipe         3 1.00       3.00"))
    (header,) = find_headers(sheet, book)
    assert [c.best_key() for c in header.cells] == ["description", "quantity", "unit_price", "amount"]


def test_prose_is_no_header(book: LabelBook) -> None:
    sheet = make_sheet(page_of(" The price and the quantity of the product are given in the amount column below"))
    assert find_headers(sheet, book) == []


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("1.471,60", Look.NUMBER),
        ("€12.50", Look.NUMBER),
        ("43.03-", Look.NUMBER),
        ("(3.00)", Look.NUMBER),
        ("19%", Look.PERCENT),
        ("12/03/21", Look.DATE),
        ("12.03.2021", Look.DATE),
        ("EUR", Look.SIGN),
        ("A-100", Look.TEXT),
        ("3/8", Look.TEXT),
    ],
)
def test_what_words_look_like(text: str, look: Look) -> None:
    assert look_of(text) == look


@given(st.text(min_size=1, max_size=12).filter(lambda t: not t.isspace()))
def test_every_word_looks_like_something(text: str) -> None:
    assert look_of(text) in Look
    assert isinstance(fold(text), str)
    parse_number(text, "auto")


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1.471,60", ",", "1471.60"),
        ("-5.00", ".", "-5.00"),
        ("(5.00)", ".", "-5.00"),
        ("5.00-", ".", "-5.00"),
        ("€12.50", ".", "12.50"),
        ("150,-", ",", "150"),
        ("3'006.15", ".", "3006.15"),
    ],
)
def test_numbers_of_single_words(text: str, decimal: str, value: str) -> None:
    found = parse_number(text, decimal)  # type: ignore[arg-type]
    assert found is not None
    assert found[0] == Decimal(value)


def test_thousands_parted_by_a_space_are_one_number_and_two_columns_are_not() -> None:
    sheet = make_sheet(page_of(" word word 7 695,40   12 39,00"))
    found = readings(sheet, range(len(sheet.page)), ",")
    assert [r.value for r in found] == [Decimal("7695.40"), Decimal("12"), Decimal("39.00")]


@pytest.mark.parametrize(
    "text",
    ["Total", "Net total:", "Zwischensumme", "Rechnungssumme netto", "zuzüglich Umsatzsteuer", "Sous-total HT", "BTW"],
)
def test_sums_are_known_by_their_names(text: str) -> None:
    assert totals_strength(text) >= 0.5


@pytest.mark.parametrize("text", ["Steel pipe", "Kupferdraht auf Rolle", "Freight", "Rabatt", "Barhocker", ""])
def test_items_charges_and_discounts_are_no_sums(text: str) -> None:
    assert totals_strength(text) < 0.5


def test_after_a_carried_sum_the_table_may_go_on() -> None:
    assert is_carried("Carried forward")
    assert is_carried("Übertrag Seite")
    assert not is_carried("Grand total")


def _reading(value: str, *others: str) -> Reading:
    number = Decimal(value)
    return Reading(number, tuple(map(Decimal, others)), (0,), False, max(0, -int(number.as_tuple().exponent)))


def test_products_allow_for_rounded_prices_and_for_discounts() -> None:
    assert check_product(_reading("3"), _reading("3.33"), _reading("10.00")).good
    assert not check_product(_reading("3"), _reading("3.33"), _reading("11.00")).good
    off = Reading(Decimal(10), (), (0,), True, 0)
    assert check_product(_reading("3"), _reading("12.50"), _reading("33.75"), discount=off).good
    assert check_product(_reading("250"), _reading("40"), _reading("100"), basis=Decimal(100)).good
    assert check_product(_reading("3"), None, _reading("3")).good is None


def test_products_choose_the_reading_that_fits() -> None:
    found = check_product(_reading("1250", "1.250"), _reading("2.00"), _reading("2.50"))
    assert found.good
    assert found.values is not None
    assert found.values[0] == Decimal("1.250")


def test_which_columns_multiply() -> None:
    rows = np.array([[3.0, 12.5, 37.5], [10.0, 1.2, 12.0], [2.0, 4.0, 8.0]])
    shares = product_shares(rows, np.full(rows.shape, 2.0))
    assert shares[0, 1, 2] == pytest.approx(1.0)
    assert shares[1, 2, 0] == 0.0
    assert shares[0, 0, 2] == 0.0


def test_sums_of_amounts() -> None:
    amounts = [Decimal("37.50"), Decimal("12.00")]
    assert sum_matches(amounts, [Decimal("49.50")]) is True
    assert sum_matches(amounts, [Decimal("50.50")]) is False
    assert sum_matches(amounts, []) is None
    assert sum_matches([], [Decimal(1)]) is None
