from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_desk import Desk, Lane

from docuextract_desktop.documents.models import Box, Page
from docuextract_desktop.extraction.models import Evidence, FieldValue
from docuextract_desktop.review.teacher import Teacher
from docuextract_desktop.templates.models import Column
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.review import rows as row_work
from docuextract_desktop.ui.review.desk import ReviewDesk
from docuextract_desktop.ui.review.target import first_doubtful, next_doubtful

MakeBatch = Callable[..., str]
CTRL = Qt.KeyboardModifier.ControlModifier


# --- plain rows ---------------------------------------------------------------------------------------------------


def cell(
    name: str, value: str | None, words: tuple[int, ...] = (), *, kind: str = "text", doubt: bool = False
) -> FieldValue:
    evidence = Evidence(0, Box(0.1, 0.1, 0.2, 0.2), "text_layer", words=words) if words else None
    return FieldValue(name, kind, value, value, 0.9, doubt, evidence=evidence)


def figures(quantity: str | None, price: str | None, amount: str | None) -> tuple[FieldValue, ...]:
    names = (("description", "Tea"), ("quantity", quantity), ("unit_price", price), ("amount", amount))
    return tuple(cell(name, value, kind="number") for name, value in names)


COLUMNS = tuple(Column(name=name, type="text") for name in ("description", "quantity", "unit_price", "amount"))


@pytest.mark.parametrize(
    ("quantity", "price", "amount", "good"),
    [
        ("3", "1.25", "3.75", True),
        ("3", "1.25", "3.85", False),
        ("7", "0.333", "2.33", True),
        ("-2", "5.00", "-10.00", True),
        ("2", "5.00", "-10.00", True),
        ("2", None, "10.00", None),
        ("two", "5.00", "10.00", None),
    ],
)
def test_a_row_adds_up_within_the_rounding_of_its_price(
    quantity: str, price: str | None, amount: str, good: bool | None
) -> None:
    check = row_work.check_row(figures(quantity, price, amount), row_work.checked_columns(COLUMNS))
    assert check.good is good


def test_what_was_expected_is_told() -> None:
    places = row_work.checked_columns(COLUMNS)
    assert row_work.check_row(figures("3", "1.25", "9"), places).expected == "3.75"
    assert row_work.checked_columns(COLUMNS[:2]) is None
    assert row_work.check_row(figures("3", "1.25", "9"), None).good is None


def read(column: str, text: str, evidence: Evidence | None) -> FieldValue:
    return FieldValue(column, "text", text, text, 1.0, evidence=evidence, reviewed=True)


def test_joining_puts_texts_together_and_keeps_single_figures() -> None:
    upper = (cell("description", "Green", (1,)), cell("amount", None, kind="money"))
    lower = (cell("description", "tea", (5,)), cell("amount", "3.75", (6,), kind="money"))
    ((text, amount),) = row_work.merged_above((upper, lower), 1, read)
    assert text.value == "Green tea"
    assert text.evidence is not None
    assert text.evidence.words == (1, 5)
    assert amount.value == "3.75"


def page() -> Page:
    """Three lines: `Green 3.75`, `tea`, `Milk 2.00`."""
    texts = ("Green", "3.75", "tea", "Milk", "2.00")
    boxes = np.array(
        [
            [0.1, 0.1, 0.2, 0.12], [0.8, 0.1, 0.9, 0.12], [0.1, 0.13, 0.2, 0.15],
            [0.1, 0.2, 0.2, 0.22], [0.8, 0.2, 0.9, 0.22],
        ],
        np.float32,
    )  # fmt: skip
    lines = np.array([0, 0, 1, 2, 2], np.int32)
    return Page(0, 600, 800, 0, "ocr", texts, boxes, np.ones(5, np.float32), lines, np.arange(5, dtype=np.int32))


def words(page_index: int, chosen: object) -> tuple[str, Evidence]:
    picked = tuple(chosen)  # type: ignore[call-overload]
    return " ".join(page().texts[w] for w in picked), Evidence(page_index, Box(0, 0, 1, 1), "ocr", words=picked)


def test_splitting_parts_a_row_after_its_first_line() -> None:
    row = (cell("description", "Green tea Milk", (0, 2, 3)), cell("amount", "3.75", (1,)))
    empty = (cell("description", None), cell("amount", None))
    split = row_work.split_row((row,), 0, [page()], read, words, empty)
    assert split is not None
    assert [[c.value for c in cells] for cells in split] == [["Green", "3.75"], ["tea Milk", None]]
    assert row_work.split_row((split[0],), 0, [page()], read, words, empty) is None


def test_words_of_a_column_go_to_the_rows_beside_them() -> None:
    rows = (
        (FieldValue("d", "text", "Green", evidence=Evidence(0, Box(0.1, 0.1, 0.2, 0.15), "ocr")),),
        (FieldValue("d", "text", "Milk", evidence=Evidence(0, Box(0.1, 0.2, 0.2, 0.22), "ocr")),),
    )
    assert row_work.spread(rows, page(), (1, 4)) == {0: [1], 1: [4]}


def test_doubtful_cells_come_in_order() -> None:
    rows = ((cell("a", "1"), cell("b", "2")), (cell("a", "3", doubt=True), cell("b", "4")))
    table = FieldValue("t", "table", rows=rows)
    assert first_doubtful(table) == (1, 0)
    assert next_doubtful(table, 0, 0) == (1, 0)
    assert next_doubtful(table, 1, 0) == (1, 1)
    assert next_doubtful(table, 1, 1) is None
    assert first_doubtful(FieldValue("t", "table")) is None


def test_what_was_doubtful_stays_so_until_it_is_changed() -> None:
    before = ((cell("a", "1", (1,), doubt=True), cell("b", "2", doubt=True)),)
    stored = ((cell("a", "1", (1,)), cell("b", "9")),)
    kept = row_work.keep_doubts(stored, before)
    assert [c.needs_review for c in kept[0]] == [True, False]


# --- on the screen ------------------------------------------------------------------------------------------------


@pytest.fixture
def work(
    desk: Desk, lane: Lane, make_batch: MakeBatch, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ReviewDesk]:
    """The desk on the table of a receipt with two rows: Tea 6.25, twice."""
    monkeypatch.setattr(Teacher, "learn", lambda *_, **__: None)
    make_batch(1)
    lane.finish()
    made = ReviewDesk(desk.context)
    qtbot.addWidget(made)
    QAbstractItemModelTester(made.rows.cells, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.resize(1200, 800)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    made.open(None)
    wait()
    made.go_to(made.current()[0], "line_items")
    yield made
    made.stop()
    desk.feed.stop()
    wait()


def wait() -> None:
    assert any(tasks.wait_until_idle() for _ in range(50))
    QApplication.processEvents()


def key(qtbot: QtBot, work: ReviewDesk, pressed: Qt.Key, held: Qt.KeyboardModifier | None = None) -> None:
    qtbot.keyClick(work.card.edit, pressed, held or Qt.KeyboardModifier.NoModifier)
    wait()


def stored(desk: Desk, work: ReviewDesk) -> list[list[str | None]]:
    table = desk.services.queue.extraction(work.current()[0]).field("line_items")
    return [[c.value for c in cells if c.name in ("description", "amount")] for cells in table.rows]


def test_arrows_go_through_the_cells_and_typing_changes_one(work: ReviewDesk, desk: Desk, qtbot: QtBot) -> None:
    assert work.rows.isVisible()
    assert work.card.title.text() == "Line items, row 1: Description"
    key(qtbot, work, Qt.Key.Key_Down)
    assert work.card.title.text() == "Line items, row 2: Description"
    qtbot.keyClicks(work.card.edit, "Green tea")
    key(qtbot, work, Qt.Key.Key_Return)
    assert stored(desk, work) == [["Tea", "6.25"], ["Green tea", "6.25"]]
    assert work.current()[1] == "line_items", "one stays in the table"


def test_what_is_no_value_of_the_column_is_refused(work: ReviewDesk, desk: Desk, qtbot: QtBot) -> None:
    key(qtbot, work, Qt.Key.Key_Right)
    qtbot.keyClicks(work.card.edit, "lots")
    key(qtbot, work, Qt.Key.Key_Return)
    assert "“lots” is not" in work.card.note.text()
    assert stored(desk, work) == [["Tea", "6.25"], ["Tea", "6.25"]]


def test_rows_are_added_deleted_and_joined_and_each_is_undone_as_one(
    work: ReviewDesk, desk: Desk, qtbot: QtBot
) -> None:
    before = stored(desk, work)
    key(qtbot, work, Qt.Key.Key_Insert)
    assert stored(desk, work) == [["Tea", "6.25"], [None, None], ["Tea", "6.25"]]
    assert work.card.title.text() == "Line items, row 2: Description"
    key(qtbot, work, Qt.Key.Key_Delete, CTRL)
    assert stored(desk, work) == before
    key(qtbot, work, Qt.Key.Key_M, CTRL)
    assert stored(desk, work) == [["Tea Tea", "6.25"]]
    key(qtbot, work, Qt.Key.Key_Z, CTRL)
    assert stored(desk, work) == before
    key(qtbot, work, Qt.Key.Key_Z, CTRL)
    assert len(stored(desk, work)) == 3


def test_all_rows_can_go_and_come_back(work: ReviewDesk, desk: Desk, qtbot: QtBot) -> None:
    key(qtbot, work, Qt.Key.Key_Delete, CTRL)
    key(qtbot, work, Qt.Key.Key_Delete, CTRL)
    assert stored(desk, work) == []
    assert work.card.edit.isReadOnly()
    key(qtbot, work, Qt.Key.Key_Insert)
    assert stored(desk, work) == [[None, None]]
    qtbot.keyClicks(work.card.edit, "Milk")
    key(qtbot, work, Qt.Key.Key_Return)
    assert stored(desk, work) == [["Milk", None]]


def test_a_row_of_one_line_cannot_be_parted_and_says_so(work: ReviewDesk, qtbot: QtBot) -> None:
    key(qtbot, work, Qt.Key.Key_D, CTRL)
    assert "printed on one line" in work.card.note.text()


def test_enter_accepts_the_whole_table_and_goes_on(work: ReviewDesk, desk: Desk, qtbot: QtBot) -> None:
    item_id = work.current()[0]
    key(qtbot, work, Qt.Key.Key_Return)
    assert desk.services.queue.extraction(item_id).field("line_items").reviewed
    assert work.current()[1] == "total"


def test_by_mouse_a_cell_is_chosen_and_a_word_fills_it(work: ReviewDesk, desk: Desk, qtbot: QtBot) -> None:
    view = work.rows.view
    place = view.visualRect(work.rows.cells.index(1, 1)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert work.card.title.text() == "Line items, row 2: Amount"
    assert work.card.edit.hasFocus()
    work.picker._pick((2,))
    assert work.card.edit.text() == "12.50"
    qtbot.mouseClick(work.card.accept_button, Qt.MouseButton.LeftButton)
    wait()
    changed = desk.services.queue.extraction(work.current()[0]).field("line_items").rows[1][1]
    assert changed.value == "12.50"
    assert changed.evidence is not None
    assert changed.evidence.words == (2,)
