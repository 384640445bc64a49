"""The file manager's side of things: files from drops and pastes, and showing a file in its folder."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QMimeData, QProcess, QUrl
from PySide6.QtGui import QDesktopServices


def local_paths(data: QMimeData | None) -> list[Path]:
    """Paths of the files and folders of this computer that a drop or the clipboard holds."""
    if data is None or not data.hasUrls():
        return []
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def show_in_folder(path: Path) -> bool:
    """Open the folder of `path` in the file manager, with the file chosen where the platform has a way to ask that."""
    if sys.platform == "darwin":
        return QProcess.startDetached("/usr/bin/open", ["-R", str(path)])[0]
    if sys.platform == "win32":
        return QProcess.startDetached("explorer.exe", [f"/select,{path}"])[0]
    return open_file(path.parent)


def open_file(path: Path) -> bool:
    """Open a file or folder with the program that the system has for it; false where it has none."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
