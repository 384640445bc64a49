from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.documents.character_model import CharacterModel, count_runs
from docuextract_desktop.documents.ctc import Alphabet

CHARACTERS = ["blank", *"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-/@", "ﬁ", " "]
ALPHABET = Alphabet(CHARACTERS)


def steps_for(*columns: dict[str, float]) -> np.ndarray:
    """One row per step; what is not named goes to the blank."""
    steps = np.zeros((len(columns), len(CHARACTERS)), np.float32)
    for row, column in zip(steps, columns, strict=True):
        for sign, probability in column.items():
            row[CHARACTERS.index(sign)] = probability
        row[0] = max(0.0, 1.0 - row.sum())
    return steps


def spelt(text: str, certainty: float = 0.99) -> list[dict[str, float]]:
    columns: list[dict[str, float]] = []
    for sign in text:
        columns += [{}, {sign: certainty}, {}]
    return columns


def test_words_with_places_and_confidences() -> None:
    columns = [*spelt("ab"), {}, {" ": 0.9}, {}, *spelt("cd", 0.8)]
    line = ALPHABET.decode(steps_for(*columns), share=1.0)
    assert line is not None
    assert line.texts == ("ab", "cd")
    assert line.starts[0] == 0
    assert line.stops[1] == 1
    assert line.stops[0] < 0.6 < line.starts[1] + 0.1
    assert line.confidences == pytest.approx([0.99**2, 0.8**2], abs=1e-3)


def test_padding_does_not_count_as_picture() -> None:
    columns = [*spelt("ab"), {" ": 0.9}, *spelt("cd")]
    alone = ALPHABET.decode(steps_for(*columns), share=1.0)
    padded = ALPHABET.decode(steps_for(*columns, *({} for _ in columns)), share=0.5)
    assert alone is not None
    assert padded is not None
    np.testing.assert_allclose(alone.starts, padded.starts, atol=1e-6)


def test_a_shy_space_is_taken() -> None:
    assert ALPHABET.decode(steps_for(*spelt("ab"), {" ": 0.2}, *spelt("cd")), 1.0).texts == ("ab", "cd")  # type: ignore[union-attr]
    assert ALPHABET.decode(steps_for(*spelt("ab"), {" ": 0.05}, *spelt("cd")), 1.0).texts == ("abcd",)  # type: ignore[union-attr]


MODEL = CharacterModel(
    count_runs(["total sales 9", "invoice no. 1234", "speed mart s/b", "receipt no. 5500", "sales total", "@ 12"] * 20)
)
TAUGHT = Alphabet(CHARACTERS, MODEL)


@pytest.mark.parametrize(
    ("text", "at", "other", "wanted"),
    [("Sa1es", 2, "l", "Sales"), ("lnvoice", 0, "I", "Invoice"), ("55O0", 2, "0", "5500"), ("Totol", 3, "a", "Total")],
)
def test_the_model_settles_what_the_recogniser_is_torn_about(text: str, at: int, other: str, wanted: str) -> None:
    columns = spelt(text)
    columns[3 * at + 1] = {text[at]: 0.6, other: 0.3}
    line = TAUGHT.decode(steps_for(*columns), 1.0)
    assert line is not None
    assert line.texts == (wanted,)
    assert 0.5 < line.confidences[0] < 0.95  # it is likely, and still not certain
    columns[3 * at + 1] = {text[at]: 0.99}  # nothing else was seen there
    line = TAUGHT.decode(steps_for(*columns), 1.0)
    assert line is not None
    assert line.texts == (text,)


def test_the_model_never_changes_which_digit_it_is() -> None:
    columns = spelt("1234")
    columns[4] = {"2": 0.5, "7": 0.45}
    line = TAUGHT.decode(steps_for(*columns), 1.0)
    assert line is not None
    assert line.texts == ("1234",)
    assert line.confidences[0] < 0.6


@pytest.mark.parametrize("alphabet", [ALPHABET, TAUGHT])
def test_doubt_about_one_character_is_doubt_about_the_word(alphabet: Alphabet) -> None:
    columns = [*spelt("receipt"), {" ": 0.99}, *spelt("no")]
    columns[10] = {"e": 0.55, "x": 0.02}
    line = alphabet.decode(steps_for(*columns), 1.0)
    assert line is not None
    assert line.texts == ("receipt", "no")
    assert line.confidences[0] < 0.6
    assert line.confidences[1] > 0.95


def test_compatibility_characters_are_spelt_out() -> None:
    line = ALPHABET.decode(steps_for(*spelt("ﬁx")), 1.0)
    assert line is not None
    assert line.texts == ("fix",)


def test_nothing_and_doubt_are_none() -> None:
    assert ALPHABET.decode(steps_for({}, {}, {}), 1.0) is None
    assert ALPHABET.decode(steps_for({" ": 0.9}), 1.0) is None
    assert ALPHABET.decode(steps_for({"a": 0.3, "b": 0.29, "c": 0.28}), 1.0) is None


@given(st.integers(1, 40), st.integers(0, 2**32 - 1), st.floats(0.05, 1.0), st.booleans())
def test_anything_gives_a_sound_line(count: int, seed: int, share: float, taught: bool) -> None:
    steps = np.random.default_rng(seed).random((count, len(CHARACTERS))).astype(np.float32) ** 8
    line = (TAUGHT if taught else ALPHABET).decode(steps, share)
    if line is None:
        return
    assert all(text and not any(sign.isspace() for sign in text) for text in line.texts)
    assert len(line.texts) == len(line.starts) == len(line.stops) == len(line.confidences)
    for values in (line.starts, line.stops, line.confidences):
        assert ((values >= 0) & (values <= 1)).all()
    assert (line.starts <= line.stops).all()
