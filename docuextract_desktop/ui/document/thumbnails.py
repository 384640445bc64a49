"""Small pictures of a document's pages, to choose one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPixmap
from PySide6.QtWidgets import QFrame, QListView

from docuextract_desktop.ui import theme
from docuextract_desktop.ui.document.pictures import THUMBNAIL_SIDE, PageKey, Pictures

Index = QModelIndex | QPersistentModelIndex
SIZE = QSize(104, 136)


class ThumbnailModel(QAbstractListModel):
    """A small picture per page, asked for when the list first paints it."""

    def __init__(self, pictures: Pictures, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._pages: list[PageKey] = []
        self._drawn: dict[int, QPixmap] = {}
        self._blank = QPixmap()
        pictures.ready.connect(self._got)

    def show(self, pages: list[PageKey]) -> None:
        """Show these pages."""
        self.beginResetModel()
        self._pages, self._drawn = pages, {}
        self._blank = QPixmap(SIZE)
        self._blank.fill(QColor(theme.colours().surface))
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        """Pages."""
        return 0 if parent.isValid() else len(self._pages)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Picture and page number."""
        place = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return str(place + 1)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"Page {place + 1}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignCenter)
        if role == Qt.ItemDataRole.DecorationRole:
            if place not in self._drawn:
                image = self._pictures.want(self._pages[place], THUMBNAIL_SIDE, channel=f"thumbnail {place}")
                self._drawn[place] = self._blank if image is None else _small(image)
            return self._drawn[place]
        return None

    def _got(self, key: PageKey, image: QImage) -> None:
        if 0 <= key.page_index < len(self._pages) and self._pages[key.page_index] == key:
            place = key.page_index
            if place in self._drawn and self._drawn[place] is self._blank:
                self._drawn[place] = _small(image)
                self.dataChanged.emit(self.index(place), self.index(place))


def _small(image: QImage) -> QPixmap:
    """At twice the size shown, so that it is sharp on fine screens."""
    mode = Qt.TransformationMode.SmoothTransformation
    made = QPixmap.fromImage(image.scaled(SIZE * 2, Qt.AspectRatioMode.KeepAspectRatio, mode))
    made.setDevicePixelRatio(2.0)
    return made


class Thumbnails(QListView):
    """The list of small pictures.

    Signals:
        page_chosen: page index, by click or key.
    """

    page_chosen = Signal(int)

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self.setAccessibleName("Pages")
        self.setProperty("plain", True)
        self.pages = ThumbnailModel(pictures, self)
        self.setModel(self.pages)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.TopToBottom)
        self.setWrapping(False)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setIconSize(SIZE)
        self.setGridSize(SIZE + QSize(24, 36))
        self.setAcceptDrops(False)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(SIZE.width() + 40)
        self.selectionModel().currentChanged.connect(
            lambda now, _: self.page_chosen.emit(now.row()) if now.isValid() else None
        )

    def show_page(self, page_index: int) -> None:
        """Mark a page, without the signal."""
        self.selectionModel().blockSignals(True)
        self.setCurrentIndex(self.pages.index(page_index))
        self.selectionModel().blockSignals(False)
        self.viewport().update()
