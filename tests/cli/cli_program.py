"""Documents for the command line's tests, and ways to run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

TEMPLATE = {
    "id": "note",
    "name": "Note",
    "fields": [
        {"name": "number", "type": "id", "labels": ["note number"]},
        {"name": "total", "type": "money", "labels": ["total"]},
        {
            "name": "lines",
            "type": "table",
            "columns": [
                {"name": "what", "type": "text", "labels": ["description"]},
                {"name": "amount", "type": "money", "labels": ["amount"]},
            ],
        },
    ],
}


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: bytes
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.decode("utf-8").splitlines()


Run = Callable[..., Ended]


def one_page_pdf(*lines: str) -> bytes:
    """A PDF of one page with these lines of text."""
    content = "".join(f"BT /F1 12 Tf 72 {720 - 24 * n} Td ({line}) Tj ET\n" for n, line in enumerate(lines)).encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body = b"".join(b"%d 0 obj%b endobj\n" % (number, part) for number, part in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def write_notes(folder: Path, count: int) -> list[Path]:
    """So many documents, no two alike."""
    folder.mkdir(exist_ok=True)
    paths = []
    for number in range(1, count + 1):
        path = folder / f"note {number}.pdf"
        path.write_bytes(one_page_pdf(f"Note number: N-{number:04d}", f"Total: {number}.50"))
        paths.append(path)
    return paths


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "docuextract_desktop", *map(str, arguments)]


def program(*arguments: str | Path, home: Path, cwd: Path | None = None) -> Ended:
    """Run the program as a process of its own."""
    environment = {**os.environ, "DOCUEXTRACT_HOME": str(home)}
    done = subprocess.run(
        command(*arguments), capture_output=True, env=environment, cwd=cwd, stdin=subprocess.DEVNULL, timeout=120
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr.decode("utf-8"))


@dataclass(frozen=True)
class Finished:
    """A batch of two notes and a file that is no PDF, run by the program itself."""

    home: Path
    documents: Path
    batch_id: str
    ended: Ended


def names(folder: Path) -> Sequence[str]:
    return sorted(path.name for path in folder.iterdir())
