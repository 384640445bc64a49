"""Spans that could be a value: what a page holds has to be among them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from docuextract_desktop.documents.layout import arrange
from docuextract_desktop.documents.models import Page
from docuextract_desktop.extraction.candidates import distinct, text_spans
from docuextract_desktop.extraction.candidates.find import find_candidates
from docuextract_desktop.extraction.candidates.labels import match_labels
from docuextract_desktop.extraction.candidates.text_spans import part_text
from docuextract_desktop.extraction.words.tokens import view_tokens
from docuextract_desktop.templates.models import Locale
from tests.extraction.printed import document_of, field, page_of


def offered(page: str | Page, kind: str, *labels: str) -> list[str]:
    view = view_tokens(document_of(page))
    matches = match_labels(view, [field("wanted", kind, *labels)])
    found = find_candidates(view, kind, matches, Locale())
    for parts, text in zip(found.parts, found.texts, strict=True):
        assert " ".join(part_text(view, part) for part in parts) == text
    return list(found.values)


@pytest.mark.parametrize(
    ("page", "kind", "value"),
    [
        ("Total:12.50 EUR", "money", "12.50"),
        ("Flight 05/02/2024-19/02/2024", "date", "2024-02-19"),
        ("Invoice#12345", "id", "12345"),
        ("Customer: Meadow Trading Ltd", "text", "Meadow Trading Ltd"),
        ("Customer Meadow Trading Ltd", "text", "Meadow Trading Ltd"),
        ("Meadow Trading Ltd (12345)", "text", "Meadow Trading Ltd"),
        ("Meadow Trading Ltd Invoice 12", "text", "Meadow Trading Ltd"),
        ("Name Meadow Trading Ltd", "text", "Meadow Trading Ltd"),
        ("Name; Meadow Trading Ltd", "text", "Meadow Trading Ltd"),
        ("Citizens for Better\nParks and Rivers", "text", "Citizens for Better Parks and Rivers"),
        ("Meadow Trading\n12 Mill Lane\nYO1 7HH York\nTel: 123", "address", "12 Mill Lane YO1 7HH York"),
        ("12 Mill Lane\nYO1 7HH York Tel: 123", "address", "12 Mill Lane YO1 7HH York"),
    ],
)
def test_values_are_reached(page: str, kind: str, value: str) -> None:
    assert value in offered(page, kind, "customer", "total")


def test_a_label_with_a_colon_is_not_offered_as_a_value() -> None:
    assert "Customer: Meadow Ltd" not in offered("Customer: Meadow Ltd", "text", "customer")
    assert "No: 3, Mill Lane" in offered("No: 3, Mill Lane", "text", "customer")


def test_behind_a_label_with_a_colon_a_name_is_offered_whole_however_many_dashes_it_holds() -> None:
    texts = offered("Customer: Meadow, Ann - York", "text", "customer")
    assert "Meadow, Ann - York" in texts
    assert "York" in texts
    below = offered("Customer: Meadow, Ann - York\n          Council", "text", "customer")
    assert "Meadow, Ann - York Council" in below


def test_a_word_for_labels_may_be_a_part_of_a_name() -> None:
    values = offered("Kunden AG Mitte", "text", "total")
    assert "Kunden AG Mitte" in values
    assert "AG Mitte" not in values


def test_a_label_in_its_own_column_is_not_joined_to_the_value_beside_it() -> None:
    values = offered("Name:            Meadow Trading Ltd", "text", "total")
    assert "Meadow Trading Ltd" in values
    assert "Name: Meadow Trading Ltd" not in values


def test_no_span_is_offered_twice_and_long_pages_stay_bounded() -> None:
    many = "\n".join(f"Row {n}, thing (code {n}): value {n}, more - of it" for n in range(400))
    view = view_tokens(document_of(page_of(many)))
    found = find_candidates(view, "text", match_labels(view, []), Locale())
    assert len(set(found.parts)) == len(found)
    assert len(found) <= 1500


def test_what_ends_in_a_joining_word_is_offered_with_the_line_below() -> None:
    texts = offered("Advertiser: Friends of\n            Riverton 2020", "text")
    assert "Friends of Riverton 2020" in texts
    assert "Friends of" not in texts
    assert "Friends of" in offered("Advertiser: Friends of", "text")


@pytest.mark.parametrize("overlap", [0.0, 0.2, 0.5])
def test_lines_whose_boxes_overlap_are_lines_of_one_address_all_the_same(overlap: float) -> None:
    lines = ("12 Mill Lane,", "Old Wharf,", "YO1 7HH York")
    words = [(word, row, at) for row, line in enumerate(lines) for at, word in enumerate(line.split())]
    height, step = 30.0, 30.0 * (1 - overlap)
    boxes = [(60.0 * at, step * row, 60.0 * at + 55, step * row + height) for _, row, at in words]
    page = arrange(
        [word for word, _, _ in words],
        np.array(boxes),
        np.ones(len(words), np.float32),
        index=0,
        width=600.0,
        height=800.0,
        method="ocr",
    )
    assert "12 Mill Lane, Old Wharf, YO1 7HH York" in offered(page, "address")


def test_words_beyond_the_edge_of_the_page_are_not_below_themselves() -> None:
    boxes = [(60.0 * at, 810.0, 60.0 * at + 55, 822.0) for at in range(3)]
    page = arrange(["4", "Quay", "Street"], np.array(boxes), index=0, width=600.0, height=800.0)
    found = offered(page, "address")
    assert "4 Quay Street" in found
    assert not any(text.count("Quay") > 1 for text in found)


def test_lines_of_many_segments_are_held_against_each_other_share_by_share(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "\n".join(["a     b     c     d", "e     f     g", "", "h     i     j     k", "l"])
    pages = document_of(rows, rows)
    whole = text_spans.segment_below(view_tokens(pages))
    assert (whole >= 0).sum() > 6
    near_below, shares = text_spans._near_below, []

    def noted(*segments: Any) -> Any:
        for upper, lower in near_below(*segments):
            shares.append(len(upper) if len(set(upper.tolist())) > 1 else 0)
            yield upper, lower

    monkeypatch.setattr(text_spans, "_MOST_PAIRS", 6)
    monkeypatch.setattr(text_spans, "_near_below", noted)
    assert text_spans.segment_below(view_tokens(pages)).tolist() == whole.tolist()
    assert 0 < max(shares) <= 6


def test_runs_of_very_many_and_very_long_words_keep_their_order() -> None:
    rng = np.random.default_rng(0)
    start = rng.permutation(40_000)
    begin = rng.integers(0, 1 << 24, len(start))
    runs = np.stack([start, start + 1, begin, begin + rng.integers(1, 1 << 24, len(start))], axis=1).astype(np.int32)
    assert distinct._codes(runs).argsort().tolist() == np.lexsort(runs.T[::-1]).tolist()


def test_boxes_without_height_continue_on_a_lower_line_and_never_themselves() -> None:
    boxes = np.array([[20, 10, 60, 10], [20, 10.01, 60, 10.01], [200, 10, 240, 10], [20, 300, 60, 300]], np.float64)
    page = Page(
        index=0,
        width=600,
        height=800,
        rotation=0,
        method="text_layer",
        texts=("Jane", "Doe", "Main", "Street"),
        boxes=(boxes / [600, 800, 600, 800]).astype(np.float32),
        confidences=np.ones(4, np.float32),
        line_of=np.arange(4, dtype=np.int32),
        segment_of=np.arange(4, dtype=np.int32),
    )
    assert text_spans.segment_below(view_tokens(document_of(page))).tolist() == [1, -1, -1, -1]
