"""Ten real orders taught through the screen alone, and by the command `learn`: all others then score the same.

Reading all orders takes many minutes, since some are scans. So this wants a data folder in which they were read before:
`docuextract --home DIR extract CORPORA/adbuy -t tests/bench/templates/adbuy.json -o x.json`, and then
`DOCUEXTRACT_WORDS=DIR`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from teaching_hand import taught_by_hand
from window_desk import Desk

from docuextract_desktop.jobs.models import BatchRequest
from docuextract_desktop.jobs.runner import run_batch

TAUGHT = 10
TEMPLATE = Path(__file__).parent.parent / "bench" / "templates" / "adbuy.json"


@pytest.fixture
def words() -> Path:
    """A data folder in which the orders were read, and nothing was taught."""
    named = os.environ.get("DOCUEXTRACT_WORDS")
    if not named:
        pytest.skip("reading all orders takes long: name a data folder that has read them in $DOCUEXTRACT_WORDS")
    return Path(named)


@pytest.fixture
def home(tmp_path: Path, words: Path) -> Path:
    """The data folder of the screen."""
    return shutil.copytree(words, tmp_path / "screen")


def command(home: Path, *words: str | Path) -> None:
    """Run the program's command line."""
    ended = subprocess.run(
        [sys.executable, "-m", "docuextract_desktop", "--home", str(home), *map(str, words), "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


def extracted(home: Path, files: Sequence[Path], target: Path) -> list[dict[str, Any]]:
    """What the program exports for these files, without what differs between any two runs."""
    command(home, "extract", *files, "-t", TEMPLATE, "-o", target)
    found = json.loads(target.read_text("utf-8"))
    return [{"filename": one["filename"], "status": one["status"], "fields": one["fields"]} for one in found]


def score(folder: Path, export: Path, result: Path) -> Any:
    """The figures of the scorer that comes with the corpora; None where it does not."""
    scorer = folder.parent.parent / "bench" / "score.py"
    if not scorer.is_file():
        return None
    ended = subprocess.run(
        [sys.executable, scorer, folder, export, "--only-exported", "--json", result],
        capture_output=True,
        text=True,
        check=True,
    )
    print(re.sub(r"^", f"{export.stem}  ", ended.stdout, flags=re.MULTILINE))
    return json.loads(result.read_text("utf-8"))


@pytest.mark.slow
@pytest.mark.corpus
def test_ten_orders_taught_by_hand_score_what_learn_scores(
    corpora: Path, words: Path, desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = corpora / "adbuy"
    if not folder.is_dir():
        pytest.skip("the folder of orders is not here")
    lines = [json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()]
    names = {line["filename"]: line["fields"] for line in lines if (folder / line["filename"]).is_file()}
    files = [folder / name for name in sorted(names)]
    told, rest = files[:TAUGHT], files[TAUGHT:]
    fields = [field["name"] for field in json.loads(TEMPLATE.read_text("utf-8"))["fields"]]
    truths = [{name: names[file.name].get(name) for name in fields} for file in told]

    other = shutil.copytree(words, tmp_path / "learn")
    truth = tmp_path / "truth.jsonl"
    written = [{"filename": file.name, "fields": answers} for file, answers in zip(told, truths, strict=True)]
    truth.write_text("".join(f"{json.dumps(line)}\n" for line in written), encoding="utf-8")
    command(other, "learn", *told, "-t", TEMPLATE, "--truth", truth)
    expected = extracted(other, rest, tmp_path / "learn.json")

    services = desk.services
    request = BatchRequest(files=services.queue.scan(told), template=str(TEMPLATE), review_threshold=1.0)
    batch_id = services.queue.create_batch(request)
    run_batch(services, batch_id, on_progress=lambda _: None, interrupted=lambda: False)
    hand = taught_by_hand(desk, qtbot, batch_id, truths)
    assert hand.accepted + hand.drags + hand.typed == sum(v is not None for answers in truths for v in answers.values())
    found = extracted(services.home, rest, tmp_path / "screen.json")

    assert len(found) == len(rest)
    assert found == expected
    first = score(folder, tmp_path / "learn.json", tmp_path / "learn-score.json")
    assert score(folder, tmp_path / "screen.json", tmp_path / "screen-score.json") == first
