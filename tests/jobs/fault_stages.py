"""Stages that do what the document tells them to, most of it bad. They run in worker processes."""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from docuextract_desktop.documents.models import Document, Page
from docuextract_desktop.documents.serial import WORDS_VERSION, pages_to_blob
from docuextract_desktop.errors import ExtractionFailedError, OcrProviderError, PasswordRequiredError
from docuextract_desktop.extraction.models import Extraction, FieldValue
from docuextract_desktop.jobs.stages import Progress, Stages
from docuextract_desktop.jobs.work import HandedOver, Job, KeptPage, Outcome, PageJob, Picture
from docuextract_desktop.settings import Limits

ANSWERS_DESCRIPTOR = 4
"""Where a worker's answers go: see `worker._take_streams`."""


class Scripted(Stages):
    """The content of the file says what happens: `ok`, or one of the methods below, with an argument after a colon."""

    def run(self, job: Job, progress: Progress) -> Outcome:
        content = Path(job.path).read_bytes()
        verb, _, argument = content.decode().split("\n")[0].partition(":")
        getattr(self, f"_{verb.strip()}")(argument, progress)
        return Outcome(
            sha256=hashlib.sha256(content).hexdigest(),
            kind="pdf",
            size_bytes=len(content),
            page_count=1,
            pages_read=1,
            words_version=WORDS_VERSION,
            words=(KeptPage(0, 100.0, 100.0, 0, "text_layer", pages_to_blob((page_of("word"),))),),
            warnings=(),
            extraction=Extraction("note", 1, (FieldValue("title", "text", argument or verb, verb, 0.99),)),
        )

    def draw(self, job: PageJob) -> Picture:
        verb = Path(job.path).read_text().partition(":")[0]
        getattr(self, f"_{verb}")("", lambda *_: None)
        side = job.max_side_px or 2
        return Picture(side, 1, bytes([job.page_index]) * side * 3)

    def count_pages(self, path: str, passwords: object, limits: Limits) -> int:
        verb, _, argument = Path(path).read_text().partition(":")
        getattr(self, f"_{verb}")(argument, lambda *_: None)
        return int(argument or 1)

    def _ok(self, argument: str, progress: Progress) -> None:
        progress(1, 1)

    def _raise(self, argument: str, progress: Progress) -> None:
        raise ZeroDivisionError("our bug")

    def _item_error(self, argument: str, progress: Progress) -> None:
        raise PasswordRequiredError("It is encrypted.", hint="Give a password.", detail="for the log")

    def _transient(self, argument: str, progress: Progress) -> None:
        raise OcrProviderError("The model is missing.")

    def _hang(self, argument: str, progress: Progress) -> None:
        threading.Event().wait()

    def _hang_in_native_code(self, argument: str, progress: Progress) -> None:
        ctypes.PyDLL(None).sleep(3600)  # PyDLL holds the interpreter lock: no Python runs in this process any more

    def _slow_but_long(self, argument: str, progress: Progress) -> None:
        progress(1, 1000)
        threading.Event().wait(float(argument))

    def _exit(self, argument: str, progress: Progress) -> None:
        os._exit(3)

    def _signal(self, argument: str, progress: Progress) -> None:
        os.kill(os.getpid(), getattr(signal, argument))
        threading.Event().wait()

    def _crash(self, argument: str, progress: Progress) -> None:
        ctypes.string_at(0)

    def _print(self, argument: str, progress: Progress) -> None:
        sys.stdout.write("a library talks\n" * 10_000)
        sys.stdout.flush()
        os.write(1, b"even without Python\n")

    def _rubbish(self, argument: str, progress: Progress) -> None:
        os.write(ANSWERS_DESCRIPTOR, b"this is no message, and it is long enough to be read as a head")
        threading.Event().wait()

    def _allocate(self, argument: str, progress: Progress) -> None:
        self.kept = bytearray(int(argument))

    def _use_memory(self, argument: str, progress: Progress) -> None:
        self.kept = bytearray(b"x") * int(argument)
        threading.Event().wait()

    def _connect(self, argument: str, progress: Progress) -> None:
        socket.create_connection(("127.0.0.1", 9), timeout=1)

    def _recurse(self, argument: str, progress: Progress) -> None:
        self._recurse(argument, progress)


class Nonsense(Scripted):
    """Gives back what is no outcome."""

    def run(self, job: Job, progress: Progress) -> Outcome:
        outcome = super().run(job, progress)
        return Outcome(**{**{name: getattr(outcome, name) for name in Outcome.__slots__}, "page_count": "many"})  # type: ignore[arg-type]


class Unstartable:
    """Cannot even be made."""

    def __init__(self) -> None:
        raise RuntimeError("a module is missing")


def page_of(*texts: str) -> Page:
    count = len(texts)
    line = np.zeros(count, np.int32)
    boxes = np.tile(np.array([0.1, 0.1, 0.2, 0.2], np.float32), (count, 1))
    return Page(0, 100.0, 100.0, 0, "text_layer", texts, boxes, np.ones(count, np.float32), line, line)


class Counted(Scripted):
    """Reads real stages' road, with a document of three pages that notes which pages were read."""

    run = Stages.run

    def read(
        self,
        data: bytes,
        pages: object,
        passwords: object,
        limits: Limits,
        progress: Progress,
        *,
        partial: bool = False,
    ) -> Document:
        wanted = list(pages) if pages is not None else [0, 1, 2]  # type: ignore[call-overload]
        made = []
        for index in wanted:
            page = page_of(f"page{index}")
            made.append(Page(index, *(getattr(page, n) for n in list(page.__dataclass_fields__)[1:])))
        return Document(hashlib.sha256(data).hexdigest(), "pdf", 3, tuple(made))

    def extract(self, document: Document, template: object, knowledge: object) -> tuple[Extraction, HandedOver]:
        text = " ".join(word for page in document.pages for word in page.texts)
        found = Extraction("note", 1, (FieldValue("title", "text", text, text, 0.99),))
        return found, HandedOver("by us", b"prepared")


class Paged(Stages):
    """A line of the file is a page: its words, nothing, `damaged`, or `WHAT FILE`, done by who comes first to FILE."""

    def read(
        self,
        data: bytes,
        pages: Sequence[int] | None,
        passwords: object,
        limits: Limits,
        progress: Progress,
        *,
        partial: bool = False,
    ) -> Document:
        lines = data.decode().split("\n")[1:]
        read, warnings = [], ["Something is odd about the whole."]
        for index in range(len(lines)) if pages is None else pages:
            what, _, flag = lines[index].partition(" ")
            if what in ("kill", "hang", "fail") and not Path(flag).exists():
                Path(flag).touch()
                self._misbehave(what)
            if what == "damaged":
                warnings.append(f"Page {index + 1} is damaged and was left out.")
                continue
            page = page_of(*([what] if what else []))
            read.append(Page(index, *(getattr(page, n) for n in list(page.__dataclass_fields__)[1:])))
        if not partial and not any(len(page) for page in read):
            raise ExtractionFailedError("Nothing legible." if read else "All is damaged.")
        return Document(hashlib.sha256(data).hexdigest(), "pdf", len(lines), tuple(read), tuple(warnings))

    def _misbehave(self, what: str) -> None:
        if what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "hang":
            threading.Event().wait()
        raise OcrProviderError("The model is missing.")

    def extract(self, document: Document, template: object, knowledge: object) -> tuple[Extraction, HandedOver]:
        text = " ".join(word for page in document.pages for word in page.texts)
        found = Extraction("note", 1, (FieldValue("title", "text", text, text, 0.99),))
        return found, HandedOver("by us", b"prepared")
