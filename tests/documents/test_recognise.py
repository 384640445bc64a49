from __future__ import annotations

import numpy as np
import pytest

from docuextract_desktop.documents.ocr import OcrLine, turn_quads_back
from docuextract_desktop.documents.recognise import page_from_lines, page_from_picture
from docuextract_desktop.errors import OcrProviderError


def line(text: str, x: float, y: float, *, slope: float = 0.0, height: float = 20, advance: float = 10) -> OcrLine:
    """A line on an upright picture."""
    words = text.split()
    length = advance * len(text)
    starts, stops, at = [], [], 0
    for word in words:
        starts.append(at / len(text))
        at += len(word)
        stops.append(at / len(text))
        at += 1
    top_left = np.array([x, y])
    along, down = np.array([length, length * slope]), np.array([-height * slope, height])
    quad = np.array([top_left, top_left + along, top_left + along + down, top_left + down], np.float32)
    return OcrLine(
        quad,
        tuple(words),
        np.array(starts, np.float32),
        np.array(stops, np.float32),
        np.full(len(words), 0.9, np.float32),
    )


def lines_of(page) -> list[str]:  # type: ignore[no-untyped-def]
    return [page.line_text(k) for k in range(len(page.line_starts) - 1)]


TEXT = [line("Shop of things", 50, 40), line("Total due", 50, 100), line("9.50", 400, 100), line("Thanks", 50, 140)]


def test_words_get_their_share_of_the_line() -> None:
    page = page_from_lines(TEXT, index=2, size=(600, 300), pixels=(600, 300))
    assert lines_of(page) == ["Shop of things", "Total due 9.50", "Thanks"]
    assert (page.index, page.method, page.rotation) == (2, "ocr", 0)
    box = page.word(page.texts.index("due")).box
    assert box.x0 * 600 == pytest.approx(110, abs=1)
    assert box.y0 * 300 == pytest.approx(100, abs=1)
    assert page.confidences == pytest.approx(np.full(len(page), 0.9))


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_pages_that_lie_on_their_side_are_set_upright(turn: int) -> None:
    width, height = (600, 300) if turn % 2 == 0 else (300, 600)
    lying = [
        OcrLine(turn_quads_back(one.quad, turn, width, height), one.texts, one.starts, one.stops, one.confidences)
        for one in TEXT
    ]
    page = page_from_lines(lying, index=0, size=(width, height), pixels=(width, height))
    upright = page_from_lines(TEXT, index=0, size=(600, 300), pixels=(600, 300))
    assert page.rotation == (360 - 90 * turn) % 360
    assert (page.width, page.height) == (600, 300)
    assert page.texts == upright.texts
    np.testing.assert_allclose(page.boxes, upright.boxes, atol=1e-5)


@pytest.mark.parametrize("slope", [0.06, -0.06])
def test_skew_does_not_mix_lines(slope: float) -> None:
    rows = [
        line(f"{side} row {row}", x, 200 + 26 * row + slope * x, slope=slope)
        for row in range(6)
        for side, x in (("left", 20), ("right", 800))
    ]
    page = page_from_lines(rows, index=0, size=(1000, 500), pixels=(1000, 500))
    assert lines_of(page) == [f"left row {row} right row {row}" for row in range(6)]


def test_size_may_be_in_other_units_than_pixels() -> None:
    page = page_from_lines(TEXT, index=0, size=(300.0, 150.0), pixels=(600, 300))
    assert (page.width, page.height) == (300.0, 150.0)
    same = page_from_lines(TEXT, index=0, size=(600, 300), pixels=(600, 300))
    np.testing.assert_allclose(page.boxes, same.boxes, atol=1e-6)


class Never:
    name = version = "never"

    def availability(self) -> None: ...

    def recognise(self, rgb: np.ndarray) -> list[OcrLine]:
        raise OcrProviderError("It failed.")


def test_blank_paper_is_not_recognised_at_all() -> None:
    page = page_from_picture(np.full((300, 200, 3), 250, np.uint8), Never(), index=0, size=(200, 300))  # type: ignore[arg-type]
    assert len(page) == 0


def test_a_failing_engine_is_heard() -> None:
    spotted = np.full((300, 200, 3), 250, np.uint8)
    spotted[100:120, 50:150] = 0
    with pytest.raises(OcrProviderError):
        page_from_picture(spotted, Never(), index=0, size=(200, 300))  # type: ignore[arg-type]
