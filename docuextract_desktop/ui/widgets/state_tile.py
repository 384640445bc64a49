"""A tile with the number of documents in one state, which filters the table below it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from docuextract_desktop.jobs.models import ItemState
from docuextract_desktop.ui import icons, theme
from docuextract_desktop.ui.titles import ITEM_TITLES
from docuextract_desktop.ui.wording import count


class StateTile(QAbstractButton):
    """A checkable tile: the figure large, the state's word and drawing below it."""

    def __init__(self, state: ItemState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self._count = -1
        self._compact = False
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(f"Show only documents that are: {ITEM_TITLES[state].lower()}")
        self.set_count(0)

    def set_count(self, number: int) -> None:
        """Show `number`."""
        if number != self._count:
            self._count = number
            self.setText(f"{number:,}")
            self.setAccessibleName(f"{ITEM_TITLES[self.state]}: {count(number, 'document')}")
            self.update()

    def value(self) -> int:
        """The number shown."""
        return self._count

    def set_compact(self, compact: bool) -> None:
        """Figure and word on one line, where the window is low."""
        if compact != self._compact:
            self._compact = compact
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Room for the figure and the word."""
        if self._compact:
            strong, small = QFontMetrics(theme.font("strong")), QFontMetrics(theme.font("caption"))
            width = strong.horizontalAdvance("0000") + small.horizontalAdvance(ITEM_TITLES[self.state]) + 24
            return QSize(width, strong.height() + 16)
        figure, word = QFontMetrics(theme.font("figure")), QFontMetrics(theme.font("caption"))
        width = max(word.horizontalAdvance(ITEM_TITLES[self.state]) + 20 + 32, 104)
        return QSize(width, figure.height() + word.height() + 28)

    def minimumSizeHint(self) -> QSize:
        """Narrower than liked, with the drawing left out."""
        word = QFontMetrics(theme.font("caption"))
        return QSize(word.horizontalAdvance(ITEM_TITLES[self.state]) + 24, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the tile."""
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on, hot, focus = self.isChecked(), self.underMouse(), self.hasFocus()
        colour = QColor(theme.state_colour(self.state)) if self._count or on else QColor(c.muted)
        width = 2.0 if on or focus else 1.0
        painter.setPen(QPen(QColor(c.accent_text if on or focus else c.border), width))
        painter.setBrush(QColor(c.accent_soft if on else c.hover if hot else c.surface))
        edge = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), 8, 8)

        if self._compact:
            self._paint_compact(painter, colour)
            return
        figure, word = theme.font("figure"), theme.font("caption")
        inner = self.rect().adjusted(12, 10, -12, -10)
        painter.setFont(figure)
        painter.setPen(QColor(c.text if self._count else c.muted))
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self.text())
        painter.setFont(word)
        painter.setPen(colour)
        metrics = QFontMetrics(word)
        foot = inner.adjusted(0, inner.height() - metrics.height(), 0, 0)
        room = foot.width() - metrics.horizontalAdvance(ITEM_TITLES[self.state])
        if room >= 20:
            side = 16
            painter.drawPixmap(
                foot.left(),
                foot.center().y() - side // 2 + 1,
                icons.pixmap(str(self.state), colour.name(), side, self.devicePixelRatioF()),
            )
            foot.setLeft(foot.left() + side + 4)
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, ITEM_TITLES[self.state])

    def _paint_compact(self, painter: QPainter, colour: QColor) -> None:
        inner = self.rect().adjusted(10, 0, -6, 0)
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font("strong"))
        painter.setPen(QColor(theme.colours().text if self._count else theme.colours().muted))
        painter.drawText(inner, middle, self.text())
        inner.setLeft(inner.left() + QFontMetrics(theme.font("strong")).horizontalAdvance(self.text()) + 6)
        painter.setFont(theme.font("caption"))
        painter.setPen(colour)
        painter.drawText(inner, middle, ITEM_TITLES[self.state])
