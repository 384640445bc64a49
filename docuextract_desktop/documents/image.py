"""Pictures: the only importer of Pillow for loading. Pixel counts are checked from the header, before any decoding."""

from __future__ import annotations

import io
from types import TracebackType
from typing import Self

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from docuextract_desktop.documents.models import DocumentKind
from docuextract_desktop.errors import DocumentTooLargeError, ExtractionFailedError, PageLimitExceededError
from docuextract_desktop.settings import Limits

RgbArray = NDArray[np.uint8]

DECODE_SIDE_PX = 5_000
"""Longest side that we keep of a picture: text that needs more pixels than this is larger than any model wants."""

_FORMATS: dict[DocumentKind, tuple[str, ...]] = {
    "png": ("PNG",),
    "jpeg": ("JPEG", "MPO"),
    "tiff": ("TIFF",),
    "webp": ("WEBP",),
    "bmp": ("BMP", "DIB"),
    "gif": ("GIF",),
    "heic": ("HEIF",),
}
# What Pillow raises on damaged files, format by format; MemoryError is left to the worker's ceiling.
_DAMAGED = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    ZeroDivisionError,
)

# The limit is ours (`Limits.max_picture_pixels`), checked on the header below, and has an error code of its own.
Image.MAX_IMAGE_PIXELS = None
pillow_heif.register_heif_opener(thumbnails=False)


class PictureFile:
    """A picture with one page or, as TIFF, several. Use as a context manager; one thread at a time.

    Attributes:
        page_count: number of pages; animated pictures count as their first frame.
        warnings: sentences for the user.
    """

    def __init__(self, data: bytes, kind: DocumentKind, limits: Limits) -> None:
        """Open a picture without decoding it.

        Raises:
            ExtractionFailedError: damaged.
            DocumentTooLargeError: the header promises more pixels than allowed.
            PageLimitExceededError: more pages than allowed.
        """
        self._limits = limits
        self.warnings: list[str] = []
        try:
            self._image = Image.open(io.BytesIO(data), formats=_FORMATS[kind])
            frames = int(getattr(self._image, "n_frames", 1))
        except (UnidentifiedImageError, *_DAMAGED) as error:
            raise _damaged(error) from error
        self._check_pixels()
        self.page_count = frames if kind == "tiff" else 1
        if kind in ("gif", "webp", "png", "heic") and frames > 1:
            self.warnings.append("The picture holds several frames; only the first was read.")
        if self.page_count > limits.max_pages:
            self.close()
            raise PageLimitExceededError(
                f"The picture has {self.page_count:,} pages; the limit is {limits.max_pages:,}.",
                hint="Split it, choose a page range, or raise the limit in Settings.",
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the picture."""
        self._image.close()

    def rgb(self, page_index: int) -> RgbArray:
        """The page as shown by its EXIF orientation: uint8 (height, width, 3), no side over `DECODE_SIDE_PX`.

        Raises:
            ExtractionFailedError: damaged.
            DocumentTooLargeError: more pixels than allowed.
        """
        try:
            self._image.seek(page_index)
            self._check_pixels()
            # JPEG decodes at a half, a quarter or an eighth for free: a bomb never unfolds.
            self._image.draft("RGB", (DECODE_SIDE_PX, DECODE_SIDE_PX))
            picture: Image.Image = self._image
            if max(picture.size) > DECODE_SIDE_PX:
                picture = picture.reduce(-(-max(picture.size) // DECODE_SIDE_PX))
            picture = ImageOps.exif_transpose(picture)
            return np.asarray(_as_rgb(picture), dtype=np.uint8)
        except _DAMAGED as error:
            raise _damaged(error) from error

    def size(self, page_index: int) -> tuple[int, int]:
        """Width and height in pixels as shown by the EXIF orientation, from the header alone."""
        try:
            self._image.seek(page_index)
            width, height = self._image.size
            turned = self._image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        except _DAMAGED as error:
            raise _damaged(error) from error
        return (height, width) if turned else (width, height)

    def _check_pixels(self) -> None:
        width, height = self._image.size
        if width * height > self._limits.max_picture_pixels:
            self.close()
            raise DocumentTooLargeError(
                f"The picture has {width:,} × {height:,} pixels; the limit is "
                f"{self._limits.max_picture_pixels / 1e6:,.0f} million.",
                hint="Save it smaller, or raise the limit in Settings.",
            )


def _as_rgb(picture: Image.Image) -> Image.Image:
    """Any mode as RGB: transparency on white, 16-bit grey scaled to its own range."""
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        values = np.asarray(picture, dtype=np.float32)
        low, high = float(values.min()), float(values.max())
        scaled = (values - low) * (255.0 / (high - low)) if high > low else np.full_like(values, 255.0)
        return Image.fromarray(scaled.astype(np.uint8)).convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        paper = Image.new("RGBA", layered.size, (255, 255, 255, 255))
        paper.alpha_composite(layered)
        return paper.convert("RGB")
    return picture.convert("RGB")


def _damaged(error: Exception) -> ExtractionFailedError:
    return ExtractionFailedError(
        "The picture is damaged and could not be opened.",
        hint="Scan or save it again.",
        detail=repr(error),
    )


def resized(rgb: RgbArray, width: int, height: int) -> RgbArray:
    """A picture in another size, smoothly."""
    if rgb.shape[1] == width and rgb.shape[0] == height:
        return rgb
    picture = Image.fromarray(rgb).resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return np.asarray(picture, dtype=np.uint8)
