"""The place that says where files go. Drops themselves are taken by the whole window."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from docuextract_desktop.ui import icons, theme
from docuextract_desktop.ui.widgets.buttons import button
from docuextract_desktop.ui.widgets.layouts import row
from docuextract_desktop.ui.widgets.text import label


class DropZone(QFrame):
    """A dashed field with two buttons; large while there is no file, a slim bar afterwards.

    Signals:
        files_wanted: 'Add files' was chosen.
        folder_wanted: 'Add folder' was chosen.
    """

    files_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._heading = label("Drop documents or folders here", "heading")
        self._words = label("PDF, PNG, JPEG, TIFF, WebP, BMP, GIF, HEIC. Or paste them with Ctrl+V.", tone="muted")
        for words in (self._heading, self._words):
            words.setWordWrap(True)
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.add_files = button("Add &files…", self.files_wanted.emit, icon="file")
        self.add_folder = button("Add f&older…", self.folder_wanted.emit, icon="folder")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addStretch(1)
        for thing in (self._picture, self._heading, self._words):
            layout.addWidget(thing)
        layout.addSpacing(8)
        layout.addLayout(row(None, self.add_files, self.add_folder, None))
        layout.addStretch(1)
        self._draw()
        if (look := theme.current()) is not None:
            look.changed.connect(self._draw)

    def _draw(self) -> None:
        self._picture.setPixmap(icons.pixmap("drop", theme.colours().accent_text, 40))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the dashed edge."""
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(c.strong_border), 1.5)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.setBrush(QColor(c.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
