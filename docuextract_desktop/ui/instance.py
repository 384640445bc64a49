"""One window for each data folder: starting it again hands the paths to the window that is there, and raises it.

The lock is taken before the window is shown; QtNetwork, and what names and messages need, follow the first paint.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, QThread, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

_log = logging.getLogger(__name__)
WAIT_MS = 3_000
MOST_BYTES = 16 * 1024 * 1024
DONE = b"ok\n"


def server_name(home: Path) -> str:
    """A name that only the windows of this data folder have; short, since sockets' names are limited to 100 bytes."""
    import hashlib

    return "docuextract-" + hashlib.sha256(str(home).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def hand_over(home: Path, paths: list[Path]) -> bool:
    """Give `paths` to the window of this data folder; false where there is none that answers."""
    import json

    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    until = time.monotonic() + WAIT_MS / 1000
    while not _connected(socket, home):  # the other one may be about to listen
        if time.monotonic() > until:
            return False
        QThread.msleep(50)
    socket.write(json.dumps([str(path) for path in paths]).encode("ascii") + b"\n")
    socket.flush()
    answered = socket.waitForReadyRead(WAIT_MS) and bytes(socket.readAll().data()).startswith(DONE)
    socket.disconnectFromServer()
    return answered


def _connected(socket: QLocalSocket, home: Path) -> bool:
    socket.connectToServer(server_name(home))
    return socket.waitForConnected(WAIT_MS)


class SingleInstance(QObject):
    """Listens for later starts.

    Signals:
        called: the paths of a later start; maybe none.
    """

    called = Signal(list)

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._home = home
        # The lock decides who listens when two programs start at the same moment.
        self._lock = QLockFile(str(home / "window.lock"))
        self._lock.setStaleLockTime(0)
        self._server: QLocalServer | None = None

    def claim(self) -> bool:
        """Become the window of this data folder; false where another one is."""
        return self._lock.tryLock(0)

    def listen(self) -> None:
        """Hear later starts."""
        from PySide6.QtNetwork import QLocalServer

        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)
        name = server_name(self._home)
        QLocalServer.removeServer(name)  # left by a program that was killed
        if not self._server.listen(name):
            _log.warning("later starts cannot be heard: %s", self._server.errorString())

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        self._lock.unlock()

    def _accept(self) -> None:
        while self._server is not None and (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda s=socket: self._read(s))
            socket.disconnected.connect(socket.deleteLater)
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if socket.bytesAvailable() > MOST_BYTES:
            socket.abort()
            return
        if not socket.canReadLine():
            return
        import json

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
