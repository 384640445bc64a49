"""`docuextract watch`: folders whose files become documents of a standing batch."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from docuextract_desktop.bootstrap import Services
from docuextract_desktop.cli.batches import as_json
from docuextract_desktop.cli.extract import running_options
from docuextract_desktop.cli.interruption import Interruption
from docuextract_desktop.cli.screen import counted, local_time, plain, result, result_json, say, table
from docuextract_desktop.cli.setup import Setup
from docuextract_desktop.errors import RequestError, StorageUnavailableError
from docuextract_desktop.export.columns import iso_time
from docuextract_desktop.jobs.intake import shown_name
from docuextract_desktop.jobs.models import WatchedFolder

SAY_AGAIN_AFTER_S = 60.0
"""A database that cannot be used is told of so often."""


@click.group()
def watch() -> None:
    """Watch folders: files that land in one are extracted with the folder's template.

    A file is taken once, when it has stopped changing; a file that is changed later is taken again. The documents of a
    folder are added to one standing batch. The window watches while it is open; without it, `docuextract watch run`
    does. FOLDER is the path of a watched folder, its id, or the beginning of the id.
    """


@watch.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option("-t", "--template", required=True, metavar="TEMPLATE", help="Id of an installed template.")
@click.option("--done", metavar="NAME", help="Move documents that are done to this subfolder, made where it is not.")
@click.pass_obj
def add(setup: Setup, folder: Path, template: str, done: str | None) -> None:
    """Watch a folder with all its subfolders. What lies in it already is taken, too."""
    with setup.services() as services:
        made = services.folders.add(folder, template, done_folder=done)
    say(f"Watching {plain(shown_name(made.path))} ({made.id}). The window does it while it is open;")
    say(f"without the window: {setup.command('watch', 'run')}")


@watch.command("list")
@as_json
@click.pass_obj
def list_folders(setup: Setup, as_json: bool) -> None:
    """List the watched folders, and what is wrong with them."""
    with setup.services() as services:
        found = services.folders.all()
    if as_json:
        result_json([folder_object(folder) for folder in found])
        return
    rows = [
        (
            folder.id,
            shown_name(folder.path),
            folder.template_id,
            folder.done_folder or "",
            f"{folder.taken:,}",
            local_time(folder.looked_at),
            folder.batch_id or "",
            folder.trouble if folder.enabled else "off",
        )
        for folder in found
    ]
    header = ("ID", "FOLDER", "TEMPLATE", "DONE TO", "TAKEN", "LOOKED", "BATCH", "TROUBLE")
    for line in table(header, rows, ("<", "<", "<", "<", ">")):
        result(line)


@watch.command()
@click.argument("folder", metavar="FOLDER")
@click.option("-t", "--template", metavar="TEMPLATE", help="Id of an installed template, for documents from now on.")
@click.option("--done", metavar="NAME", help="Move documents that are done to this subfolder; '' leaves them.")
@click.option("--on/--off", "enabled", default=None, help="Watch it, or leave it alone for now.")
@click.pass_obj
def change(setup: Setup, folder: str, template: str | None, done: str | None, enabled: bool | None) -> None:
    """Change how a folder is watched; what is not named stays as it is."""
    with setup.services() as services:
        found = services.folders.find(folder)
        services.folders.change(found.id, template_id=template, done_folder=done, enabled=enabled)
    say(f"Changed {plain(shown_name(found.path))}.")


@watch.command()
@click.argument("folder", metavar="FOLDER")
@click.pass_obj
def remove(setup: Setup, folder: str) -> None:
    """Watch a folder no longer. Its batches stay, and so do its files."""
    with setup.services() as services:
        found = services.folders.find(folder)
        services.folders.remove(found.id)
    say(f"{plain(shown_name(found.path))} is not watched any more.")


@watch.command()
@running_options
@click.pass_obj
def run(setup: Setup, workers: int | None, quiet: bool) -> None:
    """Watch the folders, and work on whatever waits, until Ctrl+C or SIGTERM.

    It may run beside the window and beside other commands: no document is done twice. Folders may be added, changed and
    removed meanwhile.
    """
    from docuextract_desktop.jobs.runner import run_watching  # loads Qt, which no other command needs

    with setup.services() as services:
        folders = [folder for folder in services.folders.all() if folder.enabled]
        if not folders:
            raise RequestError("No folder is watched.", hint=f"See `{setup.command('watch', 'add', '--help')}`.")
        news = _News(services, quiet=quiet)
        if not quiet:
            say(f"Watching {counted(len(folders), 'folder')}. Stop with Ctrl+C.")
        with Interruption() as interruption:
            run_watching(
                services,
                workers=workers,
                on_change=news.look,
                on_storage_failure=news.storage_failed,
                interrupted=interruption.asked,
            )
        if not quiet:
            say("Stopped watching.")


class _News:
    """Says what has changed in the watched folders since it last looked."""

    def __init__(self, services: Services, *, quiet: bool) -> None:
        self._services = services
        self._quiet = quiet
        self._troubles: dict[str, str] = {}
        self._counts: dict[str, str] = {}
        self._said_at: float | None = None

    def look(self) -> None:
        """Say what is new: troubles always, how far the batches are where not quiet."""
        for folder in self._services.folders.all():
            trouble = folder.trouble if folder.enabled else ""
            if trouble != self._troubles.get(folder.id, ""):
                name = plain(shown_name(folder.path))
                say(f"{name}: {plain(trouble)}" if trouble else f"{name}: all right again.")
                self._troubles[folder.id] = trouble
            if not self._quiet and folder.batch_id is not None:
                self._say_counts(folder, folder.batch_id)

    def _say_counts(self, folder: WatchedFolder, batch_id: str) -> None:
        batch = self._services.queue.batch(batch_id)
        if not batch.state.terminal:
            return
        counts = ", ".join(f"{n:,} {state.value}" for state, n in batch.counts.items() if n)
        if self._counts.get(folder.id) != counts:
            say(f"{plain(shown_name(folder.path))}: {counts} (batch {batch_id})")
            self._counts[folder.id] = counts

    def storage_failed(self, error: StorageUnavailableError) -> None:
        """Say that the database cannot be used, now and then."""
        now = time.monotonic()
        if self._said_at is None or now - self._said_at > SAY_AGAIN_AFTER_S:
            say(f"{plain(str(error))} It is tried again every few seconds.")
            self._said_at = now


def folder_object(folder: WatchedFolder) -> dict[str, Any]:
    """A watched folder as JSON says it."""
    return {
        "id": folder.id,
        "path": shown_name(folder.path),
        "template": folder.template_id,
        "done_folder": folder.done_folder,
        "enabled": folder.enabled,
        "batch_id": folder.batch_id,
        "taken": folder.taken,
        "looked_at": iso_time(folder.looked_at),
        "trouble": folder.trouble or None,
    }
