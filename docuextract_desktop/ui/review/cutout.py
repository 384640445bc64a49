"""The part of the page on which the current value stands, magnified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy

from docuextract_desktop.ui import theme
from docuextract_desktop.ui.document.outline import SURE, UNSURE

if TYPE_CHECKING:
    from docuextract_desktop.documents.models import Box

HEIGHT = 128
ROUND = 6
"""Radius of the corners, in logical pixels."""
LINE_HEIGHT = 30
"""Logical pixels that one printed line is given at most, with the lines around it visible."""
AROUND = 1.1
"""How much of the page is shown above and below the value, in its own height."""


def region(boxes: tuple[Box, ...], page_ratio: float, wide: float, high: float) -> tuple[float, float, float, float]:
    """What part of the page is shown in a space of `wide` × `high` pixels: x, y, width, height in fractions.

    Args:
        boxes: of the value, one per printed line.
        page_ratio: height of the page over its width.
        wide: of the space.
        high: of the space.
    """
    x0, x1 = min(b.x0 for b in boxes), max(b.x1 for b in boxes)
    y0, y1 = min(b.y0 for b in boxes), max(b.y1 for b in boxes)
    line = max(0.004, min(b.height for b in boxes))
    # Pixels per fraction of the page's width: no larger than a line may be, and small enough to hold the whole value.
    scale = LINE_HEIGHT / (line * page_ratio)
    scale = min(scale, wide / max(1e-6, (x1 - x0) * 1.12), high / max(1e-6, (y1 - y0 + AROUND * line) * page_ratio))
    width, height = min(1.0, wide / scale), min(1.0, high / (scale * page_ratio))
    x = min(max(0.0, (x0 + x1) / 2 - width / 2), 1.0 - width)
    y = min(max(0.0, (y0 + y1) / 2 - height / 2), 1.0 - height)
    return x, y, width, height


class CutOut(QFrame):
    """Shows a value's place on the page's picture, with a little around it."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("The value on the page, magnified")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self._picture: QImage | None = None
        self._boxes: tuple[Box, ...] = ()
        self._sure = True
        self._words = ""
        if (look := theme.current()) is not None:
            look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(320, HEIGHT)

    def show_place(self, picture: QImage | None, boxes: tuple[Box, ...], *, sure: bool) -> None:
        """Show that place; without a picture an empty sheet until one comes."""
        self._picture, self._boxes, self._sure, self._words = picture, boxes, sure, ""
        self.setAccessibleDescription("")
        self.update()

    def show_nothing(self, words: str) -> None:
        """Say why there is no place."""
        self._picture, self._boxes, self._words = None, (), words
        self.setAccessibleDescription(words)
        self.update()

    def has_picture(self) -> bool:
        """Whether a part of the page is shown."""
        return self._picture is not None and bool(self._boxes)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the place, or the words."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        c = theme.colours()
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QColor(c.border))
        painter.setBrush(QColor("#FFFFFF" if self._boxes else c.window))
        painter.drawRoundedRect(area, ROUND, ROUND)
        if self._words:
            painter.setPen(QColor(c.muted))
            flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(area.adjusted(16, 8, -16, -8).toRect(), flags, self._words)
        elif self._picture is not None and self._boxes:
            self._draw(painter, self._picture, area.adjusted(1, 1, -1, -1))

    def _draw(self, painter: QPainter, picture: QImage, area: QRectF) -> None:
        ratio = picture.height() / max(1, picture.width())
        x, y, width, height = region(self._boxes, ratio, area.width(), area.height())
        wide, high = picture.width(), picture.height()
        shown = QRectF(x * wide, y * high, width * wide, height * high)
        scale = min(area.width() / shown.width(), area.height() / shown.height())
        target = QRectF(0, 0, shown.width() * scale, shown.height() * scale)
        target.moveCenter(area.center())
        sheet = QPainterPath()
        sheet.addRoundedRect(area, ROUND - 1, ROUND - 1)
        painter.setClipPath(sheet)
        painter.drawImage(target, picture, shown)
        colour = QColor(SURE if self._sure else UNSURE)
        painter.setPen(QPen(colour, 1.5))
        colour.setAlpha(26)
        painter.setBrush(colour)
        for box in self._boxes:
            painter.drawRoundedRect(
                QRectF(
                    target.left() + (box.x0 * wide - shown.left()) * scale,
                    target.top() + (box.y0 * high - shown.top()) * scale,
                    box.width * wide * scale,
                    box.height * high * scale,
                ).adjusted(-3, -3, 3, 3),
                3,
                3,
            )
