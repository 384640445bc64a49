"""The ranker learns what marks the right candidates."""

from __future__ import annotations

import numpy as np

from docuextract_desktop.extraction.ranker import EXTRA, WIDTH, Choice, fit, none_slots, score, softmax


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
