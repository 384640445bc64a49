from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import window_desk
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_desk import Desk, Lane, Shown

from docuextract_desktop.extraction.models import Alternative, Extraction, FieldValue
from docuextract_desktop.jobs.models import ItemState
from docuextract_desktop.review.models import Decided
from docuextract_desktop.review.teacher import Teacher
from docuextract_desktop.templates.models import Template
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.document.canvas import PageCanvas
from docuextract_desktop.ui.review.desk import ReviewDesk
from docuextract_desktop.ui.review.model import ReviewTable
from docuextract_desktop.ui.review.view import ReviewView

MakeBatch = Callable[..., str]
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture(autouse=True)
def lessons(monkeypatch: pytest.MonkeyPatch) -> list[Decided]:
    """What the teacher was told; it proposes nothing, since the values of these tests stand on no real page."""
    told: list[Decided] = []
    monkeypatch.setattr(Teacher, "learn", lambda _, decided, cancelled: told.append(decided))
    return told


@pytest.fixture
def view(desk: Desk, qtbot: QtBot) -> Iterator[ReviewView]:
    waiting = ReviewTable(desk.services.queue, desk.feed)
    made = ReviewView(desk.context, waiting)
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    yield made
    made.desk.stop()
    desk.feed.stop()
    waiting.stop()
    wait_until_idle()


def open_view(view: ReviewView, desk: Desk, batch_id: str | None = None, item_id: str | None = None) -> ReviewDesk:
    view.waiting.load()
    view.open(batch_id, item_id)
    settle(desk)
    return view.desk


def settle(desk: Desk) -> None:
    """Read the changes of the queue until nothing follows from them any more."""
    for _ in range(4):
        wait_until_idle()
        desk.feed._timer.stop()
        desk.feed._read()
    wait_until_idle()
    QApplication.processEvents()


def wait_until_idle() -> None:
    # One piece of work may begin another just as the wait ends.
    assert any(tasks.wait_until_idle() for _ in range(50))


def value(desk: Desk, item_id: str, field: str) -> FieldValue:
    return desk.services.queue.extraction(item_id).field(field)


def ids(desk: Desk, batch_id: str) -> list[str]:
    return [item.id for item in desk.services.queue.items(batch_id)]


def key(qtbot: QtBot, work: ReviewDesk, pressed: Qt.Key, held: Qt.KeyboardModifier | None = None) -> None:
    qtbot.keyClick(work.card.edit, pressed, held or Qt.KeyboardModifier.NoModifier)


def spot(canvas: PageCanvas, x: float, y: float) -> QPoint:
    page = canvas._page
    return canvas.mapFromScene(QPointF(x * page.width(), y * page.height()))


def test_it_begins_with_the_first_flagged_value(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch
) -> None:
    batch_id = make_batch(2)
    lane.finish(2)
    work = open_view(view, desk)
    assert work.current() == (ids(desk, batch_id)[0], "total")
    assert work.position.text() == "1 of 2"
    assert work.card.edit.text() == "12,50"
    assert work.card.note.text() == "Stored as 12.50 MYR"
    assert "not sure" in work.card.reason.text()
    assert work.card.edit.hasFocus()


def test_enter_accepts_and_goes_on_across_documents_to_the_end(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(2)
    lane.finish(2)
    work = open_view(view, desk)
    first, second = ids(desk, batch_id)
    key(qtbot, work, Qt.Key.Key_Return)
    assert work.current() == (first, "total"), "the next one is shown when the decision is on the disk, not before"
    settle(desk)
    assert work.current() == (second, "total")
    assert work.position.text() == "2 of 2"
    assert value(desk, first, "total").reviewed
    assert desk.services.queue.item(first).state is ItemState.COMPLETED
    key(qtbot, work, Qt.Key.Key_Return)
    settle(desk)
    assert view.showing_end()
    assert view.empty._heading.text() == "All values are decided"
    assert desk.services.queue.item(second).state is ItemState.COMPLETED


def test_keys_that_come_while_a_decision_is_stored_are_for_the_next_value(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(3)
    lane.finish(3)
    work = open_view(view, desk)
    first, second, third = ids(desk, batch_id)
    key(qtbot, work, Qt.Key.Key_Return)
    qtbot.keyClicks(work.card.edit, "7.25")
    key(qtbot, work, Qt.Key.Key_Return)
    key(qtbot, work, Qt.Key.Key_N)
    assert work.current() == (first, "total")
    settle(desk)
    assert [value(desk, item, "total").value for item in (first, second, third)] == ["12.50", "7.25", None]
    assert view.showing_end()


def test_typing_replaces_and_enter_stores(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(2)
    lane.finish(2)
    work = open_view(view, desk)
    first, second = ids(desk, batch_id)
    qtbot.keyClicks(work.card.edit, "13.75")
    assert work.card.edit.text() == "13.75"
    assert work.card.accept_button.text().startswith("Store")
    key(qtbot, work, Qt.Key.Key_Return)
    settle(desk)
    assert value(desk, first, "total").value == "13.75"
    assert work.current() == (second, "total")


def test_escape_gives_the_old_value_back(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    make_batch(1)
    lane.finish()
    work = open_view(view, desk)
    qtbot.keyClicks(work.card.edit, "99")
    key(qtbot, work, Qt.Key.Key_Escape)
    assert work.card.edit.text() == "12,50"
    assert not work.card.edit.is_begun()


def test_what_is_no_value_is_refused_in_words_and_stays(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(1)
    lane.finish()
    work = open_view(view, desk)
    qtbot.keyClicks(work.card.edit, "xyz")
    key(qtbot, work, Qt.Key.Key_Return)
    settle(desk)
    assert "“xyz” is not a" in work.card.note.text()
    assert work.card.edit.text() == "xyz"
    assert value(desk, ids(desk, batch_id)[0], "total").needs_review
    qtbot.keyClicks(work.card.edit, "1")
    assert "“xyz” is not" not in work.card.note.text()


def test_n_says_not_on_this_document(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(2)
    lane.finish(2)
    work = open_view(view, desk)
    first, second = ids(desk, batch_id)
    key(qtbot, work, Qt.Key.Key_N)
    settle(desk)
    assert value(desk, first, "total").value is None
    assert value(desk, first, "total").reviewed
    assert work.current() == (second, "total")
    shifted = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_N, SHIFT, "N")
    QApplication.sendEvent(work.card.edit, shifted)
    assert work.card.edit.text() == "N", "with Shift it is a letter"


def test_undo_and_redo_show_what_they_were_about(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(2)
    lane.finish(2)
    work = open_view(view, desk)
    first, second = ids(desk, batch_id)
    qtbot.keyClicks(work.card.edit, "13.75")
    key(qtbot, work, Qt.Key.Key_Return)
    settle(desk)
    assert work.current()[0] == second
    assert "Total on paper 1.pdf" in work.undo_button.accessibleName()
    key(qtbot, work, Qt.Key.Key_Z, CTRL)
    settle(desk)
    assert work.current() == (first, "total")
    assert value(desk, first, "total").value == "12.50"
    assert value(desk, first, "total").needs_review
    assert work.position.text() == "1 of 2"
    key(qtbot, work, Qt.Key.Key_Z, CTRL | SHIFT)
    settle(desk)
    assert value(desk, first, "total").value == "13.75"


def test_undo_from_the_end_brings_the_value_back(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(1)
    lane.finish()
    work = open_view(view, desk)
    key(qtbot, work, Qt.Key.Key_Return)
    settle(desk)
    assert view.showing_end()
    qtbot.keyClick(view, Qt.Key.Key_Z, CTRL)
    settle(desk)
    assert not view.showing_end()
    assert work.current() == (ids(desk, batch_id)[0], "total")


def test_decisions_outlive_the_window(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(1)
    lane.finish()
    work = open_view(view, desk)
    key(qtbot, work, Qt.Key.Key_Return)
    settle(desk)
    other = ReviewView(desk.context, ReviewTable(desk.services.queue, desk.feed))
    qtbot.addWidget(other)
    other.show()
    other.open(None)
    settle(desk)
    other.desk.undo()
    settle(desk)
    assert value(desk, ids(desk, batch_id)[0], "total").needs_review
    other.desk.stop()
    other.waiting.stop()
    settle(desk)


def test_tab_and_arrows_go_through_the_fields(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    make_batch(1)
    lane.finish()
    work = open_view(view, desk)
    names = [entry.field.name for entry in work.values.entries]
    place = names.index("total")
    key(qtbot, work, Qt.Key.Key_Up)
    assert work.current()[1] == names[place - 1]
    key(qtbot, work, Qt.Key.Key_Down)
    key(qtbot, work, Qt.Key.Key_Backtab, SHIFT)
    assert work.current()[1] == names[place - 1]
    key(qtbot, work, Qt.Key.Key_Tab)
    assert work.current()[1] == "total"
    assert work.card.edit.hasFocus()


def test_leaving_a_typed_value_stores_it(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(1)
    lane.finish()
    work = open_view(view, desk)
    qtbot.keyClicks(work.card.edit, "14.00")
    key(qtbot, work, Qt.Key.Key_Tab)
    settle(desk)
    assert value(desk, ids(desk, batch_id)[0], "total").value == "14.00"
    assert work.current()[1] != "total"


def test_documents_are_a_key_away_and_fetched_ahead(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(4)
    lane.finish(4)
    work = open_view(view, desk)
    documents = ids(desk, batch_id)
    assert all(work.documents.get(item_id) is not None for item_id in documents[:3])
    assert work.documents.get(documents[3]) is None
    assert {r.source for r in desk.runner.asked if r.channel.startswith("ahead")} == set(documents[1:3])
    key(qtbot, work, Qt.Key.Key_Right, CTRL)
    assert work.current() == (documents[1], "total")
    key(qtbot, work, Qt.Key.Key_Left, CTRL)
    assert work.current() == (documents[0], "total")
    key(qtbot, work, Qt.Key.Key_F8)
    assert work.current() == (documents[1], "total")
    settle(desk)


def test_a_click_on_a_word_fills_the_value_and_enter_stores_it_with_its_place(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(1)
    lane.finish()
    work = open_view(view, desk)
    key(qtbot, work, Qt.Key.Key_Home)
    work.step_document(0)
    names = [entry.field.name for entry in work.values.entries]
    work.go_to(ids(desk, batch_id)[0], "company")
    canvas = work.pane.canvas
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=spot(canvas, 0.15, 0.515))
    assert work.card.edit.text() == "Total"
    assert work.card.edit.hasFocus()
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, CTRL, spot(canvas, 0.75, 0.515))
    assert work.card.edit.text() == "Total 12.50"
    key(qtbot, work, Qt.Key.Key_Return)
    settle(desk)
    stored = value(desk, ids(desk, batch_id)[0], "company")
    assert stored.value == "Total 12.50"
    assert stored.evidence is not None
    assert stored.evidence.words == (1, 2)
    assert "company" in names


def test_a_drag_over_words_fills_the_value(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(1)
    lane.finish()
    work = open_view(view, desk)
    work.go_to(ids(desk, batch_id)[0], "company")
    canvas = work.pane.canvas
    port = canvas.viewport()
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=spot(canvas, 0.08, 0.49))
    qtbot.mouseMove(port, spot(canvas, 0.4, 0.51))
    qtbot.mouseMove(port, spot(canvas, 0.85, 0.54))
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=spot(canvas, 0.85, 0.54))
    assert work.card.edit.text() == "Total 12.50"
    key(qtbot, work, Qt.Key.Key_Escape)
    assert work.card.edit.text() == "Shop"
    assert work.picker.chosen() == ()


def test_the_page_and_its_cut_out_come_later_and_never_hold_up(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch
) -> None:
    make_batch(1)
    lane.finish()
    work = open_view(view, desk)
    assert not work.pane.canvas.has_picture()
    assert not work.card.cutout.has_picture()
    for request in [r for r in desk.runner.asked if r.channel in ("page", "sharp")]:
        desk.runner.answer(request)
    assert work.pane.canvas.has_picture()
    assert work.card.cutout.has_picture()


def test_the_sidebar_the_batch_and_a_double_click_open_it_at_the_right_place(
    shown: Shown, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(3)
    lane.finish(3)
    settle(shown.desk)
    documents = ids(shown.desk, batch_id)
    qtbot.keyClick(shown.window, Qt.Key.Key_2, CTRL)
    settle(shown.desk)
    work = shown.screens.review_view.desk
    assert (work.batch_id(), work.current()[0]) == (None, documents[0])
    shown.screens.open_batch(batch_id)
    settle(shown.desk)
    table = shown.screens.batch_view.table
    table.choose_row(1)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    settle(shown.desk)
    assert shown.screens.now == "review"
    assert (work.batch_id(), work.current()[0]) == (batch_id, documents[1])
    qtbot.keyClick(work.card.edit, Qt.Key.Key_Escape)
    assert shown.screens.now == "batch"
    qtbot.mouseClick(shown.screens.batch_view.review_button, Qt.MouseButton.LeftButton)
    settle(shown.desk)
    assert work.current() == (documents[0], "total")


def test_nothing_left_offers_the_way_back_to_the_batch(
    shown: Shown, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(1)
    lane.finish()
    shown.screens.open_review(batch_id)
    settle(shown.desk)
    view = shown.screens.review_view
    qtbot.keyClick(view.desk.card.edit, Qt.Key.Key_Return)
    settle(shown.desk)
    assert view.showing_end()
    qtbot.keyClick(view.batch_button, Qt.Key.Key_Space)
    assert shown.screens.now == "batch"
    assert shown.screens.batch_view.watch.batch_id == batch_id


def test_what_comes_after_the_end_is_offered(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(2)
    lane.finish()
    work = open_view(view, desk)
    key(qtbot, work, Qt.Key.Key_Return)
    settle(desk)
    assert view.showing_end()
    assert not view.more_button.isVisible()
    lane.finish()
    work.read_flags()
    settle(desk)
    assert view.showing_end(), "nothing is pushed under the person's keys"
    assert view.empty._heading.text() == "1 value more to review"
    qtbot.mouseClick(view.more_button, Qt.MouseButton.LeftButton)
    settle(desk)
    assert not view.showing_end()
    assert work.current() == (ids(desk, batch_id)[1], "total")


def test_alternatives_are_taken_by_one_key(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = window_desk.extraction_of

    def with_alternative(template: Template, **others: bool | int) -> Extraction:
        found = made(template, **others)  # type: ignore[arg-type]
        total = found.field("total")
        other = Alternative("99.00", "99,00", 0.3, window_desk.evidence(0, 0.1, 0.5, 0.2, 0.53), "MYR")
        return found.with_field(replace(total, alternatives=(other,)))

    monkeypatch.setattr(window_desk, "extraction_of", with_alternative)
    batch_id = make_batch(2)
    lane.finish(2)
    work = open_view(view, desk)
    first, second = ids(desk, batch_id)
    assert [offer.button.accessibleName() for offer in work.card.offers()] == ["Take 99.00 MYR instead"]
    key(qtbot, work, Qt.Key.Key_2, ALT)
    assert work.card.edit.text() == "12,50", "there is no second one, and nothing is typed"
    key(qtbot, work, Qt.Key.Key_1, ALT)
    settle(desk)
    assert value(desk, first, "total").value == "99.00"
    assert work.current() == (second, "total")
    qtbot.mouseClick(work.card.offers()[0].button, Qt.MouseButton.LeftButton)
    settle(desk)
    assert value(desk, second, "total").value == "99.00"
    assert view.showing_end()


def test_the_list_of_documents_leads_to_any_of_them(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(3)
    lane.finish(3)
    work = open_view(view, desk)
    settle(desk)
    key(qtbot, work, Qt.Key.Key_L, CTRL)
    assert view.showing_list()
    assert view.figures.text() == "3 values in 3 documents"
    view.table.choose_row(2)
    qtbot.keyClick(view.table, Qt.Key.Key_Return)
    settle(desk)
    assert not view.showing_list()
    assert work.current() == (ids(desk, batch_id)[2], "total")


def test_parts_have_names_and_documents_are_plain_text(
    view: ReviewView, desk: Desk, lane: Lane, make_batch: MakeBatch
) -> None:
    from PySide6.QtWidgets import QAbstractButton, QLabel

    make_batch(1)
    lane.finish()
    work = open_view(view, desk)
    for widget in (work.card.edit, work.value_view, work.rows.view, work.pane.canvas, work.card.cutout):
        assert widget.accessibleName()
    nameless = [b for b in work.findChildren(QAbstractButton) if not b.accessibleName() and not b.text()]
    own = [b for b in nameless if type(b.parent()).__name__ != "QTableView" and not b.objectName().startswith("qt_")]
    assert [(type(b).__name__, type(b.parent()).__name__, b.toolTip()) for b in own] == []
    assert [w.text() for w in work.findChildren(QLabel) if w.text() and w.textFormat() != Qt.TextFormat.PlainText] == []
    assert work.card.edit.accessibleName() == "Total"
    assert "55 %" in work.card.edit.accessibleDescription()
    QApplication.processEvents()
