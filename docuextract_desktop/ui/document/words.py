"""Pointing at printed words: those below the pointer are lit, a click or a drag chooses them; keys do, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from docuextract_desktop.ui.document.canvas import Area, PageCanvas
from docuextract_desktop.ui.document.outline import SURE, line_pen
from docuextract_desktop.ui.document.word_cursor import WordCursor

if TYPE_CHECKING:
    from docuextract_desktop.documents.models import FloatArray, Page

NEAR = 0.008
"""How far beside a word, as a fraction of the page, a click may land."""
SHARE = 0.3
"""Of a word, or of the area where that is smaller, that has to be covered each way."""

CURSOR, HALO = QColor("#1B2B66"), QColor(255, 255, 255, 130)


def word_at(boxes: FloatArray, x: float, y: float) -> int | None:
    """The word at a point or very near to it; the smallest of several."""
    if not len(boxes):
        return None
    away_x = np.maximum(np.maximum(boxes[:, 0] - x, x - boxes[:, 2]), 0)
    away_y = np.maximum(np.maximum(boxes[:, 1] - y, y - boxes[:, 3]), 0)
    away = np.hypot(away_x, away_y)
    nearest = float(away.min())
    if nearest > NEAR:
        return None
    hits = np.flatnonzero(away <= nearest)
    sizes = (boxes[hits, 2] - boxes[hits, 0]) * (boxes[hits, 3] - boxes[hits, 1])
    return int(hits[int(sizes.argmin())])


def words_in(boxes: FloatArray, area: Area) -> tuple[int, ...]:
    """The words that an area covers, or strikes through."""
    if not len(boxes):
        return ()
    across = np.minimum(boxes[:, 2], area.x1) - np.maximum(boxes[:, 0], area.x0)
    down = np.minimum(boxes[:, 3], area.y1) - np.maximum(boxes[:, 1], area.y0)
    least_across = SHARE * np.minimum(boxes[:, 2] - boxes[:, 0], max(area.x1 - area.x0, 1e-6))
    least_down = SHARE * np.minimum(boxes[:, 3] - boxes[:, 1], max(area.y1 - area.y0, 1e-6))
    return tuple(int(i) for i in np.flatnonzero((across >= least_across) & (down >= least_down)))


class WordLayer(QGraphicsItem):
    """Lights words: strongly those that are chosen, lightly the one below the pointer, framed that of the keyboard."""

    def __init__(self, canvas: PageCanvas) -> None:
        super().__init__()
        self._canvas = canvas
        self._chosen: list[QRectF] = []
        self._pointed: list[QRectF] = []
        self._cursor: list[QRectF] = []
        self.setZValue(0.5)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def light(self, chosen: list[QRectF], pointed: list[QRectF], cursor: list[QRectF]) -> None:
        """Light these, in units of the scene."""
        if (chosen, pointed, cursor) != (self._chosen, self._pointed, self._cursor):
            self.prepareGeometryChange()
            self._chosen, self._pointed, self._cursor = chosen, pointed, cursor
            self.update()

    def boundingRect(self) -> QRectF:
        """All that is painted."""
        around = QRectF()
        for rect in (*self._chosen, *self._pointed, *self._cursor):
            around = around.united(rect)
        return around.adjusted(-8, -8, 8, 8)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw them."""
        fill = QColor(SURE)
        pen = line_pen(painter, fill, 1.5)
        for rects, alpha, edge in ((self._pointed, 40, False), (self._chosen, 70, True)):
            fill.setAlpha(alpha)
            painter.setBrush(fill)
            painter.setPen(pen if edge else Qt.PenStyle.NoPen)
            for rect in rects:
                painter.drawRoundedRect(rect.adjusted(-2, -2, 2, 2), 2, 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((HALO, 4.0), (CURSOR, 2.0)):  # on dark print, too
            painter.setPen(line_pen(painter, colour, width))
            for rect in self._cursor:
                painter.drawRoundedRect(rect.adjusted(-2, -2, 2, 2), 2, 2)


class WordPicker(QObject):
    """Makes a canvas choose words.

    Attributes:
        cursor: chooses them by keyboard.

    Signals:
        picked: (indices of the words, the keys that were held); Ctrl added them to those chosen before.
    """

    picked = Signal(tuple, object)

    def __init__(self, canvas: PageCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._page: Page | None = None
        self._chosen: tuple[int, ...] = ()
        self._dragged: tuple[int, ...] = ()
        self._pointed: int | None = None
        self._layer = WordLayer(canvas)
        self.cursor = WordCursor(canvas)
        self.cursor.moved.connect(self._light)
        self.cursor.taken.connect(self._pick)
        canvas.add_layer(self._layer)
        canvas.set_picking(True)
        canvas.point_picked.connect(self._click)
        canvas.area_picked.connect(self._drag_ended)
        canvas.area_dragged.connect(self._drag)
        canvas.pointed.connect(self._point)

    def show_page(self, page: Page | None) -> None:
        """Choose among the words of that page; nothing is chosen yet."""
        self._page = page
        self._pointed = None
        self.choose(())
        self.cursor.show_page(page)

    def choose(self, words: Sequence[int]) -> None:
        """Light these words as chosen, without the signal."""
        self._chosen, self._dragged = tuple(words), ()
        self._light()

    def chosen(self) -> tuple[int, ...]:
        """The words that are chosen."""
        return self._chosen

    def _light(self) -> None:
        cursor = self.cursor
        shown = self._dragged or (cursor.words if cursor.extended else self._chosen)
        pointed = () if self._pointed is None else (self._pointed,)
        at = () if cursor.word is None else (cursor.word,)
        self._layer.light(self._rects(shown), self._rects(pointed), self._rects(at))

    def _rects(self, words: Sequence[int]) -> list[QRectF]:
        if self._page is None:
            return []
        size = self._canvas.page_size()
        wide, high = size.width(), size.height()
        found = []
        for word in words:
            x0, y0, x1, y1 = (float(v) for v in self._page.boxes[word])
            found.append(QRectF(x0 * wide, y0 * high, (x1 - x0) * wide, (y1 - y0) * high))
        return found

    def _point(self, x: float, y: float) -> None:
        pointed = word_at(self._page.boxes, x, y) if self._page is not None else None
        if pointed != self._pointed:
            self._pointed = pointed
            self._light()

    def _drag(self, area: Area | None) -> None:
        self._dragged = words_in(self._page.boxes, area) if self._page is not None and area is not None else ()
        self._light()

    def _drag_ended(self, area: Area) -> None:
        if self._page is not None:
            self._pick(words_in(self._page.boxes, area), self._canvas.picked_with())

    def _click(self, x: float, y: float) -> None:
        word = word_at(self._page.boxes, x, y) if self._page is not None else None
        if word is not None:
            self._pick((word,), self._canvas.picked_with())

    def _pick(self, words: tuple[int, ...], keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        if not words:
            return
        self.cursor.set_word(words[-1])
        if keys & Qt.KeyboardModifier.ControlModifier:
            had = set(self._chosen)
            # A second click on a single word takes it out again.
            words = tuple(sorted(had - set(words) if set(words) <= had else had | set(words)))
        self.choose(words)
        if words:
            self.picked.emit(words, keys)
