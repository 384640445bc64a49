"""What a program leaves that is killed while it writes is gone after the next start; nothing else is touched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from docuextract_desktop.atomic import atomic_path, keep_journal
from docuextract_desktop.bootstrap import open_services
from docuextract_desktop.jobs import leftovers
from docuextract_desktop.jobs.leftovers import JOURNAL_FOLDER, clean

WRITER = """
import os, signal, sys
from pathlib import Path
from docuextract_desktop.atomic import atomic_paths
from docuextract_desktop.bootstrap import open_services
home, moment, *targets = map(Path, sys.argv[1:])
with open_services(home):
    if str(moment) == "moving":
        replace = Path.replace
        def replace_once(self, target):
            if self.suffix == ".part" and target.name == targets[-1].name:
                os.kill(os.getpid(), signal.SIGKILL)
            return replace(self, target)
        Path.replace = replace_once
    with atomic_paths(targets) as parts:
        for part in parts:
            part.write_text("new")
        if str(moment) == "writing":
            os.kill(os.getpid(), signal.SIGKILL)
        if str(moment) == "waiting":
            print("ready", flush=True)
            sys.stdin.read()
"""

posix_only = pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")


def write(home: Path, moment: str, *targets: Path) -> None:
    done = subprocess.run([sys.executable, "-c", WRITER, home, moment, *targets], capture_output=True, check=False)
    assert done.returncode == -9, done.stderr


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


@posix_only
def test_an_export_killed_midway_leaves_nothing_after_the_next_start(home: Path, out: Path) -> None:
    (out / "a.csv").write_text("old")
    (out / ".a.csv.0123456789ab.part").write_text("somebody else's")
    write(home, "writing", out / "a.csv", out / "a.lines.csv")
    assert len(names(out)) == 4
    open_services(home).close()
    assert names(out) == [".a.csv.0123456789ab.part", "a.csv"]
    assert (out / "a.csv").read_text() == "old"
    assert names(home / JOURNAL_FOLDER) == []


@posix_only
def test_files_that_belong_together_are_put_back_together(home: Path, out: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (out / name).write_text("old")
    write(home, "moving", out / "a.csv", out / "b.csv")
    assert (out / "a.csv").read_text() == "new", "killed between two moves"
    open_services(home).close()
    assert names(out) == ["a.csv", "b.csv"]
    assert {(out / name).read_text() for name in names(out)} == {"old"}


@posix_only
def test_what_a_living_program_writes_is_left_alone(home: Path, out: Path) -> None:
    arguments = [sys.executable, "-c", WRITER, str(home), "waiting", str(out / "a.csv")]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        open_services(home).close()
        assert len(names(out)) == 1
        program.communicate("")
    assert program.returncode == 0
    assert names(out) == ["a.csv"]
    assert names(home / JOURNAL_FOLDER) == []


def dead_note(home: Path, *paths: Path) -> None:
    """A note of a program that is dead, about these paths."""
    with open_services(home):
        pass
    owner = {"id": "x", "pid": 2**22 + 1, "host": leftovers.this_program(0.0).host, "process_started": 0.0}
    note = home / JOURNAL_FOLDER / "note.json"
    note.parent.mkdir(exist_ok=True)
    files = [[os.fsencode(path).hex() for path in paths]]
    note.write_text(json.dumps({"owner": {**owner, "heartbeat": 0.0}, "files": files}))


@pytest.mark.parametrize(
    "name", ["precious.txt", ".a.csv.part", ".b.csv.0123456789ab.part", ".a.csv.0123456789ab.partly"]
)
def test_a_note_that_names_other_files_does_no_harm(home: Path, out: Path, name: str) -> None:
    (out / name).write_text("precious")
    dead_note(home, out / "a.csv", out / name, out / ".a.csv.0123456789ab.kept")
    assert clean(home) == 0
    assert names(out) == [name]


@posix_only
def test_a_link_in_the_place_of_a_temporary_file_is_left_alone(home: Path, out: Path) -> None:
    (out / "precious.txt").write_text("precious")
    (out / ".a.csv.0123456789ab.part").symlink_to(out / "precious.txt")
    dead_note(home, out / "a.csv", out / ".a.csv.0123456789ab.part", out / ".a.csv.0123456789ab.kept")
    assert clean(home) == 0
    assert len(names(out)) == 2


def test_a_file_that_lost_its_name_gets_it_back(home: Path, out: Path) -> None:
    """Where there are no hard links the old file was renamed before the new one was moved."""
    (out / ".a.csv.0123456789ab.kept").write_text("old")
    dead_note(home, out / "a.csv", out / ".a.csv.0123456789ab.part", out / ".a.csv.0123456789ab.kept")
    assert clean(home) == 1
    assert (out / "a.csv").read_text() == "old"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"owner": 3, "files": []}', '{"owner": {}, "files": 1}'])
def test_a_note_that_makes_no_sense_is_passed_over(home: Path, content: str) -> None:
    note = home / JOURNAL_FOLDER / "note.json"
    note.parent.mkdir()
    note.write_text(content)
    assert clean(home) == 0
    assert note.exists(), "it may be about to be written"
    os.utime(note, (0, 0))
    clean(home)
    assert not note.exists()


def test_where_no_note_can_be_made_files_are_written_all_the_same(home: Path, out: Path) -> None:
    (home / JOURNAL_FOLDER).write_text("in the way")
    leftovers.keep_journal(home)
    try:
        with atomic_path(out / "a.txt") as part:
            part.write_text("new")
    finally:
        keep_journal(None)
    assert (out / "a.txt").read_text() == "new"
