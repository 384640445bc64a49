"""What every test relies on: no window on a screen, a home of its own, repeatable random tests, real documents."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
CORPORA_VARIABLE = "DOCUEXTRACT_CORPORA"

# Before anything imports Qt. A person who wants to watch the windows sets QT_QPA_PLATFORM.
if not os.environ.get("QT_QPA_PLATFORM"):
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_ACCESSIBILITY"] = "1"

# A home that is gone afterwards: no test may touch the data of the person who runs the tests.
_HOME = Path(tempfile.mkdtemp(prefix="docuextract-tests-"))
os.environ["DOCUEXTRACT_HOME"] = str(_HOME / "home")
for _variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
    os.environ[_variable] = str(_HOME / _variable.lower())
_RUNTIME = _HOME / "runtime"
_RUNTIME.mkdir(mode=0o700)
os.environ["XDG_RUNTIME_DIR"] = str(_RUNTIME)

# Machines differ in speed and the tests run beside other work, so no deadline; CI draws the same examples every time.
settings.register_profile(
    "local",
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
)
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, database=None)
settings.register_profile("thorough", settings.get_profile("local"), max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "local"))


def pytest_sessionfinish() -> None:
    """Remove the home of this session."""
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder for one test; $DOCUEXTRACT_HOME points to it."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("DOCUEXTRACT_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def samples() -> Path:
    """The sample documents that ship with the program."""
    return ROOT / "resources" / "samples"


def corpora_dir() -> Path | None:
    """The folder of real documents: $DOCUEXTRACT_CORPORA, or `shared/data` beside the checkout; None where absent."""
    named = os.environ.get(CORPORA_VARIABLE)
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of real documents; the test is skipped, saying so, where it is absent."""
    folder = corpora_dir()
    if folder is None:
        pytest.skip(f"the folder of real documents is not here; name it in ${CORPORA_VARIABLE}")
    return folder


@pytest.fixture
def clean_import_path() -> Iterator[None]:
    """Undo what a test adds to `sys.path`, such as the folder of the packaging scripts."""
    before = list(sys.path)
    yield
    sys.path[:] = before
