"""The screen of one batch."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QInputDialog,
    QLineEdit,
    QMenu,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from docuextract_desktop.errors import BatchNotFoundError, DocuExtractError
from docuextract_desktop.jobs.models import BatchSummary, ItemRow, ItemState
from docuextract_desktop.ui import files
from docuextract_desktop.ui.batch import model
from docuextract_desktop.ui.batch.audit import WHAT_IT_MEANS, AuditReader, audit_line
from docuextract_desktop.ui.batch.changes import BatchChanges
from docuextract_desktop.ui.batch.exporting import FORMATS, Exporter
from docuextract_desktop.ui.batch.ordering import Filter
from docuextract_desktop.ui.batch.summary import finished_line, progress_line, state_line
from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.widgets.buttons import button, icon_button, press_with
from docuextract_desktop.ui.widgets.delegates import PlainDelegate, ShareDelegate, StateDelegate
from docuextract_desktop.ui.widgets.empty_state import EmptyState
from docuextract_desktop.ui.widgets.layouts import card, column, row, without_drops
from docuextract_desktop.ui.widgets.state_tile import StateTile
from docuextract_desktop.ui.widgets.table import RowTable
from docuextract_desktop.ui.widgets.text import ElidedLabel, label, set_tone
from docuextract_desktop.ui.wording import count, one_line, tooltip

if TYPE_CHECKING:
    from docuextract_desktop.review.auditing import Audit

LOW = 600
"""Height below which the tiles get small."""


class BatchView(QWidget):
    """Progress, tiles that filter, the table of documents, exports.

    Signals:
        back: to the list of batches.
        document_wanted: (item id, ids of the items shown, in their order).
        review_wanted: (id of the batch, id of the document to begin with or an empty string).
        batch_wanted: id of a batch to show.
        deletion_wanted: the summary of the batch to delete.
        named: the name of the batch that is shown.
    """

    back = Signal()
    document_wanted = Signal(str, list)
    review_wanted = Signal(str, str)
    batch_wanted = Signal(str)
    deletion_wanted = Signal(object)
    named = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._to_audit = 0
        self.watch = model.BatchWatch(context.services.queue, context.feed, self)
        self.watch.summarised.connect(self._show_summary)
        self.watch.lost.connect(self._show_loss)
        self.changes = BatchChanges(context, self.watch, self)
        self.exporter = Exporter(context, self)
        self.exporter.busy.connect(self._exporting)
        self.exporter.progressed.connect(self._export_progressed)
        self.audits = AuditReader(context.services, self)
        self.audits.came.connect(self._show_audit)
        self._clock = QTimer(self)
        self._clock.setInterval(1_000)
        self._clock.timeout.connect(self._show_progress)
        self._build()
        without_drops(self)

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.back_button = icon_button("left", "Back to all batches", self.back.emit)
        self.title = ElidedLabel("", "title", mode=Qt.TextElideMode.ElideMiddle)
        self.subtitle = ElidedLabel("", "body", "muted")
        self.cancel_button = button("Cance&l batch", self.changes.cancel, icon="cancelled")
        self.retry_button = button("Re&try failed", self.changes.retry_all, icon="retry")
        self.review_button = button("Re&view", self._review, icon="review")
        self.review_button.hide()
        self.export_button = button("&Export", kind="primary", icon="export")
        self.export_button.setProperty("menu", "true")
        self.export_menu = QMenu(self)
        self.export_menu.setToolTipsVisible(True)
        for wanted in FORMATS:
            action = self.export_menu.addAction(f"{wanted.title}\t{wanted.purpose}")
            action.triggered.connect(lambda _checked=False, f=wanted: self._export(f))
        self.export_button.setMenu(self.export_menu)
        self.more_button = icon_button("more", "More for this batch")
        self.more_button.setPopupMode(self.more_button.ToolButtonPopupMode.InstantPopup)
        self.more_menu = QMenu(self)
        self.rename_action = self._action(self.more_menu, "Re&name…", self.rename, "F2")
        self.again_action = self._action(self.more_menu, "&Run all again", self.changes.run_again)
        self.more_menu.addSeparator()
        self.delete_action = self._action(
            self.more_menu, "&Delete batch", lambda: self.deletion_wanted.emit(self.watch.summary)
        )
        self.more_button.setMenu(self.more_menu)
        names = column(self.title, self.subtitle, spacing=0)
        head = row(
            self.back_button,
            names,
            self.cancel_button,
            self.retry_button,
            self.review_button,
            self.export_button,
            self.more_button,
            spacing=8,
        )
        head.setStretch(1, 1)

        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the batch")
        self.percent_label = label("", "heading")
        self.progress_label = ElidedLabel("", "body", "muted")
        progress = row(self.percent_label, self.progress_label, spacing=16)
        progress.setStretch(1, 1)
        self.audit_label = ElidedLabel("", "caption", "muted")
        self.audit_label.setToolTip(tooltip(WHAT_IT_MEANS))
        self.audit_label.setAccessibleDescription(WHAT_IT_MEANS)
        self.audit_label.hide()
        sheet = card(column(progress, self.bar, self.audit_label, spacing=8))

        self.tiles = {state: StateTile(state) for state in ItemState}
        tiles = QHBoxLayout()
        tiles.setSpacing(8)
        for number, tile in enumerate(self.tiles.values(), start=1):
            tile.toggled.connect(self._filter)
            press_with(tile, f"Alt+{number}")
            tiles.addWidget(tile)

        self.search = QLineEdit()
        self.search.setPlaceholderText("Search documents")
        self.search.setAccessibleName("Search documents by name or note")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(280)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(120)
        self._typing.timeout.connect(self._filter)
        self.search.textChanged.connect(lambda _: self._typing.start())
        self.shown_label = label("", "caption", "muted")
        self.all_button = button("Show all", self.show_all, kind="link")
        tools = row(self.search, self.shown_label, self.all_button, None, spacing=8)

        self.table = RowTable("Documents of the batch", self.watch.table)
        self._state_delegate, self._share_delegate = StateDelegate(), ShareDelegate(tones=True)
        self._note_delegate = PlainDelegate()
        self.table.setItemDelegateForColumn(model.NOTE, self._note_delegate)
        self.table.setItemDelegateForColumn(model.STATE, self._state_delegate)
        self.table.setItemDelegateForColumn(model.CONFIDENCE, self._share_delegate)
        self.table.set_widths([208, 136, 64, 152, 84, 84, 76])
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.restore_columns(self._context.state.bytes("batch/columns"))
        self.table.horizontalHeader().sortIndicatorChanged.connect(self._sort)
        self.table.opened.connect(self._open_row)
        self.table.removal_wanted.connect(self._cancel_chosen)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.nothing = EmptyState("search", "No document matches", "Change the search or the tiles that are on.")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.nothing)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(head)
        layout.addWidget(sheet)
        layout.addLayout(tiles)
        layout.addLayout(tools)
        layout.addWidget(self._stack, 1)
        self._build_keys()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low window the table needs the room more than the tiles."""
        super().resizeEvent(event)
        low = self.height() < LOW
        for tile in self.tiles.values():
            tile.set_compact(low)
        if (layout := self.layout()) is not None:
            layout.setSpacing(8 if low else 16)

    def _action(self, menu: QMenu, text: str, act: Callable[[], object], keys: str | None = None) -> QAction:
        action = menu.addAction(text)
        action.triggered.connect(lambda _checked=False: act())
        if keys:
            action.setShortcut(QKeySequence(keys))
            self.addAction(action)
        return action

    def _build_keys(self) -> None:
        for keys, act in (
            (QKeySequence.StandardKey.Find, lambda: self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)),
            ("Alt+0", self.show_all),
            ("Ctrl+E", self.export_button.showMenu),
            ("Ctrl+Shift+O", self._show_chosen_in_folder),
            ("Ctrl+R", self._retry_chosen),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(act)
        out = QShortcut(QKeySequence(Qt.Key.Key_Down), self.search)
        out.setContext(Qt.ShortcutContext.WidgetShortcut)
        out.activated.connect(self.focus_table)

    # --- what is shown --------------------------------------------------------------------------------------------

    def open(self, batch_id: str) -> None:
        """Show that batch."""
        if batch_id == self.watch.batch_id:
            self.focus_table()
            return
        self.title.setText("")
        self.subtitle.setText("")
        self.percent_label.setText("")
        self.progress_label.setText("Opening the batch…")
        self._to_audit = 0
        self.audit_label.hide()
        self.search.clear()
        for tile in self.tiles.values():
            tile.blockSignals(True)
            tile.setChecked(False)
            tile.set_count(0)
            tile.blockSignals(False)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self._filter()
        self.watch.watch(batch_id)
        self.focus_table()

    def focus_table(self) -> None:
        """Put the keyboard on the table."""
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self.table.currentIndex().isValid() and self.watch.table.rowCount():
            self.table.setCurrentIndex(self.watch.table.index(0, 0))

    def choose_item(self, item_id: str) -> None:
        """Make that document the chosen one, where it is shown."""
        place = self.watch.table.order.place_of(item_id)
        if place is not None:
            self.table.choose_row(place)

    def _show_summary(self, batch: BatchSummary) -> None:
        self.title.setText(one_line(batch.name))
        self.named.emit(one_line(batch.name))
        self.subtitle.setText(
            f"{one_line(batch.template_name)}, version {batch.template_version}  ·  {state_line(batch)}"
        )
        for state, tile in self.tiles.items():
            tile.set_count(batch.counts.get(state, 0))
        done = any(batch.counts.get(s, 0) for s in (ItemState.COMPLETED, ItemState.NEEDS_REVIEW))
        self.export_button.setEnabled(done)
        self.export_button.setToolTip("" if done else "There is something to export as soon as one document is done.")
        self.cancel_button.setVisible(batch.counts.get(ItemState.PENDING, 0) > 0)
        failed, cancelled = batch.counts.get(ItemState.FAILED, 0), batch.counts.get(ItemState.CANCELLED, 0)
        self._show_review_button()
        if done:
            self.audits.read(batch.id)
        self.retry_button.setVisible(failed + cancelled > 0)
        what = "failed and cancelled" if failed and cancelled else "failed" if failed else "cancelled"
        self.retry_button.setText(f"Re&try {what}")
        self.retry_button.setAccessibleName(f"Retry {what}")
        if not self.table.currentIndex().isValid() and self.watch.table.rowCount():
            self.table.setCurrentIndex(self.watch.table.index(0, 0))
        self.again_action.setEnabled(batch.state.terminal)
        if batch.state.terminal:
            self._clock.stop()
        elif not self._clock.isActive():
            self._clock.start()
        self._show_progress()
        self._show_count()

    def _show_audit(self, audit: Audit) -> None:
        line = audit_line(audit)
        self.audit_label.setText(line)
        self.audit_label.setVisible(bool(line))
        self._to_audit = audit.waiting
        self._show_review_button()

    def _show_review_button(self) -> None:
        batch = self.watch.summary
        flagged = batch is not None and batch.counts.get(ItemState.NEEDS_REVIEW, 0) > 0
        self.review_button.setVisible(flagged or self._to_audit > 0)

    def _show_progress(self) -> None:
        batch = self.watch.summary
        if batch is None:
            return
        share = batch.done / batch.total if batch.total else 0.0
        self.bar.setRange(0, max(1, batch.total))
        self.bar.setValue(batch.done)
        self.percent_label.setText(f"{int(share * 100)} %")
        if batch.state.terminal:
            self.progress_label.setText(finished_line(batch))
            good = batch.counts.get(ItemState.FAILED, 0) + batch.counts.get(ItemState.CANCELLED, 0) == 0
            set_tone(self.bar, "good" if good else "normal")
        else:
            self.progress_label.setText(progress_line(batch, self.watch.pace, time.monotonic()))
            set_tone(self.bar, "normal")

    def _show_count(self) -> None:
        order = self.watch.table.order
        shown, filtered = len(order), order.filter != Filter()
        self.shown_label.setText(
            f"{shown:,} of {count(order.total, 'document')}" if filtered else count(order.total, "document")
        )
        self.all_button.setVisible(filtered)
        self._stack.setCurrentWidget(self.nothing if filtered and not shown else self.table)

    def _show_loss(self, error: BaseException) -> None:
        if isinstance(error, BatchNotFoundError):
            self.watch.watch(None)
            self.back.emit()
        elif isinstance(error, DocuExtractError):
            self._context.notify(str(error), stays=True)
        else:
            raise error

    def _filter(self) -> None:
        states = frozenset(state for state, tile in self.tiles.items() if tile.isChecked())
        chosen = self._chosen()
        self.watch.table.set_filter(Filter(states, self.search.text().strip()))
        if len(chosen) == 1:
            self.choose_item(chosen[0].id)
        if not self.table.currentIndex().isValid() and self.watch.table.rowCount():
            self.table.choose_row(0)
        self._show_count()

    def show_all(self) -> None:
        """Turn off search and tiles."""
        self.search.clear()
        for tile in self.tiles.values():
            tile.setChecked(False)
        self._filter()

    def _sort(self, section: int, order: Qt.SortOrder) -> None:
        self.watch.table.sort(section, order)

    def keep_state(self) -> None:
        """Remember the columns."""
        self._context.state.keep("batch/columns", self.table.columns_state())

    # --- what can be done -----------------------------------------------------------------------------------------

    def _chosen(self) -> list[ItemRow]:
        return [self.watch.table.row_at(place) for place in self.table.chosen_rows()]

    def _open_row(self, place: int) -> None:
        table = self.watch.table
        item = table.row_at(place)
        if item.state is ItemState.NEEDS_REVIEW:
            self.review_wanted.emit(item.batch_id, item.id)
        elif item.state in (ItemState.COMPLETED, ItemState.FAILED):
            self.document_wanted.emit(item.id, [table.row_at(n).id for n in range(table.rowCount())])
        else:
            self._context.notify("This document has not been read yet.")

    def _show_menu(self, point: QPoint) -> None:
        rows = self._chosen()
        if rows:
            self.menu_for(rows).popup(self.table.viewport().mapToGlobal(point))

    def menu_for(self, rows: list[ItemRow]) -> QMenu:
        """The context menu for these documents."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        place = self.table.currentIndex().row()
        opening = menu.addAction("&Open\tEnter", lambda: self._open_row(place))
        opening.setEnabled(len(rows) == 1 and place >= 0)
        reviewing = menu.addAction("Re&view", lambda: self.review_wanted.emit(rows[0].batch_id, rows[0].id))
        reviewing.setEnabled(len(rows) == 1 and rows[0].state in (ItemState.COMPLETED, ItemState.NEEDS_REVIEW))
        showing = menu.addAction("&Show in folder\tCtrl+Shift+O", self._show_chosen_in_folder)
        showing.setEnabled(len(rows) == 1)
        menu.addSeparator()
        retrying = menu.addAction("Re&try\tCtrl+R", self._retry_chosen)
        retrying.setEnabled(any(r.state in (ItemState.FAILED, ItemState.CANCELLED) for r in rows))
        cancelling = menu.addAction("&Cancel\tDel", self._cancel_chosen)
        cancelling.setEnabled(any(r.state is ItemState.PENDING for r in rows))
        return menu

    def _show_chosen_in_folder(self) -> None:
        rows = self._chosen()
        if len(rows) == 1:
            files.show_in_folder(rows[0].path)

    def _retry_chosen(self) -> None:
        self.changes.retry_items(self._chosen())

    def _cancel_chosen(self) -> None:
        self.changes.cancel_items(self._chosen())

    def _review(self) -> None:
        if self.watch.summary is not None:
            self.review_wanted.emit(self.watch.summary.id, "")

    def rename(self) -> None:
        """Ask for another name."""
        batch = self.watch.summary
        if batch is None:
            return
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Rename the batch")
        dialog.setLabelText("Name:")
        dialog.setTextValue(batch.name)
        dialog.resize(440, dialog.sizeHint().height())
        dialog.textValueSelected.connect(lambda name: self.changes.rename(batch, name))
        dialog.open()

    def _export(self, wanted: object) -> None:
        if self.watch.summary is not None:
            self.exporter.start(self.watch.summary, wanted)  # type: ignore[arg-type]

    def _exporting(self, busy: bool) -> None:
        self.export_button.setText("Exporting…" if busy else "&Export")
        self.export_button.setEnabled(not busy)

    def _export_progressed(self, done: int, total: int) -> None:
        self.export_button.setText(f"Exporting… {int(done * 100 / max(1, total))} %")
