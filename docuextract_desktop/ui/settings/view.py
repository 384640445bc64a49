"""The screen of settings."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QCheckBox, QSpinBox, QVBoxLayout, QWidget

from docuextract_desktop import __version__
from docuextract_desktop.settings import Settings
from docuextract_desktop.ui import files
from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.new_batch.options import NO_PREMIUM
from docuextract_desktop.ui.settings.folders import FoldersSection
from docuextract_desktop.ui.settings.model import SettingsModel
from docuextract_desktop.ui.widgets.buttons import button
from docuextract_desktop.ui.widgets.layouts import card, column, row, scrolled, without_drops
from docuextract_desktop.ui.widgets.segmented import Segmented
from docuextract_desktop.ui.widgets.spin import Spin
from docuextract_desktop.ui.widgets.text import ElidedLabel, label
from docuextract_desktop.ui.wording import count

MEGABYTE = 1024 * 1024
WIDTH = 720


class SettingsView(QWidget):
    """All settings in groups; a change is kept at once.

    Signals:
        theme_chosen: system, light or dark.
        lanes_changed: how many lanes there shall be.
    """

    theme_chosen = Signal(str)
    lanes_changed = Signal(int)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        services = context.services
        self.model = SettingsModel(services.settings, services.queue.pages_this_month, self)
        self.model.loaded.connect(self._show)
        self.model.refused.connect(lambda words: context.notify(words, stays=True))
        self._filling = True
        self._build()
        without_drops(self)

    def _build(self) -> None:
        self.theme = Segmented("Theme", [("system", "Like the system"), ("light", "Light"), ("dark", "Dark")])
        self.theme.chosen.connect(self._choose_theme)
        self.lanes = _spin("Lanes", 1, 64)
        self.max_file = _spin("Largest file in megabytes", 1, 4096, " MB")
        self.max_pages = _spin("Most pages of a document", 1, 100_000)
        self.max_documents = _spin("Most documents of a batch", 1, 1_000_000)
        self.limit_pages = QCheckBox("Limit the &pages read in a month")
        self.allowance = _spin("Pages in a month", 0, 10_000_000, step=100)
        self.used = label("", "caption", "muted")
        self.audit = _spin("Share of unflagged values to audit, in percent", 0, 100, " %")
        self.audit.setSpecialValueText("Off")
        self.limit_days = QCheckBox("&Delete finished batches after some time")
        self.days = _spin("Days that finished batches are kept", 1, 3650, " days")
        self.prepared = _spin("Prepared documents in megabytes", 0, 1_000_000, " MB", step=256)
        self.folders = FoldersSection(self._context)
        folder = str(self._context.services.home)
        self.folder = ElidedLabel(folder, mode=Qt.TextElideMode.ElideMiddle)
        self.folder.setAccessibleName(f"Data folder: {folder}")
        self.open_folder = button("Ope&n folder", lambda: files.open_file(self._context.services.home), icon="folder")
        self.copy_folder = button("&Copy path", self._copy_folder, kind="quiet", icon="copy")
        folder_line = row(self.folder, self.open_folder, self.copy_folder)
        folder_line.setStretch(0, 1)

        self._follow(self.lanes, self._change_lanes)
        self._follow(self.max_file, lambda n: self.model.change_limit(max_file_bytes=n * MEGABYTE))
        self._follow(self.max_pages, lambda n: self.model.change_limit(max_pages=n))
        self._follow(self.max_documents, lambda n: self.model.change_limit(max_documents=n))
        self._follow(self.allowance, lambda n: self.model.change(page_allowance=n))
        self._follow(self.audit, lambda n: self.model.change(audit_share=n / 100))
        self._follow(self.days, lambda n: self.model.change(retention_days=n))
        self._follow(self.prepared, lambda n: self.model.change(prepared_bytes=n * MEGABYTE))
        self.limit_pages.toggled.connect(self._toggle_allowance)
        self.limit_days.toggled.connect(self._toggle_retention)

        content = QWidget()
        content.setProperty("surface", "window")
        groups = column(
            _group("Appearance", _line("Theme", self.theme)),
            _group(
                "Speed",
                _line(
                    "&Lanes",
                    self.lanes,
                    "Documents that are read at the same time. One for each processor core is best.",
                ),
            ),
            _group(
                "Limits",
                _line("Largest &file", self.max_file, "A larger file fails with document_too_large."),
                _line("Most pa&ges of a document", self.max_pages, "A longer one fails with page_limit_exceeded."),
                _line("Most d&ocuments of a batch", self.max_documents, "A larger batch is not started."),
            ),
            _group(
                "Review",
                _line(
                    "A&udit",
                    self.audit,
                    "So much of what was not flagged is put before you, chosen at random and after all flagged values; "
                    "each says so, and not how sure the program is. The page of a batch then says how often unflagged "
                    "values are wrong.",
                ),
            ),
            _group("Page allowance", _switched(self.limit_pages, self.allowance), self.used),
            _group(
                "Keeping",
                _switched(self.limit_days, self.days),
                _line(
                    "P&repared documents",
                    self.prepared,
                    "What they may take on the disk. They let a correction reach all documents quickly; the oldest go "
                    "first, and are prepared anew when they are wanted.",
                ),
                label(
                    "Your own files are never touched: only results and the words that were read.",
                    "caption",
                    "muted",
                    wrap=True,
                ),
            ),
            _group("Watched folders", self.folders),
            _group(
                "Data folder",
                folder_line,
                label(
                    "Everything the program keeps is in this one folder. To use another, start the program with the "
                    "environment variable DOCUEXTRACT_HOME set.",
                    "caption",
                    "muted",
                    wrap=True,
                ),
            ),
            _group("Premium", label(NO_PREMIUM, tone="muted", wrap=True)),
            label(f"DocuExtract Desktop {__version__}. Nothing leaves this computer.", "caption", "muted"),
            None,
            spacing=16,
        )
        groups.setContentsMargins(0, 0, 8, 16)
        middle = QWidget()
        middle.setLayout(groups)
        middle.setMaximumWidth(WIDTH)
        whole = row(middle, None, spacing=0)
        whole.setStretch(0, 100)
        content.setLayout(whole)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 16, 0)
        layout.setSpacing(16)
        layout.addWidget(label("Settings", "title"))
        layout.addWidget(scrolled(content), 1)

    @staticmethod
    def _follow(spin: QSpinBox, keep: Callable[[int], object]) -> None:
        """Keep a figure when the person has finished with it, not at every key."""
        spin.setKeyboardTracking(False)
        spin.valueChanged.connect(lambda n: keep(n) if not spin.property("filling") else None)

    def refresh(self) -> None:
        """Read the settings anew."""
        self.model.load()

    def _show(self, settings: Settings) -> None:
        self._filling = True
        self.theme.set_value(settings.theme)
        if self.theme.isAncestorOf(self.focusWidget()):
            self.theme.button(settings.theme).setFocus()
        limits = settings.limits
        for spin, value in (
            (self.lanes, settings.lanes),
            (self.max_file, max(1, limits.max_file_bytes // MEGABYTE)),
            (self.max_pages, limits.max_pages),
            (self.max_documents, limits.max_documents),
            (self.allowance, 1_000 if settings.page_allowance is None else settings.page_allowance),
            (self.audit, round(settings.audit_share * 100)),
            (self.prepared, settings.prepared_bytes // MEGABYTE),
            (self.days, 90 if settings.retention_days is None else settings.retention_days),
        ):
            spin.setProperty("filling", True)
            spin.setValue(value)
            spin.setProperty("filling", False)
        self.limit_pages.setChecked(settings.page_allowance is not None)
        self.allowance.setEnabled(settings.page_allowance is not None)
        self.limit_days.setChecked(settings.retention_days is not None)
        self.days.setEnabled(settings.retention_days is not None)
        self.used.setText(f"{count(self.model.pages_this_month, 'page')} read this month.")
        self._filling = False

    def _choose_theme(self, key: str) -> None:
        self.model.change(theme=key)
        self.theme_chosen.emit(key)

    def _change_lanes(self, number: int) -> None:
        self.model.change(lanes=number)
        self.lanes_changed.emit(number)

    def _toggle_allowance(self, on: bool) -> None:
        if not self._filling:
            self.model.change(page_allowance=self.allowance.value() if on else None)

    def _toggle_retention(self, on: bool) -> None:
        if not self._filling:
            self.model.change(retention_days=self.days.value() if on else None)

    def _copy_folder(self) -> None:
        QApplication.clipboard().setText(str(self._context.services.home))
        self._context.notify("Copied the path of the data folder.")


def _spin(name: str, least: int, most: int, suffix: str = "", step: int = 1) -> Spin:
    made = Spin(name, least, most, suffix, step)
    made.setGroupSeparatorShown(True)
    made.setFixedWidth(136)
    return made


def _line(text: str, widget: QWidget, words: str = "") -> QWidget:
    name = label(text)
    name.setBuddy(widget)
    made = QWidget()
    about = [label(words, "caption", "muted", wrap=True)] if words else []
    left = column(None, name, *about, None, spacing=2)
    line = row(left, widget, spacing=16)
    line.setStretch(0, 1)
    made.setLayout(line)
    return made


def _switched(switch: QCheckBox, spin: QSpinBox) -> QWidget:
    made = QWidget()
    made.setLayout(row(switch, None, spin))
    return made


def _group(title: str, *lines: object) -> QWidget:
    sheet = column(label(title, "heading"), *lines, spacing=12)  # type: ignore[arg-type]
    return card(sheet)
