"""The page: its picture, outlines over it, zoom, pan and turn. It knows nothing of fields.

Everything outside speaks in fractions of the page's width and height as shown upright, origin top left; the scene
inside is `SCENE_WIDTH` wide. `set_picking(True)` makes a click or a drag with the left button choose a point or an
area of the page (for pointing at words) instead of moving the page.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsItem,
    QGraphicsPixmapItem,
    QGraphicsRectItem,
    QGraphicsScene,
    QGraphicsView,
    QRubberBand,
)

from docuextract_desktop.documents.models import Box
from docuextract_desktop.ui import theme
from docuextract_desktop.ui.document.outline import Outline, OutlineItem
from docuextract_desktop.ui.widgets.spinner import Spinner
from docuextract_desktop.ui.widgets.text import label

SCENE_WIDTH = 1000.0
MARGIN = 16
MOST_ZOOM, LEAST_ZOOM = 8.0, 0.05
STEP = 1.25
SETTLE_MS = 150
CLICK_DISTANCE = 4

Fit = Literal["width", "page", "free"]


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the page in fractions."""

    x0: float
    y0: float
    x1: float
    y1: float


class PageCanvas(QGraphicsView):
    """Shows one page.

    Signals:
        outline_clicked: key of the outline that was clicked.
        point_picked: (x, y) of a click while picking.
        area_picked: the `Area` of a drag while picking.
        area_dragged: the `Area` so far, while the drag goes on; None when it ended.
        pointed: (x, y) below the pointer while picking and no button is down; (-1, -1) when it left the page.
        zoom_changed: the new zoom; 1.0 is the page's width on `SCENE_WIDTH` logical pixels.
        picture_wanted: longest side in real pixels that the page has on the screen now, whenever that settled.
        page_turned: +1 or -1, Page Down or Page Up.
    """

    outline_clicked = Signal(object)
    point_picked = Signal(float, float)
    area_picked = Signal(object)
    area_dragged = Signal(object)
    pointed = Signal(float, float)
    zoom_changed = Signal(float)
    picture_wanted = Signal(int)
    page_turned = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Page")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setMouseTracking(True)
        self._scene = QGraphicsScene(self)
        self.setScene(self._scene)
        self._sheet = QGraphicsRectItem()
        self._picture = QGraphicsPixmapItem()
        self._picture.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        self._scene.addItem(self._sheet)
        self._scene.addItem(self._picture)
        self._outlines: dict[Hashable, OutlineItem] = {}
        self._current: Hashable | None = None
        self._page = QRectF(0, 0, SCENE_WIDTH, SCENE_WIDTH * 1.414)
        self._fit: Fit = "page"
        self._zoom = 1.0
        self._turn = 0
        self._picking = False
        self._with = Qt.KeyboardModifier.NoModifier
        self._pressed: QPointF | None = None
        self._panning = False
        self._hovered: OutlineItem | None = None
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, self.viewport())
        self._spinner = Spinner(32, self.viewport())
        self._spinner.hide()
        self._words = label("", tone="muted", wrap=True)
        self._words.setParent(self.viewport())
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.hide()
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLE_MS)
        self._settled.timeout.connect(lambda: self.picture_wanted.emit(self.wanted_side()))
        if (look := theme.current()) is not None:
            look.changed.connect(self._colour)
        self._colour()

    # --- what is shown --------------------------------------------------------------------------------------------

    def set_page(self, width: float, height: float) -> None:
        """Show an empty page of these proportions; outlines and picture are gone."""
        self.set_outlines([])
        self._picture.setPixmap(QPixmap())
        self._words.hide()
        self._page = QRectF(0, 0, SCENE_WIDTH, SCENE_WIDTH * min(20.0, max(0.05, height / max(width, 1e-6))))
        self._sheet.setRect(self._page)
        self._sheet.show()
        self._apply()
        self._settled.start()

    def set_waiting(self, waiting: bool) -> None:
        """Show or hide the turning arc over the page."""
        self._spinner.setVisible(waiting and self._picture.pixmap().isNull())
        self._place_overlays()

    def set_picture(self, picture: QImage) -> None:
        """Show the page's picture, at whatever size it comes."""
        pixmap = QPixmap.fromImage(picture)
        self._spinner.hide()
        self._words.hide()
        self._sheet.show()
        self._picture.setPixmap(pixmap)
        if not pixmap.isNull():
            side = pixmap.width() / pixmap.devicePixelRatio()
            ratio = pixmap.height() / max(1, pixmap.width())
            if abs(ratio - self._page.height() / self._page.width()) > 0.02:  # the size was not known before
                self._page = QRectF(0, 0, SCENE_WIDTH, SCENE_WIDTH * ratio)
                self._sheet.setRect(self._page)
                for item in self._outlines.values():
                    item.set_page(self._page.size())
                self._apply()
            self._picture.setScale(SCENE_WIDTH / side)

    def set_problem(self, words: str) -> None:
        """Say on the page why it cannot be shown."""
        self._spinner.hide()
        self._sheet.hide()
        self._words.setText(words)
        self._words.show()
        self._place_overlays()

    def has_picture(self) -> bool:
        """Whether a picture is shown."""
        return not self._picture.pixmap().isNull()

    def set_outlines(self, outlines: Sequence[Outline]) -> None:
        """Show these outlines and no others."""
        self._hovered = None
        for item in self._outlines.values():
            self._scene.removeItem(item)
        self._outlines = {}
        for outline in outlines:
            item = OutlineItem(outline, self._page.size())
            self._scene.addItem(item)
            self._outlines[outline.key] = item
        self._mark_current()

    def outline_keys(self) -> list[Hashable]:
        """Keys of the outlines shown."""
        return list(self._outlines)

    def set_current(self, key: Hashable | None, *, show: bool = True) -> None:
        """Make one outline the strong one, and bring it into view."""
        self._current = key
        self._mark_current()
        item = self._outlines.get(key)
        if item is not None and show:
            self.ensureVisible(item.sceneBoundingRect(), 48, 48)

    def current(self) -> Hashable | None:
        """Key of the strong one."""
        return self._current

    def current_box(self) -> Box | None:
        """Around the strong one, in fractions of the page; None where it does not stand on this page."""
        item = self._outlines.get(self._current)
        return Box.around(item.outline.boxes) if item is not None else None

    def _mark_current(self) -> None:
        for key, item in self._outlines.items():
            item.set_current(key == self._current)

    def _colour(self) -> None:
        c = theme.colours()
        self.setBackgroundBrush(QColor(c.backdrop))
        self._sheet.setBrush(QColor("#FFFFFF"))
        self._sheet.setPen(QColor(c.border))
        for item in self._outlines.values():
            item.update()

    # --- zoom and turn --------------------------------------------------------------------------------------------

    def zoom(self) -> float:
        """Logical pixels per scene unit."""
        return self._zoom

    def fit(self) -> Fit:
        """How the page is fitted."""
        return self._fit

    def set_fit(self, fit: Fit) -> None:
        """Fit the page's width or the whole page, now and when the window changes."""
        self._fit = fit
        self._apply()

    def set_zoom(self, zoom: float) -> None:
        """Zoom freely."""
        self._fit = "free"
        self._zoom = min(MOST_ZOOM, max(LEAST_ZOOM, zoom))
        self._apply()

    def zoom_by(self, factor: float) -> None:
        """Zoom in or out around the middle."""
        anchor = self.transformationAnchor()
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.set_zoom(self._zoom * factor)
        self.setTransformationAnchor(anchor)

    def turn(self, degrees: int = 90) -> None:
        """Turn the page clockwise, for looking only."""
        self._turn = (self._turn + degrees) % 360
        self._apply()

    def turned(self) -> int:
        """Degrees clockwise."""
        return self._turn

    def reset_turn(self) -> None:
        """Upright again."""
        if self._turn:
            self._turn = 0
            self._apply()

    def wanted_side(self) -> int:
        """Real pixels of the page's longer side on the screen, in steps, so that small changes ask for nothing new."""
        side = max(self._page.width(), self._page.height()) * self._zoom * self.devicePixelRatioF()
        return next((step for step in (800, 1200, 1800, 2600, 3600) if side <= step), 4800)

    def _apply(self) -> None:
        page = self._page.size() if self._turn % 180 == 0 else self._page.size().transposed()
        room = QSizeF(self.maximumViewportSize()) - QSizeF(2 * MARGIN, 2 * MARGIN)
        if self._fit != "free" and room.width() > 0 and room.height() > 0:
            across, down = room.width() / page.width(), room.height() / page.height()
            if self._fit == "width":
                bar = self.verticalScrollBar().sizeHint().width()
                zoom = across if across <= down else (room.width() - bar) / page.width()
            else:
                zoom = min(across, down)
            self._zoom = min(MOST_ZOOM, max(LEAST_ZOOM, zoom))
        margin = MARGIN / self._zoom
        self.setSceneRect(self._page.adjusted(-margin, -margin, margin, margin))
        self.resetTransform()
        self.rotate(self._turn)
        self.scale(self._zoom, self._zoom)
        self._place_overlays()
        self._settled.start()
        self.zoom_changed.emit(self._zoom)

    def _place_overlays(self) -> None:
        middle = self.viewport().rect().center()
        self._spinner.move(middle.x() - self._spinner.width() // 2, middle.y() - self._spinner.height() // 2)
        width = min(420, self.viewport().width() - 32)
        height = self._words.heightForWidth(width)
        self._words.setGeometry(QRect(middle.x() - width // 2, middle.y() - height // 2, width, height))

    # --- mouse and keys -------------------------------------------------------------------------------------------

    def set_picking(self, picking: bool) -> None:
        """Let the left button choose points and areas of the page."""
        self._picking = picking
        self.viewport().setCursor(Qt.CursorShape.CrossCursor if picking else Qt.CursorShape.ArrowCursor)

    def picked_with(self) -> Qt.KeyboardModifier:
        """The keys that were held at the last pick."""
        return self._with

    def add_layer(self, item: QGraphicsItem) -> None:
        """Draw something of the owner's over the page, below the outlines."""
        self._scene.addItem(item)

    def page_size(self) -> QSizeF:
        """The page in the units of the scene."""
        return self._page.size()

    def fraction_at(self, position: QPointF) -> tuple[float, float]:
        """The point of the page below a point of the widget."""
        point = self.mapToScene(position.toPoint())
        return point.x() / self._page.width(), point.y() / self._page.height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        self._apply()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel zoom around the pointer."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_zoom(self._zoom * 1.0015 ** event.angleDelta().y())
            event.accept()
        else:
            super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a drag over words, or a move of the page."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = event.position()
            self._panning = False
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the page, or draw the area; else show what a click would choose."""
        if self._pressed is None:
            self._hover(event.position())
            return
        moved = event.position() - self._pressed
        if not self._panning and moved.manhattanLength() < CLICK_DISTANCE:
            return
        self._panning = True
        if self._picking and event.buttons() & Qt.MouseButton.LeftButton:
            self._band.setGeometry(QRect(self._pressed.toPoint(), event.position().toPoint()).normalized())
            self._band.show()
            self.area_dragged.emit(self._area(self._pressed, event.position()))
            return
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - int(moved.x()))
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() - int(moved.y()))
        self._pressed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End of a click or a drag."""
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            super().mouseReleaseEvent(event)
            return
        self._band.hide()
        self.set_picking(self._picking)
        if self._picking and event.button() == Qt.MouseButton.LeftButton:
            self._with = event.modifiers()
            if self._panning:
                self.area_dragged.emit(None)
                self.area_picked.emit(self._area(pressed, event.position()))
            else:
                self.point_picked.emit(*self.fraction_at(event.position()))
        elif not self._panning and (item := self._outline_at(event.position())) is not None:
            self.outline_clicked.emit(item.outline.key)
        self._panning = False

    def _area(self, first: QPointF, last: QPointF) -> Area:
        x0, y0 = self.fraction_at(first)
        x1, y1 = self.fraction_at(last)
        return Area(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer went elsewhere."""
        super().leaveEvent(event)
        self.pointed.emit(-1.0, -1.0)

    def _outline_at(self, position: QPointF) -> OutlineItem | None:
        """The smallest outline below the pointer, since a small one may lie inside a large one."""
        x, y = self.fraction_at(position)
        hits = [item for item in self._outlines.values() if item.covers(x, y)]
        return min(hits, key=lambda item: item.area(), default=None)

    def _hover(self, position: QPointF) -> None:
        item = self._outline_at(position)
        if self._picking:  # a click would choose words, so it is these that show it
            self.pointed.emit(*self.fraction_at(position))
            self.viewport().setToolTip("" if item is None else item.outline.tip)
            return
        if item is not self._hovered:
            for changed, on in ((self._hovered, False), (item, True)):
                if changed is not None:
                    changed.set_hovered(on)
            self._hovered = item
            shape = Qt.CursorShape.ArrowCursor if item is None else Qt.CursorShape.PointingHandCursor
            self.viewport().setCursor(shape)
            self.viewport().setToolTip("" if item is None else item.outline.tip)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus and minus zoom; Page Up and Page Down turn pages."""
        acts: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Plus: lambda: self.zoom_by(STEP),
            Qt.Key.Key_Equal: lambda: self.zoom_by(STEP),
            Qt.Key.Key_Minus: lambda: self.zoom_by(1 / STEP),
            Qt.Key.Key_PageDown: lambda: self.page_turned.emit(1),
            Qt.Key.Key_PageUp: lambda: self.page_turned.emit(-1),
        }
        act = acts.get(event.key())
        if act is None:
            super().keyPressEvent(event)
        else:
            act()
