from __future__ import annotations

import pytest

from docuextract_desktop.jobs.models import BatchState, BatchSummary, ItemState
from docuextract_desktop.ui.batch.pace import Pace
from docuextract_desktop.ui.batch.summary import ended_notice, finished_line, progress_line, state_line


def batch(
    state: BatchState, pages: int = 0, started: float | None = None, ended: float | None = None, **counts: int
) -> BatchSummary:
    return BatchSummary(
        "b", "Receipts", "receipt", "Receipt", 1, state, {ItemState(k): n for k, n in counts.items()},
        1.0, started, ended, pages, 0.85, "standard", {},
    )  # fmt: skip


def test_the_pace_is_told_once_it_can_be() -> None:
    pace = Pace()
    pace.add(0.0, 0, 0)
    pace.add(2.0, 2, 2)
    assert pace.pages_per_minute(2.0) is None
    pace.add(10.0, 10, 20)
    assert pace.pages_per_minute(10.0) == pytest.approx(120)
    assert pace.seconds_left(10.0, 30) == pytest.approx(30)


def test_the_pace_follows_the_last_minutes() -> None:
    pace = Pace()
    for second in range(0, 600, 10):
        pace.add(float(second), second, second)
    for second in range(600, 800, 10):
        pace.add(float(second), 600 + (second - 600) // 10, 600 + (second - 600) // 10)
    assert pace.pages_per_minute(790.0) == pytest.approx(6, abs=1)


def test_running_again_begins_the_pace_anew() -> None:
    pace = Pace()
    pace.add(0.0, 0, 0)
    pace.add(10.0, 10, 10)
    pace.add(11.0, 0, 0)
    assert pace.pages_per_minute(12.0) is None


def test_a_running_batch_says_how_far_how_fast_and_how_long() -> None:
    pace = Pace()
    pace.add(0.0, 0, 0)
    pace.add(60.0, 84, 90)
    running = batch(BatchState.RUNNING, 90, 0.0, completed=84, pending=84)
    assert progress_line(running, pace, 60.0) == "84 of 168 documents  ·  90 pages a minute  ·  about 1 min left"
    assert progress_line(running, Pace(), 60.0).endswith("measuring the pace…")


def test_an_ended_batch_says_what_it_took_and_how_it_went() -> None:
    over = batch(BatchState.PARTIALLY_FAILED, 171, 100.0, 300.0, completed=100, needs_review=60, failed=8)
    assert finished_line(over) == "168 documents, 171 pages in 3 min 20 s  ·  51 pages a minute"
    assert ended_notice(over) == "Receipts has ended: 100 completed, 60 to review and 8 failed."
    assert "not every document" in state_line(over)
    assert state_line(batch(BatchState.PENDING, pending=3)) == "waiting for a lane"
