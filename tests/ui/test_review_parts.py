"""Small parts of the review screen on their own: words below the pointer, the cut-out, the line that is typed into."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from docuextract_desktop.documents.models import Box, Page
from docuextract_desktop.ui import theme
from docuextract_desktop.ui.document.canvas import Area, PageCanvas
from docuextract_desktop.ui.document.words import WordPicker, word_at, words_in
from docuextract_desktop.ui.review.cutout import CutOut, region
from docuextract_desktop.ui.review.editor import ValueEdit

BOXES = np.array([[0.1, 0.1, 0.2, 0.12], [0.22, 0.1, 0.3, 0.12], [0.1, 0.2, 0.4, 0.22]], np.float32)


def page() -> Page:
    words = ("Green", "tea", "Harbour")
    index = np.array([0, 0, 1], np.int32)
    return Page(0, 600, 800, 0, "ocr", words, BOXES, np.ones(3, np.float32), index, index)


@pytest.mark.parametrize(
    ("x", "y", "found"), [(0.15, 0.11, 0), (0.204, 0.11, 0), (0.216, 0.11, 1), (0.3, 0.21, 2), (0.6, 0.6, None)]
)
def test_the_word_at_a_point_or_close_to_it(x: float, y: float, found: int | None) -> None:
    assert word_at(BOXES, x, y) == found
    assert word_at(np.zeros((0, 4), np.float32), x, y) is None


@pytest.mark.parametrize(
    ("area", "found"),
    [
        (Area(0.05, 0.05, 0.35, 0.15), (0, 1)),
        (Area(0.12, 0.109, 0.28, 0.111), (0, 1)),  # a stroke through the words
        (Area(0.05, 0.05, 0.5, 0.3), (0, 1, 2)),
        (Area(0.05, 0.05, 0.11, 0.15), ()),  # hardly touched
        (Area(0.5, 0.5, 0.9, 0.9), ()),
    ],
)
def test_the_words_in_an_area(area: Area, found: tuple[int, ...]) -> None:
    assert words_in(BOXES, area) == found


@pytest.fixture
def canvas(look: theme.Theme, qtbot: QtBot) -> PageCanvas:
    made = PageCanvas()
    qtbot.addWidget(made)
    made.resize(500, 600)
    made.show()
    qtbot.waitExposed(made)
    made.set_page(600, 800)
    return made


def spot(canvas: PageCanvas, x: float, y: float) -> QPoint:
    return canvas.mapFromScene(QPointF(x * canvas.page_size().width(), y * canvas.page_size().height()))


@pytest.mark.parametrize("turns", range(4))
def test_words_are_chosen_on_a_turned_page(canvas: PageCanvas, qtbot: QtBot, turns: int) -> None:
    picker = WordPicker(canvas)
    picker.show_page(page())
    for _ in range(turns):
        canvas.turn()
    port = canvas.viewport()
    with qtbot.waitSignal(picker.picked) as picked:
        qtbot.mouseClick(port, Qt.MouseButton.LeftButton, pos=spot(canvas, 0.25, 0.21))
    assert picked.args is not None
    assert picked.args[0] == (2,)
    with qtbot.waitSignal(picker.picked) as picked:
        qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=spot(canvas, 0.08, 0.08))
        qtbot.mouseMove(port, spot(canvas, 0.2, 0.1))
        qtbot.mouseMove(port, spot(canvas, 0.33, 0.14))
        qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=spot(canvas, 0.33, 0.14))
    assert picked.args is not None
    assert picked.args[0] == (0, 1)


def test_ctrl_adds_words_and_takes_them_out_again(canvas: PageCanvas, qtbot: QtBot) -> None:
    picker = WordPicker(canvas)
    picker.show_page(page())
    port, control = canvas.viewport(), Qt.KeyboardModifier.ControlModifier
    qtbot.mouseClick(port, Qt.MouseButton.LeftButton, pos=spot(canvas, 0.15, 0.11))
    qtbot.mouseClick(port, Qt.MouseButton.LeftButton, control, spot(canvas, 0.3, 0.21))
    assert picker.chosen() == (0, 2)
    qtbot.mouseClick(port, Qt.MouseButton.LeftButton, control, spot(canvas, 0.15, 0.11))
    assert picker.chosen() == (2,)
    qtbot.mouseClick(port, Qt.MouseButton.LeftButton, pos=spot(canvas, 0.7, 0.7))
    assert picker.chosen() == (2,), "a click beside all words changes nothing"


def test_the_middle_button_still_moves_the_page(canvas: PageCanvas, qtbot: QtBot) -> None:
    WordPicker(canvas).show_page(page())
    canvas.set_zoom(3)
    before = canvas.verticalScrollBar().value()
    port = canvas.viewport()
    qtbot.mousePress(port, Qt.MouseButton.MiddleButton, pos=QPoint(250, 300))
    qtbot.mouseMove(port, QPoint(250, 250))
    qtbot.mouseMove(port, QPoint(250, 200))
    qtbot.mouseRelease(port, Qt.MouseButton.MiddleButton, pos=QPoint(250, 200))
    assert canvas.verticalScrollBar().value() > before


def test_a_cut_out_holds_the_whole_value_magnified() -> None:
    x, y, width, height = region((Box(0.4, 0.5, 0.5, 0.52),), 1.4, 360, 128)
    assert x <= 0.4
    assert x + width >= 0.5
    assert y <= 0.5
    assert y + height >= 0.52
    assert width < 0.4, "magnified"
    x, y, width, height = region((Box(0.05, 0.1, 0.95, 0.12), Box(0.05, 0.13, 0.6, 0.15)), 1.4, 360, 128)
    assert x <= 0.05
    assert x + width >= 0.95
    x, y, width, height = region((Box(0.9, 0.98, 0.999, 1.0),), 1.4, 360, 128)
    assert x + width <= 1.0
    assert y + height <= 1.0


def test_a_cut_out_without_place_says_so(look: theme.Theme, qtbot: QtBot) -> None:
    made = CutOut()
    qtbot.addWidget(made)
    made.resize(360, 128)
    made.show_nothing("This value has no place on the page")
    assert not made.has_picture()
    assert made.accessibleDescription() == "This value has no place on the page"
    picture = QImage(600, 800, QImage.Format.Format_RGB888)
    picture.fill(Qt.GlobalColor.white)
    made.show_place(picture, (Box(0.4, 0.5, 0.5, 0.52),), sure=False)
    assert made.has_picture()
    look.set_mode("dark")
    shot = QImage(720, 256, QImage.Format.Format_RGB32)
    shot.setDevicePixelRatio(2)
    made.render(shot)
    corner, middle = shot.pixelColor(3, 3), shot.pixelColor(shot.width() // 2, 6)
    assert middle.lightness() > 240 > 200 > corner.lightness(), "the picture does not stick out of the round corners"


@pytest.fixture
def edit(look: theme.Theme, qtbot: QtBot) -> ValueEdit:
    made = ValueEdit()
    qtbot.addWidget(made)
    made.resize(300, 40)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    made.show_value("12,50")
    made.setFocus()
    return made


def test_f2_changes_the_value_at_its_end(edit: ValueEdit, qtbot: QtBot) -> None:
    qtbot.keyClick(edit, Qt.Key.Key_F2)
    qtbot.keyClicks(edit, "9")
    assert edit.text() == "12,509"


def test_keys_belong_to_the_text_once_something_is_typed(edit: ValueEdit, qtbot: QtBot) -> None:
    with qtbot.waitSignal(edit.moved):
        qtbot.keyClick(edit, Qt.Key.Key_Left)
    qtbot.keyClicks(edit, "ban")
    with qtbot.assertNotEmitted(edit.absent_wanted), qtbot.assertNotEmitted(edit.moved):
        qtbot.keyClick(edit, Qt.Key.Key_Left)
        qtbot.keyClicks(edit, "n")
    assert edit.text() == "bann"
    with qtbot.waitSignal(edit.dropped):
        qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert edit.text() == "12,50"


def test_a_long_value_gets_more_lines(edit: ValueEdit) -> None:
    before = edit.height()
    edit.show_value("a very long address with many words in it, " * 4)
    assert before < edit.height() < before * 4


def test_pasted_text_becomes_one_plain_line(edit: ValueEdit) -> None:
    data = QMimeData()
    data.setText("Harbour\nRoad\u202e 12")
    data.setHtml("<b>Harbour</b>")
    edit.insertFromMimeData(data)
    assert edit.toPlainText() == "Harbour Road\ufffd 12"
