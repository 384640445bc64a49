"""The program's own icons: line drawings in resources/icons, drawn in a colour of the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from docuextract_desktop.paths import resources_dir
from docuextract_desktop.ui import theme


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    return (resources_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _pixmap(name: str, colour: str, side: int, ratio: float) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, picture.width(), picture.height()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def _ratio() -> float:
    app = QGuiApplication.instance()
    return app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0


def pixmap(name: str, colour: str | None = None, side: int = 20, ratio: float | None = None) -> QPixmap:
    """The drawing as a picture of `side` logical pixels, sharp at the screen's scale."""
    return _pixmap(name, colour or theme.colours().text, side, ratio or _ratio())


def icon(name: str, colour: str | None = None, side: int = 20, *, checked: str | None = None) -> QIcon:
    """The drawing as an icon with a paler disabled form; `checked` is the colour where the button is checked."""
    made = QIcon()
    made.addPixmap(pixmap(name, colour, side))
    made.addPixmap(pixmap(name, theme.colours().strong_border, side), QIcon.Mode.Disabled)
    if checked:
        made.addPixmap(pixmap(name, checked, side), QIcon.Mode.Normal, QIcon.State.On)
    return made


def program_icon() -> QIcon:
    """The program's own icon, for title bars and task lists."""
    made = QIcon()
    for side in (16, 32, 48, 128):
        made.addPixmap(_pixmap("docuextract", "", side, 1.0))
    return made
