from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from docuextract_desktop.storage.database import Database
from docuextract_desktop.storage.opening import open_database


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    opened = open_database(home)
    yield opened
    opened.close()
