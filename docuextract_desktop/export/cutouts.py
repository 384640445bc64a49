"""Small pictures cut out of pages, with the value's place outlined; the proof page embeds them."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw

from docuextract_desktop.documents.models import Box
from docuextract_desktop.export.models import PagePicture

MARGIN = 0.012
"""Around the value, as a fraction of the page's longer side: about a line of print."""
LEFT_MARGIN, RIGHT_MARGIN = 0.15, 0.04
"""Beside the value, as fractions of the page's width: the label usually stands to the left."""
LARGEST_PX = (760, 420)
OUTLINE = (214, 90, 0)
JPEG_QUALITY = 60


@dataclass(frozen=True, slots=True)
class Cutout:
    """An encoded picture with its size in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int


def page_image(picture: PagePicture) -> Image.Image:
    """The page as a picture to cut from.

    Raises:
        ValueError: there are not as many bytes as the size says.
    """
    return Image.frombytes("RGB", (picture.width, picture.height), picture.rgb)


def cut_out(page: Image.Image, box: Box) -> Cutout:
    """The value's place with a little around it, outlined, at most `LARGEST_PX` large."""
    width, height = page.size
    margin = MARGIN * max(width, height)
    left = max(0, int(box.x0 * width - margin - LEFT_MARGIN * width))
    top = max(0, int(box.y0 * height - margin))
    right = min(width, max(left + 1, round(box.x1 * width + margin + RIGHT_MARGIN * width)))
    bottom = min(height, max(top + 1, round(box.y1 * height + margin)))
    # A box off the page (a damaged file) must not end the export.
    left, top = min(left, width - 1), min(top, height - 1)
    picture = page.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
    draw = ImageDraw.Draw(picture)
    inside = (
        box.x0 * width - left - 2,
        box.y0 * height - top - 2,
        box.x1 * width - left + 1,
        box.y1 * height - top + 1,
    )
    if inside[0] <= inside[2] and inside[1] <= inside[3]:
        draw.rectangle(inside, outline=OUTLINE, width=2)
    picture.thumbnail(LARGEST_PX, Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return Cutout(stream.getvalue(), "image/jpeg", picture.width, picture.height)
