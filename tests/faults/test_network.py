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


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_system_call_of_program_or_workers_reaches_anybody(tmp_path: Path) -> None:
    """Below Python: a library asks for a socket to learn whether there is IPv6, and is refused; nobody is connected."""
    documents, trace = tmp_path / "documents", tmp_path / "trace"
    make_documents(documents, 1, scans=1)
    batch = prepare(tmp_path / "home", documents, "invoice")
    calls = "socket,connect,bind,sendto,sendmsg,sendmmsg,io_uring_setup"
    command = ["strace", "-f", "-qq", "-e", f"trace={calls}", "-e", "signal=none", "-o", str(trace)]
    command += [sys.executable, str(Path(__file__).parent / "kill_test.py"), "--work-on", str(tmp_path / "home")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([*command, batch, "1"], env=environment, capture_output=True, text=True, check=False)
    if "ptrace" in done.stderr:
        pytest.skip("this system does not let a test trace system calls")
    assert done.returncode == 0, done.stderr
    found, _ = results(tmp_path / "home", batch)
    assert len([item for item in found if item["state"] in ("completed", "needs_review")]) == 2
    lines = [line.split(maxsplit=1)[1] for line in trace.read_text().splitlines() if "+++" not in line]
    allowed = [line for line in lines if (line.startswith("socket(") and "= -1 EACCES" in line) or "AF_UNIX" in line]
    assert [line for line in lines if line not in allowed] == []
