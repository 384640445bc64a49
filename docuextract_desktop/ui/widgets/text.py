"""Labels that show text as it is: never rich text, whatever a file name or a document holds."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from docuextract_desktop.ui import theme

Tone = Literal["normal", "muted", "bad", "warn", "good", "accent"]
Role = Literal["title", "heading", "strong", "body", "caption", "figure"]


def set_tone(widget: QWidget, tone: str) -> None:
    """Colour `widget` by what its text means; see the style sheet."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def label(text: str = "", role: Role = "body", tone: Tone = "normal", *, wrap: bool = False) -> QLabel:
    """A label of the type hierarchy, in plain text."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setFont(theme.font(role))
    made.setWordWrap(wrap)
    if tone != "normal":
        made.setProperty("tone", tone)
    return made


class ElidedLabel(QLabel):
    """One line of plain text, shortened in the middle or at its end where it does not fit."""

    def __init__(
        self,
        text: str = "",
        role: Role = "body",
        tone: Tone = "normal",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__()
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(role))
        self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def minimumSizeHint(self) -> QSize:
        """As narrow as an ellipsis."""
        return QSize(self.fontMetrics().horizontalAdvance("…"), super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what fits."""
        painter = QPainter(self)
        area = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), self._mode, area.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(area, self.alignment(), shown)
