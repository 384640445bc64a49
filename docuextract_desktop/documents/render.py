"""Pages as pictures, for the window and for proofs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from docuextract_desktop.documents.image import PictureFile, RgbArray, resized
from docuextract_desktop.documents.models import Box
from docuextract_desktop.documents.pdf import MAX_RENDER_PIXELS, PdfFile
from docuextract_desktop.documents.sniff import read_source
from docuextract_desktop.errors import ExtractionFailedError
from docuextract_desktop.settings import Limits

USUAL_SIDE_PX = 1_600


@dataclass(frozen=True)
class RenderedPage:
    """A picture of a page, or of a part of it.

    Attributes:
        width, height: in pixels.
        rgb: width × height × 3 bytes, rows from the top, without padding.
    """

    width: int
    height: int
    rgb: bytes


def render_page(
    source: str | Path | bytes,
    page_index: int,
    *,
    rotation: int = 0,
    max_side_px: int | None = None,
    scale: float | None = None,
    region: Box | None = None,
    passwords: Sequence[str] = (),
    limits: Limits | None = None,
) -> RenderedPage:
    """Draw a page.

    Args:
        source: a path, or the document's bytes.
        page_index: 0-based.
        rotation: degrees clockwise (0, 90, 180, 270) beyond the file's own display; a `Page.rotation` sets it upright.
        max_side_px: the page's longest side gets this many pixels at most; None for 1,600 where `scale` is None too.
        scale: pixels per point of a PDF, per pixel of a picture.
        region: only this part of the upright page, in fractions.
        passwords: tried one after another on an encrypted PDF.
        limits: sizes and pages; whatever is asked for, no page gets more than 40 million pixels.

    Raises:
        ItemError: as `read_document`; `ExtractionFailedError` where there is no such page.
    """
    limits = limits or Limits()
    found = read_source(source, limits)
    if max_side_px is None and scale is None:
        max_side_px = USUAL_SIDE_PX
    if found.kind == "pdf":
        with PdfFile(found.data, passwords, limits) as file:
            _check(page_index, file.page_count)
            with file.page(page_index) as page:
                factor = _factor(page.width, page.height, max_side_px, scale)
                rgb = page.render(scale=factor, rotation=rotation % 360)
    else:
        with PictureFile(found.data, found.kind, limits) as picture:
            _check(page_index, picture.page_count)
            rgb = picture.rgb(page_index)
            width, height = picture.size(page_index)
            factor = _factor(width, height, max_side_px, scale)
            factor = factor if scale is not None else min(factor, 1.0)  # a picture gains nothing from being enlarged
            factor *= min(1.0, (MAX_RENDER_PIXELS / (width * height * factor * factor)) ** 0.5)
            wanted = (max(1, round(width * factor)), max(1, round(height * factor)))
            rgb = np.rot90(resized(rgb, *wanted), -(rotation % 360) // 90)
    return _as_rendered(rgb if region is None else _part(rgb, region))


def _check(page_index: int, page_count: int) -> None:
    if not 0 <= page_index < page_count:
        raise ExtractionFailedError(
            f"There is no page {page_index + 1}: the document has {page_count}.", hint="Choose another page."
        )


def _factor(width: float, height: float, max_side_px: int | None, scale: float | None) -> float:
    fitting = max_side_px / max(width, height) if max_side_px is not None else None
    if scale is None:
        return fitting if fitting is not None else 1.0
    return min(scale, fitting) if fitting is not None else scale


def _part(rgb: RgbArray, region: Box) -> RgbArray:
    height, width = rgb.shape[:2]
    left, top = min(int(region.x0 * width), width - 1), min(int(region.y0 * height), height - 1)
    right, bottom = max(left + 1, -int(-region.x1 * width // 1)), max(top + 1, -int(-region.y1 * height // 1))
    return rgb[max(0, top) : bottom, max(0, left) : right]


def _as_rendered(rgb: RgbArray) -> RenderedPage:
    return RenderedPage(int(rgb.shape[1]), int(rgb.shape[0]), np.ascontiguousarray(rgb).tobytes())
