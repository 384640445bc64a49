"""What a candidate is in the make-up of its document."""

from __future__ import annotations

import numpy as np
import pytest

from docuextract_desktop.extraction.candidates.find import CandidateSet, find_candidates
from docuextract_desktop.extraction.candidates.labels import match_labels
from docuextract_desktop.extraction.features.arithmetic import coin_rounding
from docuextract_desktop.extraction.features.blocks import again_in_small_print, blocks_of
from docuextract_desktop.extraction.features.standing import labels_in, standing_slots, terms_between
from docuextract_desktop.extraction.words.codes import (
    ACCOUNT,
    NATIONAL,
    PLAIN,
    REGISTER,
    TAX_OFFICE,
    VAT,
    VAT_SUFFIXED,
    code_form,
)
from docuextract_desktop.extraction.words.tokens import TokenView, view_tokens
from docuextract_desktop.templates.models import Locale
from tests.extraction.printed import document_of, field

LETTER = """
Meadow Trading
12 Mill Lane
5000 Riverton

             Bakery in the Yard
             3 Hill Road
             4020 Hillside


INVOICE


Meadow Trading - VAT BE 0123.456.789 - office@meadow.example
"""


def read(page: str, kind: str) -> tuple[TokenView, CandidateSet]:
    view = view_tokens(document_of(page))
    return view, find_candidates(view, kind, match_labels(view, []), Locale())


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("DE123456789", VAT),
        ("BE 0123.456.789", VAT),
        ("FR01 675324195", VAT),
        ("ATU12345678", VAT),
        ("NL123456789B01", VAT),
        ("GB 233 2555 07", VAT),
        ("GB 233 2555", PLAIN),
        ("CHE-123.456.789 MWST", VAT_SUFFIXED),
        ("DE02 1203 0000 0000 2020 51", ACCOUNT),
        ("748 464 652 00008", REGISTER),
        ("0812.357.957", REGISTER),
        ("29/436/69674", TAX_OFFICE),
        ("12345678901", NATIONAL),
        ("INV-2024-17", PLAIN),
        ("", PLAIN),
    ],
)
def test_codes_are_known_by_their_form(text: str, form: int) -> None:
    assert code_form(text) == form


def test_a_name_over_an_address_is_told_from_a_title() -> None:
    view, found = read(LETTER, "text")
    blocks = blocks_of(view)
    place = {
        text: int(blocks.place[view.word_segment[p[0][0]]]) for text, p in zip(found.texts, found.parts, strict=True)
    }
    assert place["Bakery in the Yard"] == 2
    assert place["INVOICE"] == 6


def test_the_issuer_stands_again_in_the_small_print_and_in_the_mail_address() -> None:
    view, found = read(LETTER, "text")
    blocks = blocks_of(view)
    again = dict(zip(found.texts, again_in_small_print(view, found, blocks).tolist(), strict=True))
    assert again["Bakery in the Yard"] == 0
    first = found.texts.index("Meadow Trading")
    assert again_in_small_print(view, found, blocks)[first] == 1
    known = {view.token[t] for t in np.flatnonzero(blocks.in_address)}
    assert known == {"meadow"}


def test_labels_within_candidates_are_known_but_not_within_a_firms_name() -> None:
    view = view_tokens(document_of("Customer account\n\nCustomer AG"))
    matches = match_labels(view, [field("account", "id", "customer account")])
    found = find_candidates(view, "text", matches, Locale())
    labels = labels_in(view, found, matches)
    whole = found.texts.index("Customer account")
    firm = found.texts.index("Customer AG")
    assert labels.covers[whole] == 2
    assert labels.share[whole] == 1
    assert labels.covers[firm] == 0
    assert labels.share[firm] == 0


@pytest.mark.parametrize(
    ("amounts", "codes"),
    [
        ([27.28, 0.02, 27.30, 27.30], [4, 0, 2, 2]),
        ([22.91, 22.90], [3, 1]),
        ([22.90, 22.91], [0, 0]),
        ([10.00, 12.00], [0, 0]),
        ([], []),
    ],
)
def test_amounts_rounded_to_coins_are_known(amounts: list[float], codes: list[int]) -> None:
    assert coin_rounding(np.array(amounts)).tolist() == codes


def test_a_rounding_that_is_printed_without_its_zero_counts() -> None:
    amounts = np.array([27.28, 27.30])
    assert coin_rounding(amounts, {2}).tolist() == [4, 2]
    view, found = read("Total  27.28\nRounding  -.02\nRounded  27.30", "money")
    slots = standing_slots(view, found, labels_in(view, found, match_labels(view, [])))
    assert dict(zip(found.values, slots[0][0].tolist(), strict=True)) == {"27.28": 4, "27.30": 2}


def test_a_usual_term_lies_between_the_days_of_an_invoice_and_its_payment() -> None:
    _, found = read("Date 01/02/2024\nDelivered 30/01/2024\nDue 02/03/2024", "date")
    before, after = terms_between(found)
    assert dict(zip(found.values, zip(before.tolist(), after.tolist(), strict=True), strict=True)) == {
        "2024-02-01": (0, 2),
        "2024-01-30": (0, 0),
        "2024-03-02": (2, 0),
    }


@pytest.mark.parametrize("kind", ["text", "address", "id", "money", "date"])
def test_an_empty_page_has_slots_without_rows(kind: str) -> None:
    view, found = read("", kind)
    for slot in standing_slots(view, found, labels_in(view, found, match_labels(view, []))):
        assert all(len(part) == 0 for part in slot)


def test_small_print_is_found_behind_a_line_that_ends_as_if_a_code_began() -> None:
    page = """
Harbour Stores, Gate AB 1
DE123456789

Thank you for your visit
"""
    blocks = blocks_of(view_tokens(document_of(page)))
    assert blocks.small_print.tolist() == [False, True, False]
