from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QInputDialog, QWidget
from pytestqt.qtbot import QtBot
from window_desk import Desk, Lane

from docuextract_desktop.jobs.models import ItemState
from docuextract_desktop.ui import files, tasks
from docuextract_desktop.ui.batch import exporting, model
from docuextract_desktop.ui.batch.exporting import FORMATS, proposed_name
from docuextract_desktop.ui.batch.view import BatchView

MakeBatch = Callable[..., str]


@pytest.fixture
def view(desk: Desk, qtbot: QtBot) -> BatchView:
    made = BatchView(desk.context)
    qtbot.addWidget(made)
    made.resize(1100, 800)
    with qtbot.waitExposed(made):
        made.show()
    return made


def opened(view: BatchView, desk: Desk, batch_id: str) -> None:
    view.open(batch_id)
    desk.settle()


def names(view: BatchView) -> list[str]:
    table = view.watch.table
    return [table.row_at(n).filename for n in range(table.rowCount())]


def test_a_running_batch_shows_progress_counts_and_rows(
    view: BatchView, desk: Desk, lane: Lane, make_batch: MakeBatch
) -> None:
    batch_id = make_batch(4, name="March")
    opened(view, desk, batch_id)
    assert view.title.text() == "March"
    assert view.percent_label.text() == "0 %"
    assert not view.export_button.isEnabled()
    lane.finish()
    lane.start()
    desk.settle()
    assert view.percent_label.text() == "25 %"
    assert view.bar.value() == 1
    assert view.bar.maximum() == 4
    assert {s: t.value() for s, t in view.tiles.items() if t.value()} == {
        ItemState.PENDING: 2, ItemState.RUNNING: 1, ItemState.NEEDS_REVIEW: 1
    }  # fmt: skip
    assert view.export_button.isEnabled()
    assert view.cancel_button.isVisible()
    assert not view.retry_button.isVisible()


def test_tiles_filter_and_can_be_turned_by_keys(
    view: BatchView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    opened(view, desk, make_batch(4))
    lane.finish()
    lane.fail()
    desk.settle()
    qtbot.mouseClick(view.tiles[ItemState.FAILED], Qt.MouseButton.LeftButton)
    assert names(view) == ["paper 2.pdf"]
    assert view.shown_label.text() == "1 of 4 documents"
    qtbot.keyClick(view.tiles[ItemState.NEEDS_REVIEW], Qt.Key.Key_Space)
    assert names(view) == ["paper 1.pdf", "paper 2.pdf"]
    qtbot.mouseClick(view.all_button, Qt.MouseButton.LeftButton)
    assert len(names(view)) == 4
    assert not view.tiles[ItemState.FAILED].isChecked()


def test_rows_leave_a_filter_as_their_state_changes(
    view: BatchView, desk: Desk, lane: Lane, make_batch: MakeBatch
) -> None:
    opened(view, desk, make_batch(2))
    view.tiles[ItemState.PENDING].click()
    assert len(names(view)) == 2
    lane.finish(2)
    desk.settle()
    assert names(view) == []
    assert view.nothing.isVisible()


def test_search_finds_names_and_errors(
    view: BatchView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    opened(view, desk, make_batch(12))
    lane.fail("Broken in two.")
    desk.settle()
    qtbot.keyClicks(view.search, "paper 1")
    qtbot.waitUntil(lambda: len(names(view)) == 4)
    view.search.clear()
    qtbot.keyClicks(view.search, "in TWO")
    qtbot.waitUntil(lambda: names(view) == ["paper 1.pdf"])


def test_a_click_on_a_title_sorts(view: BatchView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot) -> None:
    opened(view, desk, make_batch(3))
    header = view.table.horizontalHeader()
    spot = QPoint(header.sectionViewportPosition(model.FILE) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert names(view) == ["paper 3.pdf", "paper 2.pdf", "paper 1.pdf"]


def test_enter_on_a_document_that_needs_review_reviews_it(
    view: BatchView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(2)
    opened(view, desk, batch_id)
    assert not view.review_button.isVisible()
    lane.finish(2)
    desk.settle()
    view.table.choose_row(1)
    second = desk.services.queue.items(batch_id)[1].id
    with qtbot.waitSignal(view.review_wanted) as wanted:
        qtbot.keyClick(view.table, Qt.Key.Key_Return)
    assert wanted.args == [batch_id, second]
    with qtbot.waitSignal(view.review_wanted) as wanted:
        qtbot.mouseClick(view.review_button, Qt.MouseButton.LeftButton)
    assert wanted.args == [batch_id, ""]


def test_enter_opens_a_document_with_its_neighbours(
    view: BatchView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    opened(view, desk, make_batch(2))
    lane.finish(flagged=False)
    desk.settle()
    view.table.choose_row(0)
    with qtbot.waitSignal(view.document_wanted) as wanted:
        qtbot.keyClick(view.table, Qt.Key.Key_Return)
    assert wanted.args is not None
    item_id, neighbours = wanted.args
    assert neighbours[0] == item_id
    assert len(neighbours) == 2
    view.table.choose_row(1)
    with qtbot.assertNotEmitted(view.document_wanted):
        qtbot.keyClick(view.table, Qt.Key.Key_Return)
    assert desk.said.words[-1] == "This document has not been read yet."


def test_home_and_end_go_to_the_first_and_last_row(
    view: BatchView, desk: Desk, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    opened(view, desk, make_batch(5))
    qtbot.keyClick(view.table, Qt.Key.Key_End)
    assert view.table.currentIndex().row() == 4
    qtbot.keyClick(view.table, Qt.Key.Key_Home)
    assert view.table.chosen_rows() == [0]


def test_cancel_retry_and_run_again(
    view: BatchView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(3)
    opened(view, desk, batch_id)
    lane.fail()
    desk.settle()
    qtbot.mouseClick(view.cancel_button, Qt.MouseButton.LeftButton)
    desk.settle()
    assert view.tiles[ItemState.CANCELLED].value() == 2
    assert view.retry_button.text().replace("&", "") == "Retry failed and cancelled"
    qtbot.mouseClick(view.retry_button, Qt.MouseButton.LeftButton)
    desk.settle()
    assert view.tiles[ItemState.PENDING].value() == 3
    assert desk.runner.woken >= 2
    lane.finish(3)
    desk.settle()
    view.again_action.trigger()
    desk.settle()
    assert view.tiles[ItemState.PENDING].value() == 3


def test_chosen_documents_are_cancelled_and_retried_by_keys(
    view: BatchView, desk: Desk, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    opened(view, desk, make_batch(3))
    view.table.choose_row(1)
    qtbot.keyClick(view.table, Qt.Key.Key_Delete)
    desk.settle()
    assert [view.watch.table.row_at(n).state for n in range(3)].count(ItemState.CANCELLED) == 1
    view.table.choose_row(1)
    qtbot.keyClick(view.table, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    desk.settle()
    assert view.tiles[ItemState.PENDING].value() == 3


def test_the_menu_offers_what_the_chosen_documents_allow(
    view: BatchView, desk: Desk, lane: Lane, make_batch: MakeBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(view, desk, make_batch(2))
    lane.fail()
    desk.settle()
    shown: list[Path] = []
    monkeypatch.setattr(files, "show_in_folder", lambda path: shown.append(path))
    view.table.choose_row(0)
    actions = {
        a.text().replace("&", "").split("\t")[0]: a for a in view.menu_for([view.watch.table.row_at(0)]).actions()
    }
    assert actions["Retry"].isEnabled()
    assert not actions["Cancel"].isEnabled()
    actions["Show in folder"].trigger()
    assert [path.name for path in shown] == ["paper 1.pdf"]


@pytest.mark.parametrize("suffix", ["csv", "json", "xlsx"])
def test_exports_are_written_in_the_background_and_announced(
    view: BatchView,
    desk: Desk,
    lane: Lane,
    make_batch: MakeBatch,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
) -> None:
    opened(view, desk, make_batch(2))
    lane.finish(2)
    desk.settle()
    target = tmp_path / f"out.{suffix}"
    asked: list[str] = []

    def ask(_: QWidget, proposed: str, __: str) -> str:
        asked.append(proposed)
        return str(target)

    view.exporter._ask = ask
    action = next(a for a, f in zip(view.export_menu.actions(), FORMATS, strict=True) if f.suffix == suffix)
    action.trigger()
    assert "Exporting" in view.export_button.text()
    assert tasks.wait_until_idle(60_000)
    assert target.stat().st_size > 0
    assert Path(asked[0]).suffix == f".{suffix}"
    assert desk.said.words[-1].startswith("Saved out.")
    assert view.export_button.isEnabled()
    if suffix == "json":
        assert len(json.loads(target.read_text(encoding="utf-8"))) == 2


def test_an_export_replaces_nothing_that_was_not_asked_about(
    view: BatchView, desk: Desk, lane: Lane, make_batch: MakeBatch, tmp_path: Path
) -> None:
    opened(view, desk, make_batch(1))
    lane.finish()
    desk.settle()
    (tmp_path / "out.line_items.csv").write_text("mine")
    view.exporter._ask = lambda *_: str(tmp_path / "out.csv")
    view.export_menu.actions()[0].trigger()
    assert tasks.wait_until_idle(60_000)
    assert (tmp_path / "out.line_items.csv").read_text() == "mine"
    assert not (tmp_path / "out.csv").exists()
    assert "exists already" in desk.said.words[-1]


def test_an_export_that_fails_says_why(
    view: BatchView, desk: Desk, lane: Lane, make_batch: MakeBatch, tmp_path: Path
) -> None:
    opened(view, desk, make_batch(1))
    lane.finish()
    desk.settle()
    view.exporter._ask = lambda *_: str(tmp_path / "no such folder" / "out.csv")
    view.export_menu.actions()[0].trigger()
    assert tasks.wait_until_idle(60_000)
    assert desk.said.words[-1].startswith("Not exported:")
    assert view.export_button.isEnabled()


def test_a_person_who_thinks_better_of_it_gets_no_file(
    view: BatchView, desk: Desk, lane: Lane, make_batch: MakeBatch
) -> None:
    opened(view, desk, make_batch(1))
    lane.finish()
    desk.settle()
    view.exporter._ask = lambda *_: ""
    view.export_menu.actions()[0].trigger()
    assert tasks.idle()
    assert view.export_button.isEnabled()


@pytest.mark.parametrize(
    ("name", "wanted"), [("March", "March.csv"), ("a/b:c", "a-b-c.csv"), ("..", "export.csv"), ("x\ny", "x-y.csv")]
)
def test_file_names_are_made_of_batch_names(name: str, wanted: str) -> None:
    assert proposed_name(name, "csv") == wanted


def test_renaming(view: BatchView, desk: Desk, make_batch: MakeBatch, qtbot: QtBot) -> None:
    opened(view, desk, make_batch(1))
    view.rename_action.trigger()
    dialog = view.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue("April")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    desk.settle()
    assert view.title.text() == "April"


def test_columns_are_remembered(view: BatchView, desk: Desk, qtbot: QtBot) -> None:
    view.table.setColumnWidth(model.PAGES, 123)
    view.keep_state()
    again = BatchView(desk.context)
    qtbot.addWidget(again)
    assert again.table.columnWidth(model.PAGES) == 123


def test_a_deleted_batch_leads_back(view: BatchView, desk: Desk, make_batch: MakeBatch, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.back):
        view.open("no such batch")
    assert view.watch.table.rowCount(QModelIndex()) == 0


def test_export_asks_with_the_dialog_of_the_system(monkeypatch: pytest.MonkeyPatch, view: BatchView) -> None:
    monkeypatch.setattr(exporting.QFileDialog, "getSaveFileName", lambda *_: ("/x/y.csv", ""))
    assert exporting.ask_for_target(view, "p", "f") == "/x/y.csv"
