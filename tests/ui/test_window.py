from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot
from window_desk import Lane, Shown

from docuextract_desktop.jobs.models import BatchRequest
from docuextract_desktop.ui import files, tasks
from docuextract_desktop.ui.shell.shortcuts import KEYS, ShortcutsDialog
from docuextract_desktop.ui.widgets.toast import Action

MakeFiles = Callable[..., list[Path]]
MakeBatch = Callable[..., str]


def mime(paths: list[Path]) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(window: QWidget, data: QMimeData, target: QWidget | None = None) -> bool:
    """Drag `data` in and drop it as the system would: on the widget below, or the first above that takes drops."""
    widget = target or window
    while not widget.acceptDrops() and widget.parentWidget() is not None:
        widget = widget.parentWidget()
    spot = QPoint(20, 20)
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # older versions of Qt know no other form
        enter = QDragEnterEvent(spot, Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(widget, QDropEvent(QPointF(spot), Qt.DropAction.CopyAction, data, buttons, keys))
    return True


def test_files_dropped_anywhere_begin_a_batch(shown: Shown, make_files: MakeFiles) -> None:
    assert drop(shown.window, mime(make_files(2)))
    assert tasks.wait_until_idle()
    assert shown.screens.now == "new_batch"
    assert len(shown.screens.new_batch_view.files.entries) == 2
    assert not shown.window.curtain.isVisible()


@pytest.mark.parametrize("screen", ["batches", "review", "templates", "settings", "new_batch", "batch", "document"])
def test_no_part_of_any_screen_swallows_a_drop(
    shown: Shown, lane: Lane, make_batch: MakeBatch, make_files: MakeFiles, screen: str
) -> None:
    batch_id = make_batch(1)
    lane.finish()
    shown.desk.settle()
    if screen == "new_batch":
        shown.screens.begin_batch([])
    elif screen == "batch":
        shown.screens.open_batch(batch_id)
    elif screen == "document":
        item = shown.desk.services.queue.items(batch_id)[0]
        shown.screens.open_document(item.id, [item.id], "batch")
    else:
        shown.screens.show(screen)
    shown.desk.settle()
    current = shown.window.stack.currentWidget()
    takers = [child for child in current.findChildren(QWidget) if child.acceptDrops()]
    assert takers == []
    assert drop(shown.window, mime(make_files(1)), current.findChildren(QWidget)[-1])
    assert tasks.wait_until_idle()
    assert shown.screens.now == "new_batch"


def test_what_is_no_file_of_this_computer_is_refused_in_words(shown: Shown) -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://example.invalid/a.pdf")])
    drop(shown.window, data)
    assert shown.window.toast.text() == "Only files of this computer can be taken."
    text = QMimeData()
    text.setText("words")
    assert not drop(shown.window, text)


def test_files_pasted_from_the_file_manager_begin_a_batch(shown: Shown, make_files: MakeFiles, qtbot: QtBot) -> None:
    QApplication.clipboard().setMimeData(mime(make_files(3)))
    qtbot.keyClick(shown.window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert tasks.wait_until_idle()
    assert len(shown.screens.new_batch_view.files.entries) == 3
    QApplication.clipboard().setText("words")
    shown.window.paste()
    assert shown.window.toast.text() == "The clipboard holds no files."


def test_every_screen_has_a_key(shown: Shown, qtbot: QtBot) -> None:
    for key, name in (
        (Qt.Key.Key_2, "review"),
        (Qt.Key.Key_3, "templates"),
        (Qt.Key.Key_4, "settings"),
        (Qt.Key.Key_1, "batches"),
    ):
        qtbot.keyClick(shown.window, key, Qt.KeyboardModifier.ControlModifier)
        assert shown.screens.now == name
        assert shown.window.sidebar.buttons[name].isChecked()
    qtbot.keyClick(shown.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert shown.screens.now == "new_batch"


def test_escape_goes_back_step_by_step(shown: Shown, lane: Lane, make_batch: MakeBatch, qtbot: QtBot) -> None:
    batch_id = make_batch(1)
    lane.finish(flagged=False)
    shown.desk.settle()
    qtbot.keyClick(shown.screens.batches_view.table, Qt.Key.Key_Return)
    shown.desk.settle()
    assert shown.screens.now == "batch"
    assert shown.screens.batch_view.watch.batch_id == batch_id
    qtbot.keyClick(shown.screens.batch_view.table, Qt.Key.Key_Return)
    shown.desk.settle()
    assert shown.screens.now == "document"
    assert "paper 1.pdf" in shown.window.windowTitle()
    for expected in ("batch", "batches", "batches"):
        qtbot.keyClick(shown.window, Qt.Key.Key_Escape)
        assert shown.screens.now == expected


def test_review_opens_documents_of_all_batches(shown: Shown, lane: Lane, make_files: MakeFiles, qtbot: QtBot) -> None:
    queue = shown.desk.services.queue
    for name in ("one", "two"):
        found = queue.scan(make_files(names=[f"{name}.pdf"]))
        queue.create_batch(BatchRequest(files=found, template="receipt", name=name))
    lane.finish(2)
    shown.screens.show("review")
    shown.screens.waiting.load()
    shown.desk.settle()
    view = shown.screens.review_view
    assert "2 values to review" in shown.window.sidebar.buttons["review"].accessibleName()
    assert view.desk.position.text() == "1 of 2"
    view.show_list()
    assert view.waiting.rowCount() == 2
    assert view.figures.text() == "2 values in 2 documents"
    qtbot.keyClick(shown.window, Qt.Key.Key_Escape)
    assert not view.showing_list()
    qtbot.keyClick(shown.window, Qt.Key.Key_Escape)
    assert shown.screens.now == "batches"


def test_f1_lists_the_keys(shown: Shown, qtbot: QtBot) -> None:
    qtbot.keyClick(shown.window, Qt.Key.Key_F1)
    dialog = shown.window.findChild(ShortcutsDialog)
    assert dialog is not None
    text = "\n".join(label.text() for label in dialog.findChildren(QLabel))
    for group, keys in KEYS:
        assert group in text
        for sequence, words in keys:
            assert not QKeySequence(sequence).isEmpty()
            assert words in text
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_a_batch_that_ends_is_announced_with_a_way_to_it(
    shown: Shown, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(1, name="March")
    shown.desk.settle()
    lane.finish()
    shown.desk.settle()
    toast = shown.window.toast
    assert toast.text() == "March has ended: 1 to review."
    qtbot.keyClick(shown.window, Qt.Key.Key_F6)
    button = toast._buttons[0]
    assert button.hasFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert shown.screens.batch_view.watch.batch_id == batch_id
    assert toast.text() == ""


def test_escape_closes_a_notice_that_has_the_keyboard_and_gives_it_back(
    shown: Shown, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(1)
    shown.screens.open_batch(batch_id)
    shown.desk.settle()
    table = shown.screens.batch_view.table
    shown.window.toast.say("Something.", Action("Act", lambda: None))
    qtbot.keyClick(shown.window, Qt.Key.Key_F6)
    assert shown.window.toast.has_keyboard()
    qtbot.keyClick(shown.window.toast._buttons[0], Qt.Key.Key_Escape)
    assert shown.window.toast.text() == ""
    assert table.hasFocus()
    assert shown.screens.now == "batch"


def test_the_context_menu_opens_by_key(
    shown: Shown, make_batch: MakeBatch, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown.screens.open_batch(make_batch(2))
    shown.desk.settle()
    shown_menus: list[object] = []
    monkeypatch.setattr(shown.screens.batch_view, "menu_for", lambda rows: shown_menus.append(rows) or QMenu())
    table = shown.screens.batch_view.table
    middle = table.visualRect(table.currentIndex()).center()
    press = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, middle, table.viewport().mapToGlobal(middle))
    QApplication.sendEvent(table.viewport(), press)
    assert len(shown_menus) == 1


def test_deleting_a_batch_can_be_undone_until_the_notice_goes(
    shown: Shown, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(1)
    shown.desk.settle()
    table = shown.screens.batches_view.table
    table.choose_row(0)
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert shown.screens.batches.rows == []
    shown.window.toast._buttons[0].click()
    shown.desk.settle()
    assert [batch.id for batch in shown.screens.batches.rows] == [batch_id]
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    shown.window.toast.dismiss()
    shown.desk.settle()
    assert shown.desk.services.queue.batches() == []


def test_an_empty_list_says_what_to_do(shown: Shown, qtbot: QtBot) -> None:
    view = shown.screens.batches_view
    assert view.empty.isVisible()
    qtbot.mouseClick(view.first_button, Qt.MouseButton.LeftButton)
    assert shown.screens.now == "new_batch"


def test_a_small_window_keeps_the_drawings_of_the_sidebar(shown: Shown, qtbot: QtBot) -> None:
    shown.window.resize(700, 500)
    qtbot.waitUntil(lambda: shown.window.sidebar.width() < 100)
    assert shown.window.sidebar.buttons["review"].accessibleName().startswith("Review")
    qtbot.keyClick(shown.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert shown.screens.now == "review"


def test_nothing_shows_rich_text(shown: Shown, lane: Lane, make_batch: MakeBatch) -> None:
    make_batch(1, name="<b>bold</b><img src=x>")
    lane.finish()
    shown.desk.settle()
    shown.screens.open_batch(shown.screens.batches.rows[0].id)
    shown.desk.settle()
    for name in ("review", "templates", "settings"):
        shown.screens.show(name)
    shown.screens.begin_batch([])
    shown.desk.settle()
    labels = [label for label in shown.window.findChildren(QLabel) if label.text()]
    assert len(labels) > 50
    assert [label.text() for label in labels if label.textFormat() != Qt.TextFormat.PlainText] == []
    assert shown.screens.batch_view.title.text() == "<b>bold</b><img src=x>"


def test_every_button_and_field_has_a_name_for_screen_readers(shown: Shown, lane: Lane, make_batch: MakeBatch) -> None:
    batch_id = make_batch(1)
    lane.finish()
    shown.screens.open_batch(batch_id)
    shown.desk.settle()
    item = shown.desk.services.queue.items(batch_id)[0]
    shown.screens.open_document(item.id, [item.id], "batch")
    for name in ("review", "templates", "settings", "batches"):
        shown.screens.show(name)
    shown.screens.begin_batch([])
    shown.desk.settle()
    nameless = [
        widget
        for kind in (QAbstractButton, QLineEdit)
        for widget in shown.window.findChildren(kind)
        if not widget.accessibleName() and not widget.text() and not widget.objectName().startswith("qt_")
        and type(widget.parent()).__name__ not in ("RowTable", "QTableView", "QLineEdit")
    ]  # fmt: skip
    assert nameless == []


def test_screens_draw_in_the_dark_and_in_the_light(shown: Shown, lane: Lane, make_batch: MakeBatch) -> None:
    from docuextract_desktop.ui import theme

    batch_id = make_batch(3)
    lane.finish()
    lane.fail()
    shown.desk.settle()
    look = theme.current()
    assert look is not None
    for mode in ("dark", "light"):
        look.set_mode(mode)  # type: ignore[arg-type]
        shown.screens.open_batch(batch_id)
        shown.desk.settle()
        corner = shown.window.grab().toImage().pixelColor(shown.window.width() - 4, shown.window.height() - 4)
        assert (corner.lightness() < 128) == (mode == "dark")


def test_local_paths_leave_out_what_is_elsewhere() -> None:
    data = QMimeData()
    data.setUrls([QUrl("http://example.invalid/x"), QUrl.fromLocalFile("/here/x.pdf")])
    assert files.local_paths(data) == [Path("/here/x.pdf")]
    assert files.local_paths(None) == []


def test_no_other_window_flashes_up_while_screens_are_made(
    shown: Shown, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    lost: list[object] = []
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    app.focusWindowChanged.connect(lost.append)
    batch_id = make_batch(1)
    lane.finish()
    shown.screens.open_batch(batch_id)
    shown.desk.settle()
    item = shown.desk.services.queue.items(batch_id)[0]
    shown.screens.open_document(item.id, [item.id], "batch")
    for name in ("review", "templates", "settings", "batches"):
        shown.screens.show(name)
        shown.desk.settle()
    shown.screens.begin_batch([])
    shown.desk.settle()
    app.focusWindowChanged.disconnect(lost.append)
    assert lost == []
