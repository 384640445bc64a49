from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_desk import Desk, Lane

from docuextract_desktop.documents.models import Box
from docuextract_desktop.ui import theme
from docuextract_desktop.ui.document.canvas import Area, PageCanvas
from docuextract_desktop.ui.document.model import CellTable, Place, ValueList
from docuextract_desktop.ui.document.outline import Outline
from docuextract_desktop.ui.document.pictures import PageKey, Pictures
from docuextract_desktop.ui.document.view import DocumentView

MakeBatch = Callable[..., str]


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.fixture
def canvas(look: theme.Theme, qtbot: QtBot) -> PageCanvas:
    made = PageCanvas()
    qtbot.addWidget(made)
    made.resize(500, 600)
    with qtbot.waitExposed(made):
        made.show()
    made.set_page(600, 800)
    return made


def spot(canvas: PageCanvas, x: float, y: float) -> QPoint:
    """Where a point of the page lies in the widget."""
    page = canvas._page
    return canvas.mapFromScene(QPointF(x * page.width(), y * page.height()))


def test_a_page_fits_and_stays_fitted(canvas: PageCanvas, qtbot: QtBot) -> None:
    height = canvas.mapFromScene(canvas._page).boundingRect().height()
    assert 500 < height <= 600
    canvas.resize(500, 300)
    assert canvas.mapFromScene(canvas._page).boundingRect().height() <= 300
    canvas.set_fit("width")
    assert canvas.mapFromScene(canvas._page).boundingRect().width() > 400


def test_zoom_by_keys_and_by_the_wheel(canvas: PageCanvas, qtbot: QtBot) -> None:
    before = canvas.zoom()
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.zoom() == pytest.approx(before * 1.25)
    assert canvas.fit() == "free"
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.zoom() == pytest.approx(before)
    middle = QPointF(canvas.viewport().rect().center())
    turn = QWheelEvent(
        middle, canvas.viewport().mapToGlobal(middle), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas.viewport(), turn)
    assert canvas.zoom() > before


def test_zoom_has_ends(canvas: PageCanvas) -> None:
    canvas.set_zoom(1000)
    assert canvas.zoom() == 8
    canvas.set_zoom(0)
    assert canvas.zoom() == 0.05


def test_a_larger_page_on_the_screen_asks_for_a_larger_picture(canvas: PageCanvas, qtbot: QtBot) -> None:
    small = canvas.wanted_side()
    with qtbot.waitSignal(canvas.picture_wanted) as wanted:
        canvas.set_zoom(3)
    assert wanted.args is not None
    assert wanted.args[0] > small


def test_a_click_chooses_the_smallest_outline(canvas: PageCanvas, qtbot: QtBot) -> None:
    canvas.set_outlines([Outline("large", (Box(0.1, 0.1, 0.9, 0.9),)), Outline("small", (Box(0.4, 0.4, 0.5, 0.5),))])
    with qtbot.waitSignal(canvas.outline_clicked) as clicked:
        qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=spot(canvas, 0.45, 0.45))
    assert clicked.args == ["small"]
    with qtbot.waitSignal(canvas.outline_clicked) as clicked:
        qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=spot(canvas, 0.2, 0.2))
    assert clicked.args == ["large"]


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_outlines_are_found_on_a_turned_page(canvas: PageCanvas, qtbot: QtBot, turns: int) -> None:
    canvas.set_outlines([Outline("value", (Box(0.1, 0.2, 0.3, 0.25),))])
    for _ in range(turns):
        canvas.turn()
    assert canvas.turned() == 90 * turns
    with qtbot.waitSignal(canvas.outline_clicked):
        qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=spot(canvas, 0.2, 0.22))


def test_a_drag_moves_a_page_that_is_too_large(canvas: PageCanvas, qtbot: QtBot) -> None:
    canvas.set_zoom(3)
    before = canvas.verticalScrollBar().value()
    view = canvas.viewport()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(250, 300))
    qtbot.mouseMove(view, QPoint(250, 250))
    qtbot.mouseMove(view, QPoint(250, 200))
    with qtbot.assertNotEmitted(canvas.outline_clicked):
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(250, 200))
    assert canvas.verticalScrollBar().value() > before


def test_picking_gives_points_and_areas_of_the_page(canvas: PageCanvas, qtbot: QtBot) -> None:
    canvas.set_picking(True)
    view = canvas.viewport()
    with qtbot.waitSignal(canvas.point_picked) as point:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=spot(canvas, 0.5, 0.25))
    assert point.args == pytest.approx([0.5, 0.25], abs=0.01)
    with qtbot.waitSignal(canvas.area_picked) as area:
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=spot(canvas, 0.6, 0.6))
        qtbot.mouseMove(view, spot(canvas, 0.4, 0.5))
        qtbot.mouseMove(view, spot(canvas, 0.2, 0.3))
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=spot(canvas, 0.2, 0.3))
    assert area.args is not None
    picked = area.args[0]
    assert isinstance(picked, Area)
    assert (picked.x0, picked.y0, picked.x1, picked.y1) == pytest.approx((0.2, 0.3, 0.6, 0.6), abs=0.01)


def test_a_picture_of_other_proportions_corrects_the_page(canvas: PageCanvas) -> None:
    canvas.set_outlines([Outline("value", (Box(0.0, 0.9, 1.0, 1.0),))])
    picture = QImage(200, 50, QImage.Format.Format_RGB888)
    picture.fill(Qt.GlobalColor.white)
    canvas.set_picture(picture)
    assert canvas._page.height() == pytest.approx(250)
    assert canvas.has_picture()


def test_page_down_asks_for_the_next_page(canvas: PageCanvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(canvas.page_turned) as turned:
        qtbot.keyClick(canvas, Qt.Key.Key_PageDown)
    assert turned.args == [1]


# --- pictures -----------------------------------------------------------------------------------------------------


def test_pictures_are_kept_and_asked_for_once(desk: Desk, qtbot: QtBot) -> None:
    pictures = Pictures(desk.runner)  # type: ignore[arg-type]
    key = PageKey("item", 0, 90)
    assert pictures.want(key, 800) is None
    assert pictures.want(key, 800) is None
    assert [(r.source, r.page_index, r.max_side_px, r.rotation) for r in desk.runner.asked] == [("item", 0, 800, 90)]
    with qtbot.waitSignal(pictures.ready):
        desk.runner.answer(desk.runner.asked[0])
    assert pictures.want(key, 800) is not None
    assert len(desk.runner.asked) == 1
    assert pictures.want(key, 1600) is not None, "the smaller one is shown until the larger one comes"
    assert len(desk.runner.asked) == 2


def test_a_page_that_cannot_be_drawn_says_why(desk: Desk, qtbot: QtBot) -> None:
    pictures = Pictures(desk.runner)  # type: ignore[arg-type]
    pictures.want(PageKey("item", 0), 800)
    with qtbot.waitSignal(pictures.failed) as failed:
        desk.runner.refuse(desk.runner.asked[0], "The file is gone.")
    assert failed.args is not None
    assert failed.args[1] == "The file is gone."


# --- the screen ---------------------------------------------------------------------------------------------------


@pytest.fixture
def view(desk: Desk, qtbot: QtBot) -> DocumentView:
    made = DocumentView(desk.context)
    qtbot.addWidget(made)
    QAbstractItemModelTester(made.values, QAbstractItemModelTester.FailureReportingMode.Fatal)
    QAbstractItemModelTester(made.cells, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.resize(1100, 760)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def ids(desk: Desk, batch_id: str) -> list[str]:
    return [item.id for item in desk.services.queue.items(batch_id)]


def show(view: DocumentView, desk: Desk, item_ids: list[str], place: int = 0) -> None:
    view.open(item_ids[place], item_ids)
    desk.settle()


def titles(values: ValueList) -> list[str]:
    return [entry.title for entry in values.entries]


def test_values_stand_beside_their_places(view: DocumentView, desk: Desk, lane: Lane, make_batch: MakeBatch) -> None:
    batch_id = make_batch(1)
    lane.finish()
    show(view, desk, ids(desk, batch_id))
    entries = {entry.field.name: entry for entry in view.values.entries}
    assert entries["total"].words == "12.50 MYR"
    assert entries["total"].printed == "12,50"
    assert entries["total"].where == "page 1"
    assert "not sure" in entries["total"].spoken
    assert entries["date"].words == "Not found"
    assert entries["line_items"].words == "2 rows"
    assert set(view.canvas.outline_keys()) == {entries["company"].place, entries["total"].place}


def test_the_first_flagged_value_is_chosen_and_strong(
    view: DocumentView, desk: Desk, lane: Lane, make_batch: MakeBatch
) -> None:
    batch_id = make_batch(1)
    lane.finish()
    show(view, desk, ids(desk, batch_id))
    entry = view.current_entry()
    assert entry is not None
    assert entry.field.name == "total"
    assert view.canvas.current() == entry.place


def test_list_and_page_choose_the_same_value(
    view: DocumentView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(1)
    lane.finish()
    show(view, desk, ids(desk, batch_id))
    qtbot.mouseClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=spot(view.canvas, 0.2, 0.115))
    entry = view.current_entry()
    assert entry is not None
    assert entry.field.name == "company"
    first = view.value_view.currentIndex().row()
    qtbot.keyClick(view.value_view, Qt.Key.Key_Down)
    assert view.value_view.currentIndex().row() == first + 1


def test_a_value_on_another_page_turns_the_page(
    view: DocumentView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(1)
    lane.finish(pages=3)
    show(view, desk, ids(desk, batch_id))
    assert view.page() == 2
    assert view.bar.page_label.text() == "3 of 3"
    view.value_view.setCurrentIndex(view.values.index(titles(view.values).index("Company")))
    assert view.page() == 0
    qtbot.keyClick(view, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert view.page() == 1
    assert view.canvas.outline_keys() == []


def test_a_table_is_shown_as_a_table_with_a_place_for_each_cell(
    view: DocumentView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(1)
    lane.finish()
    show(view, desk, ids(desk, batch_id))
    assert not view.cell_side.isVisible()
    line = next(n for n, entry in enumerate(view.values.entries) if entry.field.type == "table")
    view.value_view.setCurrentIndex(view.values.index(line))
    assert view.cell_side.isVisible()
    assert view.cells.rowCount() == 2
    assert view.cells.index(0, 0).data() == "Tea"
    assert len([key for key in view.canvas.outline_keys() if isinstance(key, Place) and key.row is not None]) == 4
    view.cell_view.setCurrentIndex(view.cells.index(1, 1))
    assert view.canvas.current() == Place(view.values.entries[line].place.field, 1, 1)
    qtbot.mouseClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=spot(view.canvas, 0.2, 0.22))
    assert (view.cell_view.currentIndex().row(), view.cell_view.currentIndex().column()) == (0, 0)


def test_the_page_picture_never_holds_up_and_arrives_later(
    view: DocumentView, desk: Desk, lane: Lane, make_batch: MakeBatch
) -> None:
    batch_id = make_batch(1)
    lane.finish()
    show(view, desk, ids(desk, batch_id))
    assert not view.canvas.has_picture()
    assert view.canvas._spinner.isVisible()
    request = next(r for r in desk.runner.asked if r.channel == "page")
    desk.runner.answer(request)
    assert view.canvas.has_picture()
    assert not view.canvas._spinner.isVisible()


def test_a_page_without_picture_says_why_on_the_page(
    view: DocumentView, desk: Desk, lane: Lane, make_batch: MakeBatch
) -> None:
    batch_id = make_batch(1)
    lane.finish()
    show(view, desk, ids(desk, batch_id))
    desk.runner.refuse(next(r for r in desk.runner.asked if r.channel == "page"), "The file is not there any more.")
    assert "not there" in view.canvas._words.text()
    assert view.canvas._words.isVisible()


def test_neighbours_are_a_key_away_and_fetched_ahead(
    view: DocumentView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(3)
    lane.finish(3)
    item_ids = ids(desk, batch_id)
    show(view, desk, item_ids)
    assert view.position.text() == "1 of 3"
    assert not view.previous_button.isEnabled()
    assert any(r.source == item_ids[1] and r.channel == "ahead" for r in desk.runner.asked)
    with qtbot.waitSignal(view.shown) as now:
        qtbot.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert now.args == [item_ids[1]]
    desk.settle()
    assert view.title.text() == "paper 2.pdf"


def test_a_failed_document_shows_its_page_and_its_error(
    view: DocumentView, desk: Desk, lane: Lane, make_batch: MakeBatch
) -> None:
    batch_id = make_batch(1)
    lane.fail("It is damaged.")
    show(view, desk, ids(desk, batch_id))
    assert view.nothing.isVisible()
    assert "It is damaged." in view.nothing._words.text()
    assert any(r.channel == "page" for r in desk.runner.asked)


def test_f8_goes_to_the_next_flagged_value(
    view: DocumentView, desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot
) -> None:
    batch_id = make_batch(1)
    lane.finish()
    show(view, desk, ids(desk, batch_id))
    view.value_view.setCurrentIndex(view.values.index(0))
    qtbot.keyClick(view, Qt.Key.Key_F8)
    entry = view.current_entry()
    assert entry is not None
    assert entry.value.needs_review
    qtbot.keyClick(view, Qt.Key.Key_F8)
    assert desk.said.words == ["No further value to review in this document."]


def test_running_the_document_again_shows_the_new_values(
    view: DocumentView, desk: Desk, lane: Lane, make_batch: MakeBatch
) -> None:
    batch_id = make_batch(1)
    lane.finish()
    show(view, desk, ids(desk, batch_id))
    desk.services.queue.run_again(batch_id)
    lane.finish(flagged=False)
    desk.settle()
    desk.settle()
    assert not any(entry.value.needs_review for entry in view.values.entries)


def test_a_table_without_rows_or_field_is_empty(qtbot: QtBot) -> None:
    cells = CellTable()
    assert (cells.rowCount(), cells.columnCount()) == (0, 0)
    assert cells.cell(QModelIndex()) is None


def test_the_parts_of_the_screen_have_names(view: DocumentView) -> None:
    for widget in (view.canvas, view.value_view, view.cell_view, view.thumbnails):
        assert widget.accessibleName()
