from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from docuextract_desktop.paths import resources_dir
from docuextract_desktop.ui import icons, theme
from docuextract_desktop.ui.theme import DARK, LIGHT, Colours

TEXTS = ("text", "muted", "accent_text", "pending", "running", "completed", "needs_review", "failed", "cancelled")
GROUNDS = ("window", "surface", "raised")
PAIRS = [
    *((text, ground) for text in TEXTS for ground in GROUNDS),
    *((text, "accent_soft") for text in ("text", "muted", "accent_text", "completed", "needs_review", "failed")),
    ("text", "sidebar"),
    ("muted", "sidebar"),
    ("text", "hover"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_toast", "toast"),
    ("toast_action", "toast"),
    ("needs_review", "review_soft"),
]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS, ids=lambda value: str(value))
def test_text_can_be_read_on_its_ground(colours: Colours, text: str, ground: str) -> None:
    assert theme.contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_focus_is_seen_on_every_ground(colours: Colours) -> None:
    for ground in ("window", "surface", "sidebar"):
        assert theme.contrast(colours.accent_text, getattr(colours, ground)) >= 3  # WCAG 2.2, 1.4.11


def test_contrast_of_black_and_white_is_21() -> None:
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_a_theme_can_be_forced_and_is_announced(look: theme.Theme) -> None:
    heard: list[bool] = []
    look.changed.connect(lambda: heard.append(look.dark))
    look.set_mode("dark")
    assert look.dark
    assert heard == [True]
    assert QApplication.palette().color(QPalette.ColorRole.Window).name().upper() == DARK.window
    look.set_mode("light")
    assert not look.dark


def test_the_style_sheet_names_only_colours_and_pictures_that_exist() -> None:
    sheet = (resources_dir() / "styles" / "window.qss").read_text(encoding="utf-8")
    assert set(re.findall(r"\$(\w+)", sheet)) <= set(LIGHT._fields) | {"icons"}
    for name in re.findall(r"url\(\$icons/([\w.]+)\)", sheet):
        assert (resources_dir() / "icons" / name).is_file()


def test_every_icon_that_the_code_names_is_there(look: theme.Theme) -> None:
    import docuextract_desktop.ui as package

    named = set()
    for path in Path(package.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r'icon="(\w+)"', text))
        named |= set(re.findall(r'(?:icon_button|icons\.icon|icons\.pixmap|EmptyState)\(\s*"(\w+)"', text))
    assert len(named) > 20
    for name in named:
        assert not icons.pixmap(name).isNull()


def test_icons_are_sharp_at_the_scale_of_the_screen(look: theme.Theme) -> None:
    picture = icons.pixmap("plus", "#112233", 20, 2.0)
    assert picture.width() == 40
    assert picture.devicePixelRatio() == 2.0
