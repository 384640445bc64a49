"""Which characters follow which in the documents we read: a small model that settles what an OCR engine is torn about.

Counts of five characters in a row (digits are one character, case is one), smoothed after Witten and Bell (IEEE
Transactions on Information Theory 37, 1991). Learnt by `packaging/training/character_model.py`, shipped as one file.
"""

from __future__ import annotations

import gzip
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path

from docuextract_desktop.paths import resources_dir

ORDER = 5
EDGE = "\x02"
"""Stands before and after each line of text."""

_DIGIT = re.compile(r"\d")
_UNSEEN_SHARE = 0.1
_ALPHABET_SIZE = 80


class CharacterModel:
    """Probability of a character after up to four others."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        """Make a model of the counts of all runs of `ORDER` characters; shorter runs follow from them."""
        self._counts: Counter[str] = Counter()
        self._followers: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        for run, count in counts.items():
            for start in range(len(run)):
                self._counts[run[start:]] += count
        for run, count in self._counts.items():
            self._followers[run[:-1]] += count
            self._kinds[run[:-1]] += 1
        self._known: dict[tuple[str, str], float] = {}

    def log_probability(self, history: str, text: str) -> float:
        """Natural logarithm of the probability that `text` follows `history`; both in the form of `plain`."""
        total = 0.0
        for sign in text:
            context = history[-(ORDER - 1) :]
            value = self._known.get((context, sign))
            if value is None:
                value = self._known[context, sign] = math.log(self._probability(context, sign))
            total += value
            history = context + sign
        return total

    def _probability(self, context: str, sign: str) -> float:
        if not context:
            return (self._counts[sign] + _UNSEEN_SHARE) / (self._followers[""] + _UNSEEN_SHARE * _ALPHABET_SIZE)
        followers = self._followers[context]
        shorter = self._probability(context[1:], sign)
        if not followers:
            return shorter
        kinds = self._kinds[context]
        return (self._counts[context + sign] + kinds * shorter) / (followers + kinds)


@lru_cache(maxsize=4096)
def plain(sign: str) -> str:
    """A character as the model knows it: lower case, any digit as 0."""
    return _DIGIT.sub("0", unicodedata.normalize("NFKC", sign).lower())


def count_runs(lines: Iterable[str]) -> Counter[str]:
    """Counts of all runs of `ORDER` characters in lines of text."""
    counts: Counter[str] = Counter()
    for line in lines:
        text = EDGE * (ORDER - 1) + " ".join(plain(line).split()) + EDGE
        for end in range(ORDER, len(text) + 1):
            counts[text[end - ORDER : end]] += 1
    return counts


def save_counts(counts: Mapping[str, int], path: Path) -> None:
    """Write counts as a compressed text file: a line per run, then its count."""
    lines = [f"{run}{count}\n" for run, count in sorted(counts.items())]
    path.write_bytes(gzip.compress("".join(lines).encode("utf-8"), mtime=0))


def load_counts(path: Path) -> dict[str, int]:
    """Read what `save_counts` wrote.

    Raises:
        OSError: not there, or damaged.
        ValueError: not such a file.
    """
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    return {line[:ORDER]: int(line[ORDER:]) for line in text.split("\n") if line}


@cache
def shipped_model() -> CharacterModel | None:
    """The model that ships with the program, or None where it is not there: recognition works without it."""
    path = resources_dir() / "ocr" / "characters.gz"
    return CharacterModel(load_counts(path)) if path.is_file() else None
