"""Kills the program, and its workers, at random moments, and looks whether anything was lost, doubled or left lying.

    python tests/faults/kill_test.py --kills 200
    python tests/faults/kill_test.py --kills 50 --documents FOLDER --template receipt

Without a folder a mix is made: text PDFs of one and more pages, small scans, and broken files. The documents are first
extracted undisturbed; then again and again with SIGKILLs, each time until the batch has ended, and the results are held
against the undisturbed ones. Ends with 0 where nothing is wrong, with 1 otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from docuextract_desktop.bootstrap import open_services
from docuextract_desktop.extraction.models import field_value_to_json
from docuextract_desktop.jobs.models import BatchRequest
from docuextract_desktop.settings import Limits
from docuextract_desktop.storage.opening import DATABASE_NAME, open_database

PATIENT = Limits(max_attempts=100_000, retry_pause_s=0.0)
"""Every killed worker uses up a try of its document; here they must not run out."""

LEFT_BEHIND = ("docuextract.db", "docuextract.db-wal", "docuextract.db-shm", "log", "templates", "backups")


@dataclass
class Report:
    """What was done, and what was wrong with it."""

    kills_of_program: int = 0
    kills_of_worker: int = 0
    rounds: int = 0
    documents: int = 0
    power_cuts: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """All of them."""
        return self.kills_of_program + self.kills_of_worker


def kill_test(
    documents: Path, template: str, kills: int, scratch: Path, *, seed: int = 0, lanes: int = 2, quiet: bool = False
) -> Report:
    """Run the test in the folder `scratch`; what came of it."""
    chance = random.Random(seed)  # noqa: S311  not for secrets
    report = Report()
    undisturbed = scratch / "undisturbed"
    batch = prepare(undisturbed, documents, template)
    finish(undisturbed, batch, lanes)
    expected, pages = results(undisturbed, batch)
    report.documents = len(expected)
    while report.kills < kills and not report.problems:
        home = scratch / f"round {report.rounds}"
        batch = prepare(home, documents, template)
        workers: set[psutil.Process] = set()
        while report.kills < kills:
            if disturb(home, batch, lanes, chance, report, workers):
                break
        finish(home, batch, lanes)
        check(home, batch, expected, pages, workers, report)
        report.rounds += 1
        shutil.rmtree(home)
        if not quiet:
            print(f"{report.kills} kills, {report.rounds} rounds, {len(report.problems)} problems", flush=True)
    return report


def prepare(home: Path, documents: Path, template: str) -> str:
    """A new data folder with one batch of all documents; the batch's id."""
    home.mkdir(parents=True)
    (home.parent / "temporary").mkdir(exist_ok=True)
    with open_services(home) as services:
        services.settings.update(limits=PATIENT)
        files = services.queue.scan([documents])
        return services.queue.create_batch(BatchRequest(files=files, template=template, force=True))


def start(home: Path, batch: str, lanes: int) -> subprocess.Popen[str]:
    """The program, working on the batch; it writes a line for every change."""
    environment = {**os.environ, "TMPDIR": str(home.parent / "temporary"), "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, __file__, "--work-on", str(home), batch, str(lanes)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def finish(home: Path, batch: str, lanes: int) -> None:
    """Let the program run to the end of the batch."""
    with start(home, batch, lanes) as program:
        program.communicate()
    if program.returncode != 0:
        raise RuntimeError(f"the program ended with {program.returncode}")


def disturb(
    home: Path, batch: str, lanes: int, chance: random.Random, report: Report, workers: set[psutil.Process]
) -> bool:
    """Start the program and kill it, or its workers and then it; True where the batch ended before."""
    with start(home, batch, lanes) as program:
        if program.stdout is None:
            raise AssertionError("it was asked for")
        me = psutil.Process(program.pid)
        # Half of the kills come at any time, starting up included, the others in the thick of the work.
        if chance.random() < 0.5:
            ended = _ended_within(program, chance.uniform(0.0, 3.0))
        else:
            changes = chance.randint(1, 40)
            ended = not all(program.stdout.readline() for _ in range(changes))
        while not ended and chance.random() < 0.4:
            children = _children(me)
            workers.update(children)
            if children:
                _kill(chance.choice(children))
                report.kills_of_worker += 1
            ended = _ended_within(program, chance.uniform(0.0, 0.5))
        if ended:
            program.communicate()
            return True
        workers.update(_children(me))
        program.send_signal(signal.SIGKILL)
        program.communicate()
        report.kills_of_program += 1
    if chance.random() < 0.1:
        _cut_power(home, report)
    return False


def _ended_within(program: subprocess.Popen[str], seconds: float) -> bool:
    try:
        program.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def _cut_power(home: Path, report: Report) -> None:
    """What a disk holds after a power cut, the file and its log, must open and be whole."""
    report.power_cuts += 1
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        for name in (DATABASE_NAME, f"{DATABASE_NAME}-wal"):
            if (home / name).exists():
                shutil.copyfile(home / name, Path(folder) / name)
        database = open_database(Path(folder))
        report.problems += [f"after a power cut: {problem}" for problem in database.problems()]
        database.close()


def results(home: Path, batch: str) -> tuple[list[dict[str, Any]], int]:
    """What an export would show, without what differs from run to run; and the pages that were counted."""
    with open_services(home) as services:
        found = [
            {
                "filename": result.item.filename,
                "state": result.item.state.value,
                "error": result.item.error_code,
                "sha256": result.item.sha256,
                "fields": None
                if result.extraction is None
                else [field_value_to_json(value) for value in result.extraction.fields],
            }
            for result in services.queue.results(batch)
        ]
        return found, services.queue.pages_this_month()


def check(
    home: Path,
    batch: str,
    expected: Sequence[dict[str, Any]],
    pages: int,
    workers: set[psutil.Process],
    report: Report,
) -> None:
    """Hold the outcome of a round against the undisturbed one."""
    found, counted = results(home, batch)
    with open_services(home) as services:
        summary = services.queue.batch(batch)
        report.problems += services.database.problems()
    if not summary.state.terminal:
        report.problems.append(f"the batch is {summary.state}")
    if len(found) != len(expected):
        report.problems.append(f"{len(found)} documents instead of {len(expected)}")
    for one, other in zip(found, expected, strict=False):
        if one != other:
            report.problems.append(f"differs: {json.dumps(one)[:300]} instead of {json.dumps(other)[:300]}")
    if counted != pages:
        report.problems.append(f"{counted} pages were counted instead of {pages}: a document was done twice")
    _, alive = psutil.wait_procs(list(workers), timeout=10)
    report.problems += [f"a worker is left: {process}" for process in alive]
    report.problems += [f"left lying: {path}" for path in home.iterdir() if path.name not in LEFT_BEHIND]
    report.problems += [f"left lying: {path}" for path in (home.parent / "temporary").iterdir()]


def work_on(home: Path, batch: str, lanes: int) -> None:
    """Be the program: work on a batch to its end, and write a line for every change."""
    from PySide6.QtCore import QCoreApplication

    from docuextract_desktop.jobs.runner import Runner

    application = QCoreApplication([])
    with open_services(home) as services:
        runner = Runner(services.queue, lanes=lanes, batch_ids=[batch])
        runner.event.connect(lambda event: print(event.number, flush=True))
        runner.batch_ended.connect(application.quit)
        runner.start()
        if not services.queue.batch(batch).state.terminal:
            application.exec()
        runner.stop()


def make_documents(folder: Path, count: int, *, scans: int = 0, long: int = 0) -> None:
    """Text PDFs of one to three pages, `scans` small pictures, and three broken files, always the same ones.

    `long` documents have 40 pages, whose reading lanes share.
    """
    folder.mkdir(parents=True)
    chance = random.Random(7)  # noqa: S311  not for secrets
    for number in range(count):
        pages = [
            [
                "ACME TRADING",
                "Invoice",
                f"Invoice number: INV-{chance.randint(10_000, 99_999)}",
                f"Date: {chance.randint(1, 28):02}/03/2024",
                f"Page {page + 1}",
                f"Total: {chance.randint(10, 999)}.{chance.randint(10, 99)}",
            ]
            for page in range(1 + number % 3)
        ]
        (folder / f"text {number}.pdf").write_bytes(text_pdf(pages))
    for number in range(long):
        pages = [[f"Invoice number: INV-{number}-{page}", "Total: 1.50", *["filler " * 9] * 40] for page in range(40)]
        (folder / f"long {number}.pdf").write_bytes(text_pdf(pages) + b"%" * 100_000)
    for number in range(scans):
        _scan(folder / f"scan {number}.png", f"Total: {chance.randint(10, 99)}.{chance.randint(10, 99)}")
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "a text.pdf").write_text("this is no PDF")
    (folder / "cut off.pdf").write_bytes(text_pdf([["cut off"]])[:120])


def text_pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """A PDF with the given lines on each page, in Helvetica, by hand."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        shown = " ".join(f"({line}) Tj 0 -24 Td" for line in lines)
        stream = f"BT /F1 12 Tf 72 760 Td {shown} ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
            f" /Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    data = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>"
    return data + f"{end}\nstartxref\n{len(data)}\n%%EOF\n".encode("latin-1")


def _scan(path: Path, text: str) -> None:
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("L", (420, 160), 255)
    draw = ImageDraw.Draw(picture)
    draw.text((20, 20), "ACME TRADING", fill=0, font=ImageFont.load_default(28))
    draw.text((20, 90), text, fill=0, font=ImageFont.load_default(28))
    picture.save(path)


def main() -> int:
    """The command."""
    if sys.argv[1:2] == ["--work-on"]:
        work_on(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
        return 0
    parser = argparse.ArgumentParser(description="Kill the program at random moments; see whether anything is lost.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--documents", type=Path, help="folder; a mix is made without it")
    parser.add_argument("--template", default="invoice")
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        documents = arguments.documents
        if documents is None:
            documents = scratch / "documents"
            make_documents(documents, 200, scans=20, long=3)
        report = kill_test(
            documents.resolve(),
            arguments.template,
            arguments.kills,
            scratch,
            seed=arguments.seed,
            lanes=arguments.lanes,
        )
    print(
        f"{report.kills} kills ({report.kills_of_program} of the program, {report.kills_of_worker} of a worker) in"
        f" {report.rounds} rounds over {report.documents} documents, {report.power_cuts} power cuts,"
        f" {time.monotonic() - began:.0f} s: {len(report.problems)} problems"
    )
    for problem in report.problems[:50]:
        print(" ", problem)
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
