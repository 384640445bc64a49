"""What a test of the window works at: a context or a window on a real store, a runner and a lane worked by hand."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from docuextract_desktop.bootstrap import Services
from docuextract_desktop.documents.models import Box, Page
from docuextract_desktop.documents.serial import WORDS_VERSION, pages_to_blob
from docuextract_desktop.errors import ExtractionFailedError
from docuextract_desktop.extraction.models import Evidence, Extraction, FieldValue
from docuextract_desktop.jobs.lanes import PageReply, PageRequest, TryRequest
from docuextract_desktop.jobs.work import Claim, KeptPage, Outcome, Picture
from docuextract_desktop.templates.models import Template
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.feed import Feed
from docuextract_desktop.ui.shell.screens import Screens
from docuextract_desktop.ui.shell.window import MainWindow

TEMPLATE_ID = "receipt"
UNSURE = ("The program is not sure of this value.",)


class FakeRunner(QObject):
    """Stands in for `jobs.runner.Runner`: works on nothing; page pictures come when a test says so."""

    events = Signal(object)
    batch_ended = Signal(str)
    pages_rendered = Signal(object)
    tried = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.lanes = 2
        self.busy_lanes: dict[int, str] = {}
        self.woken = 0
        self.asked: list[PageRequest] = []
        self.answers_at_once = False
        self.tries: list[TryRequest] = []
        self._numbers = itertools.count(1)

    def wake(self) -> None:
        self.woken += 1

    def request_page(
        self,
        source: str | Path,
        page_index: int,
        max_side_px: int | None = None,
        *,
        scale: float | None = None,
        rotation: int = 0,
        channel: str = "page",
    ) -> int:
        request = PageRequest(next(self._numbers), source, page_index, rotation, max_side_px, scale, channel)
        self.asked.append(request)
        return request.number

    def request_try(
        self,
        path: Path,
        template: Template,
        *,
        page_ranges: str | None = None,
        passwords: tuple[str, ...] = (),
        channel: str = "try",
    ) -> int:
        request = TryRequest(next(self._numbers), path, template, page_ranges, passwords, channel)
        self.tries.append(request)
        return request.number

    def cancel_request(self, number: int) -> bool:
        return False

    def answer(self, request: PageRequest, width: int = 60, height: int = 80) -> None:
        picture = Picture(width, height, bytes([200]) * (width * height * 3))
        self.pages_rendered.emit(PageReply(request, picture))

    def refuse(self, request: PageRequest, words: str) -> None:
        self.pages_rendered.emit(PageReply(request, None, ExtractionFailedError(words)))


@dataclass
class Said:
    """What was said at the foot of the window."""

    words: list[str] = field(default_factory=list)

    def __call__(self, text: str, *actions: object, **_: object) -> None:
        self.words.append(text)


@dataclass
class Desk:
    """A context without a window, for one screen."""

    services: Services
    runner: FakeRunner
    feed: Feed
    said: Said
    context: Context

    def settle(self) -> None:
        """Read the changes of the queue now, and let all work end."""
        for _ in range(2):
            assert tasks.wait_until_idle()
            self.feed._timer.stop()
            self.feed._read()  # what a knock leads to after a pause
        assert tasks.wait_until_idle()
        QApplication.processEvents()


@dataclass
class Shown:
    """A whole window."""

    window: MainWindow
    screens: Screens
    desk: Desk


def page(index: int = 0, width: float = 600.0, height: float = 800.0) -> Page:
    texts = ("Shop", "Total", "12.50")
    boxes = np.array([[0.1, 0.1, 0.3, 0.13], [0.1, 0.5, 0.2, 0.53], [0.7, 0.5, 0.8, 0.53]], np.float32)
    return Page(
        index, width, height, 0, "ocr", texts, boxes,
        np.array([0.9, 0.95, 0.99], np.float32), np.array([0, 1, 1], np.int32), np.array([0, 1, 2], np.int32),
    )  # fmt: skip


def evidence(page_index: int, x0: float, y0: float, x1: float, y1: float) -> Evidence:
    return Evidence(page_index, Box(x0, y0, x1, y1), "ocr")


def extraction_of(template: Template, *, flagged: bool = True, pages: int = 1) -> Extraction:
    """Company sure, total flagged on the last page, a table of two rows, everything else not found."""
    cells = tuple(
        (
            FieldValue(
                "description", "text", "Tea", "Tea", 0.9, evidence=evidence(0, 0.1, 0.2 + n / 10, 0.4, 0.25 + n / 10)
            ),
            FieldValue(
                "amount", "money", "6.25", "6.25", 0.9, evidence=evidence(0, 0.7, 0.2 + n / 10, 0.8, 0.25 + n / 10)
            ),
        )
        for n in range(2)
    )
    known = {
        "company": FieldValue("company", "name", "Shop", "Shop", 0.99, evidence=evidence(0, 0.1, 0.1, 0.3, 0.13)),
        "total": FieldValue(
            "total", "money", "12.50", "12,50", 0.55, flagged, UNSURE if flagged else (),
            evidence(pages - 1, 0.7, 0.5, 0.8, 0.53), "MYR",
        ),
        "line_items": FieldValue("line_items", "table", confidence=0.9, rows=cells),
    }  # fmt: skip
    values = tuple(known.get(f.name, FieldValue(f.name, f.type, confidence=0.9)) for f in template.fields)
    return Extraction(template.id, template.version, values, "engine-1")


def outcome_of(services: Services, claim: Claim, *, flagged: bool = True, pages: int = 1) -> Outcome:
    kept = tuple(KeptPage(n, 600.0, 800.0, 0, "ocr", pages_to_blob((page(n),))) for n in range(pages))
    extraction = extraction_of(services.templates.get(TEMPLATE_ID), flagged=flagged, pages=pages)
    return Outcome(claim.sha256 or "0" * 64, "pdf", 10, pages, pages, WORDS_VERSION, kept, (), extraction)


@dataclass
class Lane:
    """Does by hand what a lane of the runner would do."""

    services: Services

    def start(self) -> Claim:
        claim = self.services.queue.claim()
        assert claim is not None
        return claim

    def finish(self, count: int = 1, *, flagged: bool = True, pages: int = 1) -> None:
        for _ in range(count):
            claim = self.start()
            assert self.services.queue.finish(claim, outcome_of(self.services, claim, flagged=flagged, pages=pages))

    def fail(self, words: str = "The document is damaged.") -> None:
        self.services.queue.fail(self.start(), ExtractionFailedError(words))
