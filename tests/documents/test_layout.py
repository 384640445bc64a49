from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.documents.layout import arrange, order_by, turn_boxes
from docuextract_desktop.documents.models import Page


def place(*words: tuple[str, float, float], height: float = 10, advance: float = 5) -> tuple[list[str], np.ndarray]:
    """Words at (text, x, y), five points a character."""
    texts = [text for text, _, _ in words]
    boxes = np.array([[x, y, x + advance * len(text), y + height] for text, x, y in words], dtype=float)
    return texts, boxes.reshape(len(words), 4)


def lines_of(page: Page) -> list[str]:
    return [page.line_text(line) for line in range(len(page.line_starts) - 1)]


def segments_of(page: Page) -> list[str]:
    return [" ".join(page.texts[a:b]) for a, b in pairwise(page.segment_starts)]


def test_lines_and_segments_whatever_the_order_given() -> None:
    texts, boxes = place(
        ("Total:", 50, 200), ("12.00", 300, 201), ("No", 50, 100), ("7", 65, 100), ("Date", 300, 99.5), ("Shop", 50, 20)
    )
    for order in (np.arange(6), np.arange(6)[::-1], np.array([3, 1, 4, 0, 5, 2])):
        page = arrange([texts[i] for i in order], boxes[order], index=0, width=600, height=800)
        assert lines_of(page) == ["Shop", "No 7 Date", "Total: 12.00"]
        assert segments_of(page) == ["Shop", "No 7", "Date", "Total:", "12.00"]


def test_small_print_beside_a_large_heading_keeps_its_own_lines() -> None:
    texts = ["BIG", "one", "two", "three"]
    boxes = np.array([[0, 0, 100, 36], [200, 0, 230, 10], [200, 12, 230, 22], [200, 24, 230, 34]], dtype=float)
    page = arrange(texts, boxes, index=0, width=600, height=800)
    assert {"one", "three"} <= set(lines_of(page))


def test_skewed_lines_stay_together_by_their_middles() -> None:
    slope = 0.05
    words = [(f"w{row}{column}", 50 + 80 * column, 100 + 14 * row) for row in range(5) for column in range(6)]
    texts, boxes = place(*words)
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    boxes[:, [1, 3]] += slope * boxes[:, [0]]
    page = arrange(texts, boxes, index=0, width=600, height=800, middles=middles)
    assert lines_of(page) == [" ".join(f"w{row}{column}" for column in range(6)) for row in range(5)]


def test_columns_that_run_into_each_other_are_two_segments() -> None:
    texts, boxes = place(("Charlotte", 50, 100), ("House", 90, 100))
    page = arrange(texts, boxes, index=0, width=600, height=800)
    assert segments_of(page) == ["Charlotte", "House"]


def test_sideways_words_come_last_as_lines_of_their_own() -> None:
    texts = ["body", "text", "side", "ways"]
    boxes = np.array([[100, 50, 120, 60], [125, 50, 145, 60], [20, 40, 30, 60], [20, 62, 30, 82]], dtype=float)
    page = arrange(texts, boxes, index=0, width=600, height=800, turned=np.array([False, False, True, True]))
    assert lines_of(page) == ["body text", "side ways"]


def test_no_words() -> None:
    page = arrange([], np.zeros((0, 4)), index=3, width=600, height=800)
    assert len(page) == 0
    assert page.line_starts.tolist() == [0]


coordinates = st.floats(0, 1000, allow_nan=False, width=32)


@given(
    st.lists(st.tuples(coordinates, coordinates, st.floats(0, 200), st.floats(0, 60)), max_size=60),
    st.booleans(),
)
def test_any_boxes_give_a_sound_page(rectangles: list[tuple[float, float, float, float]], sideways: bool) -> None:
    boxes = np.array([[x, y, x + w, y + h] for x, y, w, h in rectangles], dtype=float).reshape(-1, 4)
    texts = [f"t{i}" for i in range(len(boxes))]
    turned = np.arange(len(boxes)) % 3 == 0 if sideways else None
    page = arrange(texts, boxes, index=0, width=900, height=900, turned=turned)
    assert sorted(page.texts) == sorted(texts)
    for groups in (page.line_of, page.segment_of):
        steps = np.diff(groups)
        assert ((steps == 0) | (steps == 1)).all()
        assert not len(groups) or groups[0] == 0
    # A segment lies within one line.
    assert (np.diff(page.segment_of)[np.diff(page.line_of) == 1] == 1).all()
    assert ((page.boxes >= 0) & (page.boxes <= 1)).all()
    assert (page.boxes[:, :2] <= page.boxes[:, 2:]).all()
    for line in range(len(page.line_starts) - 1):
        part = page.boxes[page.line_starts[line] : page.line_starts[line + 1]]
        if not sideways:
            assert (np.diff(part[:, 0]) >= 0).all()


@given(st.integers(0, 3), st.floats(0, 90), st.floats(0, 40))
def test_turning_boxes_keeps_sizes_and_stays_on_the_page(turn: int, x: float, y: float) -> None:
    boxes = np.array([[x, y, x + 10, y + 4]])
    turned, width, height = turn_boxes(boxes, 100, 50, turn)
    assert (width, height) == ((100, 50) if turn % 2 == 0 else (50, 100))
    sides = turned[0, 2:] - turned[0, :2]
    np.testing.assert_allclose(sides, [10, 4] if turn % 2 == 0 else [4, 10], atol=1e-9)
    assert (turned >= -1e-9).all()
    assert turned[0, 2] <= width + 10


@given(st.lists(st.tuples(st.integers(-3, 3), st.floats(-2, 2, width=16)), max_size=40))
def test_order_by_two_keys_leaves_equals_as_they_stood(pairs: list[tuple[int, float]]) -> None:
    first, then = np.array([pair[0] for pair in pairs], dtype=int), np.array([pair[1] for pair in pairs], dtype=float)
    assert order_by(first, then).tolist() == sorted(range(len(pairs)), key=lambda number: pairs[number])
