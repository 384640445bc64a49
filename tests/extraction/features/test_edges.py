"""What stands at the edges of a text, and beyond them."""

from __future__ import annotations

import pytest

from docuextract_desktop.extraction.candidates.find import CandidateSet, find_candidates
from docuextract_desktop.extraction.candidates.labels import match_labels
from docuextract_desktop.extraction.features.edges import Segments, edge_slots, segments_of
from docuextract_desktop.extraction.words.tokens import TokenView, view_tokens
from docuextract_desktop.templates.models import Locale
from tests.extraction.printed import document_of

SHOP = """
Meadow Corner
North Star Foods Sdn Bhd
Lot 5, Jalan Satu,
43200 Riverton
Tel: 03-555 1212
"""


def read(page: str, kind: str = "text") -> tuple[TokenView, CandidateSet]:
    view = view_tokens(document_of(page))
    return view, find_candidates(view, kind, match_labels(view, []), Locale())


def segments(page: str) -> Segments:
    return segments_of(read(page)[0])


def test_segments_know_their_neighbours_and_what_they_hold() -> None:
    known = segments(SHOP)
    assert known.above.tolist() == [5, 0, 1, 2, 3, 5]
    assert known.below.tolist() == [1, 2, 3, 4, 5, 5]
    assert [make & 1 for make in known.make[:5].tolist()] == [0, 0, 1, 0, 0]  # words of addresses
    assert [make & 2 for make in known.make[:5].tolist()] == [0, 0, 0, 2, 2]  # four or five digits
    assert [make & 8 for make in known.make[:5].tolist()] == [0, 8, 0, 0, 0]  # a legal form
    assert [make & 16 for make in known.make[:5].tolist()] == [0, 0, 0, 0, 16]  # a contact
    assert known.make[5] == 32


def test_a_firm_is_told_from_the_end_of_a_name_by_the_words_before_its_legal_form() -> None:
    assert segments(SHOP).names.tolist() == [4, 3, 4, 4, 4, 4]
    assert segments("Lucky Vegetarian\nRestaurant Sdn Bhd").names.tolist() == [4, 1, 4]


@pytest.mark.parametrize(
    ("line", "code"), [("Lot 5, Jalan Satu,", 1), ("Smith &", 1), ("Friends of", 2), ("Riverton", 0), ("Offset", 0)]
)
def test_a_line_that_goes_on_is_known_by_its_end(line: str, code: int) -> None:
    assert segments(line).open_end.tolist() == [code, 0]


def test_what_was_cut_too_early_differs_from_what_is_whole() -> None:
    view, found = read(SHOP, "address")
    slots = edge_slots(view, found)
    rows = [tuple(int(part[row]) for slot in slots for part in slot) for row in range(len(found))]
    whole = found.texts.index("Lot 5, Jalan Satu, 43200 Riverton")
    late = found.texts.index("43200 Riverton")
    assert rows[whole] != rows[late]
    assert int(slots[0][0][late]) == 1  # the line above it ends in a comma
    assert int(slots[0][0][whole]) == 0


def test_what_a_colon_follows_is_a_label() -> None:
    view, found = read("Seller:\nNumber : 549910\nMeadow Trading\nTerms: net", "text")
    before, after = edge_slots(view, found)[-1][:2]
    known = {text: (int(before[row]), int(after[row])) for row, text in enumerate(found.texts)}
    assert "Number" not in known
    assert known["Meadow Trading"] == (0, 0)
    assert known["549910"] == (1, 0)
    assert known["net"] == (1, 0)


@pytest.mark.parametrize("kind", ["text", "address"])
def test_an_empty_page_has_no_rows(kind: str) -> None:
    view, found = read("", kind)
    assert all(len(part) == 0 for slot in edge_slots(view, found) for part in slot)
