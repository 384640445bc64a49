"""Commands run inside the test process, and a batch that was really run once by the program."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cli_program import TEMPLATE, Ended, Finished, Run, program, write_notes
from click.testing import CliRunner

from docuextract_desktop.cli.main import docuextract
from docuextract_desktop.cli.setup import Setup


@pytest.fixture
def run(home: Path) -> Run:
    """Run a command in this process."""

    def invoke(*arguments: str | Path, setup: Setup | None = None) -> Ended:
        result = CliRunner().invoke(docuextract, [str(a) for a in arguments], obj=setup or Setup())
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Ended(result.exit_code, result.stdout_bytes, result.stderr)

    return invoke


@pytest.fixture
def template_file(tmp_path: Path) -> Path:
    path = tmp_path / "note.json"
    path.write_text(json.dumps(TEMPLATE))
    return path


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("first")
    home, documents = folder / "home", folder / "notes"
    write_notes(documents, 2)
    (documents / "note 3.pdf").write_text("no PDF at all")
    template = folder / "note.json"
    template.write_text(json.dumps(TEMPLATE))
    ended = program("extract", documents, "-t", template, "--metadata", "client=7", "--name", "May", home=home)
    listed = program("batches", "list", "--json", home=home)
    return Finished(home, documents, json.loads(listed.out)[0]["id"], ended)


@pytest.fixture
def finished(first_run: Finished, home: Path) -> Finished:
    """The batch of `first_run` in a home that the test may change."""
    shutil.copytree(first_run.home, home, dirs_exist_ok=True)
    return Finished(home, first_run.documents, first_run.batch_id, first_run.ended)
