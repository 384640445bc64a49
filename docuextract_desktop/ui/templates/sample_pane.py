"""Samples beside the editor: the page with what was found on it, and pointing at words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QTabBar, QToolButton

from docuextract_desktop.templates.pointing import Pointed, point_at
from docuextract_desktop.ui.document.model import boxes_of
from docuextract_desktop.ui.document.outline import Outline
from docuextract_desktop.ui.document.pane import PagePane
from docuextract_desktop.ui.document.words import WordPicker
from docuextract_desktop.ui.templates.draft_table import found_words
from docuextract_desktop.ui.templates.pick_card import PickCard
from docuextract_desktop.ui.templates.samples import Sample, Samples
from docuextract_desktop.ui.widgets.buttons import button, icon_button
from docuextract_desktop.ui.widgets.empty_state import EmptyState
from docuextract_desktop.ui.widgets.layouts import column, row, surface
from docuextract_desktop.ui.widgets.spinner import Spinner
from docuextract_desktop.ui.widgets.text import label, set_tone
from docuextract_desktop.ui.wording import menu_text, one_line, percent, tooltip

if TYPE_CHECKING:
    from docuextract_desktop.ui.context import Context
    from docuextract_desktop.ui.templates.document import DraftDocument

HINT = "Click on a value, or drag over several words, to make a field of it (by keyboard: F7)."


class SamplePane(QFrame):
    """The samples as tabs, the page of the current one, what is going on, and the card for what was pointed at.

    Signals:
        pointed: (`Pointed`): words were pointed at.
        files_wanted, batch_wanted: a sample is to be chosen.
        shown: the sample that is looked at, or None.
    """

    pointed = Signal(object)
    files_wanted = Signal()
    batch_wanted = Signal()
    shown = Signal(object)

    def __init__(self, context: Context, document: DraftDocument, samples: Samples) -> None:
        super().__init__()
        self.setProperty("surface", "bar")
        self._document, self._samples = document, samples
        self._key: int | None = None
        self._sample: Sample | None = None
        self._by_keyboard = False
        self.pane = PagePane(context)
        self.picker = WordPicker(self.pane.canvas)
        self.picker.picked.connect(self._picked)
        self.pane.page_shown.connect(self._page_shown)
        self.card = PickCard()
        self.card.closed.connect(self._card_closed)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Samples")
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.currentChanged.connect(self._tab_chosen)
        self.add_button = icon_button("plus", "Add a sample: choose files", self.files_wanted.emit)
        self.batch_button = icon_button("batches", "Add a sample from a batch", self.batch_wanted.emit)
        self.words = label(HINT, "caption", "muted", wrap=True)
        self.spinner = Spinner(16)
        self.spinner.hide()
        self._build()
        samples.listed.connect(self._listed)
        samples.changed.connect(self._sample_changed)
        document.changed.connect(lambda _: self.draw())
        self._listed()

    def _build(self) -> None:
        head = row(self.tabs, self.add_button, self.batch_button, spacing=4)
        head.setStretch(0, 1)
        head.setContentsMargins(8, 4, 8, 4)
        said = row(self.spinner, self.words, spacing=8)
        said.setStretch(1, 1)
        said.setContentsMargins(16, 6, 16, 6)
        page = surface("bar", column(surface("bar", head), surface("bar", said), self.pane, self.card, spacing=0))
        layout = page.layout()
        if layout is not None:
            layout.setContentsMargins(0, 0, 0, 0)
        self.choose_button = button("Choose a &file…", self.files_wanted.emit, icon="file")
        self.from_batch_button = button("From a &batch…", self.batch_wanted.emit, icon="batches")
        self.nothing = EmptyState(
            "drop",
            "Try it on a document",
            "Drop one here. You see at once what the template finds on it, and can point at what it should find.",
            self.choose_button,
            self.from_batch_button,
            width=280,
        )
        self._side = QStackedWidget()
        self._side.addWidget(self.nothing)
        self._side.addWidget(page)
        self.setLayout(column(self._side, spacing=0))
        self.setMinimumWidth(376)

    # --- which sample ---------------------------------------------------------------------------------------------

    def sample(self) -> Sample | None:
        """The one that is looked at."""
        return self._sample

    def choose(self, number: int) -> None:
        """Look at that one."""
        self.tabs.setCurrentIndex(number)

    def _listed(self) -> None:
        entries = self._samples.entries
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for sample in entries:
            number = self.tabs.addTab(menu_text(one_line(sample.title, 32)))
            close = self._close_button(sample)
            self.tabs.setTabButton(number, QTabBar.ButtonPosition.RightSide, close)
            self.tabs.setTabToolTip(number, tooltip(str(sample.path)))
        if entries:
            self.tabs.setCurrentIndex(self._samples.current)
        self.tabs.blockSignals(False)
        self._side.setCurrentIndex(1 if entries else 0)
        self._show(entries[self._samples.current] if entries else None)

    def _close_button(self, sample: Sample) -> QToolButton:
        made = icon_button("close", f"Remove the sample {sample.title}", lambda: self._remove(sample))
        made.setIconSize(QSize(12, 12))
        return made

    def _remove(self, sample: Sample) -> None:
        # Not at once: the button would be taken down while it is being pressed.
        QTimer.singleShot(0, self, lambda: self._samples.remove(sample))

    def _tab_chosen(self, number: int) -> None:
        if 0 <= number < len(self._samples.entries):
            self._samples.current = number
            self._show(self._samples.entries[number])

    def _show(self, sample: Sample | None) -> None:
        again = sample is self._sample and sample is not None
        self._sample = sample
        if not again:
            self.card.dismiss()
        if sample is not None and not again:
            self._show_pages(sample)
        self.shown.emit(sample)
        self._say()

    def _show_pages(self, sample: Sample) -> None:
        if sample.pages:
            self.pane.show_document(sample.source, sample.sizes, max(p.index for p in sample.pages) + 1)
            self.pane.show_page(0)
            self.draw()
        else:
            self.pane.show_document(sample.source, {}, 1)
            self.pane.canvas.set_page(210, 297)
            self.picker.show_page(None)

    def _sample_changed(self, sample: Sample) -> None:
        if sample is not self._sample:
            return
        if sample.pages and self.pane.page() < 0:
            self._show_pages(sample)
        if sample.problem and not sample.pages:
            self.pane.canvas.set_problem(sample.problem)
        self.shown.emit(sample)
        self.draw()
        self._say()

    def _say(self) -> None:
        sample = self._sample
        if sample is None:
            return
        checked = self._document.checked
        waiting = sample.asked is not None
        self.spinner.setVisible(waiting)
        if sample.problem:
            words, tone = sample.problem, "bad"
        elif not sample.pages:
            words, tone = "Reading the document…", "muted"
        elif checked.template is None and self._document.draft.entries:
            words, tone = f"Not tried yet: {checked.problems[0].sentence} {HINT}", "warn"
        else:
            words, tone = HINT, "muted"
        self.words.setText(words)
        set_tone(self.words, tone)

    # --- what is outlined -----------------------------------------------------------------------------------------

    def show_entry(self, key: int | None) -> None:
        """Mark the place of an entry's value, and turn to its page."""
        self._key = key
        sample = self._sample
        value = sample.found.get(key) if sample is not None and key is not None else None
        if value is not None:
            pages = [value.evidence.page_index] if value.evidence is not None else []
            pages += [c.evidence.page_index for cells in value.rows for c in cells if c.evidence is not None]
            if pages and self.pane.page() not in pages:
                self.pane.show_page(pages[0])
        self.draw()

    def _page_shown(self, index: int) -> None:
        self.picker.show_page(self._sample.page(index) if self._sample is not None else None)
        self.draw()

    def draw(self) -> None:
        """Outline what was found on this page."""
        sample = self._sample
        if sample is None or self.pane.page() < 0:
            return
        outlines: list[Outline] = []
        draft = self._document.draft
        for entry in draft.entries:
            value = sample.found.get(entry.key)
            if value is None:
                continue
            tip = tooltip(f"{entry.shown_title}: {found_words(value)}, {percent(value.confidence)} sure")
            places = [(entry.key, value, False)] if value.evidence is not None and not value.rows else []
            inside = self._key == entry.key or any(c.key == self._key for c in entry.columns)
            if value.rows and inside:
                for number, cells in enumerate(value.rows):
                    places += [((entry.key, number, at), cell, True) for at, cell in enumerate(cells)]  # type: ignore[misc]
            for key, found, faint in places:
                if found.evidence is not None and found.evidence.page_index == self.pane.page():
                    tone = "unsure" if found.needs_review else "sure"
                    outlines.append(Outline(key, boxes_of(found.evidence), tone, tip, faint))  # type: ignore[arg-type]
        self.pane.canvas.set_outlines(outlines)
        self.pane.canvas.set_current(self._key)
        self._say()

    # --- pointing -------------------------------------------------------------------------------------------------

    def _picked(self, words: tuple[int, ...], _keys: object) -> None:
        page = self._sample.page(self.pane.page()) if self._sample is not None else None
        if page is not None and words:
            self._by_keyboard = self.picker.cursor.active
            pointed: Pointed = point_at(page, words)
            self.pointed.emit(pointed)

    def _card_closed(self) -> None:
        self.picker.choose(())
        if self._by_keyboard:  # on to the next value
            self._by_keyboard = False
            self.pane.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)
