"""Makes the small database of the current schema that later versions are tried with; run once for each release.

    python tests/storage/make_database.py tests/data/databases/schema-2.db

Six items, in every state, with values, words, a decision and something taught.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from docuextract_desktop.documents.serial import WORDS_VERSION
from docuextract_desktop.errors import ExtractionFailedError
from docuextract_desktop.extraction.models import Extraction, FieldValue
from docuextract_desktop.jobs.models import BatchRequest, InputFile
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.jobs.work import Claim, KeptPage, Outcome
from docuextract_desktop.review import told
from docuextract_desktop.storage import knowledge, reviewing
from docuextract_desktop.storage.opening import open_database
from docuextract_desktop.storage.settings import SettingsStore
from docuextract_desktop.templates.models import Template, TemplateField

TEMPLATE = Template(id="note", name="Note", fields=(TemplateField(name="title", type="text"),))
CLOCK = 1_700_000_000.0


def outcome(claim: Claim, *, flagged: bool) -> Outcome:
    """Made-up values and words."""
    value = FieldValue("title", "text", "A title", "A title", 0.6 if flagged else 0.99, flagged)
    return Outcome(
        sha256=claim.sha256 or hashlib.sha256(b"").hexdigest(),
        kind="pdf",
        size_bytes=5,
        page_count=1,
        pages_read=1,
        words_version=WORDS_VERSION,
        words=(KeptPage(0, 595.0, 842.0, 0, "text_layer", b"words"),),
        warnings=(),
        extraction=Extraction("note", 1, (value,), "engine"),
    )


def make(target: Path) -> None:
    """Write the database to `target`."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        files = []
        for number in range(6):
            (home / f"{number}.pdf").write_bytes(f"doc {number}".encode())
            files.append(InputFile(Path(f"{home}/{number}.pdf"), f"{number}.pdf"))
        database = open_database(home)
        queue = Queue(database, SettingsStore(database), load_template=lambda _: TEMPLATE, clock=lambda: CLOCK)
        queue.owner = replace(queue.owner, host="a machine|a boot", pid=1, process_started=0.0)
        queue.settings.update(lanes=2)
        queue.heartbeat()
        batch = queue.create_batch(BatchRequest(files=tuple(files), template="note", metadata={"who": "me"}))
        claims = [claim for _ in range(4) if (claim := queue.claim()) is not None]
        queue.finish(claims[0], outcome(claims[0], flagged=False))
        queue.finish(claims[1], outcome(claims[1], flagged=True))
        queue.fail(claims[2], ExtractionFailedError("Nothing legible was found in the document."))
        queue.cancel_items([queue.items(batch)[4].id])
        before = queue.extraction(claims[0].item_id).field("title")
        with database.transaction() as session:
            after = replace(before, value="Another title", reviewed=True)
            reviewing.record(
                session, claims[0].item_id, who="me", action="correct", before=before, after=after, now=CLOCK
            )
            told.note(session, claims[0].item_id, who="me", now=CLOCK)
            knowledge.keep(session, "note", 1, b"weights", settled=True, made_by="somebody", now=CLOCK)
            session.execute("UPDATE items SET path = '/documents/' || filename")
        database.backup(target)
        database.close()


if __name__ == "__main__":
    make(Path(sys.argv[1]))
