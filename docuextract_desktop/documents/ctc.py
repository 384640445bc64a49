"""From what a text recogniser says about each step along a line (CTC) to words with places and confidences."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.documents.character_model import EDGE, ORDER, CharacterModel, plain

FloatArray = NDArray[np.float32]

LEAST_LINE_CONFIDENCE = 0.5
"""A line whose characters are less certain than this on average is a drawing or a stain."""

SPACE_FROM = 0.15
"""Without a character model, a space is taken from this probability on, though a blank is likelier: the recogniser is
shy of spaces in Latin text. On 24 receipts, words found / right rise from .883/.902 to .915/.913."""


@dataclass(frozen=True)
class Weighing:
    """How much the character model says beside the recogniser, which counts 1.

    Attributes:
        letters: for which character it is.
        spaces: for whether a space stands there; less than for letters: how a kind of document sets its spaces is
            learnt less surely than how words are spelt.
        space_bonus: added to the logarithm of a space's probability.
    """

    letters: float
    spaces: float
    space_bonus: float


ALONE = Weighing(letters=0.3, spaces=0.1, space_bonus=1.5)
"""On the same receipts, which the model had not seen: words .927/.928, whole lines .857 → .885, and .908 → .935 when
spaces are ignored; character error 1.47 → 1.20 %."""
BESIDE_THE_HEAD = Weighing(letters=0.2, spaces=0.1, space_bonus=0.0)
"""Where the line head has had its say, which knows about spaces."""
SETTLED = 0.98
"""A character that is surer than this is not questioned."""
LEAST_ALTERNATIVE = 0.01
MOST_ALTERNATIVES = 5
BEAM = 6


@dataclass(frozen=True, eq=False)
class DecodedLine:
    """The words of one line.

    Attributes:
        texts: its words, NFKC-normalised, without white space, never empty.
        starts, stops: float32 (n,), where each word begins and ends, as shares 0..1 of the line's length.
        confidences: float32 (n,), 0..1: the product of what is known of each of the word's characters.
    """

    texts: tuple[str, ...]
    starts: FloatArray
    stops: FloatArray
    confidences: FloatArray


@dataclass(frozen=True)
class _Sign:
    """One character of a line: where it stands, what it may be, and whether a space stands before it."""

    step: int
    alternatives: tuple[tuple[str, float], ...]
    space: float


@dataclass(frozen=True)
class _Path:
    """A reading of the first characters of a line."""

    score: float
    history: str
    signs: tuple[str, ...]
    spaced: tuple[bool, ...]


class Alphabet:
    """What the classes of a recogniser mean. Class 0 is the blank of CTC."""

    def __init__(
        self, characters: Sequence[str], model: CharacterModel | None = None, weighing: Weighing = ALONE
    ) -> None:
        """Keep the meanings, and the model that settles doubts, if there is one."""
        self.characters = list(characters)
        self.model = model
        self.weighing = weighing
        self._space = self.characters.index(" ") if " " in self.characters else -1

    def decode(self, steps: FloatArray, share: float) -> DecodedLine | None:
        """Read a line.

        Args:
            steps: (t, classes) probabilities.
            share: how much of the t steps is picture, the rest being padding.

        Returns:
            The words, or None where the line holds nothing legible.
        """
        signs = self._signs(steps)
        if not signs or np.mean([sign.alternatives[0][1] for sign in signs]) < LEAST_LINE_CONFIDENCE:
            return None
        if self.model is None:
            chosen = [sign.alternatives[0] for sign in signs]
            spaced = [sign.space >= SPACE_FROM for sign in signs]
        else:
            path = _best_path(signs, self.model, self.weighing)
            spaced = list(path.spaced)
            chosen = _certainties(signs, path, self.model, self.weighing)
        return _line(signs, chosen, spaced, max(1.0, len(steps) * share))

    def _signs(self, steps: FloatArray) -> list[_Sign]:
        """What greedy decoding finds, with the alternatives of each character."""
        best = steps.argmax(axis=1)
        kept = best != 0
        kept[1:] &= best[1:] != best[:-1]
        likely = np.zeros(len(steps), np.float32) if self._space < 0 else steps[:, self._space]
        signs: list[_Sign] = []
        since = 0
        for step in np.flatnonzero(kept & (best != self._space)).tolist():
            row = steps[step]
            top = float(row[best[step]])
            if top > SETTLED:
                alternatives: tuple[tuple[str, float], ...] = ((self.characters[best[step]], top),)
            else:
                order = np.argpartition(-row, MOST_ALTERNATIVES)[: MOST_ALTERNATIVES + 1]
                ranked = sorted(((float(row[k]), int(k)) for k in order), reverse=True)
                alternatives = tuple(
                    (self.characters[k], p)
                    for p, k in ranked
                    if k not in (0, self._space) and (p >= LEAST_ALTERNATIVE or k == best[step])
                )
            space = float(likely[since:step].max()) if signs and step > since else 0.0
            if alternatives and not alternatives[0][0].isspace() and alternatives[0][0]:
                signs.append(_Sign(step, alternatives, space))
                since = step + 1
        return signs


def _best_path(signs: Sequence[_Sign], model: CharacterModel, weighing: Weighing) -> _Path:
    """The likeliest reading, by recogniser and model together (beam search)."""
    beam = [_Path(0.0, EDGE * (ORDER - 1), (), ())]
    for sign in signs:
        gaps: list[tuple[bool, float]]
        if sign.space > 0.9:
            gaps = [(True, 0.0)]
        elif sign.space < 0.01:
            gaps = [(False, 0.0)]
        else:
            gaps = [(True, math.log(sign.space) + weighing.space_bonus), (False, math.log(1.0 - sign.space))]
        if len(gaps) == 1 and len(sign.alternatives) == 1 and len(beam) == 1:
            (text, _), (spaced, _) = sign.alternatives[0], gaps[0]
            only = beam[0]
            history = (only.history + (" " if spaced else "") + plain(text))[-(ORDER - 1) :]
            beam = [_Path(only.score, history, (*only.signs, text), (*only.spaced, spaced))]
            continue
        weight_of_gap = weighing.spaces if len(gaps) > 1 else weighing.letters
        weight = weighing.letters if len(sign.alternatives) > 1 else weight_of_gap
        found: list[_Path] = []
        for path in beam:
            for spaced, gap_score in gaps:
                score, history = path.score + gap_score, path.history
                if spaced:
                    score += weight_of_gap * model.log_probability(history, " ")
                    history += " "
                for text, probability in sign.alternatives:
                    spelt = plain(text)
                    found.append(
                        _Path(
                            score + math.log(probability) + weight * model.log_probability(history, spelt),
                            (history + spelt)[-(ORDER - 1) :],
                            (*path.signs, text),
                            (*path.spaced, spaced),
                        )
                    )
        found.sort(key=lambda path: -path.score)
        # Readings that end alike go on alike: only the best of them can win.
        ends: dict[str, _Path] = {}
        for path in found:
            ends.setdefault(path.history, path)
        beam = list(ends.values())[:BEAM]
    return beam[0]


def _certainties(
    signs: Sequence[_Sign], path: _Path, model: CharacterModel, weighing: Weighing
) -> list[tuple[str, float]]:
    """Each chosen character with its probability, given the recogniser, the model, and the characters around it."""
    spelt = [(" " if spaced else "") + plain(sign) for sign, spaced in zip(path.signs, path.spaced, strict=True)]
    chosen: list[tuple[str, float]] = []
    for number, (sign, text) in enumerate(zip(signs, path.signs, strict=True)):
        if len(sign.alternatives) == 1:
            chosen.append((text, min(1.0, sign.alternatives[0][1])))
            continue
        before = (EDGE * (ORDER - 1) + "".join(spelt[max(0, number - ORDER) : number]))[-(ORDER - 1) :]
        before += " " if path.spaced[number] else ""
        after = "".join(spelt[number + 1 : number + ORDER])
        scores = {
            other: math.log(probability) + weighing.letters * model.log_probability(before, plain(other) + after)
            for other, probability in sign.alternatives
        }
        highest = max(scores.values())
        total = sum(math.exp(score - highest) for score in scores.values())
        # What the recogniser gave to none of the alternatives stays in doubt.
        covered = min(1.0, sum(probability for _, probability in sign.alternatives))
        chosen.append((text, covered * math.exp(scores[text] - highest) / total))
    return chosen


def _line(
    signs: Sequence[_Sign], chosen: Sequence[tuple[str, float]], spaced: Sequence[bool], used_steps: float
) -> DecodedLine | None:
    centers = (np.array([sign.step for sign in signs]) + 0.5) / used_steps
    starts_of = [i for i in range(len(signs)) if i == 0 or spaced[i]]
    words = list(zip(starts_of, [*starts_of[1:], len(signs)], strict=True))
    advance = _usual_advance(centers, words)
    texts: list[str] = []
    starts: list[float] = []
    stops: list[float] = []
    confidences: list[float] = []
    for begin, end in words:
        left = 0.0 if begin == 0 else min(max(float(centers[begin] - advance * 0.5), 0.0), 1.0)
        right = 1.0 if end == len(signs) else min(max(float(centers[end - 1] + advance * 0.5), left), 1.0)
        confidence = math.prod(probability for _, probability in chosen[begin:end])
        # NFKC may give a space (a spaced accent) or nothing at all.
        for piece in unicodedata.normalize("NFKC", "".join(text for text, _ in chosen[begin:end])).split():
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


def _usual_advance(centers: NDArray[np.floating], words: list[tuple[int, int]]) -> float:
    """The usual distance from one character to the next, as a share of the line."""
    inside = np.concatenate([np.diff(centers[a:b]) for a, b in words])
    return float(np.median(inside)) if len(inside) else 1.0 / max(1, len(centers))
