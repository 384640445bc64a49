"""Starts the window: shown at once, filled as soon as the data folder is open.

Only Qt and the frame of the window are imported before the first paint; the queue, the store and the screens follow.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from docuextract_desktop.errors import DocuExtractError, ExitCode
from docuextract_desktop.paths import data_home
from docuextract_desktop.ui import tasks, theme
from docuextract_desktop.ui.collector import Collector
from docuextract_desktop.ui.context import WindowState
from docuextract_desktop.ui.faults import WORDS, Faults
from docuextract_desktop.ui.immortal import protect_constants
from docuextract_desktop.ui.shell.window import MainWindow

if TYPE_CHECKING:
    from docuextract_desktop.bootstrap import Services
    from docuextract_desktop.jobs.runner import Runner
    from docuextract_desktop.ui.feed import Feed
    from docuextract_desktop.ui.instance import SingleInstance
    from docuextract_desktop.ui.shell.screens import Screens

_log = logging.getLogger(__name__)
LATEST_OPENING_MS = 1_000
SWITCH_INTERVAL_S = 0.0005
"""Python lets a busy thread run so long before the window's thread gets its turn; the default of 5 ms can be felt."""


def main(paths: Sequence[Path] = (), home: Path | None = None) -> int:
    """Open the window with `paths` in a new batch; gives the exit code when it was closed.

    Where a window of the same data folder is open already, it gets the paths, and this returns at once.
    """
    protect_constants()
    app = QApplication.instance() or theme.application(sys.argv[0])
    assert isinstance(app, QApplication)  # noqa: S101  (a QCoreApplication would be our own mistake)
    app.setApplicationName("DocuExtract Desktop")
    app.setDesktopFileName("docuextract-desktop")
    try:
        folder = data_home(home)
    except OSError as error:
        theme.Theme(app)
        show_storage_problem(f"The data folder cannot be used: {error.strerror}.", "Check that you may write to it.")
        return int(ExitCode.STORAGE_UNAVAILABLE)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    program = Program(app, folder, [path.absolute() for path in paths])
    return program.run()


class Program(QObject):
    """The window, and what it needs, from start to end.

    Attributes:
        window: the frame; there from the beginning.
        screens: None until the data folder is open.
    """

    def __init__(self, app: QApplication, home: Path, paths: list[Path]) -> None:
        super().__init__()
        self._app, self._home, self._paths = app, home, paths
        self._state = WindowState(home)
        self._faults = Faults(self)
        self._collector = Collector(self)
        self._services: Services | None = None
        self._runner: Runner | None = None
        self._feed: Feed | None = None
        self._instance: SingleInstance | None = None
        self._opening = False
        self.screens: Screens | None = None
        self.exit_code = int(ExitCode.OK)
        mode: Any = self._state.text("theme", "system")
        self._theme = theme.current() or theme.Theme(app)
        self._theme.set_mode(mode if mode in ("system", "light", "dark") else "system")
        self.window = MainWindow()

    def run(self) -> int:
        """Show the window and stay until it is closed."""
        if not self.open():
            return self.exit_code
        self._app.exec()
        self.close()
        return self.exit_code

    def open(self) -> bool:
        """Show the window and open the data folder behind it; false where another window has taken over."""
        from docuextract_desktop.ui.instance import SingleInstance, hand_over

        self._instance = SingleInstance(self._home, self)
        if not self._instance.claim():
            if not hand_over(self._home, self._paths):
                show_storage_problem(
                    "DocuExtract Desktop is open already, but it does not answer.", "Close it, or wait a moment."
                )
                self.exit_code = int(ExitCode.STORAGE_UNAVAILABLE)
            return False
        self._instance.called.connect(self._called)
        self._collector.start()
        self._faults.install()
        self._faults.happened.connect(self._say_fault)
        self._faults.told.connect(lambda words: self.window.toast.say(words, stays=True))
        if (geometry := self._state.bytes("window/geometry")) is not None:
            self.window.restoreGeometry(geometry)
        self.window.closing.connect(self._closing)
        self.window.paths_given.connect(self._early_paths)
        # What follows takes longer than showing the window.
        self.window.first_painted.connect(self._open_services)
        QTimer.singleShot(LATEST_OPENING_MS, self, self._open_services)  # a window that starts minimised is not painted
        self.window.show()
        self._catch_signals()
        return True

    def _open_services(self) -> None:
        if self._opening:
            return
        self._opening = True
        if self._instance is not None:
            self._instance.listen()
        home = self._home
        tasks.run(lambda _: _open(home), owner=self, done=self._opened, failed=self._not_opened)

    def _opened(self, opened: tuple[Services, str]) -> None:
        from docuextract_desktop.jobs.runner import Runner
        from docuextract_desktop.ui.context import Context
        from docuextract_desktop.ui.feed import Feed
        from docuextract_desktop.ui.icons import program_icon
        from docuextract_desktop.ui.shell.screens import Screens

        self._app.setWindowIcon(program_icon())
        services, mode = opened
        self._services = services
        self._choose_theme(mode)  # the settings decide; what the window kept was for the first moment
        self._runner = Runner(services.queue, watch=True, parent=self)
        self._feed = Feed(services.queue, self)
        self._runner.events.connect(self._feed.knock)
        self._runner.storage_failed.connect(lambda error: self.window.toast.say(str(error), stays=True))
        context = Context(services, self._runner, self._feed, self._state, self.window.toast.say)
        self.window.paths_given.disconnect(self._early_paths)
        self.screens = Screens(self.window, context)
        self.screens.theme_chosen.connect(self._choose_theme)
        self.screens.lanes_changed.connect(self._restart_runner)
        self._feed.start()
        if self._paths:
            self.screens.begin_batch(self._paths)
        else:
            self.screens.show("batches")
        tasks.run(lambda _: _load_screens(), owner=self)
        try:
            self._runner.start()
        except DocuExtractError as error:
            self.window.toast.say(str(error), stays=True)
        tasks.run(
            lambda task: services.settle_lessons(lambda: task.cancelled),
            owner=self,
            pool="learning",
            failed=self._not_settled,
        )

    @staticmethod
    def _not_settled(error: BaseException) -> None:
        if not isinstance(error, DocuExtractError):
            raise error
        _log.warning("lessons were not fitted anew: %s", error)

    def _not_opened(self, error: BaseException) -> None:
        if isinstance(error, DocuExtractError):
            _log.error("data folder not opened: %s", error.detail)
            self.exit_code = int(error.exit_code)
            show_storage_problem(error.message, error.hint, str(self._home))
            self.window.close()
            return
        self.exit_code = int(ExitCode.STORAGE_UNAVAILABLE)
        show_storage_problem(
            "The data folder could not be opened.", f"{type(error).__name__}: {error}", str(self._home)
        )
        self.window.close()
        raise error

    def _early_paths(self, paths: list[Path]) -> None:
        self._paths += paths

    def _called(self, paths: list[Path]) -> None:
        """Somebody started the program again."""
        self.window.bring_forward()
        if self.screens is None:
            self._paths += paths
        elif paths:
            self.screens.leave(lambda: self.screens.begin_batch(paths) if self.screens is not None else None)

    def _choose_theme(self, mode: Any) -> None:
        self._state.keep("theme", mode)
        self._theme.set_mode(mode)

    def _restart_runner(self, lanes: int) -> None:
        """Another number of lanes: what is in hand is finished, then the new lanes start."""
        runner, services = self._runner, self._services
        if runner is None or services is None or runner.lanes == lanes:
            return
        self.window.toast.say("The new number of lanes holds from the next start of the program.")

    def _say_fault(self, trace: str) -> None:
        from docuextract_desktop.ui.widgets.toast import Action

        copy = Action("Copy details", lambda: QApplication.clipboard().setText(trace))
        self.window.toast.say(WORDS, copy, stays=True)

    def _catch_signals(self) -> None:
        """Close the window in order on SIGTERM and SIGINT; the timer lets Python see them."""
        with contextlib.suppress(ValueError):  # not in the main thread (tests)
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: self._end_at_once())
        ticks = QTimer(self)
        ticks.start(500)
        ticks.timeout.connect(lambda: None)

    def _end_at_once(self) -> None:
        """The system wants the program to end: nobody may be there to be asked anything."""
        self.window.may_close = lambda _: True
        self.window.close()

    def _closing(self) -> None:
        self._state.keep("window/geometry", self.window.saveGeometry())
        if self.screens is not None:
            self.screens.keep_state()
        self._state.save()
        self.window.toast.dismiss()  # what a notice could still have undone happens now

    def close(self) -> None:
        """Stop everything in order; unfinished documents go back into the queue."""
        self.window.hide()
        if self.screens is not None:
            self.screens.stop()
        if self._feed is not None:
            self._feed.stop()
        tasks.wait_until_idle(5_000)
        if self._runner is not None:
            self._runner.stop()
        tasks.stop()
        if self._services is not None:
            self._services.close()
        if self._instance is not None:
            self._instance.close()
        self._faults.uninstall()
        self._collector.stop()


def _open(home: Path) -> tuple[Services, str]:
    """Open the data folder, off the window's thread; the screens' modules are loaded on the way. Also the theme."""
    from docuextract_desktop.bootstrap import open_services

    services = open_services(home)
    import docuextract_desktop.jobs.runner
    import docuextract_desktop.ui.shell.screens  # noqa: F401

    return services, services.settings.get().theme


def _load_screens() -> None:
    """Load the modules of the other screens before they are wanted, off the window's thread."""
    for name in ("batch", "new_batch", "document", "review", "templates", "settings"):
        import_module(f"docuextract_desktop.ui.{name}.view")


def show_storage_problem(message: str, hint: str, folder: str = "") -> None:
    """Say why the program cannot start."""
    from PySide6.QtWidgets import QLabel, QMessageBox

    box = QMessageBox()
    box.setIcon(QMessageBox.Icon.Critical)
    box.setWindowTitle("DocuExtract Desktop")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(message)
    box.setInformativeText("\n\n".join(part for part in (hint, f"Data folder: {folder}" if folder else "") if part))
    for part in box.findChildren(QLabel):  # setTextFormat above holds for the first of them alone
        part.setTextFormat(Qt.TextFormat.PlainText)
    box.exec()
