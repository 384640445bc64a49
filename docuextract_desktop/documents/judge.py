"""Whether the text layer of a PDF page can be trusted, or the page has to be recognised from its picture instead.

A layer can be absent; garbled (fonts that do not say what their characters mean); a mere overlay (a stamp or a header
over a scan); or the work of somebody else's OCR, good or bad. The last two look alike from the text: so on a scan a few
lines are recognised, spread over the page, and compared with what the layer says there.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from docuextract_desktop.documents.ocr import FloatArray, OcrLine, RgbArray
from docuextract_desktop.documents.text_layer import LooseWords

SCAN_SHARE = 0.5
"""A page of which one picture covers more than this share is taken for a scan."""
OVERLAY_WORDS = 15
"""A scan with fewer words than this in its layer has a stamp, a header or a signature there, and no more."""
MEANINGLESS_SHARE = 0.05
UNMAPPED_SHARE = 0.3
VOWELLESS_SHARE = 0.6
SAMPLED_LINES = 12
SURE_LINE = 0.9
AGREEMENT = 0.97
"""A layer by somebody else's OCR is kept where it agrees to this degree with our own reading of the sampled lines."""

_MEANINGLESS = frozenset({"Co", "Cc", "Cn", "Cs"})
_BEYOND_ASCII = re.compile(r"[^ -~]")
_PLAIN_VOWELS = frozenset("aeiouyAEIOUY")
_VOWELS = frozenset("aeiouyáàâäãåæéèêëíìîïóòôöõøœúùûüýąęıůű")


@runtime_checkable
class LineReader(Protocol):
    """An engine that can read single lines of a picture."""

    def find_lines(self, rgb: RgbArray) -> FloatArray:
        """See `RapidOcrEngine.find_lines`."""
        ...

    def read_lines(self, rgb: RgbArray, quads: FloatArray) -> list[OcrLine | None]:
        """See `RapidOcrEngine.read_lines`."""
        ...


def garbled(texts: list[str], unmapped: float) -> bool:
    """Whether the text is no text.

    Args:
        texts: the words.
        unmapped: share of characters whose font does not say what they mean.
    """
    if unmapped > UNMAPPED_SHARE:
        return True
    joined = "".join(texts)
    if not joined:
        return False
    plain = joined.isascii()
    if not plain:
        beyond = _BEYOND_ASCII.findall(joined)
        strange = sum([sign == "\ufffd" or unicodedata.category(sign) in _MEANINGLESS for sign in beyond])
        if strange > MEANINGLESS_SHARE * len(joined):
            return True
    # Letters that stand for others (a font with its own order of glyphs) leave words without vowels.
    latin = [word for word in filter(str.isalpha, texts) if len(word) >= 4 and (plain or word.lower() < "\u0250")]
    if len(latin) < 20:
        return False
    vowelless = sum(map(_PLAIN_VOWELS.isdisjoint, latin) if plain else map(_VOWELS.isdisjoint, map(str.lower, latin)))
    return vowelless > VOWELLESS_SHARE * len(latin)


def agrees(words: LooseWords, rgb: RgbArray, width: float, engine: LineReader) -> bool:
    """Whether the layer says what the picture shows, on a sample of lines.

    Args:
        words: of the layer, in points of the page as shown.
        rgb: the page's picture as shown.
        width: of the page as shown, in points.
        engine: reads the sample.

    Raises:
        OcrProviderError: the engine failed.
    """
    quads = engine.find_lines(rgb)
    quads = quads[_promising(quads)]
    if not len(quads):
        return True  # nothing to read that lies straight: nothing better to be had
    sure = [
        line
        for line in engine.read_lines(rgb, quads)
        if line is not None and float(line.confidences.min()) >= SURE_LINE and sum(map(len, line.texts)) >= 4
    ]
    if not sure:
        return True
    scale = rgb.shape[1] / width
    centers = (words.boxes[:, :2] + words.boxes[:, 2:]) * (0.5 * scale)
    wrong = total = 0
    for line in sure:
        low, high = line.quad.min(axis=0), line.quad.max(axis=0)
        inside = np.flatnonzero(((centers >= low) & (centers <= high)).all(axis=1))
        there = " ".join(words.texts[i] for i in inside[np.argsort(centers[inside, 0])].tolist())
        ours = " ".join(line.texts)
        wrong += min(len(ours), Levenshtein.distance(ours.casefold(), there.casefold()))
        total += len(ours)
    return wrong <= (1.0 - AGREEMENT) * total


def _promising(quads: FloatArray) -> NDArray[np.intp]:
    """A sample of lines that are long enough to tell something, spread from top to bottom."""
    if not len(quads):
        return np.zeros(0, np.intp)
    lengths = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
    depths = np.maximum(np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1), 1.0)
    long = np.flatnonzero((lengths > 3.0 * depths) & (lengths < 25.0 * depths))
    ordered = long[np.argsort(quads[long, 0, 1], kind="stable")]
    if len(ordered) <= SAMPLED_LINES:
        return ordered
    return ordered[np.linspace(0, len(ordered) - 1, SAMPLED_LINES).round().astype(np.intp)]
