"""Killed between any two key presses, the review screen has lost nothing that it had shown as decided."""

from __future__ import annotations

import importlib
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from docuextract_desktop.bootstrap import Services, open_services
from docuextract_desktop.documents.models import Document, Page
from docuextract_desktop.documents.serial import WORDS_VERSION, pages_to_blob
from docuextract_desktop.extraction.pipeline import extract
from docuextract_desktop.jobs.models import BatchRequest, ItemState
from docuextract_desktop.jobs.work import KeptPage, Outcome
from docuextract_desktop.storage import decisions
from docuextract_desktop.templates.models import Template

CHILD = Path(__file__).with_name("review_child.py")
KEYS = 13
TEMPLATE = {
    "id": "slip",
    "name": "Slip",
    "review_threshold": 1.0,  # everything wants a look
    "fields": [
        {"name": "number", "type": "id", "labels": ["slip no"]},
        {"name": "total", "type": "money", "labels": ["total"]},
    ],
}


def slip(number: int) -> Page:
    words = [
        ("Slip", 0, 0.1),
        ("no", 0, 0.2),
        (f"SN-{4711 + number}", 0, 0.7),
        ("Total", 1, 0.1),
        (f"{number}.50", 1, 0.7),
    ]
    boxes = [[x, 0.1 + line * 0.05, x + 0.08, 0.12 + line * 0.05] for _, line, x in words]
    lines = np.array([line for _, line, _ in words], np.int32)
    texts = tuple(text for text, _, _ in words)
    sure = np.ones(len(words), np.float32)
    return Page(0, 600.0, 800.0, 0, "text_layer", texts, np.array(boxes, np.float32), sure, lines, lines)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data folder with a batch of four slips to review, and the batch."""
    folder = tmp_path_factory.mktemp("review")
    home = folder / "home"
    home.mkdir()
    template = Template.model_validate(TEMPLATE)
    (folder / "slip.json").write_text(template.model_dump_json(), encoding="utf-8")
    papers = [folder / f"slip {number}.pdf" for number in range(4)]
    for number, paper in enumerate(papers):
        paper.write_bytes(f"%PDF-1.4 {number}".encode())
    with open_services(home) as services:
        services.settings.update(audit_share=0.0)
        services.queue.heartbeat()
        request = BatchRequest(files=services.queue.scan(papers), template=str(folder / "slip.json"))
        batch = services.queue.create_batch(request)
        for number in range(4):
            claim = services.queue.claim()
            assert claim is not None
            assert claim.sha256 is not None
            page = slip(number)
            made = extract(Document(claim.sha256, "pdf", 1, (page,)), template)
            kept = (KeptPage(0, 600.0, 800.0, 0, "text_layer", pages_to_blob((page,))),)
            assert services.queue.finish(claim, Outcome(claim.sha256, "pdf", 10, 1, 1, WORDS_VERSION, kept, (), made))
    return home, batch


def stored(services: Services, batch: str) -> list[list[Any]]:
    """All decisions, in their order."""
    with services.database.reading() as session:
        made = [d for item in services.queue.items(batch) for d in decisions.of_item(session, item.id)]
    return [[d.action, d.item_id, d.field] for d in sorted(made, key=lambda d: d.number)]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize("keys", range(1, KEYS + 1))
def test_no_decision_that_was_shown_is_lost(keys: int, start: tuple[Path, str], tmp_path: Path) -> None:
    home, batch = tmp_path / "home", start[1]
    shutil.copytree(start[0], home)
    done = subprocess.run(
        [sys.executable, str(CHILD), str(home), batch, str(keys)], capture_output=True, timeout=240, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2_000:]
    shown = [json.loads(line) for line in done.stdout.splitlines()]
    assert [report[0] for report in shown] == decisions_of(keys)
    with open_services(home) as services:
        assert services.database.problems() == []
        assert stored(services, batch) == shown, "what was shown as decided is stored, in that order, and nothing else"
        for item in services.queue.items(batch):
            values = services.queue.extraction(item.id).fields
            flagged = any(value.needs_review for value in values)
            assert item.state is (ItemState.NEEDS_REVIEW if flagged else ItemState.COMPLETED)
        taken_back = 0
        while services.review.undo() is not None:
            taken_back += 1
        actions = decisions_of(keys)
        assert taken_back == len([a for a in actions if a not in ("undo", "redo")]) - (
            actions.count("undo") - actions.count("redo")
        ), "undo goes on where it was"


def decisions_of(keys: int) -> list[str]:
    """What the first keys of the script are to lead to."""
    sys.path.insert(0, str(CHILD.parent))
    try:
        script = importlib.import_module("review_child").SCRIPT
    finally:
        sys.path.remove(str(CHILD.parent))
    assert len(script) == KEYS
    return [leads_to for *_, leads_to in script[:keys] if leads_to]
