from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from window_desk import Desk, Lane

from docuextract_desktop.ui.review.model import ReviewTable


@pytest.fixture
def table(desk: Desk) -> ReviewTable:
    made = ReviewTable(desk.services.queue, desk.feed)
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.load()
    desk.settle()
    return made


def settle(desk: Desk, table: ReviewTable) -> None:
    desk.settle()
    table._pause.stop()
    table._read()  # what the pause leads to
    desk.settle()


def names(table: ReviewTable) -> list[str]:
    return [row.item.filename for row in table.rows]


def test_documents_come_and_go_one_by_one(
    desk: Desk, lane: Lane, make_batch: Callable[..., str], table: ReviewTable
) -> None:
    batch_id = make_batch(4)
    resets: list[int] = []
    table.modelReset.connect(lambda: resets.append(1))
    lane.finish()
    lane.finish(flagged=False)
    lane.finish()
    settle(desk, table)
    assert names(table) == ["paper 1.pdf", "paper 3.pdf"]
    assert table.values() == 2
    desk.services.queue.run_again(batch_id, item_ids=[table.rows[0].item.id])
    settle(desk, table)
    assert names(table) == ["paper 3.pdf"]
    assert resets == []


def test_running_a_batch_again_empties_and_fills_the_list(
    desk: Desk, lane: Lane, make_batch: Callable[..., str], table: ReviewTable
) -> None:
    batch_id = make_batch(3)
    lane.finish(3)
    settle(desk, table)
    assert table.values() == 3
    desk.services.queue.run_again(batch_id)
    settle(desk, table)
    assert table.values() == 0
    lane.finish(3)
    settle(desk, table)
    assert table.values() == 3


def test_a_deleted_batch_takes_its_documents_along(
    desk: Desk, lane: Lane, make_batch: Callable[..., str], table: ReviewTable
) -> None:
    batch_id = make_batch(2)
    lane.finish(2)
    settle(desk, table)
    desk.services.queue.delete(batch_id)
    settle(desk, table)
    assert names(table) == []
    assert table.values() == 0


def test_newer_batches_stand_first(desk: Desk, lane: Lane, make_batch: Callable[..., str], table: ReviewTable) -> None:
    make_batch(1, name="older")
    lane.finish()
    settle(desk, table)
    make_batch(2, name="newer", force=True)
    lane.finish(2)
    settle(desk, table)
    assert [row.batch_name for row in table.rows] == ["newer", "newer", "older"]
