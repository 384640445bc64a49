"""How cells of tables are painted: states with a drawing, shares as a small bar, everything as plain text."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from docuextract_desktop.ui import icons, theme

Index = QModelIndex | QPersistentModelIndex
RAW = int(Qt.ItemDataRole.UserRole) + 1
"""Role of what a delegate paints: a state's word, or a share 0..1, or None."""
ROW_HEIGHT = 36


class RowDelegate(QStyledItemDelegate):
    """Text cells; a bar marks the current row while the table has the keyboard."""

    def __init__(self, elide: Qt.TextElideMode | None = None) -> None:
        super().__init__()
        self._elide = elide

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Chosen rows keep the colour of their text."""
        super().initStyleOption(option, index)
        brush = index.data(Qt.ItemDataRole.ForegroundRole)
        colour = brush if isinstance(brush, QColor) else QColor(theme.colours().text)
        option.palette.setColor(QPalette.ColorRole.HighlightedText, colour)
        if self._elide is not None:
            option.textElideMode = self._elide

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Every row is as high as the others."""
        return QSize(super().sizeHint(option, index).width(), ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Background, text, and at the row's beginning the bar that marks the current row."""
        option.state &= ~QStyle.StateFlag.State_HasFocus
        self.paint_content(painter, option, index)
        view = option.widget
        if (
            isinstance(view, QTableView)
            and view.currentIndex().row() == index.row()
            and view.hasFocus()
            and view.horizontalHeader().visualIndex(index.column()) == 0
        ):
            area = option.rect
            painter.fillRect(QRect(area.left(), area.top(), 4, area.height() - 1), QColor(theme.colours().accent_text))

    def paint_content(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """What the cell shows."""
        super().paint(painter, option, index)

    def background(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> QRect:
        """Paint the cell without its content; gives the area for that."""
        made = QStyleOptionViewItem(option)
        self.initStyleOption(made, index)
        made.text, made.icon = "", QIcon()
        style = made.widget.style() if made.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, made, painter, made.widget)
        return option.rect.adjusted(11, 0, -8, -1)


class StateDelegate(RowDelegate):
    """A state: its drawing and its word, in its colour."""

    def paint_content(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
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


class ShareDelegate(RowDelegate):
    """A share as a small bar with its percents; `tones` colours it by how sure a value is."""

    def __init__(self, *, tones: bool = False) -> None:
        super().__init__()
        self._tones = tones

    def paint_content(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
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


def share_colour(share: float, threshold: float = 0.85) -> str:
    """The colour of a confidence against the threshold below which it is flagged."""
    c = theme.colours()
    return c.completed if share >= threshold else c.needs_review if share >= threshold / 2 else c.failed
