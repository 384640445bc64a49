"""Fields that have to fit together."""

from __future__ import annotations

from docuextract_desktop.extraction.pipeline import extract
from tests.extraction.printed import document_of, field, template_of

FLIGHT = template_of(field("run_from", "date", "run dates"), field("run_to", "date", "run dates"))


def test_a_printed_range_gives_both_ends() -> None:
    page = "Printed 01/01/2024\n\nRun dates: 05/02/2024 - 19/02/2024\n\nPaid 22/03/2024"
    found = extract(document_of(page), FLIGHT)
    assert found.field("run_from").value == "2024-02-05"
    assert found.field("run_to").value == "2024-02-19"


def test_parts_that_do_not_add_up_are_said() -> None:
    template = template_of(
        field("net", "money", "subtotal"),
        field("tax", "money", "vat"),
        field("total", "money", "total"),
        rules=["net + tax = total"],
        review_threshold=0.0,
    )
    fitting = "Subtotal   100.00\nVAT         20.00\nTotal      120.00"
    broken = "Subtotal   100.00\nVAT         20.00\nTotal      150.00"
    good, bad = extract(document_of(fitting), template), extract(document_of(broken), template)
    assert not good.needs_review
    assert good.field("total").confidence >= bad.field("total").confidence


def test_a_rule_that_cannot_be_read_is_passed_over() -> None:
    template = template_of(field("total", "money", "total"), rules=["total total"])
    assert extract(document_of("Total 12.00"), template).field("total").value == "12.00"


def test_one_name_is_not_taken_for_two_parties() -> None:
    template = template_of(field("seller", "name", "seller"), field("buyer", "name", "buyer"))
    page = "Seller: Meadow Trading Ltd\n\n\nBuyer: Mill Lane Bakery Ltd\n\n\nMeadow Trading Ltd"
    found = extract(document_of(page), template)
    assert found.field("seller").value == "Meadow Trading Ltd"
    assert found.field("buyer").value == "Mill Lane Bakery Ltd"


def test_parties_that_are_labelled_alike_may_be_the_same() -> None:
    template = template_of(field("bill_to", "name", "bill to"), field("ship_to", "name", "ship to"))
    found = extract(document_of("Bill to: Meadow Trading Ltd\n\n\nShip to: Meadow Trading Ltd"), template)
    assert {found.field("bill_to").value, found.field("ship_to").value} == {"Meadow Trading Ltd"}
