"""The file manager's side of things: files from drops and pastes, and showing a file in its folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QDesktopServices


def local_paths(data: QMimeData | None) -> list[Path]:
    """Paths of the files and folders of this computer that a drop or the clipboard holds."""
    if data is None or not data.hasUrls():
        return []
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def show_in_folder(path: Path) -> bool:
    """Open the folder of `path` in the file manager, with the file chosen where the platform has a way to ask that."""
    if sys.platform == "darwin":
        subprocess.Popen(["/usr/bin/open", "-R", str(path)])
        return True
    if sys.platform == "win32" and (explorer := shutil.which("explorer")):
        subprocess.Popen([explorer, f"/select,{path}"])
        return True
    return open_file(path.parent)


def open_file(path: Path) -> bool:
    """Open a file or folder with the program that the system has for it; false where it has none."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
