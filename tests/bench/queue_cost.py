"""What the queue costs: a batch of one-page text documents through queue, lanes and workers, over the bare extraction.

    python tests/bench/queue_cost.py [--documents 10000] [--lanes 2]

Both do the same work on the same files: the bare run reads and extracts in as many plain processes as there are lanes,
each with a fair share of the files, and stores nothing. Prints the ratio of the whole runs (after everything has
started) and how much the program's memory grew from the first to the last tenth of the batch.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from docuextract_desktop.bootstrap import open_services
from docuextract_desktop.jobs.models import BatchRequest, ItemState
from docuextract_desktop.jobs.worker_pool import BATCH_NICENESS

sys.path.insert(0, str(Path(__file__).parent.parent / "faults"))
from kill_test import text_pdf

BARE = """
import os, sys, time
if hasattr(os, "nice"):
    os.nice(int(sys.argv[1]))  # as the workers are, or other programs would slow down one run and not the other
from docuextract_desktop.documents.read import read_document
from docuextract_desktop.extraction.pipeline import extract
from docuextract_desktop.templates.library import load_template
template = load_template("invoice")
paths = sys.stdin.read().split("\\n")
extract(read_document(paths[0]), template)
print("ready", flush=True)
for path in paths:
    extract(read_document(path), template)
print("done", flush=True)
"""


def make(folder: Path, count: int) -> list[Path]:
    """One-page text documents, all different."""
    paths = []
    for number in range(count):
        lines = [
            "ACME TRADING LIMITED",
            "12 Harbour Road, Leeds LS1 4AB",
            "INVOICE",
            f"Invoice number: INV-{number:06}",
            f"Invoice date: {number % 28 + 1:02}/03/2024",
            "Bill to: Miller and Sons",
            "Description Quantity Unit price Amount",
            *(f"Part {row} of {number} {row + 1} {row + 1}.50 {(row + 1) * (row + 1.5):.2f}" for row in range(8)),
            f"Subtotal: {number % 900 + 100}.00",
            "VAT 20%: 20.00",
            f"Total due: {number % 900 + 120}.00",
        ]
        path = folder / f"{number:06}.pdf"
        path.write_bytes(text_pdf([lines]))
        paths.append(path)
    return paths


def bare(paths: list[Path], lanes: int) -> float:
    """Seconds for the bare extraction in `lanes` processes."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", BARE, str(BATCH_NICENESS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},  # as the workers have it
        )
        for _ in range(lanes)
    ]
    for number, worker in enumerate(workers):
        if worker.stdin is None:
            raise AssertionError("it was asked for")
        worker.stdin.write("\n".join(str(path) for path in paths[number::lanes]))
        worker.stdin.close()
    for worker in workers:
        if worker.stdout is None or worker.stdout.readline().strip() != "ready":
            raise RuntimeError("a bare process failed")
    began = time.perf_counter()
    for worker in workers:
        if worker.stdout is None or worker.stdout.readline().strip() != "done":
            raise RuntimeError("a bare process failed")
        worker.stdout.close()
        worker.wait()
    return time.perf_counter() - began


def queued(paths: list[Path], lanes: int, home: Path) -> tuple[float, float, float]:
    """Seconds from the first result to the end of the batch, growth of the program's memory in MB, its CPU seconds."""
    from PySide6.QtCore import QCoreApplication

    from docuextract_desktop.jobs.runner import Runner

    application = QCoreApplication.instance() or QCoreApplication([])
    process = psutil.Process()
    with open_services(home) as services:
        queue = services.queue
        files = queue.scan([paths[0].parent])
        batch = queue.create_batch(BatchRequest(files=files, template="invoice"))
        runner = Runner(queue, lanes=lanes)
        memory: list[int] = []
        first: list[float] = []

        def note(events: tuple[object, ...]) -> None:
            if not first and any(getattr(event, "state", None) is not ItemState.RUNNING for event in events):
                first.append(time.perf_counter())
            memory.append(process.memory_info().rss)

        runner.events.connect(note)
        runner.batch_ended.connect(application.quit)
        began = time.process_time()
        runner.start()
        application.exec()
        cpu = time.process_time() - began
        took = time.perf_counter() - first[0]
        runner.stop()
        summary = queue.batch(batch)
        if summary.done != len(paths) or summary.counts[ItemState.FAILED]:
            raise RuntimeError(f"the batch ended as {summary}")
    tenth = max(1, len(memory) // 10)
    return took, (max(memory[-tenth:]) - max(memory[:tenth])) / 2**20, cpu


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="What the queue costs over the bare extraction.")
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2, help="of both, alternating")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "documents"
        folder.mkdir()
        paths = make(folder, arguments.documents)
        bare_s, queued_s, growth, cpu_s = 0.0, 0.0, 0.0, 0.0
        for number in range(arguments.rounds):
            bare_s += bare(paths, arguments.lanes)
            took, grown, cpu = queued(paths, arguments.lanes, Path(scratch) / f"home {number}")
            queued_s += took
            cpu_s += cpu
            growth = max(growth, grown)
    count = arguments.documents * arguments.rounds
    print(
        f"queue over bare extraction: {queued_s / bare_s:.2f}x"
        f" ({queued_s / count * 1000:.2f} ms over {bare_s / count * 1000:.2f} ms a document,"
        f" {arguments.documents} documents, {arguments.lanes} lanes, {arguments.rounds} rounds)"
    )
    print(f"the program itself took {cpu_s / count * 1000:.2f} ms of processor time a document")
    print(f"memory of the program grew by {growth:.0f} MB from the first to the last tenth of the batch")


if __name__ == "__main__":
    main()
