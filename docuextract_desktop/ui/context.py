"""What every screen is given: the services, the runner, the feed of changes, kept state, and a way to say something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QByteArray, QSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from docuextract_desktop.bootstrap import Services
    from docuextract_desktop.jobs.runner import Runner
    from docuextract_desktop.ui.feed import Feed
    from docuextract_desktop.ui.widgets.toast import Action


class Notify(Protocol):
    """Says a sentence at the foot of the window; see `widgets.toast.Toast.say`."""

    def __call__(
        self, text: str, *actions: Action, expired: Callable[[], object] | None = None, stays: bool = False
    ) -> None:
        """Say `text`."""
        ...


class WindowState:
    """What the window remembers from one start to the next, in `window.ini` of the data folder. No document text."""

    def __init__(self, home: Path) -> None:
        self._kept = QSettings(str(home / "window.ini"), QSettings.Format.IniFormat)

    def bytes(self, name: str) -> QByteArray | None:
        """Geometry or columns kept under `name`, or None."""
        value = self._kept.value(name)
        return value if isinstance(value, QByteArray) else None

    def text(self, name: str, default: str = "") -> str:
        """Text kept under `name`."""
        value = self._kept.value(name)
        return value if isinstance(value, str) else default

    def keep(self, name: str, value: QByteArray | str) -> None:
        """Keep `value` under `name`."""
        self._kept.setValue(name, value)

    def save(self) -> None:
        """Write it to the disk now."""
        self._kept.sync()


@dataclass(slots=True)
class Context:
    """Shared by all screens; lives as long as the window, used on its thread."""

    services: Services
    runner: Runner
    feed: Feed
    state: WindowState
    notify: Notify
