"""The program as a whole on a full disk, in a folder that may only be read, and what it leaves for others to see."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from kill_test import make_documents, text_pdf

PROGRAM = [sys.executable, "-m", "docuextract_desktop"]
MARKER = "Zweibrückenstahl"


def with_mounts() -> list[str]:
    """The start of a command line that may mount file systems of its own, or nothing."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    command = [unshare, "--map-root-user", "--mount"]
    trial = [*command, "sh", "-c", "mount -t tmpfs none /mnt"]
    return command if subprocess.run(trial, capture_output=True, check=False).returncode == 0 else []


needs_mounts = pytest.mark.skipif(not with_mounts(), reason="this system does not let a test mount a file system")


def sh(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A shell script in which $1... are the arguments and `program` is the program."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHON": sys.executable}
    head = 'set -u; HOME_FOLDER="$1"; program() { "$PYTHON" -m docuextract_desktop --home "$HOME_FOLDER" "$@"; }\n'
    return subprocess.run(
        [*with_mounts(), "bash", "-c", head + script, "bash", *map(str, arguments)],
        capture_output=True, text=True, check=False, env=environment, timeout=300,
    )  # fmt: skip


@needs_mounts
def test_a_disk_that_fills_up_in_the_middle_of_a_batch_loses_nothing(tmp_path: Path) -> None:
    home, documents = tmp_path / "home", tmp_path / "documents"
    home.mkdir()
    make_documents(documents, 40)
    done = sh(
        'mount -t tmpfs -o size=2m none "$1"\n'
        'program extract "$2" -t invoice --workers 1 --quiet -o "$3/out.json"; echo "full $?"\n'
        'mount -o remount,size=60m "$1"\n'
        'ls "$3/out.json" 2>/dev/null && echo "half an export"\n'
        'id=$(program batches list --json | "$PYTHON" -c "import json,sys; print(json.load(sys.stdin)[0][\'id\'])")\n'
        'program batches run "$id" --workers 1 --quiet -o "$3/out.json"; echo "resumed $?"\n',
        home, documents, tmp_path,
    )  # fmt: skip
    assert "full 4" in done.stdout, done.stderr
    assert "full" in done.stderr
    assert "Traceback" not in done.stderr
    assert "half an export" not in done.stdout
    assert "resumed 1" in done.stdout, done.stderr
    found = json.loads((tmp_path / "out.json").read_text())
    assert len(found) == 43
    assert sum(item["status"] == "failed" for item in found) == 3
    assert len({item["document_id"] for item in found}) == 43


@needs_mounts
def test_a_data_folder_on_a_read_only_disk_is_refused_with_words(tmp_path: Path) -> None:
    home, documents = tmp_path / "home", tmp_path / "documents"
    home.mkdir()
    make_documents(documents, 1)
    done = sh(
        'mount -t tmpfs -o size=6m none "$1"\n'
        'program batches list; echo "made $?"\n'
        'mount -o remount,ro "$1"\n'
        'program extract "$2" -t invoice --quiet; echo "read-only $?"\n',
        home, documents,
    )  # fmt: skip
    assert "made 0" in done.stdout, done.stderr
    assert "read-only 4" in done.stdout, done.stderr
    assert "Traceback" not in done.stderr
    assert "that you may write to it" in done.stderr, done.stderr


@pytest.fixture(scope="module")
def used_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which documents with a telltale word were read, failed, exported and backed up."""
    folder = tmp_path_factory.mktemp("used")
    documents = folder / "documents"
    documents.mkdir()
    word = MARKER.encode("cp1252").decode("latin-1")
    good = text_pdf([[word, f"Invoice number: {word}", "Total: 12.50"]])
    (documents / "good.pdf").write_bytes(good)
    (documents / "bad.pdf").write_bytes(good[:300])
    (documents / "other.pdf").write_text(f"{MARKER} is no PDF")
    environment = {**os.environ, "DOCUEXTRACT_HOME": str(folder / "home"), "PYTHONPATH": os.pathsep.join(sys.path)}
    before = os.umask(0o022)
    try:
        for arguments in (
            ("templates", "import", "own.json"),
            ("extract", "documents", "-t", "invoice", "--quiet", "-o", "out.html"),
            ("backup",),
            ("watch", "add", "documents", "-t", "own"),
        ):
            (folder / "own.json").write_text('{"id": "own", "name": "Own", "fields": [{"name": "a", "type": "text"}]}')
            subprocess.run([*PROGRAM, *arguments], cwd=folder, env=environment, check=False, capture_output=True)
    finally:
        os.umask(before)
    assert (folder / "out.html").exists()
    return folder / "home"


def test_the_log_holds_no_text_of_documents(used_home: Path) -> None:
    said = "".join(path.read_text("utf-8") for path in (used_home / "log").iterdir())
    assert "unsupported_input" in said, "it does say what happened"
    assert MARKER not in said
    assert "good.pdf" not in said


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_the_data_folder_can_be_read_by_its_owner_alone(used_home: Path) -> None:
    assert stat.S_IMODE(used_home.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_in_a_folder_that_is_open_to_others_everything_about_documents_is_not(used_home: Path) -> None:
    """Somebody named an existing folder as the data folder: it stays as open as it was made."""
    open_to_others = [
        path.relative_to(used_home).as_posix()
        for path in used_home.iterdir()
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    assert open_to_others == []
