from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot
from window_desk import FakeRunner, Shown, evidence, page

from docuextract_desktop.errors import PasswordRequiredError
from docuextract_desktop.extraction.models import Extraction, FieldValue
from docuextract_desktop.jobs.lanes import TryReply
from docuextract_desktop.templates.drafting import Draft, Place
from docuextract_desktop.ui.templates import draft_table
from docuextract_desktop.ui.templates.beginnings import BatchSampleDialog, LeaveDialog, PasteDialog
from docuextract_desktop.ui.templates.editor import TemplateEditor

KEY = Qt.Key


class Bench:
    """The editor in a whole window."""

    def __init__(self, shown: Shown) -> None:
        self.shown, self.desk = shown, shown.desk
        self.runner: FakeRunner = shown.desk.runner
        shown.screens.show("templates")
        self.desk.settle()

    @property
    def editor(self) -> TemplateEditor:
        return self.shown.screens.template_editor

    @property
    def draft(self) -> Draft:
        return self.editor.document.draft

    def begin(self) -> None:
        self.shown.screens.edit_template(Draft(name="New template"), None, False)
        QApplication.processEvents()

    def edit(self, template_id: str) -> None:
        view = self.shown.screens.templates_view
        place = view.templates.place_of(template_id)
        assert place is not None
        view.list.setCurrentIndex(view.templates.index(place))
        view.edit_button.click()
        QApplication.processEvents()

    def add_sample(self, path: Path) -> None:
        self.shown.window.paths_given.emit([path])
        self.answer()

    def answer(self, *values: FieldValue) -> None:
        request = self.runner.tries[-1]
        template = request.template
        found = {v.name: v for v in values}
        fields = tuple(found.get(f.name, FieldValue(f.name, f.type)) for f in template.fields)
        self.runner.tried.emit(TryReply(request, (page(),), Extraction(template.id, 1, fields)))

    def point(self, x: float, y: float, to: tuple[float, float] | None = None) -> None:
        canvas = self.editor.pane.pane.canvas

        def at(fx: float, fy: float) -> QPoint:
            size = canvas.page_size()
            return canvas.mapFromScene(QPointF(fx * size.width(), fy * size.height()))

        if to is None:
            QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at(x, y))
            return
        QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at(x, y))
        QTest.mouseMove(canvas.viewport(), at((x + to[0]) / 2, (y + to[1]) / 2))
        QTest.mouseMove(canvas.viewport(), at(*to))
        QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at(*to))

    def keys(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.shown.window, key, modifier)

    def type(self, text: str) -> None:
        widget = QApplication.focusWidget()
        assert widget is not None
        QTest.keyClicks(widget, text)

    def ask(self) -> LeaveDialog:
        return next(d for d in self.shown.window.findChildren(LeaveDialog) if d.isVisible())


@pytest.fixture
def bench(shown: Shown) -> Bench:
    return Bench(shown)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "receipt.pdf"
    path.write_bytes(b"%PDF-1.4 x")
    return path


def test_a_template_from_scratch_by_keyboard_alone(bench: Bench) -> None:
    bench.begin()
    QAbstractItemModelTester(bench.editor.fields, QAbstractItemModelTester.FailureReportingMode.Fatal)
    bench.type("Claims")
    bench.keys(KEY.Key_Insert)
    bench.type("Claim number")
    bench.editor.form.edits["labels"].setFocus()
    bench.type("claim no, our ref")
    bench.keys(KEY.Key_Insert)
    bench.type("Paid")
    bench.editor.table.edit_cell(bench.draft.entries[1].key, draft_table.TITLE)
    line = bench.editor.table.findChild(QLineEdit)
    assert line is not None
    line.setText("Paid on")
    bench.keys(KEY.Key_S, Qt.KeyboardModifier.ControlModifier)
    bench.desk.settle()
    kept = bench.desk.services.templates.get("claims")
    assert kept.name == "Claims"
    assert [(f.name, f.title, f.labels) for f in kept.fields] == [
        ("claim_number", "Claim number", ("claim no", "our ref")),
        ("paid_on", "Paid on", ()),
    ]
    assert "version 1, saved" in bench.editor.origin.text().lower()
    assert not bench.editor.save_button.isEnabled()


def test_saving_a_shipped_template_makes_an_own_version_before_it(bench: Bench) -> None:
    bench.edit("receipt")
    assert "Ships with the program" in bench.editor.origin.text()
    bench.editor.document.change(Place(0), "required", True)
    bench.editor.document.change(Place(0), "title", "Shop")
    assert "used instead" in bench.editor.origin.text()
    bench.editor.save_button.click()
    bench.desk.settle()
    library = bench.desk.services.templates
    assert library.shadows_shipped("receipt")
    assert library.get("receipt").fields[0].title == "Shop"
    assert library.get("receipt").fields[0].name == "company"
    assert len(library.versions("receipt")) == 2


def test_everything_in_the_table_can_be_undone(bench: Bench) -> None:
    bench.edit("receipt")
    before = bench.draft
    editor, table = bench.editor, bench.editor.table
    table.choose(before.entries[1].key, draft_table.REQUIRED)
    table.setFocus()
    was = before.entries[1].required
    bench.keys(KEY.Key_Space)
    assert bench.draft.entries[1].required is not was
    bench.keys(KEY.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert bench.draft.entries[2].key == before.entries[1].key
    assert table.current_key() == before.entries[1].key
    bench.keys(KEY.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert len(bench.draft.entries) == len(before.entries) + 1
    bench.keys(KEY.Key_Delete)
    index = editor.fields.index(0, draft_table.LABELS)
    assert editor.fields.setData(index, 'shop; "Smith, Jones", shop')
    assert bench.draft.entries[0].labels == ("shop", "Smith, Jones")
    assert editor.fields.setData(editor.fields.index(0, draft_table.THRESHOLD), "95")
    assert bench.draft.entries[0].review_threshold == 0.95
    assert not editor.fields.setData(editor.fields.index(0, draft_table.THRESHOLD), "many")
    for _ in range(6):
        bench.keys(KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert bench.draft == before
    assert not editor.document.dirty
    bench.keys(KEY.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert editor.document.dirty


def test_rows_are_dragged_among_their_like(bench: Bench) -> None:
    bench.edit("receipt")
    table, draft = bench.editor.table, bench.draft
    at = next(n for n, e in enumerate(draft.entries) if e.type == "table")
    lines = bench.editor.fields.rowCount()
    assert table._steps(Place(0), 3) == 2
    assert table._steps(Place(0), 0) == table._steps(Place(0), 1) == 0
    assert table._steps(Place(at, 0), lines) == len(draft.entries[at].columns) - 1
    assert bench.editor.fields.supportedDropActions() == Qt.DropAction.MoveAction, "else Qt lets no row be dropped"
    assert table.acceptDrops()
    assert table.viewport().acceptDrops()
    table.move_wanted.emit(Place(0), 2)
    assert bench.draft.entries[2].key == draft.entries[0].key


def test_letters_typed_into_one_line_are_one_step(bench: Bench) -> None:
    bench.edit("receipt")
    form = bench.editor.form
    form.title.setFocus()
    form.title.selectAll()
    bench.type("Shop name")
    assert bench.draft.entries[0].title == "Shop name"
    bench.editor.undo_button.click()
    assert bench.draft.entries[0].title == "Company"


def test_what_is_wrong_stands_beside_the_line_and_leads_there(bench: Bench) -> None:
    bench.begin()
    bench.keys(KEY.Key_Insert)
    editor = bench.editor
    assert editor.form.messages["title"].text() == "This field needs a title."
    assert editor.problem_button.text().startswith("Unnamed: ")
    bench.type("Colour")
    editor.form.type.setCurrentIndex(editor.form.type.findData("choice"))
    editor.form.type.activated.emit(editor.form.type.currentIndex())
    assert "choose from" in editor.form.messages["choices"].text()
    assert editor.fields.index(0, draft_table.CHOICES).data(Qt.ItemDataRole.ToolTipRole)
    editor.table.setFocus()
    editor.save()
    assert QApplication.focusWidget() is editor.form.edits["choices"]
    assert "Not saved yet" in bench.shown.window.toast.text()
    bench.type("red, blue")
    assert editor.document.checked.problems == ()
    assert editor.form.messages["choices"].text() == ""


def test_rules_are_checked_and_offered(bench: Bench) -> None:
    bench.edit("invoice")
    editor = bench.editor
    editor.parts.button("habits").click()
    editor.habits.rules.setFocus()
    editor.habits.rules.setPlainText("total = foo")
    assert "Line 1: 'foo' is no field" in editor.habits.rule_problems.text()
    editor.habits.rules.setPlainText("")
    offered = [made.text() for made in editor.habits._offer_buttons]
    assert "Add  subtotal + tax = total" in offered
    editor.habits._offer_buttons[offered.index("Add  subtotal + tax = total")].click()
    assert bench.draft.rules == ("subtotal + tax = total",)
    editor.habits.currency.setFocus()
    bench.type("eurs")
    assert "currency" in editor.habits.currency_problem.text()


def test_leaving_asks_and_nothing_is_lost(bench: Bench, qtbot: QtBot) -> None:
    screens, window = bench.shown.screens, bench.shown.window
    bench.edit("receipt")
    window.screen_wanted.emit("batches")
    assert screens.now == "batches", "nothing was changed: nobody is asked"
    screens.show("templates")
    bench.desk.settle()
    bench.edit("receipt")
    bench.editor.document.change(Place(0), "title", "Shop")
    window.screen_wanted.emit("settings")
    assert screens.now == "template_editor"
    bench.ask().stay_button.click()
    assert screens.now == "template_editor"
    event = QCloseEvent()
    window.closeEvent(event)
    assert not event.isAccepted()
    bench.ask().stay_button.click()
    bench.keys(KEY.Key_Escape)
    bench.ask().save_button.click()
    bench.desk.settle()
    assert screens.now == "templates"
    assert bench.desk.services.templates.get("receipt").fields[0].title == "Shop"
    bench.edit("receipt")
    bench.editor.document.change(Place(0), "title", "Other")
    window.screen_wanted.emit("batches")
    bench.ask().discard_button.click()
    assert screens.now == "batches"
    assert bench.desk.services.templates.get("receipt").fields[0].title == "Shop"


def test_discard_can_be_undone(bench: Bench) -> None:
    bench.edit("receipt")
    bench.editor.document.change(Place(0), "title", "Shop")
    bench.editor.discard_button.click()
    assert not bench.editor.document.dirty
    bench.editor.undo_button.click()
    assert bench.draft.entries[0].title == "Shop"


def test_a_sample_is_read_before_there_is_a_field_and_words_make_one(bench: Bench, sample: Path) -> None:
    bench.begin()
    bench.add_sample(sample)
    request = bench.runner.tries[-1]
    assert (request.path, request.template.id) == (sample, "reading")
    card = bench.editor.pane.card
    bench.point(0.75, 0.515)
    assert card.isVisible()
    assert card.pointed is not None
    assert (card.title.text(), card.type.currentData()) == ("Total", "money")
    assert "total" in [w.strip().lower() for w in card.labels.text().split(",")]
    QTest.keyClick(card.title, KEY.Key_Return)
    assert not card.isVisible()
    (entry,) = bench.draft.entries
    assert (entry.title, entry.name, entry.type) == ("Total", "total", "money")
    bench.point(0.05, 0.09, to=(0.35, 0.14))
    assert card.text.text() == "“Shop”"
    QTest.keyClick(card.title, KEY.Key_Escape)
    assert not card.isVisible()
    assert bench.shown.screens.now == "template_editor", "Escape was the card's"


def test_pointing_at_a_known_field_adds_label_words(bench: Bench, sample: Path) -> None:
    bench.begin()
    bench.editor.document.add(bench.editor.document.draft.added(_entry("Paid"))[0].entries[0])
    bench.add_sample(sample)
    bench.editor.table.choose(bench.draft.entries[0].key)
    bench.point(0.75, 0.515)
    card = bench.editor.pane.card
    assert "Paid" in card.labels_button.text()
    card.labels_button.click()
    assert bench.draft.entries[0].labels == ("Total",)


def test_pointing_while_a_table_is_chosen_makes_columns(bench: Bench, sample: Path) -> None:
    bench.edit("receipt")
    bench.add_sample(sample)
    table = next(e for e in bench.draft.entries if e.type == "table")
    bench.editor.table.choose(table.key)
    bench.point(0.75, 0.515)
    card = bench.editor.pane.card
    assert card.column_button.isVisible()
    card.column_button.click()
    now = next(e for e in bench.draft.entries if e.type == "table")
    assert len(now.columns) == len(table.columns) + 1
    assert now.columns[-1].title == "Total"


def _entry(title: str):  # type: ignore[no-untyped-def]
    from docuextract_desktop.templates.drafting import new_entry

    return new_entry(title, "money")


def test_the_draft_is_tried_anew_after_a_change_and_the_latest_wins(bench: Bench, sample: Path, qtbot: QtBot) -> None:
    bench.edit("receipt")
    editor = bench.editor
    bench.add_sample(sample)
    total = next(n for n, f in enumerate(bench.runner.tries[-1].template.fields) if f.name == "total")
    key = bench.draft.entries[total].key
    line = editor.fields.line_of(key)
    assert line is not None
    asked = len(bench.runner.tries)
    editor.document.change(Place(total), "labels", ("to pay",))
    editor.document.change(Place(total), "labels", ("to pay", "due"))
    qtbot.waitUntil(lambda: len(bench.runner.tries) > asked)
    stale = bench.runner.tries[-1]
    assert stale.template.field("total").labels == ("to pay", "due"), "two changes, one try"
    asked = len(bench.runner.tries)
    editor.document.change(Place(total), "title", "Sum")
    qtbot.waitUntil(lambda: len(bench.runner.tries) > asked)
    value = FieldValue("total", "money", "1.00", "1.00", 0.9, evidence=evidence(0, 0.1, 0.5, 0.2, 0.53))
    bench.runner.tried.emit(TryReply(stale, (page(),), Extraction("receipt", 1, (value,))))
    assert editor.fields.index(line, draft_table.FOUND).data() == "Not found", "an older draft's"
    found = FieldValue("total", "money", "12.50", "12.50", 0.55, True, evidence=evidence(0, 0.7, 0.5, 0.8, 0.53))
    bench.answer(found)
    assert editor.fields.index(line, draft_table.FOUND).data() == "12.50"
    assert editor.fields.index(line, draft_table.SURE).data() == "55 %"
    editor.table.choose(key)
    assert editor.pane.pane.canvas.current() == key
    assert key in editor.pane.pane.canvas.outline_keys()


def test_while_the_draft_is_not_complete_it_says_so_and_keeps_what_was_found(bench: Bench, sample: Path) -> None:
    bench.edit("receipt")
    bench.add_sample(sample)
    asked = len(bench.runner.tries)
    bench.keys(KEY.Key_Insert)
    assert bench.editor.pane.words.text().startswith("Not tried yet: This field needs a title.")
    assert len(bench.runner.tries) == asked


def test_a_sample_that_cannot_be_read_says_why(bench: Bench, sample: Path) -> None:
    bench.edit("receipt")
    bench.shown.window.paths_given.emit([sample])
    assert bench.editor.pane.words.text() == "Reading the document…"
    bench.runner.tried.emit(
        TryReply(bench.runner.tries[-1], error=PasswordRequiredError("This document asks for a password."))
    )
    assert "password" in bench.editor.pane.words.text().lower()


def test_samples_are_tabs_and_can_be_taken_away(bench: Bench, sample: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pdf"
    other.write_bytes(b"%PDF-1.4 y")
    bench.edit("receipt")
    bench.add_sample(sample)
    bench.add_sample(other)
    bench.add_sample(sample)
    pane, samples = bench.editor.pane, bench.editor.samples
    assert pane.tabs.count() == 2
    assert pane.sample() is samples.entries[0]
    samples.remove(samples.entries[0])
    assert pane.sample() is samples.entries[0]
    assert samples.entries[0].path == other
    samples.remove(samples.entries[0])
    assert pane.sample() is None
    assert pane.nothing.isVisible()


def test_a_sample_from_a_batch(bench: Bench, make_batch, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    make_batch(2)
    bench.edit("receipt")
    bench.editor.pane.from_batch_button.click()
    bench.desk.settle()
    (dialog,) = bench.editor.findChildren(BatchSampleDialog)
    assert dialog.documents.count() == 2
    dialog.documents.setCurrentRow(1)
    dialog.take_button.click()
    bench.desk.settle()
    assert bench.runner.tries[-1].path.name == "paper 2.pdf"
    assert isinstance(bench.editor.samples.entries[0].source, str), "pictures are asked for by the item"


def test_versions_are_compared_and_restored(bench: Bench) -> None:
    bench.edit("receipt")
    document = bench.editor.document
    document.change(Place(0), "title", "Shop")
    bench.editor.save_button.click()
    bench.desk.settle()
    bench.editor.parts.button("versions").click()
    bench.desk.settle()
    page_ = bench.editor.versions
    assert page_.list.count() == 2
    assert not page_.restore_button.isEnabled(), "it is what is in the editor"
    page_.list.setCurrentRow(1)
    assert "Shop" in page_.changes.item(0).text()
    page_.restore_button.click()
    assert bench.draft.entries[0].title == "Company"
    assert document.dirty
    bench.editor.save_button.click()
    bench.desk.settle()
    assert bench.desk.services.templates.versions("receipt")[-1] == document.base.version  # type: ignore[union-attr]
    assert page_.list.count() == 3


def test_cells_are_pasted_into_a_new_template(bench: Bench) -> None:
    QApplication.clipboard().setText("Date\tTotal\n2024-01-02\t12.50")
    view = bench.shown.screens.templates_view
    view.paste()
    (dialog,) = view.findChildren(PasteDialog)
    dialog.make_button.click()
    bench.desk.settle()
    assert bench.shown.screens.now == "template_editor"
    assert [(e.title, e.type) for e in bench.draft.entries] == [("Date", "date"), ("Total", "money")]
    assert bench.editor.document.dirty, "it is not saved until somebody says so"


def test_a_foreign_schema_that_is_dropped_is_looked_through_first(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "bills.json"
    entities = {"total": {"type": "number"}, "stamp": 3}
    path.write_text(json.dumps({"named_entities": entities}))
    bench.shown.window.paths_given.emit([path])
    bench.desk.settle()
    assert bench.shown.screens.now == "template_editor"
    assert [e.name for e in bench.draft.entries] == ["total"]
    assert "stamp" in bench.shown.window.toast.text()
    assert "bills" not in [e.id for e in bench.desk.services.templates.list()]


def test_a_copy_is_a_new_template(bench: Bench) -> None:
    view = bench.shown.screens.templates_view
    view.list.setCurrentIndex(view.templates.index(view.templates.place_of("receipt") or 0))
    view.copy_button.click()
    assert bench.editor.document.base is None
    bench.editor.save_button.click()
    bench.desk.settle()
    assert bench.desk.services.templates.get("receipt_copy").name == "Receipt (copy)"


def test_every_part_has_a_name_for_screen_readers(bench: Bench) -> None:
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QPlainTextEdit

    bench.edit("receipt")
    for kind in (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit):
        for widget in bench.editor.findChildren(kind):
            inside = widget.parent().inherits("QAbstractSpinBox") or widget.parent().inherits("QComboBox")
            own = widget.objectName().startswith("qt_") or widget.parent().inherits("QTabBar") or inside
            named = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            table_corner = widget.parent().inherits("QTableView")
            assert own or named or table_corner, widget
