"""What was pointed at on the sample, what it is taken for, and what to do with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit

from docuextract_desktop.templates.drafting import Entry, new_entry
from docuextract_desktop.templates.pointing import Pointed
from docuextract_desktop.templates.word_lines import words_line, words_of_line
from docuextract_desktop.ui.templates.draft_view import fill_types
from docuextract_desktop.ui.widgets.buttons import button, icon_button
from docuextract_desktop.ui.widgets.layouts import column, row
from docuextract_desktop.ui.widgets.text import ElidedLabel, label
from docuextract_desktop.ui.wording import menu_text, one_line, tooltip

if TYPE_CHECKING:
    from collections.abc import Collection


class PickCard(QFrame):
    """A small form below the page. Enter makes the field, Escape forgets it.

    Signals:
        field_wanted: the `Entry` to add as a field.
        column_wanted: the `Entry` to add to the chosen table.
        labels_wanted: the `Pointed` whose words are to be added to the chosen field.
        closed: nothing is to be done with it.
    """

    field_wanted = Signal(object)
    column_wanted = Signal(object)
    labels_wanted = Signal(object)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "footer")
        self.setAccessibleName("What was pointed at")
        self.pointed: Pointed | None = None
        self._guessed: Entry | None = None
        self.text = ElidedLabel("", "strong")
        self.seen = ElidedLabel("", "caption", "muted")
        self.close_button = icon_button("close", "Forget it (Esc)", self.dismiss)
        self.title = QLineEdit()
        self.title.setAccessibleName("Title of the new field")
        self.type = QComboBox()
        self.type.setAccessibleName("Type of the new field")
        fill_types(self.type, column=True)
        self.labels = QLineEdit()
        self.labels.setAccessibleName("Words printed near it")
        self.labels.setPlaceholderText("Words printed near it")
        self.labels.setToolTip("The words that the program looks for beside the value, with commas between")
        self.add_button = button("Add &field", self._add, kind="primary", icon="plus")
        self.column_button = button("Add as &column", self._add_column, icon="table")
        self.labels_button = button("It is the chosen field", self._labels)
        names = column(self.text, self.seen, spacing=0)
        head = row(names, self.close_button)
        head.setStretch(0, 1)
        line = row(self.title, self.type)
        line.setStretch(0, 1)
        layout = column(
            head,
            line,
            row(label("Near it", "caption", "muted"), self.labels),
            row(self.add_button, self.column_button, self.labels_button, None),
            spacing=8,
        )
        layout.setContentsMargins(16, 8, 16, 12)
        self.setLayout(layout)
        for edit in (self.title, self.labels):
            edit.returnPressed.connect(self._enter)
        self.hide()

    def offer(self, pointed: Pointed, taken: Collection[str], chosen: Entry | None, table: Entry | None) -> None:
        """Show what was pointed at.

        Args:
            pointed: with the guesses.
            taken: names of the fields there are.
            chosen: the field or column that is chosen, whose value this may be.
            table: the table that is chosen, or whose column is.
        """
        self.pointed = pointed
        guessed = pointed.entry(taken if table is None else {c.name for c in table.columns})
        self._guessed = guessed
        self.text.setText(f"“{one_line(pointed.text, 200)}”")
        where = "above it" if pointed.heading else "beside it"
        self.seen.setText(f"“{pointed.label}” stands {where}" if pointed.label else "No words stand beside or above it")
        self.title.setText(guessed.title)
        self.type.setCurrentIndex(max(0, self.type.findData(guessed.type)))
        self.labels.setText(words_line(guessed.labels))
        self.labels.setCursorPosition(0)
        self.column_button.setVisible(table is not None)
        usable = chosen is not None and chosen is not table and bool(pointed.label)
        self.labels_button.setVisible(usable)
        if chosen is not None:
            self.labels_button.setAccessibleName(f"It is the value of {one_line(chosen.shown_title, 60)}")
            self.labels_button.setText(f"It is ‘{menu_text(one_line(chosen.shown_title, 24))}’")
            self.labels_button.setToolTip(tooltip(f"Add “{pointed.label}” to the words printed near that field"))
        self.show()
        self.title.setFocus()
        self.title.selectAll()

    def _made(self) -> Entry:
        guessed = self._guessed or new_entry()
        made = new_entry(" ".join(self.title.text().split()), self.type.currentData())
        name = guessed.name if made.title == guessed.title else made.name
        return replace(made, labels=words_of_line(self.labels.text()), name=name)

    def _enter(self) -> None:
        (self._add_column if self.column_button.isVisible() else self._add)()

    def _add(self) -> None:
        self.field_wanted.emit(self._made())

    def _add_column(self) -> None:
        self.column_wanted.emit(self._made())

    def _labels(self) -> None:
        if self.pointed is not None:
            self.labels_wanted.emit(self.pointed)

    def dismiss(self) -> None:
        """Do nothing with it."""
        self.pointed = None
        self.hide()
        self.closed.emit()

    def event(self, event: QEvent) -> bool:
        """Escape is this card's while the keyboard is on it, not the window's way back."""
        asked = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if asked and event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape forgets it."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)
