"""What is installed, where the data is, what is missing, and how to mend it. For `doctor`, and for the window."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from docuextract_desktop.bootstrap import backups, ocr_engine, open_services
from docuextract_desktop.cli.display import display, window_problem
from docuextract_desktop.cli.findings import Finding
from docuextract_desktop.errors import DocuExtractError
from docuextract_desktop.jobs.worker_pool import Worker, WorkerOptions
from docuextract_desktop.paths import data_home
from docuextract_desktop.settings import Limits

LITTLE_SPACE_BYTES = 1024**3

PACKAGES: Mapping[str, str] = {
    "PySide6-Essentials": "the window and the lanes",
    "pypdfium2": "reading PDFs",
    "onnxruntime": "recognising scans",
    "opencv-python-headless": "recognising scans",
    "sqlite-utils": "storing",
    "pandas": "exporting CSV",
    "XlsxWriter": "exporting XLSX",
    "Pillow": "reading pictures",
    "pillow-heif": "reading HEIC pictures",
    "numpy": "everything",
    "scipy": "ranking values",
    "rapidfuzz": "finding labels",
    "pydantic": "templates",
    "click": "the command line",
    "psutil": "watching workers",
    "platformdirs": "finding the data folder",
}

# One empty page, for trying a worker on something that is certain to be readable.
_TINY_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def diagnose(home: Path | None) -> Iterator[Finding]:
    """Look at everything, one after the other; takes a few seconds, since a worker is started.

    Args:
        home: the data folder that was named, or None for the usual one.
    """
    yield Finding("Python", "ok", f"{platform.python_version()} on {platform.platform(terse=True)}, {sys.executable}")
    yield _packages()
    yield from _data(home)
    yield _worker()
    yield _text_recognition()
    yield _window()


def _packages() -> Finding:
    versions, missing = [], []
    for name, purpose in PACKAGES.items():
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(f"{name} (for {purpose})")
    if missing:
        return Finding("Packages", "bad", f"Missing: {', '.join(missing)}.", "Install the program again with pip.")
    return Finding("Packages", "ok", ", ".join(versions))


def _data(home: Path | None) -> Iterator[Finding]:
    try:
        folder = data_home(home)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        yield Finding(
            "Data folder", "bad", f"It cannot be used: {error}.", "Name another one with --home or DOCUEXTRACT_HOME."
        )
        return
    used = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    detail = f"{folder}: {_size(used)} used, {_size(free)} free on the disk"
    if free < LITTLE_SPACE_BYTES:
        yield Finding(
            "Data folder", "warning", detail, "Free some space: a full disk stops the work (nothing is lost)."
        )
    else:
        yield Finding("Data folder", "ok", detail)
    try:
        with open_services(home) as services:
            batches = len(services.queue.batches())
            templates = len(services.templates.list())
    except DocuExtractError as error:
        yield Finding("Database", "bad", error.message, error.hint)
    else:
        yield Finding("Database", "ok", f"{batches:,} batches, {templates:,} templates")
    yield _backups(home)


def _backups(home: Path | None) -> Finding:
    found = backups(home)
    if not found:
        return Finding("Backups", "ok", "none; `docuextract backup` makes one, also while the program works")
    newest = found[0]
    made = time.strftime("%Y-%m-%d %H:%M", time.localtime(newest.stat().st_mtime))
    return Finding("Backups", "ok", f"{len(found):,} in {newest.parent}, the newest {newest} of {made}")


def _worker() -> Finding:
    worker = Worker(WorkerOptions())
    try:
        with tempfile.TemporaryDirectory(prefix="docuextract-") as folder:
            path = Path(folder) / "empty.pdf"
            path.write_bytes(_TINY_PDF)
            pages = worker.count_pages(path, (), Limits())
    except DocuExtractError as error:
        return Finding(
            "Worker processes", "bad", f"{error.message} {error.detail}".strip(), "Install the program again with pip."
        )
    finally:
        worker.kill()
    if pages != 1:
        return Finding("Worker processes", "bad", f"A PDF of one page was read as {pages} pages.", "Report this.")
    return Finding("Worker processes", "ok", "they start and read PDFs")


def _text_recognition() -> Finding:
    engine = ocr_engine()
    availability = engine.availability()
    if not availability.ok:
        return Finding(
            "Text recognition",
            "warning",
            f"{availability.reason} PDFs with text still work; scans and pictures do not.",
            "pip install rapidocr onnxruntime",
        )
    return Finding("Text recognition", "ok", f"{engine.name} ({engine.version})")


def _window() -> Finding:
    problem = window_problem()
    if problem is not None:
        return problem
    platform_name = os.environ.get("QT_QPA_PLATFORM") or display()
    return Finding("Window", "ok", f"can be opened on {platform_name}")


def _size(size_bytes: int) -> str:
    size = float(size_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
