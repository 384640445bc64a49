from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from docuextract_desktop.templates.drafting import new_entry
from docuextract_desktop.templates.pointing import Pointed, more_labels, point_at


@dataclass(frozen=True)
class Printed:
    texts: tuple[str, ...]
    boxes: Any
    line_of: Any
    segment_of: Any


def printed(*lines: str) -> Printed:
    """Lines of segments parted by two spaces or more; every letter is one hundredth of the page wide."""
    texts, boxes, line_of, segment_of = [], [], [], []
    segment = -1
    for number, line in enumerate(lines):
        at = 0
        while at < len(line):
            if line[at] == " ":
                at += 1
                continue
            end = line.find(" ", at)
            end = len(line) if end < 0 else end
            if at == 0 or line[max(0, at - 2) : at] == "  " or not texts or line_of[-1] != number:
                segment += 1
            texts.append(line[at:end])
            boxes.append([at / 100, 0.1 + number * 0.02, end / 100, 0.115 + number * 0.02])
            line_of.append(number)
            segment_of.append(segment)
            at = end
    return Printed(tuple(texts), np.array(boxes), np.array(line_of), np.array(segment_of))


def point(page: Printed, *words: str) -> Pointed:
    return point_at(page, [page.texts.index(word) for word in words])


@pytest.mark.parametrize(
    ("lines", "words", "label", "kind"),
    [
        (("Invoice No.  INV-17   Date  2024-03-01",), ("INV-17",), "Invoice No", "id"),
        (("Invoice No.  INV-17   Date  2024-03-01",), ("2024-03-01",), "Date", "date"),
        (("Total due: 12.50 EUR",), ("12.50", "EUR"), "Total due", "money"),
        (("Nr: 17 Datum: 01.03.2024",), ("01.03.2024",), "Datum", "date"),
        (("Seller       Due date", "Acme Ltd     2024-03-01"), ("2024-03-01",), "Due date", "date"),
        (("Seller       Due date", "Acme Ltd     2024-03-01"), ("Acme", "Ltd"), "Seller", "name"),
        (("12.50",), ("12.50",), "", "money"),
    ],
)
def test_type_and_label_are_guessed(lines: tuple[str, ...], words: tuple[str, ...], label: str, kind: str) -> None:
    found = point(printed(*lines), *words)
    assert (found.label, found.type) == (label, kind)
    assert found.text == " ".join(words)


def test_what_was_pointed_at_becomes_a_field() -> None:
    page = printed("Invoice No.  INV-17")
    entry = point(page, "INV-17").entry({"invoice_no"})
    assert (entry.title, entry.name, entry.type) == ("Invoice No", "invoice_no_2", "id")
    assert entry.labels[0] == "Invoice No"


def test_a_value_without_words_near_it_is_called_by_its_type() -> None:
    entry = point(printed("12.50"), "12.50").entry()
    assert (entry.title, entry.name, entry.labels) == ("Amount", "amount", ())


def test_figures_are_no_label() -> None:
    assert point(printed("4711  12.50"), "12.50").label == ""


def test_lines_below_each_other_are_an_address() -> None:
    page = printed("Acme Ltd", "Mill Lane 4", "CB4 Fen")
    found = point_at(page, range(len(page.texts)))
    assert found.type == "address"
    assert found.text.count("\n") == 2


def test_pointing_at_a_value_again_adds_its_words_once() -> None:
    found = point(printed("Amount due:  12.50"), "12.50")
    entry = new_entry("Total", "money", ["total"])
    assert more_labels(entry, found) == ("total", "Amount due")
    assert more_labels(replace(entry, labels=("AMOUNT-DUE",)), found) == ("AMOUNT-DUE",)
