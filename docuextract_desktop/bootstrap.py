"""Builds what every front end works with, once: the store, the templates, the queue."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from docuextract_desktop import log
from docuextract_desktop.errors import StorageUnavailableError
from docuextract_desktop.jobs import leftovers
from docuextract_desktop.jobs.owners import is_dead
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.jobs.worker_pool import page_counter
from docuextract_desktop.paths import data_home
from docuextract_desktop.storage import lessons as stored_lessons
from docuextract_desktop.storage import opening, owners
from docuextract_desktop.storage.database import Database
from docuextract_desktop.storage.opening import open_database
from docuextract_desktop.storage.settings import SettingsStore
from docuextract_desktop.templates.library import TemplateLibrary, load_template
from docuextract_desktop.templates.models import Template

if TYPE_CHECKING:
    from docuextract_desktop.documents.ocr import OcrEngine
    from docuextract_desktop.jobs.folders import WatchedFolders
    from docuextract_desktop.review.accuracy import AccuracyMeter
    from docuextract_desktop.review.auditing import Auditor
    from docuextract_desktop.review.lessons import Lessons
    from docuextract_desktop.review.preparing import PreparedShelf
    from docuextract_desktop.review.session import ReviewSession
    from docuextract_desktop.review.teacher import Teacher
    from docuextract_desktop.review.transfer import TeachingFiles
    from docuextract_desktop.storage.drafts import DraftStore

TEMPLATE_FOLDER = "templates"


@dataclass(frozen=True)
class Services:
    """The parts of the program that belong to one data folder. Any thread may use them.

    Attributes:
        home: the data folder.
        database: its database; front ends have no business with it.
        settings: read and change settings.
        templates: shipped and own templates.
        queue: batches, items and their results. To have them worked on, give it to a `jobs.runner.Runner`.
    """

    home: Path
    database: Database
    settings: SettingsStore
    templates: TemplateLibrary
    queue: Queue

    @cached_property
    def shelf(self) -> PreparedShelf:
        """Prepared documents, for review and teaching."""
        from docuextract_desktop.review.preparing import PreparedShelf

        return PreparedShelf(self.database, self.queue)

    @cached_property
    def review(self) -> ReviewSession:
        """Where people's decisions about values go."""
        from docuextract_desktop.review.session import ReviewSession

        return ReviewSession(self.database, self.queue, self.shelf)

    @cached_property
    def lessons(self) -> Lessons:
        """What templates were taught."""
        from docuextract_desktop.review.lessons import Lessons
        from docuextract_desktop.review.session import person

        return Lessons(self.database, self.shelf, self.templates, who=person())

    @cached_property
    def teaching_files(self) -> TeachingFiles:
        """Writes and reads templates with what they were taught."""
        from docuextract_desktop.review.transfer import TeachingFiles

        return TeachingFiles(self.database, self.templates, self.lessons)

    @cached_property
    def accuracy(self) -> AccuracyMeter:
        """How templates do on documents that people reviewed."""
        from docuextract_desktop.review.accuracy import AccuracyMeter

        return AccuracyMeter(self.database, self.lessons)

    @cached_property
    def auditor(self) -> Auditor:
        """How many unflagged values are wrong, as far as a sample tells."""
        from docuextract_desktop.review.auditing import Auditor

        return Auditor(self.database, self.queue)

    @cached_property
    def teacher(self) -> Teacher:
        """Has templates learn from decisions and proposes open documents anew."""
        from docuextract_desktop.review.teacher import Teacher

        return Teacher(self.database, self.queue, self.shelf, self.lessons)

    def settle_lessons(self, cancelled: Callable[[], bool] = lambda: False) -> int:
        """Fit anew what a program that ended early had only learnt quickly; how many templates. Loads little if none.

        Raises:
            review.lessons.CancelledError: it was cancelled.
            StorageUnavailableError: the database cannot be used.
        """
        with self.database.reading() as session:
            if not stored_lessons.taught_templates(session):
                return 0
        return self.lessons.settle(cancelled=cancelled)

    @cached_property
    def drafts(self) -> DraftStore:
        """Templates that are being written, until they are saved."""
        from docuextract_desktop.storage.drafts import DraftStore

        return DraftStore(self.database)

    @cached_property
    def folders(self) -> WatchedFolders:
        """The watched folders."""
        from docuextract_desktop.jobs.folders import WatchedFolders

        return WatchedFolders(self.queue)

    def back_up(self, target: Path | None = None) -> Path:
        """Copy the database to `target`, or into the data folder's `backups`, while it is in use; where it went.

        Raises:
            StorageUnavailableError: the copy could not be written.
        """
        return opening.backup_now(self.database, self.home, target)

    def close(self) -> None:
        """Close the database. Runners must have stopped."""
        self.database.close()

    def __enter__(self) -> Services:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def open_services(home: Path | None = None, *, create: bool = True, debug: bool = False) -> Services:
    """Open the data folder.

    Args:
        home: None for $DOCUEXTRACT_HOME or the platform's data folder.
        create: make it where there is none.
        debug: log more, which may include text of documents.

    Raises:
        StorageUnavailableError: the folder or its database cannot be used.
    """
    try:
        folder = data_home(home)
    except OSError as error:
        raise StorageUnavailableError(
            f"The data folder {error.filename or ''} cannot be made: {error.strerror or error}.".replace("  ", " "),
            hint="Name another one with DOCUEXTRACT_HOME or --home.",
            detail=repr(error),
        ) from error
    database = open_database(folder, create=create)
    try:
        log.configure(folder, debug=debug)
    except OSError as error:
        database.close()
        raise StorageUnavailableError(
            f"The log of the data folder cannot be written: {error.filename or folder}: {error.strerror or error}.",
            hint="Move away what is in its place, or name another data folder with DOCUEXTRACT_HOME or --home.",
            detail=repr(error),
        ) from error
    leftovers.keep_journal(folder)
    leftovers.clean(folder)
    settings = SettingsStore(database)
    library = TemplateLibrary(folder / TEMPLATE_FOLDER)
    queue = Queue(
        database,
        settings,
        load_template=_template_loader(library),
        count_pages=page_counter(lambda: settings.get().limits),
    )
    return Services(folder, database, settings, library, queue)


def backups(home: Path | None = None) -> list[Path]:
    """Copies of the database in the data folder, newest first."""
    return opening.list_backups(data_home(home))


def restore_backup(copy: Path, home: Path | None = None) -> Path | None:
    """Put a copy in the place of the database; what stood there is kept, and its new path given back.

    Raises:
        StorageUnavailableError: the copy is no good, or a program works with the database; nothing was changed.
    """
    folder = data_home(home)
    if _in_use(folder):
        raise StorageUnavailableError(
            "The program is working with this data folder.", hint="Close its windows and commands, then restore."
        )
    return opening.restore(folder, copy)


def _in_use(folder: Path) -> bool:
    """Whether a living program works with the database; False where that cannot be read from it any more."""
    try:
        database = open_database(folder, create=False)
    except StorageUnavailableError:
        return False
    try:
        with database.reading() as session:
            return any(not is_dead(owner, now=time.time()) for owner in owners.all_owners(session))
    except StorageUnavailableError:
        return False
    finally:
        database.close()


def _template_loader(library: TemplateLibrary) -> Callable[[str], Template]:
    def load(id_or_path: str) -> Template:
        return load_template(id_or_path, library)

    return load


def ocr_engine() -> OcrEngine:
    """The engine that workers recognise pages with, to be asked whether it can work here; loads no model."""
    from docuextract_desktop.documents.ocr import default_engine

    return default_engine()
