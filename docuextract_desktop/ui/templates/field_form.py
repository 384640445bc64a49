"""All that can be said of one field, with what is wrong below each line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from docuextract_desktop.templates.drafting import Entry, Place
from docuextract_desktop.templates.word_lines import words_line, words_of_line
from docuextract_desktop.ui.templates.draft_table import threshold_of
from docuextract_desktop.ui.templates.draft_view import fill_types
from docuextract_desktop.ui.widgets.layouts import column, row
from docuextract_desktop.ui.widgets.text import ElidedLabel, label
from docuextract_desktop.ui.wording import percent, tooltip

if TYPE_CHECKING:
    from docuextract_desktop.ui.templates.document import DraftDocument

_LINES = {
    "labels": "Words near it",
    "choices": "Choices",
    "review_threshold": "Review below",
    "name": "Name in exports",
    "pages": "Only on pages",
    "description": "Note",
    "pattern": "Pattern",
}
_TIPS = {
    "labels": "Words that the documents print beside or above the value, with commas between. Case does not matter.",
    "choices": "With commas between.",
    "review_threshold": "Values of this field that are less sure are put before a person. Empty: as the template says.",
    "name": "The heading of its column in CSV and XLSX. What was taught goes by this name, too.",
    "pages": "1, 1-2, 2-, -1 for the last. Empty: all pages.",
    "description": "For people; the program does not use it.",
    "pattern": "A regular expression that the printed text must match. Most templates need none.",
}
_MORE = ("name", "pages", "description", "pattern")


class WordsEdit(QPlainTextEdit):
    """Two lines of words; Tab goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setProperty("kind", "value")
        self.setFixedHeight(60)

    def text(self) -> str:
        """What stands in it."""
        return self.toPlainText()

    def setText(self, text: str) -> None:
        """Show that."""
        self.setPlainText(text)


class FieldForm(QWidget):
    """The chosen field. What is typed is in the draft at once; a line that was typed into is one step of undo."""

    def __init__(self, document: DraftDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._key: int | None = None
        self._session = 0
        self._showing = False
        self.title = QLineEdit()
        self.title.setAccessibleName("Title of the field")
        self.title.setPlaceholderText("What is it called?")
        self.type = QComboBox()
        self.type.setAccessibleName("Type")
        fill_types(self.type, column=False)
        self.required = QCheckBox("&Required")
        self.required.setAccessibleName("Required")
        self.required.setToolTip("A document without it is put before a person.")
        self.type.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.type.setMinimumContentsLength(7)
        self.edits: dict[str, QLineEdit | WordsEdit] = {}
        self.messages: dict[str, QLabel] = {}
        self._captions: dict[str, QLabel] = {}
        self._build()
        document.changed.connect(lambda _: self.refresh())
        self.show_entry(None)

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self.head = ElidedLabel("", "strong")
        self.title.textEdited.connect(lambda text: self._change("title", " ".join(text.split())))
        self.type.activated.connect(lambda _: self._change("type", self.type.currentData()))
        self.required.toggled.connect(lambda on: self._change("required", on))
        self.title.setMinimumWidth(80)
        first = row(self.title, self.type, spacing=8)
        first.setStretch(0, 1)
        grid.addWidget(label("Title and type", "caption", "muted"), 0, 0)
        grid.addLayout(first, 0, 1)
        self._message("title", grid, 1)
        line = 2
        for name, caption in _LINES.items():
            made: QLineEdit | WordsEdit = WordsEdit() if name == "labels" else QLineEdit()
            made.setAccessibleName(caption)
            made.setAccessibleDescription(_TIPS[name])
            made.setToolTip(tooltip(_TIPS[name]))
            made.installEventFilter(self)
            if isinstance(made, QLineEdit):
                made.textEdited.connect(lambda _, n=name: self._typed(n))
            else:
                made.textChanged.connect(lambda n=name: self._typed(n))
            self.edits[name] = made
            shown = label(caption, "caption", "muted")
            self._captions[name] = shown
            top = Qt.AlignmentFlag.AlignTop if name == "labels" else Qt.AlignmentFlag.AlignVCenter
            grid.addWidget(shown, line, 0, top)
            grid.addWidget(made, line, 1)
            self._message(name, grid, line + 1)
            line += 2
            if name == "choices":
                grid.addWidget(self.required, line, 1)
                line += 1
        self.edits["review_threshold"].setPlaceholderText("as the template")
        self.edits["labels"].setPlaceholderText("total, amount due, …")
        self.title.installEventFilter(self)
        self.more = QToolButton()
        self.more.setProperty("kind", "plain")
        self.more.setText("More")
        self.more.setCheckable(True)
        self.more.setAccessibleName("More about this field: name in exports, pages, note, pattern")
        self.more.toggled.connect(lambda _: self.refresh())
        head = row(self.head, self.more)
        head.setStretch(0, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 12)
        layout.addLayout(column(head, spacing=8))
        layout.addLayout(grid)
        layout.addStretch(1)

    def _message(self, name: str, grid: QGridLayout, line: int) -> None:
        made = label("", "caption", "bad", wrap=True)
        made.hide()
        self.messages[name] = made
        grid.addWidget(made, line, 1)

    # --- showing --------------------------------------------------------------------------------------------------

    def show_entry(self, key: int | None) -> None:
        """Show that entry, or none."""
        if key != self._key:
            self._key = key
            self._session += 1
        self.refresh()

    def place(self) -> Place | None:
        """The entry that is shown."""
        return self._document.draft.place_of(self._key) if self._key is not None else None

    def refresh(self) -> None:
        """Show the entry as it is now; what is being typed stays as it was typed."""
        place = self.place()
        self.setEnabled(place is not None)
        if place is None:
            self.head.setText("Choose a field to see all of it")
            return
        entry = self._document.draft.entry(place)
        self._showing = True
        self.head.setText(
            entry.shown_title
            if place.column is None
            else f"{entry.shown_title}, column of {self._document.draft.entries[place.field].shown_title}"
        )
        title = entry.title or (entry.shown_title if entry.name else "")
        if " ".join(self.title.text().split()) != title:
            self.title.setText(title)
        if (self.type.findData("table") < 0) != (place.column is not None):
            fill_types(self.type, column=place.column is not None)
        self.type.setCurrentIndex(max(0, self.type.findData(entry.type)))
        self.required.setChecked(entry.required)
        for name, edit in self.edits.items():
            if self._read(name, edit.text()) != getattr(entry, name):
                edit.setText(self._written(entry, name))
        self._show_messages(place)
        self._show_lines(entry, place)
        self._showing = False

    def _show_lines(self, entry: Entry, place: Place) -> None:
        narrow = place.column is not None
        for name, edit in self.edits.items():
            shown = {
                "labels": entry.type != "table",
                "choices": entry.type == "choice",
                "review_threshold": not narrow,
                "pages": not narrow,
                "pattern": not narrow and entry.type != "table",
            }.get(name, True)
            if name in _MORE and not self.more.isChecked() and not self.messages[name].text():
                shown = False
            edit.setVisible(shown)
            self._captions[name].setVisible(shown)
        threshold = percent(self._document.draft.review_threshold)
        self.edits["review_threshold"].setPlaceholderText(f"as the template: {threshold}")

    def _show_messages(self, place: Place) -> None:
        for name, message in self.messages.items():
            words = self._document.checked.at(place, name)
            if name == "title":
                words = " ".join(
                    p.sentence
                    for p in self._document.checked.problems
                    if p.place == place and (p.attribute == "title" or p.attribute not in self.messages)
                )
            message.setText(words)
            message.setVisible(bool(words))
            widget = self.title if name == "title" else self.edits[name]
            if bool(widget.property("problem")) != bool(words):
                widget.setProperty("problem", bool(words))
                widget.style().unpolish(widget)
                widget.style().polish(widget)

    @staticmethod
    def _written(entry: Entry, name: str) -> str:
        value = getattr(entry, name)
        if name in ("labels", "choices"):
            return words_line(value)
        if name == "review_threshold":
            return "" if value is None else f"{value * 100:g} %"
        return str(value)

    @staticmethod
    def _read(name: str, text: str) -> Any:
        if name in ("labels", "choices"):
            return words_of_line(text)
        if name == "review_threshold":
            try:
                return threshold_of(text)
            except ValueError:
                return text
        return text if name == "pattern" else " ".join(text.split())

    # --- changing -------------------------------------------------------------------------------------------------

    def _typed(self, name: str) -> None:
        if self._showing:
            return
        value = self._read(name, self.edits[name].text())
        if name == "review_threshold" and isinstance(value, str):
            self.messages[name].setText("A number from 0 to 100, or nothing.")
            self.messages[name].show()
            return
        self._change(name, value)

    def _change(self, attribute: str, value: Any) -> None:
        place = self.place()
        if place is not None and not self._showing:
            self._document.change(place, attribute, value, merge=str(self._session))
            if attribute == "review_threshold":
                self._show_messages(place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A line that is left and typed into again is another step of undo."""
        if event.type() == QEvent.Type.FocusIn:
            self._session += 1
        elif event.type() == QEvent.Type.FocusOut:
            self.refresh()
        return super().eventFilter(watched, event)

    def focus_attribute(self, attribute: str) -> None:
        """Put the keyboard on a line."""
        if attribute in _MORE:
            self.more.setChecked(True)
        target = self.edits.get(attribute)
        (target if target is not None and target.isVisible() else self.title).setFocus(Qt.FocusReason.OtherFocusReason)
