"""A hand that teaches a batch through the review screen alone: keys, clicks and drags on real widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_desk import Desk

from docuextract_desktop.documents.models import Box
from docuextract_desktop.extraction.models import Evidence, FieldValue
from docuextract_desktop.extraction.teaching.examples import matching_rows
from docuextract_desktop.templates.types import type_of
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.review.desk import ReviewDesk

Truth = Mapping[str, str | None]


@dataclass
class Hand:
    """Reviews with real events what it knows the truth of: Enter, N, typing, and pointing where a value stands once."""

    work: ReviewDesk
    desk: Desk
    qtbot: QtBot
    drags: int = 0
    typed: int = 0
    accepted: int = 0

    def settle(self) -> None:
        for _ in range(2):
            self._wait()
            self.desk.feed._timer.stop()
            self.desk.feed._read()  # what a knock leads to after a pause
        self._wait()

    @staticmethod
    def _wait() -> None:
        # One piece of work may begin another just as the wait ends.
        assert any(tasks.wait_until_idle() for _ in range(50))
        QApplication.processEvents()

    def teach(self, batch_id: str, truths: Sequence[Truth]) -> None:
        for item, truth in zip(self.desk.services.queue.items(batch_id), truths, strict=True):
            while self.work.current()[0] != item.id:
                self.qtbot.mouseClick(self.work.next_button, Qt.MouseButton.LeftButton)
                self.settle()
            for name, wanted in truth.items():
                self._choose(name)
                self._say(item.id, name, wanted)
                self.settle()
                if self.work.current()[0] != item.id:
                    self._back_to(item.id)

    def _back_to(self, item_id: str) -> None:
        """Enter went on to the next flagged value; the rest of this document is told first."""
        self.qtbot.mouseClick(self.work.previous_button, Qt.MouseButton.LeftButton)
        self.settle()
        assert self.work.current()[0] == item_id

    def _choose(self, name: str) -> None:
        line = next(n for n, e in enumerate(self.work.values.entries) if e.field.name == name)
        view = self.work.value_view
        view.scrollTo(self.work.values.index(line))
        self.qtbot.mouseClick(
            view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(self.work.values.index(line)).center()
        )
        self.settle()
        assert self.work.current()[1] == name

    def _say(self, item_id: str, name: str, wanted: str | None) -> None:
        target = self.work.target()
        assert target is not None
        edit = self.work.card.edit
        if wanted is None:
            self.qtbot.keyClick(edit, Qt.Key.Key_N)
            return
        if self._is(target.value, item_id, wanted):
            self.accepted += 1
            self.qtbot.keyClick(edit, Qt.Key.Key_Return)
            return
        place = self._only_place(item_id, name, wanted)
        if place is not None:
            self._drag(place)
            self.drags += 1
        else:
            edit.selectAll()
            self.qtbot.keyClicks(edit, wanted)
            self.typed += 1
        self.qtbot.keyClick(edit, Qt.Key.Key_Return)

    def _is(self, value: FieldValue, item_id: str, wanted: str) -> bool:
        ready = self.desk.services.shelf.of_item(item_id)
        assert ready is not None
        field = next(e.field for e in self.work.values.entries if e.field.name == value.name)
        parsed = type_of(field).parse(wanted, ready[1].locale)
        return value.value is not None and parsed is not None and type_of(field).same(value.value, parsed.value)

    def _only_place(self, item_id: str, name: str, wanted: str) -> Evidence | None:
        """Where the value stands, if it stands once, on one line, printed as it was told."""
        ready = self.desk.services.shelf.of_item(item_id)
        assert ready is not None
        field = next(e.field for e in self.work.values.entries if e.field.name == name)
        rows, warning = matching_rows(ready[1], field, wanted)
        found = ready[1].candidates(field)
        if len(rows) != 1 or warning or found.texts[rows[0]] != wanted:
            return None
        place = found.evidence(rows[0])
        page = next(p for p in ready[0].pages if p.index == place.page_index)
        whole = tuple(range(min(place.words), max(place.words) + 1)) == place.words and not place.parts
        return place if whole and " ".join(page.texts[w] for w in place.words) == wanted else None

    def _drag(self, place: Evidence) -> None:
        if self.work.pane.page() != place.page_index:
            self.work.pane.show_page(place.page_index)
            self.settle()
        canvas = self.work.pane.canvas
        port = canvas.viewport()
        spots = [self._spot(place.box, share) for share in (0.05, 0.5, 0.95)]
        self.qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=spots[0])
        self.qtbot.mouseMove(port, spots[1])
        self.qtbot.mouseMove(port, spots[2])
        self.qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=spots[2])
        assert self.work.picker.chosen() == place.words

    def _spot(self, box: Box, share: float) -> QPoint:
        """A spot of the screen, so far along the diagonal of a box."""
        canvas = self.work.pane.canvas
        page = canvas._page
        x, y = box.x0 + box.width * share, box.y0 + box.height * share
        return canvas.mapFromScene(QPointF(x * page.width(), y * page.height()))


def taught_by_hand(desk: Desk, qtbot: QtBot, batch_id: str, truths: Sequence[Truth]) -> Hand:
    """Open the review of a batch, say of its documents in their order what is right, end; what was learnt is fitted."""
    work = ReviewDesk(desk.context)
    qtbot.addWidget(work)
    work.resize(1400, 1000)
    work.show()
    work.activateWindow()
    qtbot.waitActive(work)
    work.open(batch_id)
    hand = Hand(work, desk, qtbot)
    hand.settle()
    try:
        hand.teach(batch_id, truths)
    finally:
        work.stop()
        desk.feed.stop()
        hand._wait()
    assert desk.services.teacher.settle()
    return hand
