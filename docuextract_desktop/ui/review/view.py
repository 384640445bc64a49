"""The review screen: the desk where values are reviewed, the list of documents, and what is said when all is done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.review import model
from docuextract_desktop.ui.review.desk import ReviewDesk
from docuextract_desktop.ui.widgets.buttons import button, icon_button
from docuextract_desktop.ui.widgets.delegates import ShareDelegate
from docuextract_desktop.ui.widgets.empty_state import EmptyState
from docuextract_desktop.ui.widgets.layouts import row, without_drops
from docuextract_desktop.ui.widgets.table import RowTable
from docuextract_desktop.ui.widgets.text import label
from docuextract_desktop.ui.wording import count

NOTHING = "Values that the program is not sure of come here, with their documents, as soon as a batch finds some."
DONE = "You have been through every value that wanted a look. Ctrl+Z takes the last decision back."
MORE = "Values that want a look have come since you were done."


class ReviewView(QWidget):
    """All documents with values that want a look.

    Attributes:
        desk: where they are reviewed.

    Signals:
        back: to where the person came from.
        batch_wanted: id of the batch that was reviewed.
        batches_wanted: the list of batches.
        named: file name of the document that is shown.
        shown: its id.
    """

    back = Signal()
    batch_wanted = Signal(str)
    batches_wanted = Signal()
    named = Signal(str)
    shown = Signal(str)

    def __init__(self, context: Context, waiting: model.ReviewTable) -> None:
        super().__init__()
        self._context = context
        self.waiting = waiting
        waiting.counted.connect(self._show_count)
        self.desk = ReviewDesk(context)
        self.desk.named.connect(self.named)
        self.desk.shown.connect(self.shown)
        self.desk.back_button.clicked.connect(self.back)
        self.desk.list_button.clicked.connect(self.show_list)
        self.desk.finished.connect(self._show_end)
        self.desk.counted.connect(self._show_more)
        self.desk.resumed.connect(self._show_desk)
        self._stack = QStackedLayout(self)
        self._build_list()
        self._build_end()
        for part in (QWidget(), self.desk, self.list_page, self.end):
            self._stack.addWidget(part)
        without_drops(self)
        self._show_count()

    def _build_list(self) -> None:
        self.figures = label("", tone="muted")
        self.table = RowTable("Documents to review", self.waiting, sortable=False)
        self._share_delegate = ShareDelegate(tones=True)
        self.table.setItemDelegateForColumn(model.CONFIDENCE, self._share_delegate)
        self.table.set_widths([320, 240, 136])
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.restore_columns(self._context.state.bytes("review/columns"))
        self.table.opened.connect(self._open_row)
        self.list_back_button = icon_button("left", "Back to the value", self.resume)
        self.list_page = QWidget()
        layout = QVBoxLayout(self.list_page)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(row(self.list_back_button, label("To review", "title"), 8, self.figures, None))
        layout.addWidget(self.table, 1)

    def _build_end(self) -> None:
        self.more_button = button("&Go on", lambda: self.desk.step_flag(1), kind="primary", icon="review")
        self.batch_button = button("Show the &batch", self._to_batch, kind="primary", icon="batches")
        self.batches_button = button("Show all &batches", self.batches_wanted.emit, icon="batches")
        self.rest_button = button("&Review the other batches", lambda: self.open(None), icon="review")
        self.undo_button = button("&Undo the last decision", lambda: self.desk.undo(), icon="undo")
        buttons = (self.more_button, self.batch_button, self.batches_button, self.rest_button, self.undo_button)
        self.empty = EmptyState("review", "", "", *buttons)
        self.end = QWidget()
        layout = QVBoxLayout(self.end)
        layout.addWidget(self.empty)
        undo = QShortcut(QKeySequence("Ctrl+Z"), self.end)
        undo.activated.connect(lambda: self.desk.undo())

    # --- what is shown --------------------------------------------------------------------------------------------

    def open(self, batch_id: str | None, item_id: str | None = None) -> None:
        """Review a batch, or all of them, beginning with a document where one is named."""
        self.desk.open(batch_id, item_id)

    def resume(self) -> None:
        """Go on where the person was; from the beginning where that was nowhere."""
        if self.desk.current()[0] and self._stack.currentWidget() is not self.end:
            self._stack.setCurrentWidget(self.desk)
            self.desk.card.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            self.desk.read_flags()
        else:
            self.open(None)

    def _show_desk(self) -> None:
        self._stack.setCurrentWidget(self.desk)

    def show_list(self) -> None:
        """All documents to review, to choose one."""
        self._stack.setCurrentWidget(self.list_page)
        ids = [waiting.item.id for waiting in self.waiting.rows]
        item_id = self.desk.current()[0]
        if ids:
            self.table.choose_row(ids.index(item_id) if item_id in ids else 0)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def showing_list(self) -> bool:
        """Whether the list is in front of the desk."""
        return self._stack.currentWidget() is self.list_page

    def showing_end(self) -> bool:
        """Whether it is said that nothing is left."""
        return self._stack.currentWidget() is self.end

    def _show_end(self) -> None:
        batch_id = self.desk.batch_id()
        decided = len(self.desk.run) > 0 or bool(self.desk.current()[0])
        self.empty.set_words("All values are decided" if decided else "Nothing to review", DONE if decided else NOTHING)
        others = any(waiting.item.batch_id != batch_id for waiting in self.waiting.rows)
        self.more_button.hide()
        self.batch_button.setVisible(batch_id is not None)
        self.batches_button.setVisible(batch_id is None)
        self.rest_button.setVisible(batch_id is not None and others)
        self.undo_button.setVisible(decided)
        self._stack.setCurrentWidget(self.end)
        (self.batches_button if batch_id is None else self.batch_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_more(self, left: int) -> None:
        """Something came while it was said that all is done: offer it, but do not push it under the person's keys."""
        if self.showing_end() and left and self.desk.current()[0]:
            self.empty.set_words(f"{count(left, 'value')} more to review", MORE)
            self.more_button.show()

    def _show_count(self, values: int | None = None) -> None:
        rows = self.waiting.rows
        values = sum(waiting.item.flagged for waiting in rows) if values is None else values
        self.figures.setText(f"{count(values, 'value')} in {count(len(rows), 'document')}" if rows else "None left")
        if rows and self.showing_end() and not self.desk.current()[0]:
            self.open(self.desk.batch_id())

    def _open_row(self, place: int) -> None:
        waiting = self.waiting.rows[place]
        scope = self.desk.batch_id()
        self.desk.open(scope if scope == waiting.item.batch_id else None, waiting.item.id)

    def _to_batch(self) -> None:
        if (batch_id := self.desk.batch_id()) is not None:
            self.batch_wanted.emit(batch_id)

    def keep_state(self) -> None:
        """Remember columns and sizes."""
        self._context.state.keep("review/columns", self.table.columns_state())
        self.desk.keep_state()
