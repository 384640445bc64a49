"""The screen of one document. Read-only: it shows what was found, and where."""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QSplitter, QStackedWidget, QTableView, QVBoxLayout, QWidget

from docuextract_desktop.errors import BatchNotFoundError, DocuExtractError
from docuextract_desktop.jobs.models import ItemState
from docuextract_desktop.ui import files, tasks
from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.document.model import CellTable, Entry, Opened, PageSize, Place, ValueList, boxes_of, load
from docuextract_desktop.ui.document.outline import Outline
from docuextract_desktop.ui.document.pane import PagePane
from docuextract_desktop.ui.document.pictures import PageKey
from docuextract_desktop.ui.document.values import ValueListView
from docuextract_desktop.ui.titles import ITEM_TITLES
from docuextract_desktop.ui.widgets.buttons import icon_button
from docuextract_desktop.ui.widgets.empty_state import EmptyState
from docuextract_desktop.ui.widgets.layouts import column, row, surface, without_drops
from docuextract_desktop.ui.widgets.text import ElidedLabel, label
from docuextract_desktop.ui.wording import count, one_line, tooltip

A4 = PageSize(210, 297)


class DocumentView(QWidget):
    """The page beside the values.

    Signals:
        back: to where the document was opened from.
        shown: id of the document that is shown now.
        named: its file's name.
    """

    back = Signal()
    shown = Signal(str)
    named = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._ids: list[str] = []
        self._item_id = ""
        self._opened: Opened | None = None
        self._loading: tasks.Task | None = None
        self.pane = PagePane(context)
        self.canvas, self.bar, self.thumbnails = self.pane.canvas, self.pane.bar, self.pane.thumbnails
        context.feed.changed.connect(self._changed)
        self._build()
        without_drops(self)

    def _build(self) -> None:
        self.back_button = icon_button("left", "Back", self.back.emit)
        self.title = ElidedLabel("", "heading", mode=Qt.TextElideMode.ElideMiddle)
        self.subtitle = ElidedLabel("", "caption", "muted")
        self.position = label("", tone="muted")
        self.previous_button = icon_button("left", "Previous document", lambda: self.step(-1), shortcut="Ctrl+Left")
        self.next_button = icon_button("right", "Next document", lambda: self.step(1), shortcut="Ctrl+Right")
        self.open_button = icon_button("open", "Open the file", self._open_file, shortcut="Ctrl+O")
        self.folder_button = icon_button("folder", "Show in folder", self._show_in_folder, shortcut="Ctrl+Shift+O")
        head = row(
            self.back_button,
            column(self.title, self.subtitle, spacing=0),
            self.open_button,
            self.folder_button,
            8,
            self.previous_button,
            self.position,
            self.next_button,
        )
        head.setStretch(1, 1)
        head.setContentsMargins(16, 8, 16, 8)

        self.pane.canvas.outline_clicked.connect(self._outline_clicked)
        self.pane.page_shown.connect(lambda _: self._draw_outlines())

        self.cells = CellTable(self)
        self.cell_view = QTableView()
        self.cell_view.setModel(self.cells)
        self.cell_view.setAccessibleName("Rows of the table")
        self.cell_view.setProperty("plain", True)
        self.cell_view.horizontalHeader().setHighlightSections(False)
        self.cell_view.verticalHeader().setHighlightSections(False)
        self.cell_view.setCornerButtonEnabled(False)
        self.cell_view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.cell_view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.cell_view.setTabKeyNavigation(False)
        self.cell_view.setWordWrap(False)
        self.cell_view.verticalHeader().setDefaultSectionSize(30)
        self.cell_view.selectionModel().currentChanged.connect(self._cell_chosen)
        self.cell_title = label("", "strong")
        cell_head = row(self.cell_title, None)
        cell_head.setContentsMargins(16, 8, 16, 0)
        self.cell_side = surface("footer", column(cell_head, self.cell_view, spacing=8))
        self.cell_side.hide()
        self.left = QSplitter(Qt.Orientation.Vertical)
        self.left.addWidget(self.pane)
        self.left.addWidget(self.cell_side)
        self.left.setStretchFactor(0, 1)
        self.left.setChildrenCollapsible(False)

        self.values = ValueList(self)
        self.value_view = ValueListView(self.values)
        self.value_view.selectionModel().currentChanged.connect(self._value_chosen)
        self.nothing = EmptyState("alert", "", "", width=200)
        self._side = QStackedWidget()
        self._side.addWidget(self.value_view)
        self._side.addWidget(self.nothing)
        right = surface("bar")
        right.setLayout(column(self._side, spacing=0))
        right.setMinimumWidth(240)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self.left)
        self.split.addWidget(right)
        self.split.setStretchFactor(0, 1)
        self.split.setChildrenCollapsible(False)
        self.split.setSizes([760, 360])
        if (state := self._context.state.bytes("document/split")) is not None:
            self.split.restoreState(state)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(surface("bar", head))
        layout.addWidget(self.split, 1)
        for keys, act in (("F8", lambda: self.next_flagged(1)), ("Shift+F8", lambda: self.next_flagged(-1))):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(act)

    # --- which document -------------------------------------------------------------------------------------------

    def open(self, item_id: str, ids: list[str]) -> None:
        """Show a document; `ids` are its neighbours, in order."""
        self._ids = ids if item_id in ids else [item_id]
        self._load(item_id)
        self.value_view.setFocus(Qt.FocusReason.OtherFocusReason)

    def item_id(self) -> str:
        """Id of the document that is shown."""
        return self._item_id

    def step(self, by: int) -> None:
        """Show a neighbour."""
        place = self._ids.index(self._item_id) + by if self._item_id in self._ids else -1
        if 0 <= place < len(self._ids):
            self._load(self._ids[place])

    def _load(self, item_id: str) -> None:
        if self._loading is not None:
            self._loading.cancel()
        self._item_id = item_id
        place = self._ids.index(item_id)
        self.position.setText(f"{place + 1:,} of {len(self._ids):,}")
        self.previous_button.setEnabled(place > 0)
        self.next_button.setEnabled(place + 1 < len(self._ids))
        queue = self._context.services.queue
        self._loading = tasks.run(lambda _: load(queue, item_id), owner=self, done=self._show, failed=self._lost)
        self.shown.emit(item_id)

    def _changed(self, changes: object) -> None:
        opened = self._opened
        changed = getattr(changes, "items", {})
        if opened is not None and self._item_id in changed.get(opened.item.batch_id, ()) and self._loading is None:
            self._load(self._item_id)

    def _lost(self, error: BaseException) -> None:
        self._loading = None
        if isinstance(error, BatchNotFoundError):
            self.back.emit()
        elif isinstance(error, DocuExtractError):
            self._context.notify(str(error), stays=True)
        else:
            raise error

    def _show(self, opened: Opened) -> None:
        self._loading = None
        again = self._opened is not None and self._opened.item.id == opened.item.id
        before = self._opened.sizes if self._opened is not None else {}
        self._opened = opened
        item = opened.item
        self.title.setText(one_line(item.filename))
        self.named.emit(one_line(item.filename))
        self.title.setToolTip(tooltip(str(item.path)))
        said = [ITEM_TITLES[item.state], count(opened.page_count, "page")]
        if item.flagged and item.state is ItemState.NEEDS_REVIEW:
            said.append(f"{count(item.flagged, 'value')} to review")
        self.subtitle.setText("  ·  ".join([*said, *(one_line(w) for w in opened.warnings)]))
        self.value_view.delegate.threshold = opened.template.review_threshold
        self.values.show(opened)
        if not again or opened.sizes != before:
            self.pane.show_document(item.id, opened.sizes, opened.page_count)
        if opened.extraction is None:
            self._show_missing(opened)
            self.show_page(max(0, self.page()))
        else:
            self._side.setCurrentWidget(self.value_view)
            first = next((n for n, e in enumerate(self.values.entries) if e.value.needs_review), 0)
            self.value_view.setCurrentIndex(self.values.index(first))
            if self.page() < 0:
                self.show_page(0)
        self._fetch_ahead()

    def _show_missing(self, opened: Opened) -> None:
        item = opened.item
        self._show_cells(None)
        if item.state is ItemState.FAILED:
            words = " ".join(part for part in (one_line(item.error_message or ""), opened.hint) if part)
            self.nothing.set_words("This document failed", words)
        else:
            self.nothing.set_words("Not read yet", f"This document is {ITEM_TITLES[item.state].lower()}.")
        self._side.setCurrentWidget(self.nothing)

    def _open_file(self) -> None:
        if self._opened is not None and not files.open_file(self._opened.item.path):
            self._context.notify("There is no program to open this file with.")

    def _show_in_folder(self) -> None:
        if self._opened is not None:
            files.show_in_folder(self._opened.item.path)

    # --- pages ----------------------------------------------------------------------------------------------------

    def page(self) -> int:
        """Index of the page that is shown."""
        return self.pane.page()

    def show_page(self, page_index: int) -> None:
        """Show a page with the outlines of what stands on it."""
        if page_index == self.page():
            self._draw_outlines()
        else:
            self.pane.show_page(page_index)

    def _fetch_ahead(self) -> None:
        """Ask for the first page of the next document before it is wanted."""
        place = self._ids.index(self._item_id) + 1 if self._item_id in self._ids else len(self._ids)
        if place < len(self._ids):
            self.pane.fetch_ahead(PageKey(self._ids[place], 0), "ahead")

    # --- values ---------------------------------------------------------------------------------------------------

    def _draw_outlines(self) -> None:
        outlines: list[Outline] = []
        for entry in self.values.entries:
            outlines += self._outlines_of(entry)
        self.canvas.set_outlines(outlines)
        current = self.current_entry()
        self.canvas.set_current(self._current_key(current) if current is not None else None)

    def _outlines_of(self, entry: Entry) -> list[Outline]:
        found: list[Outline] = []
        evidence = entry.value.evidence
        current = self.current_entry()
        open_table = current is not None and current.place == entry.place and bool(entry.value.rows)
        if evidence is not None and evidence.page_index == self.page() and not open_table:
            tone = "unsure" if entry.value.needs_review else "sure"
            tip = tooltip(f"{entry.title}: {entry.words}")
            found.append(Outline(entry.place, boxes_of(evidence), tone, tip))  # type: ignore[arg-type]
        if open_table:
            for number, cells in enumerate(entry.value.rows):
                for place, cell in enumerate(cells):
                    if cell.evidence is not None and cell.evidence.page_index == self.page():
                        key = Place(entry.place.field, number, place)
                        tone = "unsure" if cell.needs_review else "sure"
                        found.append(Outline(key, boxes_of(cell.evidence), tone, faint=True))  # type: ignore[arg-type]
        return found

    def current_entry(self) -> Entry | None:
        """The value that is chosen in the list."""
        index = self.value_view.currentIndex()
        return self.values.entries[index.row()] if index.isValid() and index.row() < len(self.values.entries) else None

    def _current_key(self, entry: Entry) -> Hashable:
        cell = self.cell_view.currentIndex()
        if entry.value.rows and cell.isValid():
            return Place(entry.place.field, cell.row(), cell.column())
        return entry.place

    def _value_chosen(self, now: QModelIndex, _: QModelIndex) -> None:
        if not now.isValid() or now.row() >= len(self.values.entries):
            return
        entry = self.values.entries[now.row()]
        self._show_cells(entry if entry.value.rows else None)
        pages = [entry.value.evidence.page_index] if entry.value.evidence else []
        pages += [cell.evidence.page_index for cells in entry.value.rows for cell in cells if cell.evidence]
        wanted = self.page() if self.page() in pages or not pages else pages[0]
        self.show_page(max(0, wanted))

    def _show_cells(self, entry: Entry | None) -> None:
        if entry is None and not self.cells.rows:
            return
        self.cells.show(entry)
        self.cell_side.setVisible(entry is not None)
        if entry is not None:
            self.cell_title.setText(f"{entry.title}: {entry.words}")
            self.cell_view.resizeColumnsToContents()
            for place in range(self.cells.columnCount()):
                self.cell_view.setColumnWidth(place, min(360, max(80, self.cell_view.columnWidth(place) + 16)))
            height = min(232, self.left.height() * 2 // 5)
            self.left.setSizes([self.left.height() - height, height])

    def _cell_chosen(self, now: QModelIndex, _: QModelIndex) -> None:
        entry = self.current_entry()
        cell = self.cells.cell(now) if now.isValid() else None
        if entry is None or cell is None:
            return
        if cell.evidence is not None and cell.evidence.page_index != self.page():
            self.show_page(cell.evidence.page_index)
        self.canvas.set_current(Place(entry.place.field, now.row(), now.column()))

    def _outline_clicked(self, key: object) -> None:
        if not isinstance(key, Place):
            return
        line = self.values.place_of(key.field)
        if line is None:
            return
        if key.row is not None and key.column is not None:
            self.cell_view.setCurrentIndex(self.cells.index(key.row, key.column))
            self.cell_view.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.value_view.setCurrentIndex(self.values.index(line))
            self.value_view.setFocus(Qt.FocusReason.OtherFocusReason)

    def next_flagged(self, by: int) -> None:
        """To the next or previous value that wants a look."""
        flagged = [n for n, entry in enumerate(self.values.entries) if entry.value.needs_review]
        now = self.value_view.currentIndex().row()
        beyond = [n for n in flagged if (n > now if by > 0 else n < now)]
        if beyond:
            self.value_view.setCurrentIndex(self.values.index(beyond[0] if by > 0 else beyond[-1]))
        elif flagged:
            self._context.notify("No further value to review in this document.")

    def keep_state(self) -> None:
        """Remember how the screen is divided."""
        self._context.state.keep("document/split", self.split.saveState())
