"""The project's own virtual environment, `.venv` in the checkout: made, filled and kept up to date.

Standard library only. Nothing outside the checkout is touched, so a system Python that refuses pip (PEP 668) is fine.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import system_libraries

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
BUILD_TOOLS = ("hatchling", "editables")
_STAMP = VENV / "docuextract-setup.txt"


class SetupError(Exception):
    """Setting up failed; the message says what the person can do."""


def scripts_dir(venv: Path = VENV) -> Path:
    """Where a virtual environment keeps its programs."""
    return venv / ("Scripts" if os.name == "nt" else "bin")


def python_of(venv: Path = VENV) -> Path:
    """A virtual environment's interpreter."""
    return scripts_dir(venv) / ("python.exe" if os.name == "nt" else "python")


def ensure(*, wheels: Path | None = None, extras: tuple[str, ...] = ("dev",)) -> Path:
    """Make or renew the environment with the project and its extras in it; gives its interpreter.

    Args:
        wheels: a folder of wheels to install from, without any network; None: pip's own configuration.
        extras: optional dependency groups of the project.

    Raises:
        SetupError: with a sentence for the person.
    """
    wanted = _fingerprint(extras)
    if _STAMP.is_file() and _STAMP.read_text(encoding="utf-8") == wanted and _works(VENV):
        return python_of()
    if not _works(VENV):
        make_venv(VENV)
    print("Installing the project and what it needs (a few minutes the first time) ...", flush=True)
    pip_install(VENV, list(BUILD_TOOLS), wheels=wheels)
    target = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    pip_install(VENV, ["--no-build-isolation", "--editable", target], wheels=wheels)
    _STAMP.write_text(wanted, encoding="utf-8")
    return python_of()


def _fingerprint(extras: tuple[str, ...]) -> str:
    """Changes when anything that decides what is installed changes."""
    digest = hashlib.sha256()
    for path in (ROOT / "pyproject.toml", CONSTRAINTS, Path(__file__)):
        digest.update(path.read_bytes())
    place = str(ROOT)  # an editable installation points here
    digest.update(repr((sys.version_info[:3], sysconfig.get_platform(), extras, place)).encode())
    return digest.hexdigest() + "\n"


def _works(venv: Path) -> bool:
    """Whether the environment's interpreter starts, has pip and is of our own version."""
    python = python_of(venv)
    if not python.is_file():
        return False
    code = "import pip, sys; print(*sys.version_info[:2])"
    try:
        told = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return told.returncode == 0 and told.stdout.split() == [str(v) for v in sys.version_info[:2]]


def make_venv(venv: Path) -> None:
    """Make a fresh virtual environment with pip; where Debian's Python lacks the parts, install or name them.

    Raises:
        SetupError: it cannot be made here.
    """
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        if not system_libraries.install_packages([(package,)]):
            raise SetupError(
                "This Python cannot make virtual environments: its venv and ensurepip modules are missing.\n"
                f"On Debian or Ubuntu: sudo apt-get install {package}\n"
                "Elsewhere: install Python 3.11 or newer with its standard modules. Then run this again."
            )
    print(f"Making a virtual environment in {venv} ...", flush=True)
    if subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=False).returncode != 0:
        raise SetupError(f"Making the virtual environment in {venv} failed; the lines above say why.")


def pip_install(venv: Path, what: list[str], *, wheels: Path | None = None) -> None:
    """Install into a virtual environment, held to the versions that are known to work.

    Raises:
        SetupError: pip failed.
    """
    command = [str(python_of(venv)), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    command += ["--constraint", str(CONSTRAINTS)]
    if wheels is not None:
        command += ["--no-index", "--find-links", str(wheels)]
    if subprocess.run([*command, *what], check=False, cwd=ROOT).returncode != 0:
        offline = "" if wheels is not None else " Without a network, name a folder of wheels with --wheels."
        raise SetupError(f"pip could not install {what[-1]}; the lines above say why.{offline}")
