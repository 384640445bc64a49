"""The ranker learns what marks the right candidates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.extraction.features.slots import COLUMNS
from docuextract_desktop.extraction.ranking.confidence import _CAUTION, _CAUTION_WHERE_TAUGHT, _between
from docuextract_desktop.extraction.ranking.general import general_knowledge
from docuextract_desktop.extraction.ranking.ranker import (
    EXTRA,
    WIDTH,
    Choice,
    Scorer,
    fit,
    none_columns,
    none_slots,
    score,
    softmax,
)


def choice(right: int, rows: int = 4, mark: int = 77) -> Choice:
    """Documents in which the right candidate alone has the slot `mark`."""
    slots = np.arange(1, rows + 2, dtype=np.uint16)[:, None] + np.zeros((1, 2), np.uint16)
    slots[right, 1] = mark
    mask = np.zeros(rows + 1, np.bool_)
    mask[right] = True
    return Choice(slots, np.zeros((rows + 1, EXTRA), np.float32), np.zeros(rows + 1), mask)


def test_the_common_mark_of_right_candidates_is_learnt() -> None:
    weights = fit([choice(n % 4) for n in range(12)])
    assert weights.shape == (WIDTH,)
    fresh = choice(2)
    assert int(np.argmax(score(weights, fresh.slots, fresh.dense))) == 2


def test_marks_of_one_group_only_are_left_out_when_asked() -> None:
    own = [Choice(c.slots, c.dense, c.offset, c.right, 1.0, group=5) for c in (choice(n % 4) for n in range(6))]
    assert fit(own, min_groups=2)[77] == 0
    assert fit(own)[77] > 0


def test_documents_that_say_nothing_are_ignored() -> None:
    silent = choice(0)
    nothing = Choice(silent.slots, silent.dense, silent.offset, np.zeros(5, np.bool_))
    assert not fit([nothing]).any()
    assert not fit([]).any()


def test_reducing_keeps_the_right_ones_and_the_last() -> None:
    full = choice(3, rows=30)
    small = full.reduced(5)
    assert small.right.sum() == 1
    assert len(small.offset) <= 8
    assert (small.slots[-1] == full.slots[-1]).all()


def test_softmax_and_the_absent_candidate() -> None:
    assert softmax(np.zeros(0)).shape == (0,)
    assert np.isclose(softmax(np.array([1000.0, 0.0])).sum(), 1)
    assert none_slots(0.4, 3, 10).shape == (10,)


@pytest.mark.parametrize("shipped", [True, False])
def test_weights_made_ready_give_the_same_scores_to_the_last_digit(shipped: bool) -> None:
    numbers = np.random.default_rng(7)
    weights = [*general_knowledge().common.values(), *general_knowledge().heads.values()]
    if not shipped:
        weights = [numbers.normal(size=WIDTH).astype(np.float32)]
        weights[0][0] = 0
    slots = numbers.integers(0, COLUMNS, (60, 130)).astype(np.uint16)
    none = none_columns(0.5, len(slots))
    rows = np.concatenate([slots, none_slots(0.5, *slots.shape)[None]])
    dense = numbers.random((len(rows), EXTRA))
    for one in weights:
        ready = Scorer.of(one)
        own = slots[:, :60] if shipped and ready.exact < slots.shape[1] else slots
        found = ready.scores(ready.of_slots(own.astype(np.intp)), none, dense)
        expected = score(one, rows[:, : own.shape[1]], dense)
        if shipped:
            assert ready.exact >= own.shape[1]
            assert found.tolist() == expected.tolist()
        else:
            assert ready.exact == 0
            np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_sums_that_single_precision_would_round_are_not_left_to_it() -> None:
    heavy = np.zeros(WIDTH, np.float32)
    heavy[1:9] = 16.0
    assert 3 <= Scorer.of(heavy).exact < 4
    heavy[9] = 1e-7
    assert Scorer.of(heavy).exact == 0
    assert Scorer.of(np.zeros(WIDTH, np.float32)).silent


@given(st.floats(0.0, 1.0))
def test_one_number_is_interpolated_as_numpy_does(x: float) -> None:
    for points in (_CAUTION, _CAUTION_WHERE_TAUGHT):
        assert _between(points, x) == pytest.approx(float(np.interp(x, *points)), abs=1e-12)
