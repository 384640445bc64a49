"""Documents that are made to use up a machine end with a result or a code; the next document is read as ever."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from bombs import BOMBS, TEXT, job_for, one_page, stream

from docuextract_desktop.errors import ItemError
from docuextract_desktop.jobs.worker_pool import Worker, WorkerOptions
from docuextract_desktop.settings import Limits

LIMITS = Limits(timeout_base_s=3.0, timeout_per_page_s=1.0)
LONG = {
    "forms_that_multiply",
    "millions_of_objects",
    "millions_of_paths",
    "picture_just_within_the_limit",
    "picture_that_unfolds",
    "form_that_draws_itself",
}
"""These take several seconds each, until the memory or the time allowed is used up."""

MEMORY_BYTES = 500 * 1024 * 1024
CODES = {"document_too_large", "extraction_failed", "page_limit_exceeded", "timeout", "unsupported_input"}


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    made = Worker(WorkerOptions(memory_bytes=MEMORY_BYTES))
    yield made
    made.kill()


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("good") / "good.pdf"
    path.write_bytes(one_page(stream(TEXT)))
    return path


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_harms_only_itself(worker: Worker, tmp_path: Path, good: Path, name: str) -> None:
    if name in LONG and os.environ.get("HYPOTHESIS_PROFILE") != "thorough":
        pytest.skip("takes several seconds; HYPOTHESIS_PROFILE=thorough runs it, and so does bombs.py")
    bomb = tmp_path / name
    bomb.write_bytes(BOMBS[name]())
    try:
        ended = f"{worker.extract(job_for(bomb, LIMITS), LIMITS).page_count} pages"
    except ItemError as error:
        ended = error.code
    assert ended in CODES | {"1 pages"}
    assert worker.extract(job_for(good, LIMITS), LIMITS).page_count == 1
