"""A window on a temporary data folder: real store and queue, a runner that only remembers what it was asked."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_desk import TEMPLATE_ID, Desk, FakeRunner, Lane, Said, Shown

from docuextract_desktop.bootstrap import Services, open_services
from docuextract_desktop.jobs.models import BatchRequest
from docuextract_desktop.ui import tasks, theme
from docuextract_desktop.ui.context import Context, WindowState
from docuextract_desktop.ui.feed import Feed
from docuextract_desktop.ui.immortal import protect_constants
from docuextract_desktop.ui.shell.screens import Screens
from docuextract_desktop.ui.shell.window import MainWindow

protect_constants()  # as the program does; else a long test session would be ended by the faulty versions


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says of every window that it has no window manager to ask."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support (propagateSizeHints|raise)"))


@pytest.fixture(autouse=True)
def no_work_left() -> Iterator[None]:
    """Whatever a test started in the background has ended before the next one begins.

    Garbage is collected between tests, on this thread, as in the program (see `ui.collector`).
    """
    gc.disable()
    yield
    assert tasks.wait_until_idle(), "work was still going on"
    tasks.stop()
    gc.collect()
    gc.enable()


@pytest.fixture
def look(qapp: QApplication) -> Iterator[theme.Theme]:
    made = theme.current() or theme.Theme(qapp)
    made.set_mode("light")
    yield made
    made.set_mode("light")


@pytest.fixture
def services(home: Path) -> Iterator[Services]:
    opened = open_services(home)
    opened.queue.heartbeat()
    opened.settings.update(audit_share=0.0)  # chosen at random: tests that want it say so
    yield opened
    tasks.wait_until_idle()
    tasks.stop()
    opened.close()


@pytest.fixture
def desk(look: theme.Theme, services: Services, home: Path) -> Iterator[Desk]:
    runner, said = FakeRunner(), Said()
    feed = Feed(services.queue)
    context = Context(services, runner, feed, WindowState(home), said)  # type: ignore[arg-type]
    feed.start()
    QApplication.processEvents()
    assert tasks.wait_until_idle()
    yield Desk(services, runner, feed, said, context)
    feed.stop()


@pytest.fixture
def shown(desk: Desk, qtbot: QtBot) -> Iterator[Shown]:
    window = MainWindow()
    qtbot.addWidget(window)
    desk.context.notify = window.toast.say
    screens = Screens(window, desk.context)
    window.resize(1200, 800)
    with qtbot.waitActive(window):  # shortcuts belong to the active window
        window.show()
        window.activateWindow()
    screens.show("batches")
    assert tasks.wait_until_idle()
    yield Shown(window, screens, desk)
    screens.stop()
    window.toast.dismiss()
    assert tasks.wait_until_idle()


@pytest.fixture
def make_files(tmp_path: Path) -> Callable[..., list[Path]]:
    """PDF files by their first bytes, each with its own content unless `content` is given."""
    folder = tmp_path / "documents"
    folder.mkdir(exist_ok=True)

    def make(count: int = 1, *, names: list[str] | None = None, content: bytes | None = None) -> list[Path]:
        paths = [folder / name for name in names or [f"paper {number}.pdf" for number in range(1, count + 1)]]
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(
                b"%PDF-1.4 " + (str(path).encode("utf-8", "surrogateescape") if content is None else content)
            )
        return paths

    return make


@pytest.fixture
def make_batch(services: Services, make_files: Callable[..., list[Path]]) -> Callable[..., str]:
    """A batch of new files; its id."""

    def make(count: int = 3, **others: object) -> str:
        files = services.queue.scan(make_files(count))
        return services.queue.create_batch(BatchRequest(files=files, template=TEMPLATE_ID, **others))  # type: ignore[arg-type]

    return make


@pytest.fixture
def lane(services: Services) -> Lane:
    return Lane(services)
