"""A short form of `kill_test.py`: the program is killed again and again, and nothing is lost, doubled or left lying."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from kill_test import kill_test, make_documents


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_a_batch_survives_kills_of_program_and_workers(tmp_path: Path) -> None:
    make_documents(tmp_path / "documents", 24, long=1)
    report = kill_test(tmp_path / "documents", "invoice", 4, tmp_path / "scratch", seed=3, quiet=True)
    assert report.kills >= 4
    assert report.documents == 28
    assert report.problems == []
