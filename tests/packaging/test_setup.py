"""The scripts that set everything up: what they need, what they say where something is missing, and that they agree."""

from __future__ import annotations

import ast
import json
import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import checks
import demo
import environment
import pytest
import system_libraries

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPTS = ("run.py", "checks.py", "demo.py", "environment.py", "system_libraries.py", "smoke.py")
SETUP_COMMAND = re.compile(r"python3 packaging/run\.py (\w+)")


@pytest.mark.parametrize("name", SCRIPTS)
def test_needs_nothing_but_the_standard_library(name: str) -> None:
    tree = ast.parse((ROOT / "packaging" / name).read_text(encoding="utf-8"))
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    found |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    own = {script.removesuffix(".py") for script in SCRIPTS}
    assert {name.split(".")[0] for name in found} <= set(sys.stdlib_module_names) | own


def test_help_works_from_any_folder(tmp_path: Path) -> None:
    folder = tmp_path / "a folder with spaces"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "run.py"), "--help"], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0
    for word in ("demo", "check", "setup", "--wheels"):
        assert word in done.stdout


def test_ci_readme_and_hooks_run_the_same_command() -> None:
    readme = SETUP_COMMAND.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert readme[:2] == ["demo", "check"]
    ci = [
        line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if "packaging/run.py" in line
    ]
    assert ci == ["exec python3 packaging/run.py check"]
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    for step in checks.STEPS:
        assert f"--only {step}" in hooks


def test_constraints_pin_all_that_the_project_names() -> None:
    lines = environment.CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    pinned = set()
    for line in lines:
        found = re.fullmatch(r"([A-Za-z0-9._-]+)==[0-9][\w.]*( ?; .+)?", line)
        assert found, f"not a plain pin: {line}"
        pinned.add(canonical(found[1]))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["dev"]]
    named += [*project["build-system"]["requires"], *environment.BUILD_TOOLS]
    missing = {canonical(re.split(r"[<>=!~;\[ ]", requirement)[0]) for requirement in named} - pinned
    assert not missing


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_missing_libraries_are_named_with_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(system_libraries, "_loads", lambda name: name != "libxcb-cursor.so.0")
    monkeypatch.setattr(system_libraries, "_has_fonts", lambda: False)
    assert system_libraries.missing_libraries() == {
        "libxcb-cursor.so.0": ("libxcb-cursor0",),
        "a font": ("fonts-dejavu-core",),
    }
    monkeypatch.setattr(sys, "platform", "win32")
    assert system_libraries.missing_libraries() == {}


def test_where_nothing_may_be_installed_the_person_is_told_what_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system_libraries, "missing_libraries", lambda: {"libEGL.so.1": ("libegl1",)})
    monkeypatch.setattr(system_libraries, "apt_get", lambda: None)
    monkeypatch.setattr(system_libraries.shutil, "which", lambda name: "/usr/bin/apt-get")
    assert system_libraries.ensure_libraries() is False
    assert "sudo apt-get install libegl1" in capsys.readouterr().err


def test_a_python_without_venv_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(system_libraries, "apt_get", lambda: None)
    with pytest.raises(environment.SetupError, match=r"apt-get install python3\.\d+-venv"):
        environment.make_venv(tmp_path / "venv")


def test_another_set_of_versions_renews_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("six==1.0\n")
    monkeypatch.setattr(environment, "CONSTRAINTS", constraints)
    before = environment._fingerprint(("dev",))
    assert environment._fingerprint(("dev",)) == before
    assert environment._fingerprint(()) != before
    constraints.write_text("six==1.1\n")
    assert environment._fingerprint(("dev",)) != before


def test_a_broken_environment_is_seen(tmp_path: Path) -> None:
    assert not environment._works(tmp_path)
    python = environment.python_of(tmp_path)
    python.parent.mkdir()
    python.write_text("#!/nonexistent/python\n")
    python.chmod(0o755)
    assert not environment._works(tmp_path)


def test_all_checks_run_and_one_failure_decides(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[list[str]] = []

    def pretend(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 1 if "check" in command and "--check" not in command else 0)

    monkeypatch.setattr(checks.subprocess, "run", pretend)
    assert checks.run(Path("python"), list(checks.STEPS), ["-k", "x"]) == 1
    assert [command[2] for command in ran] == ["ruff", "ruff", "mypy", "pytest"]
    assert ran[-1][-2:] == ["-k", "x"]
    told = capsys.readouterr().out
    assert re.search(r"lint\s+FAILED", told)
    assert re.search(r"tests\s+passed", told)
    assert checks.run(Path("python"), ["types"], []) == 0


def test_a_display_counts_only_where_one_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as server:
        for number in range(300, 340):
            try:
                server.bind(("127.0.0.1", 6000 + number))
            except OSError:
                continue
            break
        server.listen()
        assert demo._x11_answers(f"127.0.0.1:{number}.0")
    assert not demo._x11_answers(f"127.0.0.1:{number}.0")
    for display in ("", "nonsense", ":notanumber", ":98765"):
        assert not demo._x11_answers(display)


def test_samples_are_small_and_their_truth_is_complete(samples: Path) -> None:
    assert sum(path.stat().st_size for path in samples.rglob("*")) < 1_500_000
    for folder, _ in demo.JOBS:
        truth = [json.loads(line) for line in (samples / folder / "truth.jsonl").read_text("utf-8").splitlines()]
        documents = {p.name for p in (samples / folder).iterdir() if p.suffix not in (".json", ".jsonl")}
        assert {row["filename"] for row in truth} == documents
        assert len(documents) == 6
