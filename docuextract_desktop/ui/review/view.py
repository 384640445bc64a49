"""The screen of documents to review: for now a list from which each is opened beside its page."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.review import model
from docuextract_desktop.ui.widgets.delegates import ShareDelegate
from docuextract_desktop.ui.widgets.empty_state import EmptyState
from docuextract_desktop.ui.widgets.layouts import row, without_drops
from docuextract_desktop.ui.widgets.table import RowTable
from docuextract_desktop.ui.widgets.text import label
from docuextract_desktop.ui.wording import count


class ReviewView(QWidget):
    """All documents with values that want a look.

    Signals:
        document_wanted: (item id, ids of all that are listed, in order).
    """

    document_wanted = Signal(str, list)

    def __init__(self, context: Context, waiting: model.ReviewTable) -> None:
        super().__init__()
        self._context = context
        self.waiting = waiting
        waiting.counted.connect(self._show)
        self.figures = label("", tone="muted")
        self.table = RowTable("Documents to review", waiting, sortable=False)
        self._share_delegate = ShareDelegate(tones=True)
        self.table.setItemDelegateForColumn(model.CONFIDENCE, self._share_delegate)
        self.table.set_widths([320, 240, 136])
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.restore_columns(context.state.bytes("review/columns"))
        self.table.opened.connect(self._open)
        self.empty = EmptyState(
            "review",
            "Nothing to review",
            "Values that the program is not sure of come here, with their documents, as soon as a batch finds some.",
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(QWidget())
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(row(label("Review", "title"), 8, self.figures, None))
        layout.addWidget(self._stack, 1)
        without_drops(self)
        if waiting.known:
            self._show(waiting.values())

    def _show(self, values: int) -> None:
        rows = self.waiting.rows
        self._stack.setCurrentWidget(self.table if rows else self.empty)
        self.figures.setText(f"{count(values, 'value')} in {count(len(rows), 'document')}" if rows else "")
        if rows and not self.table.currentIndex().isValid():
            self.table.setCurrentIndex(self.waiting.index(0, 0))

    def _open(self, place: int) -> None:
        ids = [waiting.item.id for waiting in self.waiting.rows]
        self.document_wanted.emit(ids[place], ids)

    def choose_item(self, item_id: str) -> None:
        """Make that document the chosen one."""
        for place, waiting in enumerate(self.waiting.rows):
            if waiting.item.id == item_id:
                self.table.choose_row(place)

    def focus_table(self) -> None:
        """Put the keyboard on the list."""
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def keep_state(self) -> None:
        """Remember the columns."""
        self._context.state.keep("review/columns", self.table.columns_state())
