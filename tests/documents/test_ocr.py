"""The engine that ships, on one small picture; skipped where its package is not installed."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from docuextract_desktop.documents.ocr import RapidOcrEngine, cut_out, default_engine, turn_quads_back
from docuextract_desktop.documents.recognise import page_from_picture
from docuextract_desktop.errors import OcrProviderError

TEXT = ["GRAND TOTAL: 1,234.50", "Date 03/04/2025"]


@pytest.fixture(scope="module")
def engine() -> RapidOcrEngine:
    found = RapidOcrEngine(threads=1)
    state = found.availability()
    if not state.ok:
        pytest.skip(state.reason)
    return found


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    image = Image.new("RGB", (480, 160), "white")
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(TEXT):
        draw.text((30, 25 + 60 * number), line, fill="black", font=ImageFont.load_default(30))
    return np.asarray(image)


@pytest.mark.parametrize("quarter_turns", [0, 1, 2])
def test_reads_a_picture_however_it_lies(engine: RapidOcrEngine, picture: np.ndarray, quarter_turns: int) -> None:
    lying = np.ascontiguousarray(np.rot90(picture, -quarter_turns))
    page = page_from_picture(lying, engine, index=0, size=(lying.shape[1], lying.shape[0]))
    assert [page.line_text(line) for line in range(len(page.line_starts) - 1)] == TEXT
    assert page.rotation == (360 - 90 * quarter_turns) % 360
    assert (page.width, page.height) == (480, 160)
    assert np.median(page.confidences) > 0.95
    amount = page.box_of(2, 3)
    assert amount.x0 * 480 == pytest.approx(30 + 210, abs=25)
    assert amount.y0 * 160 < 40 < amount.y1 * 160


def test_an_empty_picture_has_no_lines(engine: RapidOcrEngine) -> None:
    assert engine.recognise(np.full((64, 64, 3), 255, np.uint8)) == []


def test_version_names_package_and_version(engine: RapidOcrEngine) -> None:
    package, _, version = engine.version.partition(" ")
    assert package in ("rapidocr", "rapidocr_onnxruntime")
    assert version[0].isdigit()


def test_an_engine_that_is_not_installed_says_so() -> None:
    absent = RapidOcrEngine(package="no_such_ocr_package")
    state = absent.availability()
    assert not state.ok
    assert "no_such_ocr_package" in state.reason
    with pytest.raises(OcrProviderError) as caught:
        absent.recognise(np.zeros((10, 10, 3), np.uint8))
    assert caught.value.hint


def test_threads_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCUEXTRACT_OCR_THREADS", "3")
    assert RapidOcrEngine().threads == 3
    assert RapidOcrEngine(threads=2).threads == 2
    monkeypatch.setenv("DOCUEXTRACT_OCR_THREADS", "many")
    assert RapidOcrEngine().threads == 1


def test_models_load_on_first_need_only() -> None:
    code = (
        "import sys, docuextract_desktop.documents.read as r, docuextract_desktop.documents.ocr as o;"
        "assert o.default_engine().availability().ok or True;"
        "print(sorted({'rapidocr', 'onnxruntime', 'cv2', 'PySide6', 'pandas', 'sqlite3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_cut_out_straightens() -> None:
    rgb = np.zeros((100, 100, 3), np.uint8)
    rgb[40:60, 20:80] = 255
    whole = cut_out(rgb, np.array([[20, 40], [80, 40], [80, 60], [20, 60]], np.float32))
    assert whole is not None
    assert whole.shape == (20, 60, 3)
    assert whole[2:-2, 2:-2].min() > 200
    assert cut_out(rgb, np.array([[5, 5], [6, 5], [6, 6], [5, 6]], np.float32)) is None


def test_turning_quads_back_and_forth() -> None:
    quads = np.array([[[10, 20], [50, 20], [50, 30], [10, 30]]], np.float32)
    assert turn_quads_back(quads, 0, 200, 100) is quads
    once = turn_quads_back(quads, 1, 200, 100)
    back = turn_quads_back(once, 3, 100, 200)
    np.testing.assert_allclose(back, quads)


def test_default_engine_loads_nothing() -> None:
    assert default_engine(threads=1).name in ("RapidOCR", "none")


class CountingModels:
    """Stands in for the networks: finds lines of a given height, and remembers on which side length it looked."""

    def __init__(self, height: float) -> None:
        self.height = height
        self.sides: list[int] = []

    def detect(self, bgr: np.ndarray, side: int) -> np.ndarray:
        self.sides.append(side)
        quad = [[10, 10], [400, 10], [400, 10 + self.height], [10, 10 + self.height]]
        return np.array([quad] * 5, np.float32)


@pytest.mark.parametrize(
    ("size", "height", "sides"),
    [
        ((900, 450), 20, [960]),  # a receipt, smaller than the first look
        ((1600, 700), 40, [960]),  # a receipt with large type
        ((1600, 700), 25, [960, 1408]),  # with small type
        ((2200, 1700), 40, [1240]),  # a sheet of paper
        ((2200, 1700), 25, [1240, 1440]),  # with small type
        ((1000, 700), 8, [960]),  # too small to be looked at much closer
    ],
)
def test_small_type_is_looked_for_on_a_larger_picture(
    size: tuple[int, int], height: float, sides: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = RapidOcrEngine()
    models = CountingModels(height)
    monkeypatch.setattr(engine, "_models", models)
    engine.find_lines(np.zeros((*size, 3), np.uint8))
    assert models.sides == sides
