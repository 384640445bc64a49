"""Two real programs on one database: they share the work, and when one is killed the other takes over."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from kill_test import finish, make_documents, prepare, results, start

from docuextract_desktop.bootstrap import open_services


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two") / "documents"
    make_documents(folder, 30)
    return folder


@pytest.fixture(scope="module")
def expected(documents: Path) -> tuple[object, int]:
    home = documents.parent / "alone"
    batch = prepare(home, documents, "invoice")
    finish(home, batch, 2)
    return results(home, batch)


def test_two_programs_do_no_document_twice(tmp_path: Path, documents: Path, expected: tuple[object, int]) -> None:
    home = tmp_path / "home"
    batch = prepare(home, documents, "invoice")
    with start(home, batch, 1) as one, start(home, batch, 1) as other:
        one.communicate()
        other.communicate()
    assert (one.returncode, other.returncode) == (0, 0)
    assert results(home, batch) == expected
    with open_services(home) as services:
        assert {item.attempt for item in services.queue.items(batch)} == {1}


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_the_items_of_a_killed_program_are_taken_over_by_the_other(
    tmp_path: Path, documents: Path, expected: tuple[object, int]
) -> None:
    home = tmp_path / "home"
    batch = prepare(home, documents, "invoice")
    with start(home, batch, 1) as one, start(home, batch, 1) as other:
        assert one.stdout is not None
        one.stdout.readline()
        one.send_signal(signal.SIGKILL)
        one.communicate()
        other.communicate()
    assert other.returncode == 0
    assert results(home, batch) == expected
