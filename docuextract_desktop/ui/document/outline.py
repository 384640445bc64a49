"""The line around a value on the page."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

if TYPE_CHECKING:
    from docuextract_desktop.documents.models import Box

# On paper, whatever the theme: these are drawn over the document's own white.
SURE, UNSURE = QColor("#2F5BD8"), QColor("#C26A00")
AIR = 3.0
"""Scene units between the printed words and the line around them."""


def line_pen(painter: QPainter, colour: QColor, width: float) -> QPen:
    """A pen of that many logical pixels at every zoom: Qt counts those of the screen."""
    device = painter.device()
    pen = QPen(colour, width * (device.devicePixelRatioF() if device is not None else 1.0))
    pen.setCosmetic(True)
    return pen


@dataclass(frozen=True, slots=True)
class Outline:
    """What is to be outlined.

    Attributes:
        key: tells it apart; given back when it is clicked.
        boxes: fractions of the page; one per printed line.
        tip: shown while the pointer is on it.
        faint: drawn thinly, for cells of a table.
    """

    key: Hashable
    boxes: tuple[Box, ...]
    tone: Literal["sure", "unsure"] = "sure"
    tip: str = ""
    faint: bool = False


class OutlineItem(QGraphicsItem):
    """Draws an outline; strong while it is the current one."""

    def __init__(self, outline: Outline, page: QSizeF) -> None:
        super().__init__()
        self.outline = outline
        self._page = page
        self._current = False
        self._hovered = False

    def set_page(self, page: QSizeF) -> None:
        """The page has other proportions than was thought."""
        self.prepareGeometryChange()
        self._page = page

    def set_current(self, current: bool) -> None:
        """Make it strong, or not."""
        if current != self._current:
            self._current = current
            self.setZValue(2 if current else 1)
            self.update()

    def set_hovered(self, hovered: bool) -> None:
        """Show that a click would choose it."""
        self._hovered = hovered
        self.update()

    def covers(self, x: float, y: float) -> bool:
        """Whether the point of the page, in fractions, lies on it."""
        air_x, air_y = AIR / self._page.width(), AIR / self._page.height()
        return any(b.x0 - air_x <= x <= b.x1 + air_x and b.y0 - air_y <= y <= b.y1 + air_y for b in self.outline.boxes)

    def area(self) -> float:
        """Sum of its boxes, as a fraction of the page."""
        return sum(box.width * box.height for box in self.outline.boxes)

    def _rects(self) -> list[QRectF]:
        width, height = self._page.width(), self._page.height()
        return [
            QRectF(b.x0 * width, b.y0 * height, b.width * width, b.height * height).adjusted(-AIR, -AIR, AIR, AIR)
            for b in self.outline.boxes
        ]

    def boundingRect(self) -> QRectF:
        """All that is painted."""
        around = QRectF()
        for rect in self._rects():
            around = around.united(rect)
        return around.adjusted(-6, -6, 6, 6)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw each box, with a line of the same width at every zoom."""
        colour = QColor(SURE if self.outline.tone == "sure" else UNSURE)
        strong = self._current
        width = 3.0 if strong else 2.0 if self._hovered else 1.0 if self.outline.faint else 1.5
        pen = line_pen(painter, colour, width)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        fill = QColor(colour)
        fill.setAlpha(56 if strong else 40 if self._hovered else 10 if self.outline.faint else 22)
        painter.setPen(pen)
        painter.setBrush(fill)
        for rect in self._rects():
            painter.drawRoundedRect(rect, 2, 2)
