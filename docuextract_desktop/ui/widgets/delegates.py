"""How cells of tables are painted: states with a drawing, shares as a small bar, everything as plain text."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from docuextract_desktop.ui import icons, theme

Index = QModelIndex | QPersistentModelIndex
RAW = int(Qt.ItemDataRole.UserRole) + 1
"""Role of what a delegate paints: a state's word, or a share 0..1, or None."""
ROW_HEIGHT = 36


class PlainDelegate(QStyledItemDelegate):
    """Cells of text that are too long end with an ellipsis there, not in the middle as names do."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Shorten at the end."""
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight


class PaintedDelegate(QStyledItemDelegate):
    """Base of those that paint their cell themselves. Cells of mere text are left to Qt, which is faster."""

    def background(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> QRect:
        """Paint the cell without its content; gives the area for that."""
        made = QStyleOptionViewItem(option)
        self.initStyleOption(made, index)
        made.text, made.icon = "", QIcon()
        style = made.widget.style() if made.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, made, painter, made.widget)
        return option.rect.adjusted(11, 0, -8, -1)


class StateDelegate(PaintedDelegate):
    """A state: its drawing and its word, in its colour."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw both."""
        area = self.background(painter, option, index)
        state = index.data(RAW)
        if not state:
            return
        colour = theme.state_colour(state)
        ratio = painter.device().devicePixelRatioF()
        name = "alert" if state == "partially_failed" else state
        painter.drawPixmap(area.left(), area.center().y() - 7, icons.pixmap(name, colour, 16, ratio))
        painter.setPen(QColor(colour))
        words = area.adjusted(24, 0, 0, 0)
        text = option.fontMetrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


class ShareDelegate(PaintedDelegate):
    """A share as a small bar with its percents; `tones` colours it by how sure a value is."""

    def __init__(self, *, tones: bool = False) -> None:
        super().__init__()
        self._tones = tones

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the bar and the words."""
        area = self.background(painter, option, index)
        share = index.data(RAW)
        if share is None:
            return
        c = theme.colours()
        metrics = option.fontMetrics
        text = str(index.data())
        figures = metrics.horizontalAdvance("100 %") + 8
        bar = QRectF(area.left(), area.center().y() - 2, max(0, min(64, area.width() - figures)), 5)
        if bar.width() >= 16:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.border))
            painter.drawRoundedRect(bar, 2.5, 2.5)
            filled = QRectF(bar)
            filled.setWidth(max(5.0 if share > 0 else 0.0, bar.width() * share))
            painter.setBrush(QColor(share_colour(share) if self._tones else c.accent))
            painter.drawRoundedRect(filled, 2.5, 2.5)
            painter.restore()
            area.setLeft(int(bar.right()) + 8)
        painter.setPen(QColor(c.text))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


class FirstColumnDelegate(QStyledItemDelegate):
    """The name that a row begins with; a bar beside it marks the current row while the table has the keyboard."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Text, and the bar."""
        super().paint(painter, option, index)
        view = option.widget
        if isinstance(view, QTableView) and view.currentIndex().row() == index.row() and view.hasFocus():
            area = option.rect
            painter.fillRect(QRect(area.left(), area.top(), 4, area.height() - 1), QColor(theme.colours().accent_text))


def share_colour(share: float, threshold: float = 0.85) -> str:
    """The colour of a confidence against the threshold below which it is flagged."""
    c = theme.colours()
    return c.completed if share >= threshold else c.needs_review if share >= threshold / 2 else c.failed
