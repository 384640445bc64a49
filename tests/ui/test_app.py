from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from docuextract_desktop.bootstrap import open_services
from docuextract_desktop.errors import StorageUnavailableError
from docuextract_desktop.jobs import runner as runner_module
from docuextract_desktop.ui import app, instance, tasks
from docuextract_desktop.ui.app import Program
from docuextract_desktop.ui.instance import SingleInstance, hand_over, server_name

MakeFiles = Callable[..., list[Path]]


@pytest.fixture
def no_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runner is there, but works on nothing."""
    monkeypatch.setattr(runner_module.Runner, "start", lambda self: None)


@pytest.fixture
def program(home: Path, qapp: QApplication, qtbot: QtBot, no_lanes: None) -> Iterator[Program]:
    made = Program(qapp, home, [])
    assert made.open()
    qtbot.addWidget(made.window)
    yield made
    made.window.close()
    made.close()


def wait_open(program: Program, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: program.screens is not None, timeout=20_000)
    assert tasks.wait_until_idle()


def test_the_window_is_there_before_the_data_folder_is_open(program: Program, qtbot: QtBot) -> None:
    assert program.window.isVisible()
    assert program.screens is None
    wait_open(program, qtbot)
    assert program.screens is not None
    assert program.screens.now == "batches"


def test_paths_of_the_start_land_in_a_new_batch(
    home: Path, qapp: QApplication, qtbot: QtBot, no_lanes: None, make_files: MakeFiles
) -> None:
    program = Program(qapp, home, make_files(2))
    assert program.open()
    qtbot.addWidget(program.window)
    wait_open(program, qtbot)
    assert program.screens is not None
    assert len(program.screens.new_batch_view.files.entries) == 2
    program.window.close()
    program.close()


def test_a_second_start_hands_its_paths_over(program: Program, home: Path, qtbot: QtBot, make_files: MakeFiles) -> None:
    wait_open(program, qtbot)
    (path,) = make_files(1)
    second = subprocess.Popen([sys.executable, "-c", _SECOND, str(home), str(path)])
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=20_000)
    assert second.returncode == 0
    assert program.screens is not None
    qtbot.waitUntil(lambda: program.screens is not None and program.screens.now == "new_batch")
    assert tasks.wait_until_idle()
    assert len(program.screens.new_batch_view.files.entries) == 1


_SECOND = """
import sys
from pathlib import Path
from docuextract_desktop.ui.instance import hand_over
sys.exit(0 if hand_over(Path(sys.argv[1]), [Path(sys.argv[2])]) else 1)
"""


def test_only_one_window_listens(home: Path, qtbot: QtBot) -> None:
    first = SingleInstance(home)
    assert first.claim()
    assert not SingleInstance(home).claim()
    first.listen()
    names: list[object] = []
    first.called.connect(names.append)
    socket = QLocalSocket()
    socket.connectToServer(server_name(home))
    assert socket.waitForConnected(2_000)
    socket.write(b"no json\n")
    socket.flush()
    qtbot.waitUntil(lambda: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState)
    assert names == []
    first.close()


def test_nobody_answers_where_no_window_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance, "WAIT_MS", 100)
    assert not hand_over(home, [])


def test_the_name_is_of_the_folder_and_short(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 200)
    assert server_name(long) != server_name(tmp_path)
    assert len(server_name(long)) < 60


def test_size_and_columns_are_kept_from_start_to_start(
    home: Path, qapp: QApplication, qtbot: QtBot, no_lanes: None
) -> None:
    program = Program(qapp, home, [])
    program.open()
    qtbot.addWidget(program.window)
    wait_open(program, qtbot)
    program.window.resize(777, 555)
    program.window.close()
    program.close()
    again = Program(qapp, home, [])
    again.open()
    qtbot.addWidget(again.window)
    wait_open(again, qtbot)
    assert (again.window.width(), again.window.height()) == (777, 555)
    again.window.close()
    again.close()


def test_a_fault_is_told_and_survived(program: Program, qtbot: QtBot, home: Path) -> None:
    wait_open(program, qtbot)
    error = KeyError("our mistake")
    sys.excepthook(KeyError, error, None)
    assert "Something went wrong" in program.window.toast.text()
    assert "our mistake" in (home / "log" / "docuextract.log").read_text(encoding="utf-8")
    program.window.toast._buttons[0].click()
    assert "our mistake" in QApplication.clipboard().text()


def test_a_trouble_that_can_happen_to_anybody_is_told_in_its_own_words(program: Program, qtbot: QtBot) -> None:
    wait_open(program, qtbot)
    sys.excepthook(StorageUnavailableError, StorageUnavailableError("The disk is full.", hint="Free some space."), None)
    assert program.window.toast.text() == "The disk is full. Free some space."


def test_a_data_folder_that_cannot_be_opened_is_explained(
    home: Path, qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda self: said.append(f"{self.text()} {self.informativeText()}"))
    program = Program(qapp, home, [])
    _database_file(home).write_bytes(b"this is no database" * 100)
    program.open()
    qtbot.addWidget(program.window)
    qtbot.waitUntil(lambda: bool(said), timeout=20_000)
    assert "damaged" in said[0]
    assert str(home) in said[0]
    program.close()
    assert program.exit_code == 4


def _database_file(home: Path) -> Path:
    """Where the store puts its database."""
    with open_services(home) as services:
        path = services.database.path
    for beside in home.glob(f"{path.name}-*"):
        beside.unlink()
    return path


def test_a_home_that_cannot_be_made_is_explained(
    tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda self: said.append(self.text()))
    assert app.main([], tmp_path / "file" / "home") == 4
    assert "data folder" in said[0]


_LOADED = """
import json, sys
import docuextract_desktop.ui.app
print(json.dumps(sorted(name for name in sys.modules if "." not in name)))
"""


def test_little_is_loaded_before_the_first_paint() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True, timeout=120,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    loaded = set(json.loads(done.stdout))
    assert "PySide6" in loaded
    assert not loaded & {"pandas", "numpy", "pydantic", "sqlite3", "sqlite_utils", "scipy", "cv2", "onnxruntime", "PIL"}


_OPENED = """
import json, sys
from pathlib import Path
from docuextract_desktop.ui.app import _open
services, _ = _open(Path(sys.argv[1]))
services.close()
print(json.dumps(sorted(name for name in sys.modules if "." not in name)))
"""


def test_the_window_s_process_loads_no_engine(home: Path) -> None:
    open_services(home).close()  # the very first start makes the database, with a library that loads pandas
    done = subprocess.run(
        [sys.executable, "-c", _OPENED, str(home)], capture_output=True, text=True, check=True, timeout=120
    )
    engines = {"pandas", "cv2", "onnxruntime", "pypdfium2", "rapidocr", "scipy"}
    assert set(json.loads(done.stdout)) & engines == set()
