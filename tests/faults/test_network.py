"""Nothing is sent: a whole batch, scans included, without any network, and with every attempt to use one noticed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from kill_test import make_documents, prepare, results

PROGRAM = """
import socket, sys
tried = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"):
        tried.append((event, repr(arguments)))
sys.addaudithook(watch)
sys.path[:0] = [sys.argv[4]]
from pathlib import Path
import kill_test
kill_test.work_on(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
assert not tried, tried
"""


def without_network() -> list[str]:
    """The start of a command line that runs the rest in a network namespace of its own, or nothing."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    command = [unshare, "--map-root-user", "--net"]
    allowed = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    return command if allowed else []


@pytest.mark.skipif(not without_network(), reason="this system does not let a test take the network away")
def test_a_batch_runs_without_a_network_and_does_not_ask_for_one(tmp_path: Path) -> None:
    """In the program's process Python's own sockets are watched; workers may open none at all (see test_worker)."""
    documents = tmp_path / "documents"
    make_documents(documents, 3, scans=2)
    batch = prepare(tmp_path / "home", documents, "invoice")
    temporary = tmp_path / "temporary"
    home = tmp_path / "a person"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(temporary), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [*without_network(), sys.executable, "-c", PROGRAM, str(tmp_path / "home"), batch, "2"]
    done = subprocess.run(
        [*command, str(Path(__file__).parent)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found, _ = results(tmp_path / "home", batch)
    good = [item for item in found if item["state"] in ("completed", "needs_review")]
    assert len(good) == 5
    left = [path for folder in (home, temporary) for path in folder.rglob("*") if path.is_file()]
    assert left == [], "no device id, no cache, no report waiting to be sent"
