"""The bar above the page: pages, zoom, fit, turn."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel

from docuextract_desktop.ui.document.canvas import STEP, PageCanvas
from docuextract_desktop.ui.widgets.buttons import icon_button
from docuextract_desktop.ui.widgets.layouts import row
from docuextract_desktop.ui.widgets.text import label

ROOM_FOR_ZOOM = 440


class PageBar(QFrame):
    """Buttons for the canvas.

    Signals:
        page_wanted: +1 or -1.
        thumbnails_toggled: whether the small pictures are to be shown.
    """

    page_wanted = Signal(int)
    thumbnails_toggled = Signal(bool)

    def __init__(self, canvas: PageCanvas) -> None:
        super().__init__()
        self.setProperty("surface", "bar")
        self.thumbnails_button = icon_button("pages", "Show the pages", shortcut="Ctrl+T", checkable=True)
        self.thumbnails_button.toggled.connect(self.thumbnails_toggled)
        self.previous_button = icon_button(
            "up", "Previous page", lambda: self.page_wanted.emit(-1), shortcut="Ctrl+PgUp"
        )
        self.next_button = icon_button("down", "Next page", lambda: self.page_wanted.emit(1), shortcut="Ctrl+PgDown")
        self.page_label = label("", "body", "muted")
        self.out_button = icon_button("zoom_out", "Zoom out", lambda: canvas.zoom_by(1 / STEP), shortcut="Ctrl+-")
        self.zoom_label = _figure("100 %")
        self.in_button = icon_button("zoom_in", "Zoom in", lambda: canvas.zoom_by(STEP), shortcut=("Ctrl++", "Ctrl+="))
        self.width_button = icon_button(
            "fit_width", "Fit the width", lambda: canvas.set_fit("width"), shortcut="Ctrl+9"
        )
        self.page_button = icon_button("fit_page", "Fit the page", lambda: canvas.set_fit("page"), shortcut="Ctrl+0")
        self.turn_button = icon_button("rotate", "Turn by 90°", canvas.turn, shortcut="Ctrl+Shift+R")
        layout = row(
            self.thumbnails_button,
            self.previous_button,
            self.next_button,
            self.page_label,
            None,
            self.out_button,
            self.zoom_label,
            self.in_button,
            8,
            self.width_button,
            self.page_button,
            8,
            self.turn_button,
            spacing=4,
        )
        layout.setContentsMargins(12, 4, 12, 4)
        self.setLayout(layout)
        canvas.zoom_changed.connect(self._show_zoom)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, how large the page is can be seen on the page."""
        super().resizeEvent(event)
        self.zoom_label.setVisible(self.width() >= ROOM_FOR_ZOOM)

    def show_page(self, page_index: int, page_count: int) -> None:
        """Say which page is shown."""
        self.page_label.setText(f"{page_index + 1} of {page_count}")
        self.page_label.setAccessibleName(f"Page {page_index + 1} of {page_count}")
        self.previous_button.setEnabled(page_index > 0)
        self.next_button.setEnabled(page_index + 1 < page_count)

    def _show_zoom(self, zoom: float) -> None:
        self.zoom_label.setText(f"{round(zoom * 100)} %")


def _figure(widest: str) -> QLabel:
    made = label(widest, "caption", "muted")
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    made.setFixedWidth(made.fontMetrics().horizontalAdvance("1000 %") + 8)
    return made
