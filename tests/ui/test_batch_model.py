from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot
from window_desk import Desk, Lane

from docuextract_desktop.jobs.models import BatchState, ItemRow, ItemState
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.batch import model
from docuextract_desktop.ui.batch.model import BatchWatch, ItemTable
from docuextract_desktop.ui.batch.ordering import Filter
from docuextract_desktop.ui.widgets.delegates import RAW


def rows(count: int) -> list[ItemRow]:
    return [
        ItemRow(
            f"i{n}", "b", n, f"paper {n}.pdf", Path(f"/x/{n}"), ItemState.PENDING, 0, None, None, None, None, 0,
            None, None, None, {},
        )
        for n in range(count)
    ]  # fmt: skip


def strict(table: QAbstractItemModel) -> QAbstractItemModelTester:
    return QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)


class Heard:
    """Counts what a model says to its views."""

    def __init__(self, table: ItemTable) -> None:
        self.changed: list[tuple[int, int]] = []
        self.inserted: list[int] = []
        self.removed: list[int] = []
        self.moved: list[tuple[int, int]] = []
        self.layouts = self.resets = 0
        table.dataChanged.connect(lambda a, b: self.changed.append((a.row(), b.row())))
        table.rowsInserted.connect(lambda _, first, last: self.inserted.extend(range(first, last + 1)))
        table.rowsRemoved.connect(lambda _, first, last: self.removed.extend(range(first, last + 1)))
        table.rowsMoved.connect(lambda _, first, __, ___, to: self.moved.append((first, to)))
        table.layoutChanged.connect(lambda: setattr(self, "layouts", self.layouts + 1))
        table.modelReset.connect(lambda: setattr(self, "resets", self.resets + 1))


def test_a_change_touches_only_its_own_rows(qtbot: QtBot) -> None:
    table = ItemTable()
    strict(table)
    all_rows = rows(10_000)
    table.set_rows(all_rows)
    heard = Heard(table)
    table.update_rows([replace(all_rows[n], state=ItemState.RUNNING) for n in (3, 4, 9_000)])
    assert heard.changed == [(3, 4), (9000, 9000)]
    assert (heard.inserted, heard.removed, heard.moved, heard.layouts, heard.resets) == ([], [], [], 0, 0)
    assert table.index(9_000, model.STATE).data() == "Running"


def test_rows_come_and_go_under_a_filter(qtbot: QtBot) -> None:
    table = ItemTable()
    strict(table)
    all_rows = rows(6)
    table.set_rows(all_rows)
    table.set_filter(Filter(frozenset({ItemState.RUNNING})))
    heard = Heard(table)
    table.update_rows([replace(all_rows[4], state=ItemState.RUNNING), replace(all_rows[1], state=ItemState.RUNNING)])
    assert heard.inserted == [0, 0]
    assert [table.row_at(n).id for n in range(table.rowCount())] == ["i1", "i4"]
    table.update_rows([replace(all_rows[1], state=ItemState.COMPLETED)])
    assert heard.removed == [0]


def test_rows_move_where_the_sorted_column_changes(qtbot: QtBot) -> None:
    table = ItemTable()
    strict(table)
    all_rows = [replace(row, lowest_confidence=n / 10) for n, row in enumerate(rows(5))]
    table.set_rows(all_rows)
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        table.sort(model.CONFIDENCE, order)
        heard = Heard(table)
        table.update_rows([replace(all_rows[0], lowest_confidence=0.95)])
        assert len(heard.moved) == 1
        table.update_rows([all_rows[0]])
        assert len(heard.moved) == 2


def test_many_moves_are_one_layout_and_the_chosen_row_is_followed(qtbot: QtBot) -> None:
    table = ItemTable()
    strict(table)
    all_rows = rows(200)
    table.set_rows(all_rows)
    table.sort(model.STATE)
    heard = Heard(table)
    table.update_rows([replace(row, state=ItemState.RUNNING) for row in all_rows[100:]])
    assert heard.layouts == 1
    assert table.row_at(0).id == "i100"
    assert heard.moved == []


def test_the_choice_survives_sorting(qtbot: QtBot) -> None:
    from docuextract_desktop.ui.widgets.table import RowTable

    table = ItemTable()
    table.set_rows(rows(20))
    view = RowTable("Documents", table)
    qtbot.addWidget(view)
    view.choose_row(3)
    table.sort(model.FILE, Qt.SortOrder.DescendingOrder)
    assert table.row_at(view.currentIndex().row()).id == "i3"
    assert [table.row_at(n).id for n in view.chosen_rows()] == ["i3"]


def test_cells_say_everything_in_words_and_read_it_out(qtbot: QtBot) -> None:
    table = ItemTable()
    failed = replace(
        rows(1)[0],
        filename="a\nb<b>.pdf", state=ItemState.FAILED, page_count=2, started_at=0.0, ended_at=12.0,
        lowest_confidence=0.5,         error_message="The file is damaged.",
    )  # fmt: skip
    table.set_rows([failed])
    texts = [table.index(0, column).data() for column in range(table.columnCount())]
    assert texts[model.FILE] == "a b<b>.pdf"
    assert texts[model.TOOK] == "12 s"
    assert texts[model.NOTE] == "The file is damaged."
    assert table.index(0, model.STATE).data(RAW) == "failed"
    assert table.index(0, model.STATE).data(Qt.ItemDataRole.AccessibleTextRole) == "State: Failed"
    assert "<b>" not in table.index(0, model.FILE).data(Qt.ItemDataRole.ToolTipRole).removeprefix("<p")
    assert table.rowCount(table.index(0, 0)) == 0
    assert table.columnCount(QModelIndex()) == len(model.COLUMNS)


def test_a_batch_is_followed_to_its_end(desk: Desk, lane: Lane, make_batch: Callable[..., str], qtbot: QtBot) -> None:
    batch_id = make_batch(3)
    watch = BatchWatch(desk.services.queue, desk.feed)
    ended: list[object] = []
    watch.ended.connect(ended.append)
    watch.watch(batch_id)
    desk.settle()
    assert watch.summary is not None
    assert watch.summary.total == watch.table.rowCount() == 3
    heard = Heard(watch.table)
    lane.finish()
    desk.settle()
    assert heard.changed == [(0, 0)]
    assert watch.summary.counts[ItemState.NEEDS_REVIEW] == 1
    lane.finish(flagged=False)
    lane.fail()
    desk.settle()
    assert watch.summary.state is BatchState.PARTIALLY_FAILED
    assert len(ended) == 1
    assert heard.resets == 0


def test_what_another_program_does_to_the_batch_is_seen(desk: Desk, make_batch: Callable[..., str]) -> None:
    batch_id = make_batch(3)
    watch = BatchWatch(desk.services.queue, desk.feed)
    watch.watch(batch_id)
    desk.settle()
    desk.services.queue.cancel(batch_id)
    desk.settle()
    assert {watch.table.row_at(n).state for n in range(3)} == {ItemState.CANCELLED}


def test_a_deleted_batch_is_let_go(desk: Desk, make_batch: Callable[..., str]) -> None:
    batch_id = make_batch(1)
    watch = BatchWatch(desk.services.queue, desk.feed)
    lost: list[object] = []
    watch.lost.connect(lost.append)
    watch.watch(batch_id)
    desk.settle()
    desk.services.queue.delete(batch_id)
    desk.settle()
    assert lost == []
    watch.watch("no such batch")
    assert tasks.wait_until_idle()
    assert len(lost) == 1
