"""Workers that fail in every way: the program lives, the error is right, and the next document works."""

from __future__ import annotations

import os
import platform
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from PIL import Image, ImageDraw, ImageFont
from queue_trial import TEMPLATE

from docuextract_desktop.documents.models import Document
from docuextract_desktop.documents.serial import pages_from_blob, pages_to_blob
from docuextract_desktop.errors import (
    DocumentTooLargeError,
    ItemError,
    ItemInternalError,
    ItemTimeoutError,
    PasswordRequiredError,
    UploadMissingError,
)
from docuextract_desktop.extraction.models import Extraction
from docuextract_desktop.jobs.stages import Stages
from docuextract_desktop.jobs.work import HandedOver, Job, KeptPage, Knowledge, PageJob
from docuextract_desktop.jobs.worker_pool import Worker, WorkerOptions, WorkerStoppedError, page_counter
from docuextract_desktop.settings import Limits
from docuextract_desktop.templates.models import Template
from tests.extraction.printed import page_of

LIMITS = Limits(timeout_base_s=0.5, timeout_per_page_s=0.05)
MEMORY_BYTES = 256 * 1024 * 1024

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: str) -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.pdf"
        path.write_text(content)
        return path

    return write


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker(WorkerOptions("fault_stages:Scripted", niceness=1, memory_bytes=MEMORY_BYTES))
    yield made
    made.kill()


def job(path: Path, **others: object) -> Job:
    limits = LIMITS.model_dump(mode="json")
    return Job(path, None, TEMPLATE.model_dump(mode="json"), limits=limits, **others)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        ("raise", ItemInternalError, "ZeroDivisionError"),
        ("recurse", ItemInternalError, "RecursionError"),
        ("item_error", PasswordRequiredError, "It is encrypted"),
        ("hang", ItemTimeoutError, "longer than the 1 s allowed"),
        ("hang_in_native_code", ItemTimeoutError, "longer"),
        ("exit", ItemInternalError, "died"),
        ("signal:SIGKILL", ItemInternalError, "died"),
        ("signal:SIGTERM", ItemInternalError, "died"),
        ("crash", ItemInternalError, "died"),
        ("rubbish", ItemInternalError, "died|nothing usable"),
        pytest.param(
            f"allocate:{MEMORY_BYTES * 5}",
            DocumentTooLargeError,
            "memory",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only"),
        ),
        (f"use_memory:{MEMORY_BYTES + (1 << 20)}", DocumentTooLargeError, "memory"),
    ],
)
def test_a_fault_is_one_documents_error_and_the_next_document_works(
    worker: Worker, write: Write, content: str, error: type[ItemError], said: str
) -> None:
    limits = Limits(timeout_base_s=30) if "memory" in content or "signal" in content else LIMITS
    with pytest.raises(error, match=said):
        worker.extract(job(write(content)), limits)
    outcome = worker.extract(job(write("ok:fine")), Limits())
    assert outcome.extraction.field("title").value == "fine"


def test_what_a_crash_left_behind_is_kept_for_the_log(worker: Worker, write: Write) -> None:
    with pytest.raises(ItemInternalError) as caught:
        worker.extract(job(write("crash")), LIMITS)
    assert "Segmentation fault" in caught.value.detail
    assert caught.value.hint == ""


def test_an_error_crosses_the_border_whole(worker: Worker, write: Write) -> None:
    with pytest.raises(PasswordRequiredError) as caught:
        worker.extract(job(write("item_error")), LIMITS)
    assert (caught.value.hint, caught.value.detail) == ("Give a password.", "for the log")


def test_what_libraries_print_does_not_disturb_the_answers(worker: Worker, write: Write) -> None:
    assert worker.extract(job(write("print:talked")), LIMITS).extraction.field("title").value == "talked"


def test_one_process_serves_many_documents(worker: Worker, write: Write) -> None:
    worker.extract(job(write("ok")), LIMITS)
    pid = worker.pid
    worker.extract(job(write("ok")), LIMITS)
    assert worker.pid == pid


def test_a_long_document_has_more_time(worker: Worker, write: Write) -> None:
    told = []
    worker.extract(job(write("slow_but_long:0.8")), LIMITS, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 1000)]


def test_a_worker_that_cannot_start_says_so(write: Write) -> None:
    worker = Worker(WorkerOptions("fault_stages:Unstartable"))
    with pytest.raises(ItemInternalError) as caught:
        worker.extract(job(write("ok")), LIMITS)
    assert "a module is missing" in caught.value.detail
    assert worker.pid is None


def test_an_answer_of_the_wrong_kind_is_refused(write: Write) -> None:
    worker = Worker(WorkerOptions("fault_stages:Nonsense"))
    with pytest.raises(ItemInternalError, match="nothing usable"):
        worker.extract(job(write("ok")), LIMITS)
    assert worker.pid is None


def test_work_can_be_interrupted_at_once(worker: Worker, write: Write) -> None:
    worker.extract(job(write("ok")), LIMITS)
    process = psutil.Process(worker.pid)
    threading.Timer(0.1, worker.interrupt).start()
    with pytest.raises(WorkerStoppedError):
        worker.extract(job(write("hang")), Limits())
    assert not process.is_running()
    with pytest.raises(WorkerStoppedError):
        worker.extract(job(write("ok")), Limits())


def test_a_worker_that_has_grown_is_replaced(write: Write) -> None:
    worker = Worker(WorkerOptions("fault_stages:Scripted", memory_bytes=MEMORY_BYTES))
    worker.extract(job(write(f"allocate:{1000}")), Limits())
    assert worker.pid is not None
    worker.options = WorkerOptions("fault_stages:Scripted", memory_bytes=1)
    worker.extract(job(write("ok")), Limits())
    assert worker.pid is None


def test_batch_workers_stand_back(worker: Worker, write: Write) -> None:
    worker.extract(job(write("ok")), LIMITS)
    assert psutil.Process(worker.pid).nice() >= min(19, psutil.Process().nice() + 1)


def test_a_worker_imports_neither_qt_nor_pandas_nor_sqlite(write: Write) -> None:
    code = (
        "import sys, docuextract_desktop.jobs.worker, docuextract_desktop.jobs.stages;"
        "import docuextract_desktop.extraction.pipeline, docuextract_desktop.documents.render;"
        "print([m for m in ('PySide6', 'pandas', 'sqlite3', 'sqlite_utils', 'psutil') if m in sys.modules])"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(os.name != "posix", reason="file rights and FIFOs as on POSIX")
def test_workers_die_with_the_program_that_started_them(write: Write, tmp_path: Path) -> None:
    """Also while a document hangs in native code, with the interpreter lock held."""
    import subprocess

    path = write("hang_in_native_code")
    code = (
        "import sys, threading; sys.path[:0] = [sys.argv[1]]\n"
        "from pathlib import Path\n"
        "from docuextract_desktop.jobs.worker_pool import Worker, WorkerOptions\n"
        "from docuextract_desktop.jobs.work import Job\n"
        "from docuextract_desktop.settings import Limits\n"
        "worker = Worker(WorkerOptions('fault_stages:Scripted'))\n"
        "worker._ensure_started()\n"
        "print(worker.pid, flush=True)\n"
        "worker.extract(Job(Path(sys.argv[2]), None, {}, limits={}), Limits())\n"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parent), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        child = psutil.Process(int(program.stdout.readline()))
        program.kill()
    psutil.wait_procs([child], timeout=20)
    assert not child.is_running()


LINUX = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="the kernel keeps processes from networks on Linux only",
)


@LINUX
def test_a_worker_cannot_reach_a_network(worker: Worker, write: Write) -> None:
    with pytest.raises(ItemInternalError) as caught:
        worker.extract(job(write("connect")), LIMITS)
    assert "PermissionError" in caught.value.detail


@LINUX
def test_nothing_in_a_worker_even_tries_to_reach_a_network(write: Write) -> None:
    """An attempt to connect kills the worker here: a scripted one does, reading pictures with OCR does not."""
    strict = Worker(WorkerOptions("fault_stages:Scripted", network="kill"))
    with pytest.raises(ItemInternalError, match="died"):
        strict.extract(job(write("connect")), LIMITS)
    strict.kill()
    path = write("")
    picture = Image.new("L", (300, 80), 255)
    ImageDraw.Draw(picture).text((20, 20), "Total: 12.50", fill=0, font=ImageFont.load_default(28))
    picture.save(path, "PNG")
    reader = Worker(WorkerOptions(network="kill"))
    try:
        outcome = reader.extract(job(path), Limits())
        assert outcome.words[0].method == "ocr"
        # The OCR runtime's own reports would be sent some time after its start.
        reader.extract(job(path), Limits())
        assert reader.pid is not None
    finally:
        reader.kill()


def test_pages_are_drawn(worker: Worker, write: Write) -> None:
    picture = worker.draw(PageJob(write("ok"), 7, max_side_px=3), LIMITS)
    assert (picture.width, picture.height, picture.rgb) == (3, 1, b"\x07" * 9)
    with pytest.raises(PasswordRequiredError):
        worker.draw(PageJob(write("item_error"), 0), LIMITS)


def test_pages_are_counted_leaving_out_what_cannot_be_opened(write: Write) -> None:
    good, bad, dying = write("ok:12"), write("item_error"), write("exit")
    count = page_counter(lambda: LIMITS, WorkerOptions("fault_stages:Scripted"))
    assert count([good, bad, dying], ()) == {good: 12}


# ---- the road of the real stages


@pytest.fixture
def reader() -> Iterator[Worker]:
    made = Worker(WorkerOptions("fault_stages:Counted"))
    yield made
    made.kill()


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "three.pdf"
    path.write_bytes(b"%PDF-1.4 three pages")
    return path


def test_words_come_back_page_by_page(reader: Worker, pdf: Path) -> None:
    outcome = reader.extract(job(pdf), Limits())
    assert (outcome.page_count, outcome.pages_read, outcome.kind) == (3, 3, "pdf")
    texts = [pages_from_blob(page.words)[0].texts for page in outcome.words]
    assert texts == [("page0",), ("page1",), ("page2",)]


def test_only_the_pages_that_are_not_kept_are_read(reader: Worker, pdf: Path) -> None:
    first = reader.extract(job(pdf), Limits())
    known = {"page_count": 3, "kind": "pdf"}
    second = reader.extract(job(pdf, kept=(first.words[1],), **known), Limits())
    assert [page.page_index for page in second.words] == [0, 2]
    assert second.extraction == first.extraction
    third = reader.extract(job(pdf, kept=first.words, **known), Limits())
    assert (third.pages_read, third.words) == (0, ())
    assert third.extraction == first.extraction


def test_kept_words_that_are_damaged_are_this_documents_error(reader: Worker, pdf: Path) -> None:
    kept = tuple(KeptPage(index, 1.0, 1.0, 0, "ocr", b"damaged") for index in range(3))
    with pytest.raises(ItemInternalError):
        reader.extract(job(pdf, kept=kept, page_count=3, kind="pdf"), Limits())


def test_page_ranges_choose_pages(reader: Worker, pdf: Path) -> None:
    outcome = reader.extract(job(pdf, page_ranges="2-", page_count=3, kind="pdf"), Limits())
    assert [page.page_index for page in outcome.words] == [1, 2]
    with pytest.raises(ItemError, match="3 pages; none of the pages 7 is there"):
        reader.extract(job(pdf, page_ranges="7", page_count=3, kind="pdf"), Limits())


def test_a_file_that_changed_or_vanished_is_upload_missing(reader: Worker, pdf: Path) -> None:
    changed = Job(pdf, "0" * 64, TEMPLATE.model_dump(mode="json"))
    with pytest.raises(UploadMissingError, match="changed"):
        reader.extract(changed, Limits())
    pdf.unlink()
    with pytest.raises(UploadMissingError):
        reader.extract(changed, Limits())


def test_jobs_of_one_template_get_the_same_object_and_of_another_version_another(tmp_path: Path) -> None:
    class Noting(Stages):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[Template] = []

        def extract(
            self, document: Document, template: Template, knowledge: Knowledge | None
        ) -> tuple[Extraction, HandedOver]:
            self.seen.append(template)
            return super().extract(document, template, knowledge)

    picture = tmp_path / "a.png"
    Image.new("RGB", (200, 100), "white").save(picture)
    stages = Noting()
    kept = KeptPage(0, 200, 100, 0, "ocr", pages_to_blob((page_of("Total 12.50"),)))
    again = replace(job(picture, kept=(kept,), page_count=1, kind="image"), limits=Limits().model_dump(mode="json"))
    newer = replace(again, template={**again.template, "version": 7})
    for one in (again, replace(again, template=dict(again.template)), newer, again):
        stages.run(one, lambda done, total: None)
    first, second, third, fourth = stages.seen
    assert first is second
    assert third.version == 7
    assert (fourth.id, fourth.version) == (first.id, first.version)
