"""The parts of the review screen and how they stand; what they do is `ReviewDesk`'s affair."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from docuextract_desktop.jobs.models import ItemState
from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.document.model import Entry, Opened, ValueList
from docuextract_desktop.ui.document.pane import PagePane
from docuextract_desktop.ui.document.values import ValueListView
from docuextract_desktop.ui.review.card import ValueCard
from docuextract_desktop.ui.review.table import RowsPanel
from docuextract_desktop.ui.titles import ITEM_TITLES
from docuextract_desktop.ui.widgets.buttons import button, icon_button
from docuextract_desktop.ui.widgets.empty_state import EmptyState
from docuextract_desktop.ui.widgets.layouts import column, row, surface, without_drops
from docuextract_desktop.ui.widgets.text import ElidedLabel, label
from docuextract_desktop.ui.wording import one_line

ROWS_HEIGHT = 248
SIDE_WIDTH = 400


class Workplace(QWidget):
    """Head, pages, rows of a table, the current value, all values, and a line for what was done."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._state = context.state
        self._fit_before = "page"
        self.pane = PagePane(context)
        self.pane.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a click on a word leaves the keyboard on the value
        self.pane.thumbnails.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows = RowsPanel()
        self.rows.hide()
        self.card = ValueCard()
        self.value_view = ValueListView(ValueList())
        self.value_view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.nothing = EmptyState("alert", "", "", width=200)
        self.quiet = label("", "caption", "muted", wrap=True)
        self.take_back_button = button("Take back", kind="link")
        self.take_back_button.setToolTip("Give those values back what they were before")
        self.take_back_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._build_head()
        self._build_body()

    def _build_head(self) -> None:
        self.back_button = icon_button("left", "Back")
        self.list_button = icon_button("table", "All documents to review", shortcut="Ctrl+L")
        self.title = ElidedLabel("", "heading", mode=Qt.TextElideMode.ElideMiddle)
        self.subtitle = ElidedLabel("", "caption", "muted")
        self.undo_button = icon_button("undo", "Undo", shortcut="Ctrl+Z")
        self.redo_button = icon_button("redo", "Redo", shortcut="Ctrl+Shift+Z")
        self.open_button = icon_button("open", "Open the file", shortcut="Ctrl+O")
        self.previous_button = icon_button("left", "Previous document", shortcut="Ctrl+Left")
        self.next_button = icon_button("right", "Next document", shortcut="Ctrl+Right")
        self.position = label("", tone="muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Values reviewed")
        self.bar.setFixedWidth(96)
        buttons = (self.undo_button, self.redo_button, self.open_button, self.previous_button, self.next_button)
        for made in (self.back_button, self.list_button, *buttons):
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.undo_button.setEnabled(False)
        self.redo_button.setEnabled(False)
        names = column(self.title, self.subtitle, spacing=0)
        head = row(self.back_button, names, 8, self.bar, self.position, 8, *buttons, self.list_button, spacing=4)
        head.setStretch(1, 1)
        head.setContentsMargins(16, 8, 16, 8)
        self._head = head

    def _build_body(self) -> None:
        self.left = QSplitter(Qt.Orientation.Vertical)
        self.left.addWidget(self.pane)
        self.left.addWidget(self.rows)
        self.left.setStretchFactor(0, 1)
        self.left.setChildrenCollapsible(False)
        foot = row(self.quiet, self.take_back_button, spacing=4)
        foot.setStretch(0, 1)
        foot.setContentsMargins(16, 6, 12, 6)
        self._foot = surface("footer", foot)
        self._foot.hide()
        values = QWidget()
        inside = QVBoxLayout(values)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(self.card)
        inside.addWidget(self.value_view, 1)
        inside.addWidget(self._foot)
        right = surface("bar")
        self._side = QStackedLayout(right)  # with its parent: it shows its first part at once
        self._side.addWidget(values)
        self._side.addWidget(self.nothing)
        self._values_page = values
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self.left)
        self.split.addWidget(right)
        self.split.setStretchFactor(0, 1)
        self.split.setChildrenCollapsible(False)
        self.split.setSizes([800, SIDE_WIDTH])
        if (state := self._state.bytes("review/split")) is not None:
            self.split.restoreState(state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(surface("bar", self._head))
        layout.addWidget(self.split, 1)
        without_drops(self)

    def set_values(self, values: ValueList) -> None:
        """List those values."""
        self.value_view.setModel(values)

    def choose_line(self, line: int) -> None:
        """Mark a value in the list, and show it there."""
        index = self.value_view.model().index(line, 0)
        self.value_view.setCurrentIndex(index)
        self.value_view.scrollTo(index)
        self._side.setCurrentWidget(self._values_page)

    def show_rows(self, entry: Entry | None, cell: tuple[int, int] | None, *, fresh: bool) -> None:
        """Show the rows of a table under the page, or none."""
        shown = entry is not None
        hidden = self.rows.isHidden()
        self.rows.setVisible(shown)
        if not shown and not hidden and self._fit_before == "page" and self.pane.canvas.fit() == "width":
            self.pane.canvas.set_fit("page")
        if entry is not None:
            self.rows.show_table(entry, fresh=fresh or hidden)
            if cell is not None:
                self.rows.choose(*cell)
            if hidden:
                self._fit_before = self.pane.canvas.fit()
                if self._fit_before == "page":  # what is left of the page's height would make it too small to read
                    self.pane.canvas.set_fit("width")
                height = min(ROWS_HEIGHT, self.left.height() * 2 // 5)
                self.left.setSizes([self.left.height() - height, height])

    def show_unreadable(self, opened: Opened) -> None:
        """A document without values: say why."""
        item = opened.item
        self.rows.hide()
        if item.state is ItemState.FAILED:
            words = " ".join(part for part in (one_line(item.error_message or ""), opened.hint) if part)
            self.nothing.set_words("This document failed", words)
        else:
            self.nothing.set_words("Not read yet", f"This document is {ITEM_TITLES[item.state].lower()}.")
        self._side.setCurrentWidget(self.nothing)
        self.pane.show_page(0)

    def show_position(self, place: int | None, total: int, done: int) -> None:
        """Say where one is among the values to review."""
        self.position.setText(f"{place + 1:,} of {total:,}" if place is not None else f"{total - done:,} to review")
        self.bar.setRange(0, max(1, total))
        self.bar.setValue(done)
        self.bar.setAccessibleDescription(f"{done} of {total} reviewed")

    def say(self, words: str, *, can_be_taken_back: bool = False) -> None:
        """A quiet line under the values; an empty one takes it away."""
        self.quiet.setText(one_line(words))
        self.take_back_button.setVisible(can_be_taken_back)
        self._foot.setVisible(bool(words))

    def keep_state(self) -> None:
        """Remember how the screen is divided."""
        self._state.keep("review/split", self.split.saveState())
