"""Dialogs of the editor: cells or a schema are pasted, a sample is taken from a batch, changes are kept or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QListWidget, QPlainTextEdit, QWidget

from docuextract_desktop.errors import DocuExtractError, TemplateInvalidError
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.widgets.buttons import button
from docuextract_desktop.ui.widgets.layouts import column, row
from docuextract_desktop.ui.widgets.text import label
from docuextract_desktop.ui.wording import one_line

if TYPE_CHECKING:
    from docuextract_desktop.jobs.models import BatchSummary, ItemRow
    from docuextract_desktop.templates.foreign import Imported
    from docuextract_desktop.ui.context import Context

MOST_DOCUMENTS = 500


def words_of(error: DocuExtractError) -> str:
    """What went wrong, in a sentence or two."""
    if isinstance(error, TemplateInvalidError) and error.problems:
        return " ".join(f"{p[:1].upper()}{p[1:]}." for p in error.problems[:2])
    return f"{error} {error.hint}".strip()


class PasteDialog(QDialog):
    """Cells of a spreadsheet or a schema, pasted.

    Signals:
        made: the `Imported` template.
    """

    made = Signal(object)

    def __init__(self, parent: QWidget, text: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle("New template from the clipboard")
        self.text = QPlainTextEdit(text)
        self.text.setAccessibleName("Cells or schema")
        self.text.setProperty("kind", "value")
        self.text.setTabChangesFocus(True)
        self.text.setPlaceholderText("Invoice no\tDate\tSupplier\tTotal")
        self.problem = label("", tone="bad", wrap=True)
        self.problem.hide()
        self.make_button = button("&Make the template", self._make, kind="primary")
        self.make_button.setDefault(True)
        layout = column(
            label("Paste the header row of your spreadsheet", "heading"),
            label(
                "Some rows below it help to tell dates from amounts. A schema of Documind or Extend, or a template "
                "file, can be pasted, too.",
                tone="muted",
                wrap=True,
            ),
            self.text,
            self.problem,
            row(None, button("&Cancel", self.reject), self.make_button),
            spacing=12,
        )
        layout.setContentsMargins(24, 24, 24, 16)
        self.setLayout(layout)
        self.resize(600, 400)

    def _make(self) -> None:
        from docuextract_desktop.templates.incoming import from_text

        text = self.text.toPlainText()
        self.make_button.setEnabled(False)
        tasks.run(lambda _: from_text(text), owner=self, done=self._got, failed=self._failed)

    def _got(self, imported: Imported) -> None:
        self.made.emit(imported)
        self.accept()

    def _failed(self, error: BaseException) -> None:
        self.make_button.setEnabled(True)
        if not isinstance(error, DocuExtractError):
            raise error
        self.problem.setText(one_line(words_of(error), 400))
        self.problem.show()


class BatchSampleDialog(QDialog):
    """A document of a batch, chosen as a sample.

    Signals:
        chosen: (the `ItemRow`, its passwords).
    """

    chosen = Signal(object, tuple)

    def __init__(self, parent: QWidget, context: Context) -> None:
        super().__init__(parent)
        self.setWindowTitle("A sample from a batch")
        self._queue = context.services.queue
        self._items: list[ItemRow] = []
        self.batches = QComboBox()
        self.batches.setAccessibleName("Batch")
        self.batches.currentIndexChanged.connect(lambda _: self._load())
        self.documents = QListWidget()
        self.documents.setAccessibleName("Documents")
        self.documents.itemActivated.connect(lambda _: self._take())
        self.words = label("", tone="muted", wrap=True)
        self.take_button = button("&Use as sample", self._take, kind="primary")
        self.take_button.setEnabled(False)
        layout = column(
            self.batches,
            self.words,
            self.documents,
            row(None, button("&Cancel", self.reject), self.take_button),
            spacing=12,
        )
        layout.setContentsMargins(24, 24, 24, 16)
        self.setLayout(layout)
        self.resize(560, 440)
        queue = self._queue
        tasks.run(lambda _: queue.batches(), owner=self, done=self._show)

    def _show(self, batches: Sequence[BatchSummary]) -> None:
        for batch in batches:
            self.batches.addItem(one_line(batch.name, 80), batch.id)
        if not batches:
            self.words.setText("There is no batch yet. Drop a document on the editor instead.")
        self.words.setVisible(not batches)

    def _load(self) -> None:
        queue, batch_id = self._queue, self.batches.currentData()
        tasks.run(
            lambda _: (batch_id, queue.items(batch_id, limit=MOST_DOCUMENTS)),
            owner=self,
            done=lambda read: self._list(read[1]) if read[0] == self.batches.currentData() else None,
        )

    def _list(self, items: list[ItemRow]) -> None:
        self._items = items
        self.documents.clear()
        for item in items:
            self.documents.addItem(one_line(item.filename, 120))
        if items:
            self.documents.setCurrentRow(0)
        self.take_button.setEnabled(bool(items))

    def _take(self) -> None:
        number = self.documents.currentRow()
        if not 0 <= number < len(self._items):
            return
        queue, item = self._queue, self._items[number]
        tasks.run(lambda _: queue.page_source(item.id), owner=self, done=lambda source: self._taken(item, source[1]))

    def _taken(self, item: ItemRow, passwords: tuple[str, ...]) -> None:
        self.chosen.emit(item, passwords)
        self.accept()


class LeaveDialog(QDialog):
    """Asks what is to become of changes before they would be lost."""

    def __init__(
        self, parent: QWidget, name: str, save: Callable[[], None], discard: Callable[[], None], reason: str
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Unsaved changes")
        self.save_button = button("&Save", lambda: self._do(save), kind="primary")
        self.save_button.setDefault(True)
        self.save_button.setEnabled(not reason)
        self.discard_button = button("&Discard the changes", lambda: self._do(discard), kind="danger")
        self.stay_button = button("&Keep editing", self.reject)
        words = reason or "They are kept as a new version when you save them."
        layout = column(
            label(f"The changes to {one_line(name, 60) or 'the new template'} are not saved.", "heading", wrap=True),
            label(words, tone="muted", wrap=True),
            8,
            row(self.discard_button, None, self.stay_button, self.save_button),
            spacing=12,
        )
        layout.setContentsMargins(24, 24, 24, 16)
        self.setLayout(layout)
        self.setMinimumWidth(480)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if reason:
            self.stay_button.setDefault(True)

    def _do(self, act: Callable[[], None]) -> None:
        self.accept()
        act()
