from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QSpinBox
from pytestqt.qtbot import QtBot
from window_desk import Desk

from docuextract_desktop.ui.settings.view import SettingsView


@pytest.fixture
def view(desk: Desk, qtbot: QtBot) -> SettingsView:
    made = SettingsView(desk.context)
    qtbot.addWidget(made)
    made.resize(900, 900)
    with qtbot.waitExposed(made):
        made.show()
    made.refresh()
    desk.settle()
    return made


def enter(spin: QSpinBox, value: str, qtbot: QtBot) -> None:
    spin.setFocus()
    spin.selectAll()
    qtbot.keyClicks(spin, value)
    qtbot.keyClick(spin, Qt.Key.Key_Return)


def test_showing_the_settings_changes_none(view: SettingsView, desk: Desk) -> None:
    before = desk.services.settings.get()
    view.refresh()
    desk.settle()
    assert desk.services.settings.get() == before


def test_figures_are_kept_when_they_are_entered(view: SettingsView, desk: Desk, qtbot: QtBot) -> None:
    enter(view.lanes, "3", qtbot)
    enter(view.max_file, "20", qtbot)
    enter(view.max_pages, "50", qtbot)
    desk.settle()
    kept = desk.services.settings.get()
    assert (kept.lanes, kept.limits.max_file_bytes, kept.limits.max_pages) == (3, 20 * 1024 * 1024, 50)
    assert kept.limits.max_documents == 10_000


def test_allowance_and_retention_are_off_until_turned_on(view: SettingsView, desk: Desk, qtbot: QtBot) -> None:
    assert not view.allowance.isEnabled()
    view.limit_pages.click()
    view.limit_days.click()
    desk.settle()
    kept = desk.services.settings.get()
    assert (kept.page_allowance, kept.retention_days) == (1_000, 90)
    enter(view.allowance, "250", qtbot)
    desk.settle()
    assert desk.services.settings.get().page_allowance == 250
    view.limit_pages.click()
    desk.settle()
    assert desk.services.settings.get().page_allowance is None


def test_the_theme_is_kept_and_told(view: SettingsView, desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.theme_chosen) as chosen:
        qtbot.mouseClick(view.theme.button("dark"), Qt.MouseButton.LeftButton)
    desk.settle()
    assert chosen.args == ["dark"]
    assert desk.services.settings.get().theme == "dark"
    qtbot.keyClick(view.theme.button("dark"), Qt.Key.Key_Left)
    desk.settle()
    assert desk.services.settings.get().theme == "light"


def test_the_data_folder_is_shown_and_can_be_copied(view: SettingsView, desk: Desk) -> None:
    assert view.folder.text() == str(desk.services.home)
    view.copy_folder.click()
    assert QApplication.clipboard().text() == str(desk.services.home)


def test_the_wheel_over_a_figure_scrolls_instead_of_changing_it(view: SettingsView, desk: Desk) -> None:
    view.theme.button("light").setFocus()
    before = view.lanes.value()
    spot = QPointF(10, 10)
    turn = QWheelEvent(
        spot, view.lanes.mapToGlobal(spot), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.lanes, turn)
    assert view.lanes.value() == before
