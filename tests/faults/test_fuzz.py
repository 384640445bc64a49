"""A short form of `fuzz_test.py`."""

from __future__ import annotations

from pathlib import Path

from fuzz_test import fuzz
from kill_test import make_documents


def test_mutated_documents_end_with_a_result_or_a_code(tmp_path: Path) -> None:
    make_documents(tmp_path / "documents", 9)
    ended, problems = fuzz(tmp_path / "documents", 40, tmp_path / "scratch", seed=1)
    assert problems == []
    assert ended.total() == 40
    assert len(ended) > 1, "some are still readable, some are not"
