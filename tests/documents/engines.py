"""OCR engines for tests: one that says what it is told to, one that fails, one that returns rubbish."""

from __future__ import annotations

import numpy as np

from docuextract_desktop.documents.ocr import Availability, OcrLine
from docuextract_desktop.errors import OcrProviderError


def straight_line(text: str, x: float, y: float, width: float, height: float, confidence: float = 0.95) -> OcrLine:
    words = text.split()
    edges, at = [], 0
    for word in words:
        edges.append((at / len(text), (at + len(word)) / len(text)))
        at += len(word) + 1
    quad = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.float32)
    return OcrLine(
        quad,
        tuple(words),
        np.array([a for a, _ in edges], np.float32),
        np.array([b for _, b in edges], np.float32),
        np.full(len(words), confidence, np.float32),
    )


class FakeEngine:
    """Sees the same lines in every picture; places are shares of its width and height."""

    name = "fake"
    version = "fake 1"

    def __init__(self, *lines: tuple[str, float, float, float, float]) -> None:
        self.lines = lines
        self.seen: list[tuple[int, int]] = []

    def availability(self) -> Availability:
        return Availability(True)

    def recognise(self, rgb: np.ndarray) -> list[OcrLine]:
        assert rgb.dtype == np.uint8
        high, wide = rgb.shape[:2]
        self.seen.append((wide, high))
        return [straight_line(text, x * wide, y * high, w * wide, h * high) for text, x, y, w, h in self.lines]


class FakeReader(FakeEngine):
    """One that can read single lines too, as the judge of text layers wants."""

    def find_lines(self, rgb: np.ndarray) -> np.ndarray:
        return np.array([line.quad for line in self.recognise(rgb)], np.float32).reshape(-1, 4, 2)

    def read_lines(self, rgb: np.ndarray, quads: np.ndarray) -> list[OcrLine | None]:
        known = {line.quad.tobytes(): line for line in self.recognise(rgb)}
        return [known.get(np.asarray(quad, np.float32).tobytes()) for quad in quads]


class FailingEngine(FakeEngine):
    def recognise(self, rgb: np.ndarray) -> list[OcrLine]:
        raise OcrProviderError("The OCR engine failed on this page.", hint="Retry it.")


class RubbishEngine(FakeEngine):
    """Boxes outside the page, of no size, confidences beyond 1."""

    def recognise(self, rgb: np.ndarray) -> list[OcrLine]:
        return [
            straight_line("out there", -500, -500, 100, 20, 7.0),
            straight_line("flat", 10, 10, 0, 0, -1.0),
            straight_line("huge", 0, 0, 1e6, 1e6),
        ]


class AbsentEngine(FakeEngine):
    """One that is not installed."""

    def availability(self) -> Availability:
        return Availability(False, "The OCR package is not installed.")

    def recognise(self, rgb: np.ndarray) -> list[OcrLine]:
        raise OcrProviderError("The OCR package is not installed.")
