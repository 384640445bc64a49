"""From what a text recogniser says about each step along a line (CTC) to words with places and confidences."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

LEAST_LINE_CONFIDENCE = 0.5
"""A line whose characters are less certain than this on average is a drawing or a stain."""

SPACE_FROM = 0.15
"""A space is taken from this probability on, though a blank is likelier: the recogniser is shy of spaces in Latin text.
On 24 receipts, words found / right rise from .883/.902 to .915/.913; .08 and .3 are both worse."""

LOOKALIKE_FROM = 0.02
"""A digit between letters gives way to a letter of the same shape that has at least this probability, and the other way
round: lines right but for their spaces rise from .902 to .908, and nothing between .001 and .2 changes that much."""

_LETTERS_FOR = {"0": "oO", "1": "lIi", "5": "sS", "8": "B", "6": "bG", "2": "Z", "|": "lI"}
_DIGIT_FOR = {"O": "0", "o": "0", "l": "1", "I": "1", "S": "5", "s": "5", "B": "8", "Z": "2"}


@dataclass(frozen=True, eq=False)
class DecodedLine:
    """The words of one line.

    Attributes:
        texts: its words, NFKC-normalised, without white space, never empty.
        starts, stops: float32 (n,), where each word begins and ends, as shares 0..1 of the line's length.
        confidences: float32 (n,), 0..1, geometric mean over the word's characters.
    """

    texts: tuple[str, ...]
    starts: FloatArray
    stops: FloatArray
    confidences: FloatArray


class Alphabet:
    """What the classes of a recogniser mean. Class 0 is the blank of CTC."""

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = list(characters)
        self.class_of = {character: number for number, character in enumerate(self.characters)}
        self.space = self.class_of.get(" ", -1)

    def decode(self, steps: FloatArray, share: float) -> DecodedLine | None:
        """Greedy decoding, with spaces and look-alikes given a second thought.

        Args:
            steps: (t, classes) probabilities.
            share: how much of the t steps is picture, the rest being padding.

        Returns:
            The words, or None where the line holds nothing legible.
        """
        best = steps.argmax(axis=1)
        kept = best != 0
        kept[1:] &= best[1:] != best[:-1]
        at = np.flatnonzero(kept)
        if not len(at):
            return None
        certainty = steps[at, best[at]].astype(np.float64)
        if float(certainty.mean()) < LEAST_LINE_CONFIDENCE:
            return None
        signs = [self.characters[i] for i in best[at].tolist()]
        words = self._spans(signs, at, steps)
        if not words:
            return None
        centers = (at + 0.5) / max(1.0, len(steps) * share)
        advance = _usual_advance(centers, words)
        texts: list[str] = []
        starts: list[float] = []
        stops: list[float] = []
        confidences: list[float] = []
        for begin, end in words:
            self._settle_lookalikes(signs, certainty, begin, end, at, steps)
            left = 0.0 if begin == 0 else min(max(float(centers[begin] - advance * 0.5), 0.0), 1.0)
            right = 1.0 if end == len(signs) else min(max(float(centers[end - 1] + advance * 0.5), left), 1.0)
            confidence = float(np.exp(np.log(np.maximum(certainty[begin:end], 1e-6)).mean()))
            # NFKC may give a space (a spaced accent) or nothing at all.
            for piece in unicodedata.normalize("NFKC", "".join(signs[begin:end])).split():
                texts.append(piece)
                starts.append(left)
                stops.append(right)
                confidences.append(min(confidence, 1.0))
        if not texts:
            return None
        return DecodedLine(
            tuple(texts),
            np.array(starts, np.float32),
            np.array(stops, np.float32),
            np.array(confidences, np.float32),
        )

    def _spans(self, signs: list[str], at: NDArray[np.intp], steps: FloatArray) -> list[tuple[int, int]]:
        """Begin and end of each word among `signs`."""
        spaced = np.zeros(len(signs), dtype=bool)  # whether a space stands before
        if self.space >= 0:
            likely = steps[:, self.space] >= SPACE_FROM
            seen = np.concatenate([[0], np.cumsum(likely)])
            spaced[1:] = seen[at[1:]] > seen[at[:-1] + 1]
        words: list[tuple[int, int]] = []
        start = -1
        for i, sign in enumerate(signs):
            empty = not sign or sign.isspace()
            if start >= 0 and (empty or spaced[i]):
                words.append((start, i))
                start = -1
            if start < 0 and not empty:
                start = i
        if start >= 0:
            words.append((start, len(signs)))
        return words

    def _settle_lookalikes(
        self,
        signs: list[str],
        certainty: NDArray[np.float64],
        begin: int,
        end: int,
        at: NDArray[np.intp],
        steps: FloatArray,
    ) -> None:
        """Mend in place a digit among letters, or a letter among digits, where the recogniser saw the other too."""
        for i in range(begin + 1, end):
            sign, before = signs[i], signs[i - 1]
            after = signs[i + 1] if i + 1 < end else ""
            others = ""
            if sign in _LETTERS_FOR and before.isalpha():
                if after.isalpha() or (not after and i - begin > 1 and signs[i - 2].isalpha()):
                    others = "".join(c for c in _LETTERS_FOR[sign] if c.islower() == before.islower())
            elif sign in _DIGIT_FOR and before.isdigit() and (not after or after.isdigit()):
                others = _DIGIT_FOR[sign]
            likely, best = max(((self._probability(steps, at[i], c), c) for c in others), default=(0.0, ""))
            if likely >= LOOKALIKE_FROM:
                signs[i] = best
                # Either reading alone would be doubtful; the shape they share is what was certain.
                certainty[i] = min(1.0, certainty[i] + likely)

    def _probability(self, steps: FloatArray, at: int, character: str) -> float:
        number = self.class_of.get(character)
        return float(steps[at, number]) if number is not None and number < steps.shape[1] else 0.0


def _usual_advance(centers: NDArray[np.floating], words: list[tuple[int, int]]) -> float:
    """The usual distance from one character to the next, as a share of the line."""
    inside = np.concatenate([np.diff(centers[a:b]) for a, b in words])
    return float(np.median(inside)) if len(inside) else 1.0 / max(1, len(centers))
