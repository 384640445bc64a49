from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from docuextract_desktop.documents.image import DECODE_SIDE_PX, PictureFile
from docuextract_desktop.documents.models import DocumentKind
from docuextract_desktop.errors import DocumentTooLargeError, ExtractionFailedError, PageLimitExceededError
from docuextract_desktop.settings import Limits

FORMATS: list[tuple[str, DocumentKind]] = [
    ("PNG", "png"),
    ("JPEG", "jpeg"),
    ("TIFF", "tiff"),
    ("WEBP", "webp"),
    ("BMP", "bmp"),
    ("GIF", "gif"),
    ("HEIF", "heic"),
]


def picture() -> Image.Image:
    """40 × 24, red on the left half, white on the right."""
    found = Image.new("RGB", (40, 24), "white")
    found.paste((255, 0, 0), (0, 0, 20, 24))
    return found


def as_bytes(image: Image.Image, format_: str, **options: object) -> bytes:
    stream = io.BytesIO()
    if format_ == "HEIF":
        pillow_heif.from_pillow(image).save(stream, quality=100)
    else:
        image.save(stream, format_, **options)
    return stream.getvalue()


def rgb_of(data: bytes, kind: DocumentKind, page_index: int = 0) -> np.ndarray:
    with PictureFile(data, kind, Limits()) as file:
        return file.rgb(page_index)


@pytest.mark.parametrize(("format_", "kind"), FORMATS)
def test_every_kind(format_: str, kind: DocumentKind) -> None:
    rgb = rgb_of(as_bytes(picture(), format_), kind)
    assert rgb.shape == (24, 40, 3)
    assert rgb.dtype == np.uint8
    np.testing.assert_allclose(rgb[12, 5], [255, 0, 0], atol=12)
    np.testing.assert_allclose(rgb[12, 35], [255, 255, 255], atol=12)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_mode(mode: str) -> None:
    if mode == "I;16":
        ramp = np.linspace(0, 60_000, 40, dtype=np.uint16)
        image = Image.fromarray(np.tile(ramp, (24, 1)))
    else:
        image = picture().convert(mode)
    rgb = rgb_of(as_bytes(image, "TIFF"), "tiff")
    assert rgb.shape == (24, 40, 3)
    assert int(rgb[12, 38].sum()) > int(rgb[12, 1].sum())


def test_transparency_becomes_paper() -> None:
    image = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    assert rgb_of(as_bytes(image, "PNG"), "png").min() == 255


@pytest.mark.parametrize(("orientation", "shape"), [(1, (24, 40)), (3, (24, 40)), (6, (40, 24)), (8, (40, 24))])
def test_exif_orientation(orientation: int, shape: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    with PictureFile(as_bytes(picture(), "JPEG", exif=exif, quality=95), "jpeg", Limits()) as file:
        assert file.size(0) == shape[::-1]
        rgb = file.rgb(0)
    assert rgb.shape[:2] == shape
    red_corner = {1: (2, 2), 3: (21, 37), 6: (2, 2), 8: (37, 2)}[orientation]
    np.testing.assert_allclose(rgb[red_corner], [255, 0, 0], atol=30)


def test_pages_of_a_tiff() -> None:
    other = Image.new("RGB", (12, 10), "blue")
    data = as_bytes(picture(), "TIFF", save_all=True, append_images=[other])
    with PictureFile(data, "tiff", Limits()) as file:
        assert file.page_count == 2
        assert [file.size(0), file.size(1)] == [(40, 24), (12, 10)]
        assert file.rgb(1).shape == (10, 12, 3)
        assert file.rgb(0).shape == (24, 40, 3)
    with pytest.raises(PageLimitExceededError, match="2 pages; the limit is 1"):
        PictureFile(data, "tiff", Limits(max_pages=1))


def test_an_animation_is_one_page_and_says_so() -> None:
    data = as_bytes(picture(), "GIF", save_all=True, append_images=[Image.new("RGB", (40, 24), "blue")])
    with PictureFile(data, "gif", Limits()) as file:
        assert file.page_count == 1
        assert "first" in file.warnings[0]


def png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


def test_a_bomb_is_refused_by_its_header() -> None:
    with pytest.raises(DocumentTooLargeError, match=r"40,000 × 40,000 pixels; the limit is 180 million") as caught:
        PictureFile(png_header(40_000, 40_000), "png", Limits())
    assert caught.value.hint


def test_a_truncated_picture_is_damaged() -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (200, 200, 3), dtype=np.uint8))
    for format_, kind in FORMATS:
        data = as_bytes(noise, format_)
        with pytest.raises(ExtractionFailedError, match="damaged"):
            rgb_of(data[: len(data) // 2], kind)


def test_rubbish_behind_a_right_beginning_is_damaged() -> None:
    for format_, kind in FORMATS:
        data = as_bytes(picture(), format_)
        with pytest.raises(ExtractionFailedError, match="damaged"):
            rgb_of(data[:16] + bytes(200), kind)


def test_huge_pictures_are_made_smaller() -> None:
    wide = Image.new("L", (DECODE_SIDE_PX * 2 + 3, 40), 200)
    for format_, kind in FORMATS[:2]:
        with PictureFile(as_bytes(wide, format_), kind, Limits()) as file:
            assert file.size(0) == (DECODE_SIDE_PX * 2 + 3, 40)
            assert max(file.rgb(0).shape) <= DECODE_SIDE_PX
