from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.documents.character_model import (
    EDGE,
    ORDER,
    CharacterModel,
    count_runs,
    load_counts,
    plain,
    save_counts,
    shipped_model,
)

START = EDGE * (ORDER - 1)


def test_what_was_seen_is_likelier() -> None:
    model = CharacterModel(count_runs(["invoice number", "invoice date"]))
    assert model.log_probability("invo", "i") > model.log_probability("invo", "l")
    assert model.log_probability(START, "invoice") > model.log_probability(START, "lnvoice")


def test_digits_and_case_make_no_difference() -> None:
    assert plain("Q") == "q"
    assert plain("7") == plain("0")
    assert plain("ﬁ") == "fi"
    assert count_runs(["AB 12"]) == count_runs(["ab 98"])


@given(st.text(max_size=6), st.text(min_size=1, max_size=6))
def test_any_text_has_a_probability(history: str, text: str) -> None:
    model = CharacterModel(count_runs(["total", "tax"]))
    assert -200 < model.log_probability(history, text) < 0


def test_probabilities_of_what_may_follow_sum_to_at_most_one() -> None:
    model = CharacterModel(count_runs(["abcab", "abd", "cad"]))
    for history in (START, "ab", "zzzz", ""):
        total = sum(math.exp(model.log_probability(history, sign)) for sign in "abcd" + EDGE)
        assert total <= 1 + 1e-9


def test_saved_and_loaded(tmp_path: Path) -> None:
    counts = count_runs(["Total: 12.50 €", "  spaced   out ", "ﬁne"])
    save_counts(counts, tmp_path / "model.gz")
    assert load_counts(tmp_path / "model.gz") == dict(counts)


def test_damage_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "model.gz").write_bytes(b"not a model")
    with pytest.raises((OSError, ValueError)):
        load_counts(tmp_path / "model.gz")


def test_the_shipped_model_knows_the_words_of_documents() -> None:
    model = shipped_model()
    assert model is not None
    for right, wrong in (("total", "totai"), ("rechnung", "rechnnng"), ("facture", "tacture"), ("invoice", "lnvoice")):
        assert model.log_probability(START, right) > model.log_probability(START, wrong)
