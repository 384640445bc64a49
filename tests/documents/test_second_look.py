from __future__ import annotations

import numpy as np
import pytest

from docuextract_desktop.documents.ctc import DecodedLine
from docuextract_desktop.documents.second_look import certainty, look_again, settle


def reading(text: str, *confidences: float) -> DecodedLine:
    words = text.split()
    edges = np.linspace(0, 1, len(words) + 1, dtype=np.float32)
    given = confidences or (0.6,) * len(words)
    return DecodedLine(tuple(words), edges[:-1], edges[1:], np.array(given, np.float32))


STRIP = np.zeros((40, 200, 3), np.uint8)


def test_a_sure_line_is_not_read_again() -> None:
    def never(strip: np.ndarray, stretch: float) -> DecodedLine | None:
        raise AssertionError("read again")

    sure = reading("Total 9.50", 0.99, 0.98)
    assert look_again(STRIP, sure, never) is sure
    assert look_again(STRIP, None, never) is None


def test_a_doubtful_line_is_read_from_other_cuts_and_outvoted() -> None:
    seen: list[tuple[tuple[int, ...], float]] = []

    def read(strip: np.ndarray, stretch: float) -> DecodedLine | None:
        seen.append((strip.shape, stretch))
        return reading("Total 9.50")

    found = look_again(STRIP, reading("Tota1 9.50"), read)
    assert found is not None
    assert found.texts == ("Total", "9.50")
    assert len(seen) == 2
    assert seen[0][0][0] < STRIP.shape[0]
    assert seen[1][1] < 1


def test_other_cuts_may_be_illegible() -> None:
    found = look_again(STRIP, reading("Tota1 9.50"), lambda strip, stretch: None)
    assert found is not None
    assert found.texts == ("Tota1", "9.50")


def test_a_flat_line_is_not_trimmed_to_nothing() -> None:
    flat = np.zeros((3, 200, 3), np.uint8)
    shapes = []
    look_again(flat, reading("a"), lambda strip, stretch: shapes.append(strip.shape))  # type: ignore[func-returns-value]
    assert all(shape[0] > 0 for shape in shapes)


def test_a_word_that_not_all_readings_have_loses_confidence() -> None:
    found = settle([reading("Total 9.50", 0.6, 0.9), reading("Total 9.50", 0.6, 0.9), reading("Tota1 9.50", 0.6, 0.9)])
    assert found.texts == ("Total", "9.50")
    assert found.confidences[0] == pytest.approx(0.4)
    assert found.confidences[1] == pytest.approx(0.9)


def test_a_tie_is_won_by_the_first() -> None:
    assert settle([reading("a", 0.5), reading("b", 0.5)]).texts == ("a",)


def test_certainty_is_of_the_whole_line() -> None:
    assert certainty(reading("a b", 0.5, 0.5)) == pytest.approx(0.25)
