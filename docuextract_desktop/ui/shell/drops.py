"""What is laid over the window while files are dragged over it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from docuextract_desktop.ui import icons, theme


class DropCurtain(QWidget):
    """Says what a drop would do. Takes no events, so that the drop lands on the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = ""
        self.hide()

    def lower_over(self, words: str) -> None:
        """Cover the window."""
        self._words = words
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A veil, a dashed edge, a sentence."""
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(c.window)
        veil.setAlpha(225)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(QColor(c.accent_text), 2, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(16, 16, -16, -16), 12, 12)
        middle = self.rect().center()
        drawing = icons.pixmap("drop", c.accent_text, 48, self.devicePixelRatioF())
        painter.drawPixmap(middle.x() - 24, middle.y() - 56, drawing)
        painter.setFont(theme.font("heading"))
        painter.setPen(QColor(c.text))
        area = QRectF(32, middle.y() + 8, self.width() - 64, 48)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop), self._words)
