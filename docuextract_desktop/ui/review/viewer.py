"""Shows one value at a time: its document, its page and place, the rows of its table, its neighbours in the list."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage

from docuextract_desktop.ui import files
from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.document.model import Entry, Opened, Place, ValueList, boxes_of
from docuextract_desktop.ui.document.outline import Outline
from docuextract_desktop.ui.document.pane import page_key
from docuextract_desktop.ui.document.pictures import PageKey
from docuextract_desktop.ui.document.words import WordPicker
from docuextract_desktop.ui.review.documents import Documents
from docuextract_desktop.ui.review.edits import Pick
from docuextract_desktop.ui.review.run import Key, Run
from docuextract_desktop.ui.review.target import Target, first_doubtful
from docuextract_desktop.ui.review.workplace import Workplace
from docuextract_desktop.ui.wording import count, one_line, tooltip

AHEAD = 2
"""So many documents are read, and their pages drawn, before they are wanted."""


class ValueViewer(Workplace):
    """Shows what it is told to, and changes nothing.

    Attributes:
        run: the values to review.
        documents: those at hand.
        values: of the document that is shown.
        picker: chooses words of the page.
        drafts: tables as they are being worked on, by field: cells that wanted a look still show it.
        pick: the words that were pointed at for the current value, or None.
        cell: row and column of the current cell, or None.
        storing: the value whose decision is waited for, or None.

    Signals:
        named: file name of the document that is shown.
        shown: its id.
        resumed: a value is shown, after nothing was left or the list of documents was in front.
    """

    named = Signal(str)
    shown = Signal(str)
    resumed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.context = context
        self.run = Run()
        self.documents = Documents(context.services.queue, self)
        self.values = ValueList(self)
        self.set_values(self.values)
        self.picker = WordPicker(self.pane.canvas)
        self.drafts: dict[Key, Entry] = {}
        self.pick: Pick | None = None
        self.storing: Key | None = None
        self._item_id = ""
        self._field = ""
        self.cell: tuple[int, int] | None = None
        self._wanted: tuple[str, str | None] | None = None
        self.documents.loaded.connect(self._loaded)
        self.documents.changed.connect(self._document_changed)
        self.pane.page_shown.connect(self._page_shown)
        self.pane.sharp_ready.connect(self._sharp_came)
        self.open_button.clicked.connect(self._open_file)

    def current(self) -> Key:
        """Item and field that are shown."""
        return self._item_id, self._field

    def go_to(self, item_id: str, field: str | None = None) -> None:
        """Show a value; the document follows where it is not at hand yet."""
        opened = self.documents.get(item_id)
        if opened is None:
            self._wanted = (item_id, field)
            self.documents.want(item_id)
        else:
            self._show(opened, field)

    def _loaded(self, item_id: str) -> None:
        if self._wanted is not None and self._wanted[0] == item_id:
            self.go_to(*self._wanted)
        elif item_id == self._item_id:
            self.go_to(item_id, self._field)
        else:
            self._draw_ahead()

    def _show(self, opened: Opened, field: str | None) -> None:
        self._wanted = None
        again = opened.item.id == self._item_id
        self._item_id = opened.item.id
        self.values.blind = self.run.blind_of(self._item_id)
        if again:
            self.update_values(opened)
        else:
            self._show_document(opened)
        if not self.values.entries:
            self.show_unreadable(opened)
            return
        if field is None:
            stop = self.run.first_of(self._item_id)
            flagged = next((e.field.name for e in self.values.entries if e.value.needs_review), None)
            field = stop.flag.field if stop is not None else flagged or self.values.entries[0].field.name
        self.choose_field(field)
        if self.storing is None:
            self.card.edit.release()
        self.resumed.emit()
        self.fetch_ahead()

    def _show_document(self, opened: Opened) -> None:
        item = opened.item
        self.drafts.clear()
        self.values.show(opened)
        self.value_view.delegate.threshold = opened.template.review_threshold
        self.title.setText(one_line(item.filename))
        self.title.setToolTip(tooltip(str(item.path)))
        said = [count(opened.page_count, "page"), one_line(opened.template.name, 60)]
        self.subtitle.setText("  ·  ".join([*said, *(one_line(w) for w in opened.warnings)]))
        self.pane.show_document(item.id, opened.sizes, opened.page_count)
        self.named.emit(one_line(item.filename))
        self.shown.emit(item.id)

    def _document_changed(self, item_id: str) -> None:
        """Its values were changed elsewhere: show them, but leave alone what is being typed."""
        if item_id != self._item_id:
            return
        opened = self.documents.get(item_id)
        if opened is None:
            self.documents.want(item_id)
            return
        self.update_values(opened)
        if not self.card.edit.is_begun() and self.storing is None:
            self.choose_field(self._field)

    def update_values(self, opened: Opened) -> None:
        """Show the values of the same document as they are now."""
        self.values.blind = self.run.blind_of(opened.item.id)
        self.values.update(opened)
        self.value_view.scheduleDelayedItemsLayout()

    def show_what_is_blind(self) -> None:
        """After the values to review were read anew: some of the document shown may be to be checked blind now."""
        opened = self.documents.get(self._item_id)
        if opened is not None and self.values.blind != self.run.blind_of(self._item_id):
            self._document_changed(self._item_id)

    def entry(self) -> Entry | None:
        """The current field."""
        found = next((e for e in self.values.entries if e.field.name == self._field), None)
        return self.drafts.get(self.current(), found) if found is not None else None

    def target(self) -> Target | None:
        """What the keyboard works on."""
        entry = self.entry()
        if entry is None:
            return None
        rows = entry.value.rows
        if self.cell is not None and self.cell[0] < len(rows) and self.cell[1] < len(rows[self.cell[0]]):
            return Target(entry, *self.cell)
        return Target(entry)

    def choose_field(self, field: str) -> None:
        """Make a field of the document the current one; of a table the first cell that wants a look."""
        fresh = field != self._field
        self._field = field
        line = next((n for n, e in enumerate(self.values.entries) if e.field.name == field), 0)
        self._field = self.values.entries[line].field.name
        self.choose_line(line)
        entry = self.entry()
        rows = entry.value.rows if entry is not None else ()
        if fresh or self.cell is None or self.cell[0] >= len(rows):
            self.cell = first_doubtful(entry.value) if entry is not None else None
        self.show_target(fresh=fresh)

    def choose_cell(self, row: int, column: int) -> None:
        """Make a cell of the current table the current one."""
        self.cell = (row, column)
        self.show_target()

    def show_target(self, *, fresh: bool = False) -> None:
        """Show the current value everywhere, as it is stored; `fresh`: another field than before."""
        target = self.target()
        if target is None:
            return
        self.forget_pick()
        self.show_rows(target.entry if target.is_table else None, self.cell, fresh=fresh)
        found = target.value.value is not None or bool(target.value.rows)
        self.card.show_value(
            target.title,
            confidence=target.value.confidence if found and not target.entry.blind else None,
            reviewed=target.value.reviewed,
            reasons=target.reasons,
            flagged=target.value.needs_review or target.entry.value.needs_review,
            text=target.text,
            placeholder=target.placeholder,
            note=target.note,
            offers=[choice.offer for choice in target.choices],
            is_cell=target.row is not None,
            editable=target.editable,
        )
        self.card.edit.setAccessibleName(target.title)
        self.card.edit.setAccessibleDescription(target.entry.spoken)
        self._show_place(target)
        self.show_progress()
        self.card.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_place(self, target: Target) -> None:
        pages = [target.evidence.page_index] if target.evidence is not None else []
        pages += [c.evidence.page_index for cells in target.entry.value.rows for c in cells if c.evidence]
        page = self.pane.page()
        wanted = pages[0] if pages and (page not in pages or target.evidence is not None) else max(0, page)
        if wanted != page:
            self.pane.show_page(wanted)  # draws the outlines, too
        else:
            self.draw_outlines()
        self._show_cutout(target)

    def _show_cutout(self, target: Target) -> None:
        evidence = target.evidence
        if evidence is None:
            self.card.cutout.show_nothing(target.nowhere)
        else:
            sure = not target.value.needs_review
            self.card.cutout.show_place(self.pane.sharp(evidence.page_index), target.boxes, sure=sure)

    def _sharp_came(self, key: PageKey, _picture: QImage) -> None:
        target = self.target()
        if target is not None and target.evidence is not None and target.evidence.page_index == key.page_index:
            self._show_cutout(target)

    def _page_shown(self, page_index: int) -> None:
        opened = self.documents.get(self._item_id)
        pages = opened.pages if opened is not None else ()
        self.picker.show_page(next((page for page in pages if page.index == page_index), None))
        self.draw_outlines()

    def draw_outlines(self) -> None:
        """Outline the values that stand on the page."""
        page = self.pane.page()
        target = self.target()
        outlines: list[Outline] = []
        current: Place | None = None
        for entry in self.values.entries:
            open_table = target is not None and target.is_table and entry.field.name == self._field
            if open_table and target is not None:
                for row, cells in enumerate(target.entry.value.rows):
                    for column, cell in enumerate(cells):
                        if cell.evidence is not None and cell.evidence.page_index == page:
                            key = Place(entry.place.field, row, column)
                            tone = "unsure" if cell.needs_review else "sure"
                            outlines.append(Outline(key, boxes_of(cell.evidence), tone, faint=True))  # type: ignore[arg-type]
                if self.cell is not None:
                    current = Place(entry.place.field, *self.cell)
                continue
            if entry.field.name == self._field:
                current = entry.place
            evidence = entry.value.evidence
            if evidence is not None and evidence.page_index == page:
                tone = "unsure" if entry.value.needs_review else "sure"
                tip = tooltip(f"{entry.title}: {entry.words}")
                outlines.append(Outline(entry.place, boxes_of(evidence), tone, tip))  # type: ignore[arg-type]
        self.pane.canvas.set_outlines(outlines)
        self.pane.canvas.set_current(current)

    def show_progress(self) -> None:
        """Say where one is among the values to review."""
        place = self.run.place_of(self.current())
        done = len(self.run) - self.run.open_count()
        self.show_position(place, len(self.run), done)
        ids = self.run.documents()
        place_of_document = ids.index(self._item_id) if self._item_id in ids else -1
        self.previous_button.setEnabled(place_of_document > 0)
        self.next_button.setEnabled(place_of_document + 1 < len(ids))

    def fetch_ahead(self) -> None:
        """Have the next documents read, and their pages drawn."""
        for item_id in self.run.documents_after(self.current(), AHEAD):
            self.documents.want(item_id)
        self._draw_ahead()

    def _draw_ahead(self) -> None:
        """Have the pages of the next documents drawn, those with their first flagged value."""
        for number, item_id in enumerate(self.run.documents_after(self.current(), AHEAD)):
            opened = self.documents.get(item_id)
            stop = self.run.first_of(item_id)
            if opened is None or opened.extraction is None or stop is None:
                continue
            value = next((v for v in opened.extraction.fields if v.name == stop.flag.field), None)
            page = value.evidence.page_index if value is not None and value.evidence is not None else 0
            key = page_key(item_id, opened.sizes, page)
            self.pane.fetch_ahead(key, f"ahead {number}")
            self.pane.fetch_ahead(key, f"ahead sharp {number}", sharp=True)

    def forget_pick(self) -> None:
        """No words are pointed at any more."""
        self.pick = None
        self.picker.choose(())

    def _open_file(self) -> None:
        opened = self.documents.get(self._item_id)
        if opened is not None and not files.open_file(opened.item.path):
            self.context.notify("There is no program to open this file with.")
