"""Words of a page are pointed at by keyboard, on the editor's sample and in review."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_desk import Desk, Lane, Shown, evidence, page

from docuextract_desktop.documents.models import Box, Page
from docuextract_desktop.extraction.models import Extraction, FieldValue
from docuextract_desktop.jobs.lanes import TryReply
from docuextract_desktop.review.teacher import Teacher
from docuextract_desktop.templates.drafting import Draft, new_entry
from docuextract_desktop.ui.document.canvas import PageCanvas
from docuextract_desktop.ui.document.outline import line_pen
from docuextract_desktop.ui.document.word_cursor import first_word, word_beside_line, words_between
from docuextract_desktop.ui.document.words import WordPicker
from docuextract_desktop.ui.review.view import ReviewView
from docuextract_desktop.ui.shell.shortcuts import KEYS
from docuextract_desktop.ui.templates.editor import TemplateEditor
from docuextract_desktop.ui.theme import Theme

KEY, SHIFT, CTRL = Qt.Key, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def letter() -> Page:
    """An address on the left, three figures beside it on the right.

    Acme Ltd            Date  4 May
    12 Long Quiet Road  No    7
    Leeds               Total 12.50
    """
    rows = [
        [[("Acme", 0.1), ("Ltd", 0.18)], [("Date", 0.6), ("4", 0.7), ("May", 0.74)]],
        [[("12", 0.1), ("Long", 0.14), ("Quiet", 0.22), ("Road", 0.3)], [("No", 0.6), ("7", 0.7)]],
        [[("Leeds", 0.1)], [("Total", 0.6), ("12.50", 0.7)]],
    ]
    texts, boxes, lines, segments, segment = [], [], [], [], 0
    for line, parts in enumerate(rows):
        for words in parts:
            for text, x in words:
                texts.append(text)
                boxes.append([x, 0.1 + line * 0.05, x + 0.035, 0.12 + line * 0.05])
                lines.append(line)
                segments.append(segment)
            segment += 1
    return Page(
        0, 600.0, 800.0, 0, "ocr", tuple(texts), np.array(boxes, np.float32), np.ones(len(texts), np.float32),
        np.array(lines, np.int32), np.array(segments, np.int32),
    )  # fmt: skip


def texts(words: tuple[int, ...]) -> str:
    return " ".join(letter().texts[word] for word in words)


def test_text_runs_on_within_its_column() -> None:
    made = letter()
    at = {text: number for number, text in enumerate(made.texts)}
    assert texts(words_between(made, at["4"], at["May"])) == "4 May"
    assert texts(words_between(made, at["May"], at["4"])) == "4 May", "also from behind"
    assert texts(words_between(made, at["Acme"], at["Leeds"])) == "Acme Ltd 12 Long Quiet Road Leeds"
    assert texts(words_between(made, at["Leeds"], at["Ltd"])) == "Ltd 12 Long Quiet Road Leeds"
    assert texts(words_between(made, at["Date"], at["12.50"])) == "Date 4 May No 7 Total 12.50"
    assert words_between(made, 3, 3) == (3,)


def test_up_and_down_keep_to_the_height_they_began_at() -> None:
    made = letter()
    assert made.texts[word_beside_line(made, 0, 1, 0.24)] == "Quiet"
    assert made.texts[word_beside_line(made, 0, 2, 0.24)] == "Leeds"
    assert word_beside_line(made, 0, -1, 0.24) == 0, "there is no line above the first"
    assert word_beside_line(made, len(made) - 1, 1, 0.7) == len(made) - 1
    assert made.texts[first_word(made, Box(0.59, 0.19, 0.9, 0.23))] == "Total"
    assert made.texts[first_word(made, Box(0.9, 0.9, 0.95, 0.95))] == "12.50", "nothing stands there: the nearest"


@pytest.fixture
def picker(look: Theme, qtbot: QtBot) -> WordPicker:
    canvas = PageCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(600, 400)
    with qtbot.waitActive(canvas):
        canvas.show()
        canvas.activateWindow()
    made = WordPicker(canvas)
    canvas.set_page(600, 800)
    made.show_page(letter())
    canvas.clearFocus()
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    return made


def press(picker: WordPicker, *keys: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> str:
    """The words that Enter would take after these keys."""
    for key in keys:
        QTest.keyClick(picker.cursor._canvas, key, held)
    return texts(picker.cursor.words)


def test_arrow_keys_go_in_reading_order(picker: WordPicker) -> None:
    assert press(picker) == "Acme"
    assert press(picker, KEY.Key_Right, KEY.Key_Right) == "Date"
    assert press(picker, KEY.Key_Right, KEY.Key_Down) == "7"
    assert press(picker, KEY.Key_Home) == "12"
    assert press(picker, KEY.Key_Left) == "May", "the line above goes on here"
    assert press(picker, KEY.Key_End, held=CTRL) == "12.50"
    assert press(picker, KEY.Key_Right) == "12.50", "there is none behind the last"
    assert press(picker, KEY.Key_Home, held=CTRL) == "Acme"
    assert press(picker, KEY.Key_Left, KEY.Key_Up) == "Acme"
    assert press(picker, KEY.Key_End) == "May"
    assert press(picker, KEY.Key_Down, KEY.Key_Down) == "12.50", "by the height at which it began"


def test_shift_extends_and_a_bare_arrow_begins_anew(picker: WordPicker, qtbot: QtBot) -> None:
    assert press(picker, KEY.Key_Down, KEY.Key_Down, held=SHIFT) == "Acme Ltd 12 Long Quiet Road Leeds"
    canvas = picker.cursor._canvas
    assert canvas.accessibleDescription() == "“Acme Ltd 12 Long Quiet Road Leeds”, 7 words selected"
    with qtbot.waitSignal(picker.picked) as picked:
        press(picker, KEY.Key_Return)
    assert picked.args == [(0, 1, 5, 6, 7, 8, 11), Qt.KeyboardModifier.NoModifier]
    assert picker.chosen() == (0, 1, 5, 6, 7, 8, 11)
    assert press(picker, KEY.Key_Right) == "Total"
    assert canvas.accessibleDescription() == "“Total”, line 3"


def test_the_cursor_is_seen_and_brought_into_view(picker: WordPicker) -> None:
    canvas = picker.cursor._canvas
    canvas.set_zoom(3.0)
    press(picker, KEY.Key_End, held=CTRL)
    box, size = letter().boxes[-1], canvas.page_size()
    middle = QPointF((box[0] + box[2]) / 2 * size.width(), (box[1] + box[3]) / 2 * size.height())
    assert canvas.viewport().rect().contains(canvas.mapFromScene(middle))
    above = QPointF(middle.x(), box[1] * size.height() - 2)  # on the frame around the word

    def painted() -> int:
        shot = canvas.viewport().grab().toImage()
        at = canvas.mapFromScene(above)
        return min(shot.pixelColor(at.x(), at.y() + dy).lightness() for dy in (-1, 0, 1))

    with_cursor = painted()
    canvas.clearFocus()
    assert picker.cursor.words == ()
    assert with_cursor < 120 < 240 < painted()


def test_a_word_that_was_clicked_is_where_keys_go_on(picker: WordPicker) -> None:
    canvas = picker.cursor._canvas
    size = canvas.page_size()
    canvas.set_fit("page")
    QTest.mouseClick(
        canvas.viewport(),
        Qt.MouseButton.LeftButton,
        pos=canvas.mapFromScene(QPointF(0.72 * size.width(), 0.16 * size.height())),
    )
    assert texts(picker.chosen()) == "7"
    assert press(picker, KEY.Key_Left) == "No"


def test_a_page_without_words_leaves_the_keys_alone(picker: WordPicker) -> None:
    canvas = picker.cursor._canvas
    picker.show_page(None)
    canvas.set_zoom(3.0)
    before = canvas.verticalScrollBar().value()
    QTest.keyClick(canvas, KEY.Key_Down)
    assert canvas.verticalScrollBar().value() > before, "the page is scrolled"
    assert picker.cursor.words == ()


def test_keys_first_show_the_cursor_where_the_pointer_gave_the_keyboard(picker: WordPicker) -> None:
    canvas = picker.cursor._canvas
    canvas.clearFocus()
    canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    assert picker.cursor.words == ()
    QTest.keyClick(canvas, KEY.Key_Return)
    assert press(picker) == "Acme"
    assert picker.chosen() == (), "nothing is taken that could not be seen"


# --- the two screens


def focus() -> object:
    return QApplication.focusWidget()


def key(key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    QTest.keyClick(widget, key, held)


@pytest.fixture
def editor(shown: Shown, tmp_path: Path) -> TemplateEditor:
    """The editor with a sample beside it: Shop / Total 12.50, of which the total is found."""
    path = tmp_path / "receipt.pdf"
    path.write_bytes(b"%PDF-1.4 x")
    draft = Draft(name="Slip").added(new_entry("Sum", "money"))[0]
    shown.screens.edit_template(draft, None, False)
    shown.window.paths_given.emit([path])
    request = shown.desk.runner.tries[-1]
    found = FieldValue("sum", "money", "12.50", "12.50", 0.9, evidence=evidence(0, 0.7, 0.5, 0.8, 0.53))
    shown.desk.runner.tried.emit(TryReply(request, (page(),), Extraction("slip", 1, (found,))))
    QApplication.processEvents()
    return shown.screens.template_editor


def test_a_field_is_made_on_the_sample_by_keyboard_alone(editor: TemplateEditor) -> None:
    canvas = editor.pane.pane.canvas
    assert "F7" in editor.pane.words.text()
    editor.table.setFocus()
    key(KEY.Key_F7)
    assert focus() is canvas
    assert canvas.accessibleDescription() == "“12.50”, line 2", "it begins at the value of the chosen field"
    key(KEY.Key_Left, SHIFT)
    key(KEY.Key_Return)
    assert editor.pane.card.isVisible()
    assert editor.pane.card.text.text() == "“Total 12.50”"
    key(KEY.Key_Escape)
    assert not editor.pane.card.isVisible()
    assert focus() is canvas, "on to the next words"
    assert editor.pane.picker.chosen() == ()
    key(KEY.Key_Up)
    key(KEY.Key_Return)
    editor.pane.card.title.setText("Shop")
    key(KEY.Key_Return)
    assert [e.title for e in editor.document.draft.entries] == ["Sum", "Shop"]
    assert focus() is canvas
    key(KEY.Key_Escape)
    assert focus() is editor.table, "back to where one was, and still on this screen"
    assert editor.isVisible()
    assert canvas.accessibleDescription() == ""


def test_f7_leads_back_too(editor: TemplateEditor) -> None:
    editor.name.setFocus()
    key(KEY.Key_F7)
    assert focus() is editor.pane.pane.canvas
    key(KEY.Key_F7)
    assert focus() is editor.name


def test_what_was_pointed_at_by_mouse_leaves_the_keyboard_alone(editor: TemplateEditor) -> None:
    canvas = editor.pane.pane.canvas
    size = canvas.page_size()
    place = canvas.mapFromScene(QPointF(0.75 * size.width(), 0.515 * size.height()))
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert editor.pane.card.isVisible()
    key(KEY.Key_Escape)
    assert focus() is not canvas or editor.pane.picker.cursor.words == ()


@pytest.fixture
def review(shown: Shown, lane: Lane, make_batch: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(Teacher, "learn", lambda *_, **__: None)  # the values of these tests stand on no real page
    batch_id = make_batch(1)
    lane.finish()
    shown.screens.open_review(batch_id)
    for _ in range(3):
        shown.desk.settle()
    yield shown.desk
    shown.screens.review_view.desk.stop()


def test_a_value_is_filled_in_review_by_keyboard_alone(shown: Shown, review: Desk) -> None:
    view: ReviewView = shown.screens.review_view
    work = view.desk
    edit, canvas = work.card.edit, work.pane.canvas
    assert focus() is edit
    item_id, field = work.current()
    assert field == "total"
    key(KEY.Key_F7)
    assert focus() is canvas
    assert canvas.accessibleDescription() == "“12.50”, line 2"
    key(KEY.Key_Left)
    key(KEY.Key_Escape)
    assert focus() is edit
    assert (edit.text(), work.pick) == ("12,50", None), "nothing was taken"
    key(KEY.Key_F7)
    key(KEY.Key_Right)
    key(KEY.Key_Return)
    assert focus() is edit
    assert (edit.text(), work.pick) == ("12.50", (0, (2,)))
    key(KEY.Key_Return)
    review.settle()
    stored = review.services.queue.extraction(item_id).field("total")
    assert (stored.value, stored.reviewed, stored.evidence is not None) == ("12.50", True, True)


def test_the_keys_are_listed_under_f1() -> None:
    listed = dict(KEYS)
    for group in ("Review", "Template"):
        assert {"F7", "Shift+Right"} <= {keys for keys, _ in listed[group]}


def test_lines_are_as_wide_on_a_fine_screen() -> None:
    """Qt counts the pixels of the screen in lines that keep their width; there are more of them on a fine one."""
    for ratio in (1.0, 2.0):
        sheet = QImage(40, 40, QImage.Format.Format_RGB32)
        sheet.setDevicePixelRatio(ratio)
        painter = QPainter(sheet)
        assert line_pen(painter, QColor("red"), 1.5).widthF() == 1.5 * ratio
        painter.end()
