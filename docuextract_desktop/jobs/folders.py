"""Watched folders: which there are, who watches them, and their files on the way into standing batches. No Qt."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from docuextract_desktop.errors import RequestError
from docuextract_desktop.jobs.events import EventKind
from docuextract_desktop.jobs.intake import shown_name
from docuextract_desktop.jobs.models import BatchRequest, InputFile, WatchedFolder
from docuextract_desktop.jobs.moving import check_done_folder
from docuextract_desktop.jobs.owners import is_dead
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.storage import events, owners, watching
from docuextract_desktop.storage.database import Session
from docuextract_desktop.storage.watching import DoneFile, KnownFile


class FolderNotFoundError(RequestError):
    """No such folder is watched."""

    code = "folder_not_watched"
    http_status = 404
    default_hint = "See `docuextract watch list`."


class WatchedFolders:
    """The watched folders of one data folder. Any thread may use it."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self._database = queue.database

    # ---- for front ends

    def all(self) -> list[WatchedFolder]:
        """All of them, the oldest first."""
        with self._database.reading() as session:
            return watching.all_folders(session)

    def find(self, text: str) -> WatchedFolder:
        """The folder with that id (or the beginning of one) or that path.

        Raises:
            FolderNotFoundError: none or several.
        """
        known = self.all()
        path = Path(os.path.abspath(Path(text).expanduser()))  # noqa: PTH100  resolve() would follow links
        found = [f for f in known if f.id == text or f.path == path] or [
            f for f in known if text and f.id.startswith(text)
        ]
        if len(found) != 1:
            raise FolderNotFoundError(f"'{text}' is no watched folder." if not found else f"'{text}' may be several.")
        return found[0]

    def add(self, path: Path, template_id: str, *, done_folder: str | None = None) -> WatchedFolder:
        """Watch a folder; what lies in it already is taken, too.

        Raises:
            RequestError: no folder, watched already, or within (or around) one that is.
            TemplateNotFoundError, TemplateInvalidError: there is no such template.
        """
        folder = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100
        if not folder.is_dir():
            raise RequestError(f"There is no folder {shown_name(folder)}.", hint="Make it first, or check the path.")
        made = WatchedFolder(
            id=secrets.token_hex(4),
            path=folder,
            template_id=self._template(template_id),
            done_folder=None if done_folder is None else check_done_folder(done_folder),
            enabled=True,
            batch_id=None,
            created_at=self.queue.clock(),
        )
        real = Path(os.path.realpath(folder))
        with self._database.transaction() as session:
            for other in watching.all_folders(session):
                theirs = Path(os.path.realpath(other.path))
                if real == theirs:
                    raise RequestError(f"{shown_name(folder)} is watched already.", hint="Change it instead.")
                if real.is_relative_to(theirs) or theirs.is_relative_to(real):
                    raise RequestError(
                        f"{shown_name(folder)} and the watched folder {shown_name(other.path)} lie in each other.",
                        hint="A file would be read twice. Choose folders beside each other.",
                    )
            watching.add(session, made)
        return made

    def change(
        self,
        folder_id: str,
        *,
        template_id: str | None = None,
        done_folder: str | None = None,
        enabled: bool | None = None,
    ) -> WatchedFolder:
        """Change how a folder is watched; what is not named stays. An empty `done_folder`: done documents stay, too.

        Raises:
            RequestError, TemplateNotFoundError, TemplateInvalidError: nothing was changed.
        """
        template = None if template_id is None else self._template(template_id)
        moves_to = check_done_folder(done_folder) if done_folder else None
        with self._database.transaction() as session:
            folder = self._existing(session, folder_id)
            changed = replace(
                folder,
                template_id=template or folder.template_id,
                enabled=folder.enabled if enabled is None else enabled,
                done_folder=folder.done_folder if done_folder is None else moves_to,
            )
            watching.change(session, changed)
            self._say_batch_changed(session, folder.batch_id)
        return changed

    def remove(self, folder_id: str) -> None:
        """Watch a folder no longer. Its batches stay, and the files in it.

        Raises:
            FolderNotFoundError: there is none with that id.
        """
        with self._database.transaction() as session:
            folder = self._existing(session, folder_id)
            watching.remove(session, folder_id)
            self._say_batch_changed(session, folder.batch_id)

    def _template(self, template_id: str) -> str:
        """The id of an installed template; a template file could be gone at the next start."""
        template = self.queue.template(template_id)
        if template.id != template_id:
            raise RequestError(
                f"'{template_id}' is a file; a watched folder needs an installed template.",
                hint="Import it first: `docuextract templates import FILE`.",
            )
        return template_id

    def _existing(self, session: Session, folder_id: str) -> WatchedFolder:
        folder = watching.folder(session, folder_id)
        if folder is None:
            raise FolderNotFoundError(f"'{folder_id}' is no watched folder.")
        return folder

    def _say_batch_changed(self, session: Session, batch_id: str | None) -> None:
        if batch_id is not None:
            events.add(session, now=self.queue.clock(), kind=EventKind.BATCH_CHANGED, batch_id=batch_id)

    # ---- for the watcher

    def get(self, folder_id: str) -> WatchedFolder | None:
        """One folder as it is set now, or None."""
        with self._database.reading() as session:
            return watching.folder(session, folder_id)

    def hold(self, folder_id: str) -> bool:
        """Have this program be the one that watches the folder; False where another one that lives does."""
        with self._database.transaction(durable=False) as session:
            now = self.queue.clock()
            owners.sign_of_life(session, replace(self.queue.owner, heartbeat=now))
            alive = {owner.id for owner in owners.all_owners(session) if not is_dead(owner, now=now)}
            return watching.hold(session, folder_id, self.queue.owner.id, alive)

    def let_go(self, folder_id: str | None = None) -> None:
        """This program watches the folder (None: any) no longer."""
        with self._database.transaction(durable=False) as session:
            watching.let_go(session, self.queue.owner.id, folder_id)

    def report(self, folder_id: str, trouble: str, *, looked: bool = True) -> None:
        """Store how the last look went."""
        with self._database.transaction(durable=False) as session:
            watching.report(session, folder_id, looked_at=self.queue.clock() if looked else None, trouble=trouble)

    def known_files(self, folder_id: str) -> list[KnownFile]:
        """What was taken from the folder before."""
        with self._database.reading() as session:
            return watching.known_files(session, folder_id)

    def take(self, folder_id: str, files: Sequence[tuple[InputFile, KnownFile]]) -> bool:
        """Put files into the standing batch of their folder, and remember them, in one transaction.

        Returns:
            False where nothing was done: the folder is not this program's any more, or one of the files was taken
            meanwhile.

        Raises:
            RequestError: a limit, the page allowance or the template stands against it.
            StorageUnavailableError: nothing was done.
        """
        folder = self.get(folder_id)
        if folder is None:
            return False
        prepared = self.queue.prepare(
            BatchRequest(
                files=tuple(file for file, _ in files),
                template=folder.template_id,
                name=f"{shown_name(Path(folder.path.name)) or 'Folder'} (watched)",
            )
        )
        known = [file for _, file in files]
        with self._database.transaction() as session:
            folder = watching.folder(session, folder_id)
            if (
                folder is None
                or not folder.enabled
                or folder.holder != self.queue.owner.id
                or watching.any_known(session, folder_id, known)
            ):
                return False
            batch_id, item_ids = self.queue.put_into_standing(session, prepared, folder.batch_id)
            if batch_id != folder.batch_id:
                watching.set_batch(session, folder_id, batch_id)
                if folder.batch_id is not None:  # which is an ordinary batch from now on
                    self._say_batch_changed(session, folder.batch_id)
            watching.keep_files(session, folder_id, known, item_ids, now=self.queue.clock())
        return True

    def touch(self, file: KnownFile) -> None:
        """A known file has another time of change, but the same content."""
        with self._database.transaction(durable=False) as session:
            watching.touch(session, file)

    def done_files(self, folder_id: str, limit: int) -> list[DoneFile]:
        """Files to be moved away."""
        with self._database.reading() as session:
            return watching.done_files(session, folder_id, limit)

    def begin_move(self, file: DoneFile, target: Path | None) -> None:
        """Remember where a file is being moved to."""
        with self._database.transaction() as session:
            watching.begin_move(session, file.id, target)

    def end_move(self, file: DoneFile, target: Path | None) -> None:
        """The file is at `target` now, or gone; documents that were read from it are told."""
        now = self.queue.clock()
        with self._database.transaction() as session:
            for item_id, batch_id, state in watching.end_move(session, file, target, now=now):
                events.add(
                    session, now=now, kind=EventKind.ITEM_CHANGED, batch_id=batch_id, item_id=item_id, state=state
                )
