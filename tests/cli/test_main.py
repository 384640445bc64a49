from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from cli_program import Run, program

from docuextract_desktop import __main__, __version__
from docuextract_desktop.cli import diagnosis, display
from docuextract_desktop.cli.findings import Finding
from docuextract_desktop.cli.setup import Setup


@pytest.fixture
def no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docuextract_desktop.cli.main.window_problem", lambda: None)


def test_version(run: Run) -> None:
    assert run("--version").lines == [f"DocuExtract Desktop {__version__}"]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("extract",),
        ("batches",),
        *[("batches", w) for w in ("list", "show", "export", "cancel", "retry", "run")],
        ("templates",),
        *[("templates", w) for w in ("list", "show", "check", "import", "export", "delete")],
        ("gui",),
        ("learn",),
        ("watch",),
        *[("watch", w) for w in ("add", "list", "change", "remove", "run")],
        ("backup",),
        ("restore",),
        ("purge",),
        ("doctor",),
    ],
)
def test_every_command_of_the_contract_has_help(run: Run, words: Sequence[str]) -> None:
    ended = run(*words, "--help")
    assert ended.code == 0
    assert ended.out.startswith(b"Usage: docuextract")
    assert ended.err == ""


@pytest.mark.parametrize("words", [(), ("batches",), ("templates",)])
def test_without_a_command_help_goes_to_standard_error(run: Run, words: Sequence[str]) -> None:
    ended = run(*words)
    assert (ended.code, ended.out) == (2, b"")
    assert "Usage:" in ended.err


@pytest.mark.parametrize("words", [("nothing",), ("--nothing",), ("batches", "nothing"), ("extract", "--nothing")])
def test_words_that_are_not_understood(run: Run, words: Sequence[str]) -> None:
    ended = run(*words)
    assert (ended.code, ended.out) == (2, b"")
    assert ended.err.startswith("error: No such ")


def test_data_folder_that_cannot_be_used(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = run("--home", tmp_path / "file" / "home", "batches", "list")
    assert (ended.code, ended.out) == (4, b"")
    assert ended.err.startswith("error: The data folder")


def test_database_that_is_damaged(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    folder.mkdir()
    (folder / "docuextract.db").write_bytes(b"this is no database" * 100)
    ended = run("--home", folder, "batches", "list")
    assert (ended.code, ended.out) == (4, b"")
    assert ended.err.startswith("error: ")


def test_home_may_be_named(run: Run, tmp_path: Path, home: Path) -> None:
    assert run("--home", tmp_path / "other", "templates", "list").code == 0
    assert (tmp_path / "other" / "docuextract.db").exists()
    assert list(home.iterdir()) == []


def test_a_bug_of_ours_is_a_sentence_and_70(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("oh\x1b[31m")

    monkeypatch.setattr("docuextract_desktop.jobs.queue.Queue.batches", broken)
    ended = run("batches", "list")
    assert (ended.code, ended.out) == (70, b"")
    assert "Something is wrong with the program itself (ZeroDivisionError: oh\\x1b[31m)" in ended.err
    assert "Traceback" not in ended.err
    assert "Traceback" in run("--debug", "batches", "list").err


@pytest.mark.usefixtures("no_problem")
def test_gui_opens_the_window_on_the_paths(run: Run, tmp_path: Path) -> None:
    opened = []

    def open_window(paths: Sequence[Path], home: Path | None) -> int:
        opened.append((list(paths), home))
        return 7

    ended = run("--home", tmp_path / "h", "gui", "a.pdf", "b c.pdf", setup=Setup(open_window=open_window))
    assert ended.code == 7
    assert opened == [([Path("a.pdf"), Path("b c.pdf")], tmp_path / "h")]


@pytest.mark.usefixtures("no_problem")
def test_window_that_cannot_be_loaded_points_to_the_doctor(run: Run) -> None:
    def open_window(_paths: Sequence[Path], _home: Path | None) -> int:
        raise ImportError("libEGL.so.1: cannot open shared object file")

    ended = run("gui", setup=Setup(open_window=open_window))
    assert ended.code == 2
    assert "libEGL.so.1" in ended.err
    assert "`docuextract doctor`" in ended.err


def test_window_that_would_kill_the_process_is_not_tried(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = Finding("Window", "warning", "libxcb-cursor.so.0 is missing.", "Install libxcb-cursor0.")
    monkeypatch.setattr("docuextract_desktop.cli.main.window_problem", lambda: missing)
    ended = run("gui", setup=Setup(open_window=lambda _paths, _home: 0))
    assert ended.code == 2
    assert ended.err == "error: The window cannot be opened. libxcb-cursor.so.0 is missing. Install libxcb-cursor0.\n"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ([], ["gui"]),
        (["a.pdf", "-b.pdf"], ["gui", "--", "a.pdf", "-b.pdf"]),
        (["--home", "h", "--debug", "a.pdf"], ["--home", "h", "--debug", "gui", "--", "a.pdf"]),
        (["--version"], ["--version", "gui"]),
        (["batches"], ["gui", "--", "batches"]),
    ],
)
def test_arguments_of_the_window_are_files(given: list[str], wanted: list[str]) -> None:
    assert __main__._window_arguments(given) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ([], (None, [])),
        (["a.pdf", "b c.pdf"], (None, [Path("a.pdf"), Path("b c.pdf")])),
        (["--home", "h", "a.pdf"], (Path("h"), [Path("a.pdf")])),
        (["--debug", "a.pdf"], (None, None)),
        (["--help"], (None, None)),
        (["--home"], (None, None)),
    ],
)
def test_files_alone_need_no_command_line(given: list[str], wanted: tuple[Path | None, list[Path] | None]) -> None:
    assert __main__._home_and_paths(given) == wanted


_FIRST_PAINT = """
import os, sys
from docuextract_desktop import __main__
from docuextract_desktop.ui.shell.window import MainWindow

before = MainWindow.paintEvent

def painted(self, event):
    before(self, event)
    print("painted", *(name for name in HEAVY if name in sys.modules), flush=True)
    os._exit(0)

HEAVY = sys.argv[2:]
MainWindow.paintEvent = painted
sys.argv = ["docuextract-desktop", "--home", sys.argv[1]]
__main__.window()
"""
HEAVY = [
    "click",
    "pydantic",
    "numpy",
    "scipy",
    "pandas",
    "sqlite3",
    "sqlite_utils",
    "rapidocr",
    "onnxruntime",
    "cv2",
    "pypdfium2",
    "PIL",
    "openpyxl",
    "xlsxwriter",
    "multiprocessing",
    "PySide6.QtNetwork",
    "docuextract_desktop.cli.main",
    "docuextract_desktop.bootstrap",
    "docuextract_desktop.storage",
    "docuextract_desktop.jobs",
    "docuextract_desktop.ui.shell.screens",
]


def test_the_window_is_painted_before_anything_heavy_is_loaded(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_PAINT, str(tmp_path), *HEAVY],
        capture_output=True, text=True, check=True, timeout=120, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert done.stdout.split() == ["painted"]


def test_what_keeps_the_window_from_opening_is_said_by_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = Finding("Window", "warning", "libxcb-cursor.so.0 is missing.", "Install libxcb-cursor0.")
    monkeypatch.setattr("docuextract_desktop.cli.display.window_problem", lambda: missing)
    monkeypatch.setattr("docuextract_desktop.cli.main.window_problem", lambda: missing)
    monkeypatch.setattr(sys, "argv", ["docuextract-desktop"])
    with pytest.raises(SystemExit) as ended:
        __main__.window()
    assert ended.value.code == 2
    assert "libxcb-cursor.so.0 is missing." in capsys.readouterr().err


def test_both_entry_points_become_workers_where_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class BecameWorkerError(Exception):
        pass

    def become(arguments: list[str]) -> None:
        assert arguments == ["--docuextract-worker"]
        raise BecameWorkerError

    monkeypatch.setattr(sys, "argv", ["docuextract", "--docuextract-worker"])
    monkeypatch.setattr("docuextract_desktop.jobs.worker.serve_if_asked", become)
    for entry in (__main__.console, __main__.window):
        with pytest.raises(BecameWorkerError):
            entry()


def test_as_a_module(tmp_path: Path) -> None:
    ended = program("templates", "list", "--json", home=tmp_path / "home")
    assert ended.code == 0
    assert {"invoice", "receipt"} <= {t["id"] for t in json.loads(ended.out)}
    assert ended.err == ""


def test_commands_load_neither_qt_nor_pandas_before_they_need_them() -> None:
    code = (
        "import sys, docuextract_desktop.__main__, docuextract_desktop.cli.main\n"
        "print([m for m in ('PySide6', 'pandas', 'xlsxwriter', 'rapidocr', 'cv2', 'onnxruntime') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_doctor_says_how_everything_stands(run: Run, home: Path) -> None:
    ended = run("doctor", "--json")
    report = json.loads(ended.out)
    checks = {check["name"]: check for check in report["checks"]}
    assert report["version"] == __version__
    assert list(checks) == [
        "Python", "Packages", "Data folder", "Database", "Backups", "Worker processes", "Text recognition",
        "Window",
    ]  # fmt: skip
    assert str(home) in checks["Data folder"]["detail"]
    assert checks["Worker processes"]["state"] == "ok"
    assert ended.code == (1 if any(c["state"] == "bad" for c in report["checks"]) else 0)


def test_doctor_tells_how_to_mend(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(diagnosis.PACKAGES, "no-such-package", "nothing")  # type: ignore[misc]
    (home / "docuextract.db").write_bytes(b"this is no database" * 100)
    ended = run("doctor")
    assert ended.code == 1
    assert "BAD   Packages: Missing: no-such-package (for nothing)." in ended.lines
    assert any(line.startswith("BAD   Database: ") for line in ended.lines)
    assert sum(line.startswith("      → ") for line in ended.lines) >= 2


def test_libraries_of_the_window_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(display, "WINDOW_LIBRARIES", {"libno-such-xcb.so.7": "libno-such-xcb7"})
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    problem = display.window_problem()
    assert problem is not None
    assert "libno-such-xcb.so.7" in problem.detail
    assert problem.mend == "On Debian or Ubuntu: sudo apt install libno-such-xcb7"
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert display.window_problem() is None


def test_without_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(display, "WINDOW_LIBRARIES", {})
    for variable in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    problem = display.window_problem()
    assert problem is not None
    assert problem.detail.startswith("There is no display here.")


@pytest.mark.parametrize(("told", "threads"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "4"}, "4")])
def test_small_sums_leave_the_other_cores_alone_unless_the_user_says_otherwise(
    told: dict[str, str], threads: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", told)
    __main__.spare_cores()
    assert told["OPENBLAS_NUM_THREADS"] == threads
