"""Where things lie: the data folder of this user, and the resources that ship with the program."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from platformdirs import user_data_path

HOME_VARIABLE = "DOCUEXTRACT_HOME"


def data_home(override: Path | None = None) -> Path:
    """The one folder that holds all data: `override`, else $DOCUEXTRACT_HOME, else the platform's data folder.

    The folder is created, readable by its owner only.
    """
    named = override or (Path(os.environ[HOME_VARIABLE]) if os.environ.get(HOME_VARIABLE) else None)
    home = (named or user_data_path("DocuExtract Desktop", appauthor=False)).expanduser().absolute()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return home


@cache
def resources_dir() -> Path:
    """Folder of what ships with the program: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).resolve().parent
    shipped = package / "_resources"
    return shipped if shipped.is_dir() else package.parent / "resources"
