"""One window for each data folder: starting it again hands the paths to the window that is there, and raises it."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_log = logging.getLogger(__name__)
WAIT_MS = 3_000
MOST_BYTES = 16 * 1024 * 1024
DONE = b"ok\n"


def server_name(home: Path) -> str:
    """A name that only the windows of this data folder have; short, since sockets' names are limited to 100 bytes."""
    return "docuextract-" + hashlib.sha256(str(home).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def hand_over(home: Path, paths: list[Path]) -> bool:
    """Give `paths` to the window of this data folder; false where there is none that answers."""
    socket = QLocalSocket()
    socket.connectToServer(server_name(home))
    if not socket.waitForConnected(WAIT_MS):
        return False
    socket.write(json.dumps([str(path) for path in paths]).encode("ascii") + b"\n")
    socket.flush()
    answered = socket.waitForReadyRead(WAIT_MS) and bytes(socket.readAll().data()).startswith(DONE)
    socket.disconnectFromServer()
    return answered


class SingleInstance(QObject):
    """Listens for later starts.

    Signals:
        called: the paths of a later start; maybe none.
    """

    called = Signal(list)

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = server_name(home)
        # The lock decides who listens when two programs start at the same moment.
        self._lock = QLockFile(str(home / "window.lock"))
        self._lock.setStaleLockTime(0)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)

    def listen(self) -> bool:
        """Become the window of this data folder; false where another one is."""
        if not self._lock.tryLock(WAIT_MS):
            return False
        QLocalServer.removeServer(self._name)  # left by a program that was killed
        if not self._server.listen(self._name):
            _log.warning("later starts cannot be heard: %s", self._server.errorString())
        return True

    def close(self) -> None:
        """Listen no more."""
        self._server.close()
        self._lock.unlock()

    def _accept(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda s=socket: self._read(s))
            socket.disconnected.connect(socket.deleteLater)
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if socket.bytesAvailable() > MOST_BYTES:
            socket.abort()
            return
        if not socket.canReadLine():
            return
        try:
            names = json.loads(bytes(socket.readLine().data()))
            paths = [Path(name) for name in names]
        except (ValueError, TypeError):
            _log.warning("a later start sent something that cannot be understood")
            socket.abort()
            return
        socket.write(DONE)
        socket.flush()
        self.called.emit(paths)
