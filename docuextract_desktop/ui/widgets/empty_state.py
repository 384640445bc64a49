"""What a screen shows while there is nothing to show: what belongs here, and what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from docuextract_desktop.ui import icons, theme
from docuextract_desktop.ui.widgets.layouts import column, row
from docuextract_desktop.ui.widgets.text import label


class EmptyState(QWidget):
    """A drawing, a sentence, what to do, and a button for it."""

    def __init__(self, icon: str, heading: str, words: str, *buttons: QPushButton, width: int = 400) -> None:
        super().__init__()
        self._icon = icon
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._heading = label(heading, "heading")
        self._heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words = label(words, tone="muted", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._words.setFixedWidth(width)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        layout = column(
            None, self._picture, 8, self._heading, row(None, self._words, None), 8, row(None, *buttons, None), None
        )
        layout.setContentsMargins(24, 24, 24, 24)
        self.setLayout(layout)
        self._draw()
        if (look := theme.current()) is not None:
            look.changed.connect(self._draw)

    def set_words(self, heading: str, words: str) -> None:
        """Say something else."""
        self._heading.setText(heading)
        self._words.setText(words)

    def _draw(self) -> None:
        self._picture.setPixmap(icons.pixmap(self._icon, theme.colours().muted, 40))
