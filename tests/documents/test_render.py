from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from pdf_writer import PdfPageSpec, make_pdf
from PIL import Image

from docuextract_desktop.documents.models import Box
from docuextract_desktop.documents.render import RenderedPage, render_page
from docuextract_desktop.errors import ExtractionFailedError, UploadMissingError

BLACK_LEFT_TOP = "0 0 0 rg 0 400 200 200 re f\n"
PDF = make_pdf(PdfPageSpec(BLACK_LEFT_TOP, width=400, height=600))


def png(width: int, height: int) -> bytes:
    image = Image.new("RGB", (width, height), "white")
    image.paste((0, 0, 0), (0, 0, width // 2, height // 3))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def array(page: RenderedPage) -> np.ndarray:
    assert len(page.rgb) == page.width * page.height * 3
    return np.frombuffer(page.rgb, np.uint8).reshape(page.height, page.width, 3)


@pytest.mark.parametrize("source", [PDF, png(400, 600)], ids=["pdf", "png"])
@pytest.mark.parametrize(("rotation", "corner"), [(0, (0, 0)), (90, (0, -1)), (180, (-1, -1)), (270, (-1, 0))])
def test_rotation_turns_clockwise(source: bytes, rotation: int, corner: tuple[int, int]) -> None:
    page = render_page(source, 0, rotation=rotation, max_side_px=300)
    assert (page.width, page.height) == ((200, 300) if rotation % 180 == 0 else (300, 200))
    pixels = array(page)
    for y in (0, -1):
        for x in (0, -1):
            assert (pixels[y, x].max() < 50) == ((y, x) == corner)


@pytest.mark.parametrize("source", [PDF, png(400, 600)], ids=["pdf", "png"])
def test_scale_and_region(source: bytes) -> None:
    whole = render_page(source, 0, scale=0.5)
    assert (whole.width, whole.height) == (200, 300)
    part = render_page(source, 0, scale=0.5, region=Box(0.0, 0.0, 0.5, 1 / 3))
    assert (part.width, part.height) == (100, 100)
    assert array(part)[2:-2, 2:-2].max() < 60


def test_pixels_are_limited_whatever_is_asked_for() -> None:
    page = render_page(png(50, 50), 0, scale=1000.0)
    assert page.width * page.height <= 41_000_000


def test_a_picture_is_not_enlarged_to_fit() -> None:
    assert render_page(png(40, 60), 0, max_side_px=1000).height == 60


def test_no_such_page_and_no_such_file(tmp_path: Path) -> None:
    for source in (PDF, png(10, 10)):
        with pytest.raises(ExtractionFailedError, match="no page 3"):
            render_page(source, 2)
    with pytest.raises(UploadMissingError):
        render_page(tmp_path / "gone.pdf", 0)
