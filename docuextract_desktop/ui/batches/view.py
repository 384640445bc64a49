"""The screen that lists all batches."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from docuextract_desktop.errors import BatchNotFoundError, DocuExtractError
from docuextract_desktop.jobs.models import BatchSummary
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.batches import model
from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.widgets.buttons import button
from docuextract_desktop.ui.widgets.delegates import ShareDelegate, StateDelegate
from docuextract_desktop.ui.widgets.empty_state import EmptyState
from docuextract_desktop.ui.widgets.layouts import row, without_drops
from docuextract_desktop.ui.widgets.table import RowTable
from docuextract_desktop.ui.widgets.text import label
from docuextract_desktop.ui.widgets.toast import Action
from docuextract_desktop.ui.wording import one_line


class BatchesView(QWidget):
    """All batches with their state and progress.

    Signals:
        opened: id of the batch to show.
        new_wanted: a new batch is to be begun.
    """

    opened = Signal(str)
    new_wanted = Signal()

    def __init__(self, context: Context, batches: model.BatchTable) -> None:
        super().__init__()
        self._context = context
        self.batches = batches
        batches.loaded.connect(self._show)
        batches.layoutChanged.connect(self._show)
        self.new_button = button(
            "New batc&h", self.new_wanted.emit, kind="primary", icon="plus", tip="New batch (Ctrl+N)"
        )
        head = row(label("Batches", "title"), None, self.new_button)
        self.table = RowTable("Batches", batches, sortable=False)
        self._state_delegate, self._share_delegate = StateDelegate(), ShareDelegate()
        self.table.setItemDelegateForColumn(model.STATE, self._state_delegate)
        self.table.setItemDelegateForColumn(model.PROGRESS, self._share_delegate)
        self.table.set_widths([232, 136, 136, 96, 88, 72, 112])
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.restore_columns(context.state.bytes("batches/columns"))
        self.table.opened.connect(lambda place: self.opened.emit(batches.rows[place].id))
        self.table.removal_wanted.connect(self.delete_chosen)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.first_button = button("New &batch…", self.new_wanted.emit, icon="plus")
        self.empty = EmptyState(
            "batches",
            "No batches yet",
            "A batch is a number of documents that are read with one template. Drop PDFs, pictures or whole folders "
            "anywhere on this window, or begin with the button.",
            self.first_button,
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(QWidget())  # until the batches are read
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        without_drops(self)
        self._show()

    def _show(self) -> None:
        if self.batches.known:
            self._stack.setCurrentWidget(self.table if self.batches.rows else self.empty)
            self.new_button.setVisible(bool(self.batches.rows))
            if self.batches.rows and not self.table.currentIndex().isValid():
                self.table.setCurrentIndex(self.batches.index(0, 0))
                if self.isVisible() and self.focusWidget() in (None, self.first_button, self.new_button):
                    self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_table(self) -> None:
        """Put the keyboard on the list."""
        (self.table if self.batches.rows else self.first_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def choose(self, batch_id: str) -> None:
        """Make that batch the chosen one."""
        place = self.batches.place_of(batch_id)
        if place is not None:
            self.table.choose_row(place)

    def _chosen(self) -> list[BatchSummary]:
        return [self.batches.rows[place] for place in self.table.chosen_rows()]

    def _show_menu(self, point: QPoint) -> None:
        chosen = self._chosen()
        if not chosen:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        opening = menu.addAction("&Open\tEnter", lambda: self.opened.emit(chosen[0].id))
        opening.setEnabled(len(chosen) == 1)
        menu.addAction("&Delete\tDel", self.delete_chosen)
        menu.popup(self.table.viewport().mapToGlobal(point))

    def delete_chosen(self) -> None:
        """Delete the chosen batches, with a way back."""
        self.delete(self._chosen())

    def delete(self, batches: Sequence[BatchSummary]) -> None:
        """Take batches off the list; they are deleted when the notice that can bring them back is gone."""
        if not batches:
            return
        for batch in batches:
            self.batches.hide(batch.id)
        queue = self._context.services.queue

        def bring_back() -> None:
            for batch in batches:
                self.batches.hide(batch.id, False)
            self.choose(batches[0].id)

        def remove(_: tasks.Task) -> None:
            for batch in batches:
                with contextlib.suppress(BatchNotFoundError):  # another program deleted it
                    queue.cancel(batch.id)
                    queue.delete(batch.id)

        def failed(error: BaseException) -> None:
            bring_back()
            if not isinstance(error, DocuExtractError):
                raise error
            self._context.notify(str(error), stays=True)

        def really() -> None:
            tasks.run(remove, owner=self, done=lambda _: self._context.feed.knock(), failed=failed, pool="queue")

        what = one_line(batches[0].name, 80) if len(batches) == 1 else f"{len(batches):,} batches"
        self._context.notify(
            f"Deleted {what}. The documents themselves are not touched.",
            Action("Undo", bring_back),
            expired=really,
        )

    def keep_state(self) -> None:
        """Remember the columns."""
        self._context.state.keep("batches/columns", self.table.columns_state())
