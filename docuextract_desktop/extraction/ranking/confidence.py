"""From scores to an honest probability, and from that and the rules to a flag with its reason in words."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from docuextract_desktop.extraction.words.tokens import Floats

SIGNS = (
    "one",
    "logit",
    "margin",
    "none",
    "doubt_of_words",
    "scanned",
    "scanned_logit",
    "quality",
    "label",
    "taught",
    "memory",
    "places",
    "agrees",
    "disagrees",
)
"""What calibration looks at, in the order of its coefficients."""

# Shown confidence over calibrated probability. A little lower just above the usual threshold: among values of 85 to
# 90 % one in eight is wrong, which is too many for what nobody will look at.
_CAUTION = ((0.0, 0.9, 0.96, 1.0), (0.0, 0.845, 0.945, 1.0))
_CAUTION_WHERE_TAUGHT = ((0.0, 0.94, 0.972, 1.0), (0.0, 0.845, 0.945, 1.0))
"""A person who has taught a template relies on it. On orders that were held out, 98.2 % of what is not flagged is right
with this, at 76 % of the values; with the first it would be 97.6 % at 82 %."""

# Used where nothing was learnt for a situation: probability and margin, rather careful.
_CAREFUL = np.array([-0.9, 0.7, 0.15, -0.3, -0.6, -0.2, 0, 0.5, 0.5, 0, 0.5, 0.1, 1.5, -1.5])


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known about the value that was chosen.

    Attributes:
        probability: of the value among all values and 'not on this document', from the ranker.
        second: the next value's probability. none: of 'not on this document'.
        words: lowest confidence of its words. scanned: whether they came from OCR.
        quality: of its printed form. label: how well a label of the field lies to it, 0..1.
        taught: documents that taught the field. memory: strongest recollection, 0..1.
        places: places where the value stands.
        agrees, disagrees: rules of the template that it meets or breaks.
    """

    probability: float
    second: float
    none: float
    words: float
    scanned: bool
    quality: float
    label: float
    taught: int
    memory: float
    places: int
    agrees: int = 0
    disagrees: int = 0

    def vector(self) -> Floats:
        """As numbers, in the order of `SIGNS`."""
        p = min(max(self.probability, 1e-4), 1 - 1e-4)
        second = max(self.second, 1e-4)
        logit = math.log(p / (1 - p))
        scanned = float(self.scanned)
        doubt = math.log(max(1 - self.words, 0.003) / 0.003) / 3
        return np.array(
            [
                1.0,
                logit,
                math.log(p / second),
                self.none,
                doubt,
                scanned,
                scanned * logit,
                self.quality,
                self.label,
                math.log1p(self.taught) / 3,
                self.memory,
                math.log1p(min(self.places, 8) - 1) if self.places > 1 else 0.0,
                float(min(self.agrees, 2)),
                float(min(self.disagrees, 2)),
            ],
            np.float32,
        )


def situation(kind: str, *, headed: bool, taught: int) -> str:
    """The situation that calibration tells apart: kind of value, and what the scores come from."""
    if taught >= 3:
        return f"{kind}:taught"
    return f"{kind}:headed" if headed else f"{kind}:common"


def confidence(signs: Signs, where: str, calibration: Mapping[str, Mapping[str, Any]]) -> float:
    """Probability that the value is right, 0..1."""
    entry = calibration.get(where) or calibration.get("*:" + where.split(":")[1])
    weights = np.array(entry["weights"]) if entry and len(entry["weights"]) == len(SIGNS) else _CAREFUL
    z = float(signs.vector() @ weights)
    probability = 1 / (1 + math.exp(-min(max(z, -30.0), 30.0)))
    return _between(_CAUTION_WHERE_TAUGHT if where.endswith(":taught") else _CAUTION, probability)


def _between(points: tuple[tuple[float, ...], tuple[float, ...]], x: float) -> float:
    """As `np.interp` for one number of 0..1, which that is not made for."""
    xs, ys = points
    at = min(bisect_right(xs, x), len(xs) - 1) - 1
    return (ys[at + 1] - ys[at]) / (xs[at + 1] - xs[at]) * (x - xs[at]) + ys[at]


def words_for_doubt(signs: Signs, rival: str | None) -> str:
    """Why a value is unsure, in one sentence for people."""
    if signs.scanned and signs.words < 0.85 and signs.probability > 0.7:
        return "It was read by text recognition with low certainty."
    if rival is not None and signs.second > 0.15:
        return f"Two values fit: this one and “{_short(rival)}”."
    if signs.none > 0.25:
        return "It may not be on this document."
    if signs.label < 0.2 and signs.taught < 3:
        return "No label of this field stands near it."
    return "The program is not sure of this value."


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
