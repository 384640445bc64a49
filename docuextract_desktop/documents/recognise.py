"""A picture of a page → recognised words → a page, set upright and with small skew taken out of the line grouping."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.documents.layout import arrange, turn_boxes
from docuextract_desktop.documents.models import Page
from docuextract_desktop.documents.ocr import OcrEngine, OcrLine

Numbers = NDArray[np.float64]
RgbArray = NDArray[np.uint8]


def page_from_picture(rgb: RgbArray, engine: OcrEngine, *, index: int, size: tuple[float, float]) -> Page:
    """Recognise a page.

    Args:
        rgb: uint8 (height, width, 3) as shown by the file.
        engine: what recognises.
        index: 0-based number of the page.
        size: width and height of the page as shown by the file, in the units that `Page` shall have.

    Raises:
        OcrProviderError: the engine failed.
    """
    lines = [] if _blank(rgb) else engine.recognise(rgb)
    return page_from_lines(lines, index=index, size=size, pixels=(rgb.shape[1], rgb.shape[0]))


def page_from_lines(lines: list[OcrLine], *, index: int, size: tuple[float, float], pixels: tuple[int, int]) -> Page:
    """Set recognised lines upright and arrange their words.

    Args:
        lines: as an engine gave them.
        index: 0-based number of the page.
        size: of the page as shown by the file, in the units that `Page` shall have.
        pixels: width and height of the picture that was recognised.
    """
    texts: list[str] = []
    confidences: list[float] = []
    boxes: list[Numbers] = []
    turns: list[int] = []
    weights: list[float] = []
    for line in lines:
        quad = line.quad.astype(np.float64)
        along = (quad[1] - quad[0] + quad[2] - quad[3]) * 0.5
        turn = _turn(along)
        for text, start, stop, confidence in zip(line.texts, line.starts, line.stops, line.confidences, strict=True):
            corners = np.stack(
                [quad[0] + (quad[1] - quad[0]) * share for share in (start, stop)]
                + [quad[3] + (quad[2] - quad[3]) * share for share in (start, stop)]
            )
            texts.append(text)
            confidences.append(float(confidence))
            boxes.append(np.concatenate([corners.min(axis=0), corners.max(axis=0)]))
            turns.append(turn)
            weights.append(float(len(text)))
    if not texts:
        width, height = size
        return arrange([], np.zeros((0, 4)), index=index, width=width, height=height, method="ocr")
    turn_of = np.array(turns)
    turn = int(np.bincount(turn_of, weights=np.array(weights), minlength=4).argmax())
    upright, width, height = turn_boxes(np.stack(boxes), float(pixels[0]), float(pixels[1]), turn)
    slope = _skew(lines, turn)
    middles = (upright[:, 1] + upright[:, 3]) * 0.5 - slope * (upright[:, 0] + upright[:, 2]) * 0.5
    factor = (size[0] if turn % 2 == 0 else size[1]) / width
    return arrange(
        texts,
        upright * factor,
        np.array(confidences),
        index=index,
        width=width * factor,
        height=height * factor,
        rotation=(4 - turn) % 4 * 90,
        method="ocr",
        middles=middles * factor,
        turned=(turn_of - turn) % 2 == 1,
    )


def _turn(along: Numbers) -> int:
    if abs(along[0]) >= abs(along[1]):
        return 0 if along[0] >= 0 else 2
    return 1 if along[1] >= 0 else 3


def _skew(lines: list[OcrLine], turn: int) -> float:
    """Rise per run of the text's lines on the upright page: the median over lines, weighted by their length."""
    slopes, lengths = [], []
    for line in lines:
        quad = line.quad.astype(np.float64)
        along = (quad[1] - quad[0] + quad[2] - quad[3]) * 0.5
        if _turn(along) != turn:
            continue
        x, y = [(along[0], along[1]), (along[1], -along[0]), (-along[0], -along[1]), (-along[1], along[0])][turn]
        if x > 0:
            slopes.append(y / x)
            lengths.append(x)
    if not slopes:
        return 0.0
    order = np.argsort(slopes)
    reached = np.cumsum(np.array(lengths)[order])
    return float(slopes[order[int(np.searchsorted(reached, reached[-1] * 0.5))]])


def _blank(rgb: RgbArray) -> bool:
    """Whether this is empty paper: recognising it would cost seconds for nothing."""
    thinned = rgb[:: max(1, rgb.shape[0] // 1000), :: max(1, rgb.shape[1] // 1000)]
    return float(thinned.astype(np.float32).mean(axis=2).std()) < 0.5
