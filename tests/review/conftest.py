"""A data folder with extracted documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from review_desk import extracted_items

from docuextract_desktop.bootstrap import Services, open_services


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    (tmp_path / "home").mkdir()
    with open_services(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def items(services: Services, tmp_path: Path) -> list[str]:
    """Two documents that were extracted, and one that still waits."""
    return extracted_items(services, tmp_path)
