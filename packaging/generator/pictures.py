"""From a clean page to what a scanner or a phone makes of it: grey, turned a little, noisy, compressed.

The settings are those that the product's figures for scanned invoices are measured with: 200 dpi, grey, up to 1.2
degrees, noise and blur as of an office scanner, JPEG.
"""

from __future__ import annotations

import io
import random
import time
from dataclasses import dataclass

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageFilter

POINTS_PER_INCH = 72.0


@dataclass(frozen=True)
class Wear:
    """How strongly a page is worn.

    Attributes:
        dpi: pixels per inch.
        max_turn: largest angle, in degrees, either way.
        noise: standard deviation of the grey noise, of 255.
        blur: radius in pixels.
        shade: how much darker the darkest corner is, 0..1.
        quality: of the JPEG.
    """

    dpi: int = 200
    max_turn: float = 1.2
    noise: float = 9.0
    blur: float = 0.6
    shade: float = 0.08
    quality: int = 72


_MADE = time.gmtime(1_577_836_800)
"""A fixed day, so that the same seed gives the same bytes."""
SCANNER = Wear()
PHONE = Wear(dpi=150, max_turn=2.0, noise=7.0, blur=0.7, shade=0.25, quality=70)


def render(pdf: bytes, dpi: int) -> list[Image.Image]:
    """The pages of a PDF as grey pictures."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / POINTS_PER_INCH, grayscale=True).to_pil().convert("L") for page in document]
    finally:
        document.close()


def wear_down(page: Image.Image, rng: random.Random, wear: Wear) -> Image.Image:
    """Turn, blur, shade and roughen one grey page; the same `rng` state gives the same picture."""
    turned = page.rotate(rng.uniform(-wear.max_turn, wear.max_turn), Image.Resampling.BICUBIC, fillcolor=250)
    soft = turned.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.0) * wear.blur))
    pixels = np.asarray(soft, dtype=np.float32)
    height, width = pixels.shape
    slope_x, slope_y = (rng.uniform(-1, 1) * wear.shade for _ in range(2))
    ramp = 1 + slope_x * np.linspace(-0.5, 0.5, width)[None, :] + slope_y * np.linspace(-0.5, 0.5, height)[:, None]
    ink, paper = rng.uniform(15, 60), rng.uniform(228, 250)
    grey: NDArray[np.floating] = ink + pixels / 255 * (paper - ink)
    generator = np.random.default_rng(rng.getrandbits(64))
    grey = grey * np.minimum(ramp, 1.05) + generator.normal(0, wear.noise * rng.uniform(0.5, 1.2), pixels.shape)
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))


def scan(pdf: bytes, *, seed: str, wear: Wear = SCANNER, kind: str = "JPEG") -> bytes:
    """All pages of a PDF as one picture file: JPEG (the first page only), or a multi-page TIFF or picture-only PDF."""
    rng = random.Random(f"{seed}/wear")  # noqa: S311  (pictures, no secrets)
    pages = [wear_down(page, rng, wear) for page in render(pdf, wear.dpi)]
    out = io.BytesIO()
    if kind == "JPEG":
        pages[0].save(out, "JPEG", quality=wear.quality, dpi=(wear.dpi, wear.dpi))
    elif kind == "TIFF":
        pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression="jpeg", quality=wear.quality,
                      dpi=(wear.dpi, wear.dpi))  # fmt: skip
    else:
        pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=wear.dpi, quality=wear.quality,
                      creationDate=_MADE, modDate=_MADE)  # fmt: skip
    return out.getvalue()
