"""The list of values beside the page: title, value, how sure, why it wants a look, where it stands."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from docuextract_desktop.ui import icons, theme
from docuextract_desktop.ui.document.model import ENTRY, Entry, ValueList
from docuextract_desktop.ui.widgets.delegates import share_colour
from docuextract_desktop.ui.wording import one_line, percent

Index = QModelIndex | QPersistentModelIndex
PAD = 12
GAP = 4
VALUE_LINES = 3
ROOM_FOR_BAR = 260
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


class _Layout:
    """Where the parts of an entry stand in a given width."""

    def __init__(self, entry: Entry, width: int) -> None:
        self.caption, self.strong = theme.font("caption"), theme.font("strong")
        if not entry.found:
            self.strong = theme.font("body")
            self.strong.setItalic(True)
        inner = max(80, width - 2 * PAD - 4)
        small, large = QFontMetrics(self.caption), QFontMetrics(self.strong)
        y = PAD
        self.title = QRect(PAD + 4, y, inner, small.height())
        y += small.height() + GAP
        needed = large.boundingRect(QRect(0, 0, inner, 10_000), _WRAP, entry.words).height()
        self.value = QRect(PAD + 4, y, inner, min(needed, large.lineSpacing() * VALUE_LINES + 3))
        y += self.value.height()
        self.printed = QRect()
        if entry.printed:
            y += 2
            self.printed = QRect(PAD + 4, y, inner, small.height())
            y += small.height()
        self.reason = QRect()
        self.reason_text = "\n".join(one_line(reason, 300) for reason in entry.value.reasons)
        if self.reason_text:
            y += GAP
            indent = 20
            room = QRect(0, 0, inner - indent, 10_000)
            height = small.boundingRect(room, _WRAP, self.reason_text).height()
            self.reason = QRect(PAD + 4 + indent, y, inner - indent, max(height, 16))
            y += self.reason.height()
        self.height = y + PAD


class ValueDelegate(QStyledItemDelegate):
    """Paints one entry."""

    def __init__(self, threshold: float = 0.85) -> None:
        super().__init__()
        self.threshold = threshold

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As high as the words need in the list's width."""
        view = option.widget
        width = view.viewport().width() if isinstance(view, QListView) else option.rect.width()
        return QSize(width, _Layout(index.data(ENTRY), width).height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw it."""
        entry: Entry = index.data(ENTRY)
        c = theme.colours()
        area = option.rect
        places = _Layout(entry, area.width())
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.fillRect(area, QColor(c.accent_soft))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, QColor(c.hover))
        if entry.value.needs_review or chosen:
            edge = c.needs_review if entry.value.needs_review else c.accent_text
            painter.fillRect(QRect(area.left(), area.top(), 4 if chosen else 3, area.height()), QColor(edge))
        painter.setPen(QColor(c.border))
        painter.drawLine(area.left(), area.bottom(), area.right(), area.bottom())
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(c.accent_text), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(area).adjusted(0.5, 0.5, -1.5, -1.5))
        painter.translate(area.topLeft())
        self._draw_head(painter, places, entry)
        self._text(painter, places.value, places.strong, c.text if entry.found else c.muted, entry.words, wrap=True)
        if entry.printed:
            self._text(painter, places.printed, places.caption, c.muted, f"printed: {entry.printed}")
        if places.reason_text:
            colour = c.needs_review if entry.value.needs_review else c.muted
            sign = icons.pixmap("needs_review" if entry.value.needs_review else "info", colour, 14)
            painter.drawPixmap(places.reason.left() - 20, places.reason.top() + 1, sign)
            self._text(painter, places.reason, places.caption, colour, places.reason_text, wrap=True)
        painter.restore()

    def _draw_head(self, painter: QPainter, places: _Layout, entry: Entry) -> None:
        c = theme.colours()
        right = entry.where
        metrics = QFontMetrics(places.caption)
        room = places.title
        if entry.found:
            taken = 0
            if not entry.blind:
                width = metrics.horizontalAdvance("100 %") + 2
                sure = percent(entry.value.confidence)
                self._text(painter, _end(room, 0, width), places.caption, c.muted, sure, right=True)
                taken = width + 12
            if room.width() >= ROOM_FOR_BAR and not entry.blind:
                self._draw_bar(painter, entry, room, width)
                taken += 8 + 40
            place = metrics.horizontalAdvance(right) + 4
            self._text(painter, _end(room, taken, place), places.caption, c.muted, right, right=True)
            room = QRect(room.left(), room.top(), room.width() - taken - place - 8, room.height())
        self._text(painter, room, places.caption, c.muted, entry.title)

    def _draw_bar(self, painter: QPainter, entry: Entry, room: QRect, figures: int) -> None:
        bar = QRectF(room.right() - figures - 8 - 40, room.center().y() - 1.5, 40, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.colours().border))
        painter.drawRoundedRect(bar, 2, 2)
        bar.setWidth(max(4.0, 40 * entry.value.confidence))
        painter.setBrush(QColor(share_colour(entry.value.confidence, self.threshold)))
        painter.drawRoundedRect(bar, 2, 2)

    @staticmethod
    def _text(
        painter: QPainter, area: QRect, font: QFont, colour: str, text: str, *, wrap: bool = False, right: bool = False
    ) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        if wrap:
            painter.save()
            painter.setClipRect(area)
            painter.drawText(area, _WRAP, text)
            painter.restore()
            return
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(area, int(side | Qt.AlignmentFlag.AlignVCenter), shown)


def _end(area: QRect, from_right: int, width: int) -> QRect:
    return QRect(area.right() - from_right - width + 1, area.top(), width, area.height())


class ValueListView(QListView):
    """The list; up and down choose."""

    def __init__(self, model: ValueList) -> None:
        super().__init__()
        self.setAccessibleName("Values of the document")
        self.setProperty("plain", True)
        self.setModel(model)
        self.delegate = ValueDelegate()
        self.setItemDelegate(self.delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words wrap anew."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()
