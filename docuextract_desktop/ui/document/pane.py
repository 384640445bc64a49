"""The pages of a document with their bar and small pictures; what is outlined on them is the owner's affair."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.document.canvas import PageCanvas
from docuextract_desktop.ui.document.model import PageSize
from docuextract_desktop.ui.document.pictures import PageKey, Pictures
from docuextract_desktop.ui.document.thumbnails import Thumbnails
from docuextract_desktop.ui.document.toolbar import PageBar
from docuextract_desktop.ui.widgets.layouts import column, row

A4 = PageSize(210, 297)
SHARP_SIDE = 2600
"""Longer side, in pixels, of the picture that magnified cut-outs are taken from: some 220 dots per inch of A4."""


class PagePane(QWidget):
    """Shows one page of a document at a time; pictures come when they are drawn, nothing waits for them.

    Signals:
        page_shown: index of the page that is shown now, empty of outlines.
        sharp_ready: (PageKey, QImage): a picture that is fit for being magnified.
    """

    page_shown = Signal(int)
    sharp_ready = Signal(object, QImage)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.pictures = Pictures(context.runner, self)
        self.pictures.ready.connect(self._picture_came)
        self.pictures.failed.connect(self._picture_failed)
        self.canvas = PageCanvas()
        self.canvas.picture_wanted.connect(self._want_picture)
        self.canvas.page_turned.connect(self.turn_page)
        self.bar = PageBar(self.canvas)
        self.bar.page_wanted.connect(self.turn_page)
        self.thumbnails = Thumbnails(self.pictures)
        self.thumbnails.page_chosen.connect(self.show_page)
        self.thumbnails.hide()
        self.bar.thumbnails_toggled.connect(self.thumbnails.setVisible)
        pages = row(self.thumbnails, self.canvas, spacing=0)
        pages.setStretch(1, 1)
        self.setLayout(column(self.bar, pages, spacing=0))
        self._item_id: str | Path = ""
        self._sizes: Mapping[int, PageSize] = {}
        self._page_count = 1
        self._page = -1

    def show_document(self, item_id: str | Path, sizes: Mapping[int, PageSize], page_count: int) -> None:
        """Show another document, none of its pages yet."""
        self._item_id, self._sizes, self._page_count = item_id, sizes, page_count
        self._page = -1
        self.canvas.reset_turn()
        self.bar.thumbnails_button.setEnabled(page_count > 1)
        self.thumbnails.setVisible(page_count > 1 and self.bar.thumbnails_button.isChecked())
        self.thumbnails.pages.show([self.key(page) for page in range(page_count)])

    def page(self) -> int:
        """Index of the page that is shown; -1 before there is one."""
        return self._page

    def turn_page(self, by: int) -> None:
        """To the next or previous page."""
        if 0 <= self._page + by < self._page_count:
            self.show_page(self._page + by)

    def show_page(self, page_index: int) -> None:
        """Show a page of the document."""
        if page_index == self._page or not 0 <= page_index < self._page_count:
            return
        self._page = page_index
        size = self._sizes.get(page_index, A4)
        self.canvas.set_page(size.width, size.height)
        self._want_picture(self.canvas.wanted_side())
        self.bar.show_page(page_index, self._page_count)
        self.thumbnails.show_page(page_index)
        self.page_shown.emit(page_index)

    def key(self, page_index: int) -> PageKey:
        """What pictures of that page are asked for by."""
        return page_key(self._item_id, self._sizes, page_index)

    def sharp(self, page_index: int) -> QImage | None:
        """The best picture of a page of this document that is at hand, a sharp one following by `sharp_ready`."""
        return self.pictures.want(self.key(page_index), SHARP_SIDE, channel="sharp")

    def fetch_ahead(self, key: PageKey, channel: str, *, sharp: bool = False) -> None:
        """Have a page of another document drawn before it is wanted."""
        side = max(self.canvas.wanted_side(), SHARP_SIDE if sharp else 0)
        self.pictures.want(key, side, channel=channel)

    def _want_picture(self, side: int) -> None:
        if self._page < 0:
            return
        picture = self.pictures.want(self.key(self._page), side)
        if picture is not None:
            self.canvas.set_picture(picture)
        self.canvas.set_waiting(picture is None)

    def _picture_came(self, key: PageKey, picture: QImage) -> None:
        if self._page < 0 or key.item_id != self._item_id:
            return
        if key == self.key(self._page):
            side = max(picture.width(), picture.height())
            # One that was drawn for something else: for the small list, or to be magnified.
            if not self.canvas.has_picture() or side <= self.canvas.wanted_side():
                self.canvas.set_picture(picture)
        if key == self.key(key.page_index):
            self.sharp_ready.emit(key, picture)

    def _picture_failed(self, key: PageKey, words: str) -> None:
        if self._page >= 0 and key == self.key(self._page) and not self.canvas.has_picture():
            self.canvas.set_problem(words)


def page_key(item_id: str | Path, sizes: Mapping[int, PageSize], page_index: int) -> PageKey:
    """What pictures of a page are asked for by."""
    return PageKey(item_id, page_index, sizes[page_index].rotation if page_index in sizes else 0)
