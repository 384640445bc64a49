"""A second look at lines that were read with doubt: other cuts of the same line are read too, and the readings vote.

On 24 receipts (803 lines, a character model that had not seen them) a vote of three over the doubtful eighth of the
lines raises whole lines from .884 to .890, and from .934 to .940 when spaces are ignored; over all lines, or with five
cuts, it gives .893 and .942 for several times the cost. Larger pictures, sharpening or contrast give nothing alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.documents.ctc import DecodedLine

RgbArray = NDArray[np.uint8]

DOUBTFUL = 0.9
"""A line that is right with less than this probability, by its own account, is looked at again."""
TRIM = 0.06
"""Share of the line's height that the second cut leaves out above and below."""
SQUEEZE = 0.88
"""Width of the third cut, as a share of what the line's shape asks for."""
_LEAST_VOTE = 0.05


def certainty(line: DecodedLine) -> float:
    """How likely all of a line is right."""
    return float(np.prod(line.confidences, dtype=np.float64))


def look_again(
    strip: RgbArray, first: DecodedLine | None, read: Callable[[RgbArray, float], DecodedLine | None]
) -> DecodedLine | None:
    """Read a line from other cuts where the first reading is doubtful, and settle on one.

    Args:
        strip: the straightened line: uint8 (height, width, 3).
        first: how it was read.
        read: reads a strip, stretched in width by a factor.
    """
    if first is None or certainty(first) >= DOUBTFUL:
        return first
    edge = math.ceil(strip.shape[0] * TRIM)
    others = [read(strip[edge:-edge], 1.0) if strip.shape[0] > 4 * edge else None, read(strip, SQUEEZE)]
    return settle([first, *(line for line in others if line is not None)])


def settle(readings: Sequence[DecodedLine]) -> DecodedLine:
    """The reading with the most votes, each vote weighing as much as it is certain; the first wins a tie.

    A word keeps its confidence where all readings have it, and loses by every reading that has not.
    """
    votes: dict[tuple[str, ...], float] = {}
    for reading in readings:
        votes[reading.texts] = votes.get(reading.texts, 0.0) + certainty(reading) + _LEAST_VOTE
    winner_texts = max(votes, key=lambda texts: votes[texts])
    same = [reading for reading in readings if reading.texts == winner_texts]
    winner = same[0]
    confidences = np.mean([reading.confidences for reading in same], axis=0)
    shares = [sum(text in reading.texts for reading in readings) / len(readings) for text in winner.texts]
    return replace(winner, confidences=(confidences * np.array(shares)).astype(np.float32))
