"""The main window: sidebar, screens, notices, drops and pastes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QWidget

from docuextract_desktop.ui.shell.sidebar import Sidebar
from docuextract_desktop.ui.widgets.layouts import column, row
from docuextract_desktop.ui.widgets.spinner import Spinner
from docuextract_desktop.ui.widgets.text import label

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData

    from docuextract_desktop.ui.shell.drops import DropCurtain
    from docuextract_desktop.ui.widgets.toast import Toast

SMALL_WIDTH = 1000
DEFAULT_SIZE = (1240, 820)


class MainWindow(QMainWindow):
    """The frame. It is shown before the data folder is open; `Screens` fills it then.

    Signals:
        paths_given: files and folders that were dropped or pasted.
        screen_wanted: name of a screen of the sidebar.
        new_wanted: a new batch is to be begun.
        back_wanted: Escape or Alt+Left.
        closing: the window is about to close.
        first_painted: the window can be seen now.
    """

    paths_given = Signal(list)
    screen_wanted = Signal(str)
    new_wanted = Signal()
    back_wanted = Signal()
    closing = Signal()
    first_painted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("DocuExtract Desktop")
        self.setMinimumSize(640, 420)
        self.setAcceptDrops(True)
        self.sidebar = Sidebar()
        self.sidebar.chosen.connect(self.screen_wanted)
        self.sidebar.new_wanted.connect(self.new_wanted)
        self.sidebar.help_wanted.connect(self.show_shortcuts)
        self.stack = QStackedWidget()
        self.stack.setProperty("surface", "window")
        self.stack.addWidget(_opening())
        whole = QWidget()
        layout = QHBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.sidebar)
        layout.addWidget(self.stack, 1)
        whole.setProperty("surface", "window")
        self.setCentralWidget(whole)
        self._whole = whole
        self._painted = False
        self.drop_words: Callable[[], str] = lambda: "Drop to begin a new batch"
        # Asked before the window closes: whether it may at once; otherwise what is given to it may follow.
        self.may_close: Callable[[Callable[[], object]], bool] = lambda _: True
        screen = self.screen().availableGeometry()
        self.resize(min(DEFAULT_SIZE[0], screen.width() - 40), min(DEFAULT_SIZE[1], screen.height() - 60))
        self._keys()

    def _keys(self) -> None:
        for sequence, act in (
            (QKeySequence.StandardKey.New, self.new_wanted.emit),
            (QKeySequence.StandardKey.Paste, self.paste),
            (QKeySequence.StandardKey.HelpContents, self.show_shortcuts),
            (QKeySequence("Alt+Left"), self.back_wanted.emit),
            (QKeySequence(Qt.Key.Key_Escape), self._escape),
            (QKeySequence("F6"), lambda: self.toast.take_focus()),
            (QKeySequence("Ctrl+Q"), self.close),
        ):
            QShortcut(QKeySequence(sequence), self).activated.connect(act)

    @cached_property
    def toast(self) -> Toast:
        """The line for notices; made when it is first needed, like the curtain: not before the first paint."""
        from docuextract_desktop.ui.widgets.toast import Toast

        return Toast(self._whole)

    @cached_property
    def curtain(self) -> DropCurtain:
        """What covers the window while files are dragged over it."""
        from docuextract_desktop.ui.shell.drops import DropCurtain

        return DropCurtain(self._whole)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell of the first one."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.first_painted.emit)

    def _escape(self) -> None:
        if self.toast.has_keyboard():
            self.toast.dismiss()
        else:
            self.back_wanted.emit()

    def show_screen(self, widget: QWidget, name: str, title: str) -> None:
        """Put a screen in front; `name` marks the sidebar."""
        if self.stack.indexOf(widget) < 0:
            self.stack.addWidget(widget)
        self.stack.setCurrentWidget(widget)
        self.sidebar.show_screen(name)
        self.set_title(title)

    def set_title(self, title: str) -> None:
        """Say in the title bar what is shown."""
        shown = title.replace("[*]", "[ * ]")  # Qt's mark for 'modified'
        self.setWindowTitle(f"{shown} – DocuExtract Desktop" if shown else "DocuExtract Desktop")

    def show_shortcuts(self) -> None:
        """The list of keys."""
        from docuextract_desktop.ui.shell.shortcuts import ShortcutsDialog

        dialog = ShortcutsDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def bring_forward(self) -> None:
        """Show the window above the others."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()

    def paste(self) -> None:
        """Take files from the clipboard, as a drop would."""
        self._take(QApplication.clipboard().mimeData(), "The clipboard holds no files.")

    def _take(self, data: QMimeData | None, otherwise: str) -> None:
        from docuextract_desktop.ui.files import local_paths

        if paths := local_paths(data):
            self.paths_given.emit(paths)
        else:
            self.toast.say(otherwise)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome anywhere."""
        if event.mimeData().hasUrls():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.curtain.lower_over(self.drop_words())

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Anywhere."""
        if event.mimeData().hasUrls():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """They went elsewhere."""
        self.curtain.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take them."""
        self.curtain.hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._take(event.mimeData(), "Only files of this computer can be taken.")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the words of the sidebar out where there is little room."""
        super().resizeEvent(event)
        self.sidebar.set_wide(self.width() >= SMALL_WIDTH)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say so first: there is state to be kept and work to be stopped. Unsaved changes may keep it open."""
        if self.isVisible() and not self.may_close(self.close):
            event.ignore()
            return
        self.closing.emit()
        super().closeEvent(event)


def _opening() -> QWidget:
    made = QWidget()
    words = label("Opening the data folder…", tone="muted")
    made.setLayout(column(None, row(None, Spinner(24), words, None, spacing=12), None))
    return made
