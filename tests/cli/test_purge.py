from __future__ import annotations

import json
from pathlib import Path

from cli_program import Finished, Run


def batches(run: Run) -> list[str]:
    return [batch["id"] for batch in json.loads(run("batches", "list", "--json").out)]


def test_a_batch_goes_with_everything_that_was_read(finished: Finished, run: Run) -> None:
    def holds(text: str) -> bool:
        return any(text.encode() in file.read_bytes() for file in finished.home.rglob("*.db*"))

    assert holds("N-0002")
    ended = run("purge", finished.batch_id[:12])
    assert (ended.code, ended.out, ended.err) == (0, b"", "Deleted 1 batch.\n")
    assert batches(run) == []
    assert not holds("N-0002")
    assert (finished.documents / "note 1.pdf").exists()


def test_all_batches(finished: Finished, run: Run) -> None:
    assert run("purge", "--all", "--yes").err == "Deleted 1 batch.\n"
    assert run("purge", "--all").err == "Deleted 0 batches.\n"


def test_requests_that_are_refused(finished: Finished, run: Run, tmp_path: Path) -> None:
    for arguments in ((), ("--all", finished.batch_id), ("nothing",)):
        ended = run("purge", *arguments)
        assert (ended.code, ended.out) == (2, b"")
    assert batches(run) == [finished.batch_id]
