"""All keys, and the dialog under F1 that lists them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from docuextract_desktop.ui.widgets.buttons import button
from docuextract_desktop.ui.widgets.layouts import column, row, scrolled
from docuextract_desktop.ui.widgets.text import label

WORD_KEYS: tuple[tuple[str, str], ...] = (
    ("F7", "To the words of the page, and back (Esc, too); arrow keys go from word to word"),
    ("Shift+Right", "Words of the page: select several (Shift with any arrow key, Home, End)"),
    ("Return", "Words of the page: take those that are selected, as a click does"),
)

KEYS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Everywhere",
        (
            ("Ctrl+N", "New batch"),
            ("Ctrl+V", "Paste files from the file manager into a new batch"),
            ("Ctrl+1", "Batches"),
            ("Ctrl+2", "Review"),
            ("Ctrl+3", "Templates"),
            ("Ctrl+4", "Settings"),
            ("Alt+Left", "Back (Esc, too)"),
            ("F6", "To the notice at the foot of the window"),
            ("F1", "This list"),
            ("Ctrl+Q", "Quit; unfinished batches go on at the next start"),
        ),
    ),
    (
        "New batch",
        (
            ("Ctrl+Return", "Start"),
            ("Del", "Remove the chosen documents from the list"),
        ),
    ),
    (
        "Batch",
        (
            ("Return", "Open the chosen document"),
            ("Ctrl+F", "Search"),
            ("Alt+1", "Tiles: Alt+1 to Alt+6 turn one on or off"),
            ("Alt+0", "Show all documents again"),
            ("Ctrl+E", "Export"),
            ("Ctrl+R", "Retry the chosen documents"),
            ("Del", "Cancel the chosen documents"),
            ("Ctrl+Shift+O", "Show the chosen document in its folder"),
            ("F2", "Rename the batch"),
        ),
    ),
    (
        "Review",
        (
            ("Return", "Accept the value, or store what was typed, and go to the next value to review"),
            ("N", "Not on this document (Shift+N begins a text with N)"),
            ("Alt+1", "Take another value that is offered: Alt+1 to Alt+9"),
            ("F2", "Change the value at its end, rather than replace it by typing"),
            ("Esc", "Leave the value as it was, while something is typed"),
            ("Tab", "Next value or cell (Shift+Tab: previous; arrow keys, too)"),
            ("F8", "Next value to review, undecided (Shift+F8: previous)"),
            ("Ctrl+Right", "Next document (Ctrl+Left: previous)"),
            ("Ctrl+Z", "Undo the last decision, also of an earlier day (Ctrl+Shift+Z: redo)"),
            ("Ctrl+L", "All documents to review"),
            *WORD_KEYS,
            ("Ins", "Table: add a row below"),
            ("Ctrl+Del", "Table: delete the row"),
            ("Ctrl+M", "Table: join the row with the one above"),
            ("Ctrl+D", "Table: part the row after its first printed line"),
        ),
    ),
    (
        "Template",
        (
            ("Ctrl+S", "Save as a new version"),
            ("Return", "Type into the chosen cell (F2, too)"),
            ("Space", "Turn Required on or off"),
            ("Ins", "Add a field (Ctrl+Ins: a column of the table)"),
            ("Ctrl+D", "Duplicate the field"),
            ("Alt+Up", "Move the field up (Alt+Down: down)"),
            ("Del", "Remove the field"),
            ("Ctrl+Z", "Undo (Ctrl+Shift+Z: redo)"),
            ("Esc", "Forget the words that were pointed at"),
            *WORD_KEYS,
        ),
    ),
    (
        "Document",
        (
            ("Up", "Previous value (Down: next)"),
            ("F8", "Next value to review (Shift+F8: previous)"),
            ("Ctrl+Right", "Next document (Ctrl+Left: previous)"),
            ("Ctrl+PgDown", "Next page (Ctrl+PgUp: previous)"),
            ("Ctrl++", "Zoom in (Ctrl+-: out; Ctrl and the wheel)"),
            ("Ctrl+0", "Fit the page"),
            ("Ctrl+9", "Fit the width"),
            ("Ctrl+Shift+R", "Turn the page"),
            ("Ctrl+T", "Show the pages"),
            ("Ctrl+O", "Open the file with its own program"),
        ),
    ),
)


class ShortcutsDialog(QDialog):
    """The list."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        line = 0
        for group, keys in KEYS:
            heading = label(group, "heading")
            heading.setContentsMargins(0, 12 if line else 0, 0, 0)
            grid.addWidget(heading, line, 0, 1, 2)
            line += 1
            for sequence, words in keys:
                shown = QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText) or sequence
                grid.addWidget(label(shown, "strong", "accent"), line, 0, Qt.AlignmentFlag.AlignTop)
                grid.addWidget(label(words, wrap=True), line, 1)
                line += 1
        grid.setColumnStretch(1, 1)
        grid.setContentsMargins(0, 0, 16, 0)
        content = QWidget()
        content.setLayout(grid)
        content.setProperty("surface", "window")
        close = button("&Close", self.accept, kind="primary")
        close.setDefault(True)
        area = scrolled(content)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        layout = column(area, row(None, close), spacing=16)
        layout.setContentsMargins(24, 24, 24, 16)
        self.setLayout(layout)
        screen = parent.screen().availableGeometry()
        self.resize(min(560, screen.width() - 48), min(720, screen.height() - 96))
