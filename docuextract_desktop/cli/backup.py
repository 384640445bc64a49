"""`docuextract backup` and `docuextract restore`: copies of the database, made while it is in use, and put back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from docuextract_desktop.bootstrap import backups, restore_backup
from docuextract_desktop.cli.batches import as_json
from docuextract_desktop.cli.screen import local_time, plain, result, result_json, say, table
from docuextract_desktop.cli.setup import Setup
from docuextract_desktop.errors import RequestError
from docuextract_desktop.export.columns import iso_time


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to; default: the data folder."
)
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
@click.option("--list", "listing", is_flag=True, help="List the copies in the data folder instead.")
@as_json
@click.pass_obj
def backup(setup: Setup, output: Path | None, force: bool, listing: bool, as_json: bool) -> None:
    """Copy the database: batches, words, values, decisions, what was taught, and settings.

    May be used while the program works. The documents themselves and your own templates are files of their own; they
    are not in the copy. The program makes such a copy by itself before a new version changes the database.
    """
    if listing:
        _list(setup, as_json)
        return
    if output is not None and output.is_dir():
        raise RequestError(f"'{output}' is a folder.", hint="Name a file in it.")
    if output is not None and output.exists() and not force:
        raise RequestError(f"'{output}' exists already.", hint="Choose another name, or give --force to replace it.")
    with setup.services() as services:
        copy = services.back_up(output)
    say(f"Copied the database to {plain(str(copy))}. To put it back: {setup.command('restore', str(copy))}")


@click.command()
@click.argument("copy", type=click.Path(path_type=Path), metavar="FILE")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def restore(setup: Setup, copy: Path, yes: bool) -> None:
    """Put a copy of the database in the place of the present one, which is kept beside the other copies.

    The present one may be damaged, or written by a newer version of the program. No program may be working with it.
    Asks first where there is somebody to ask.
    """
    if not yes and sys.stdin.isatty():
        click.confirm(f"Put {plain(str(copy))} in the place of the database?", abort=True, err=True)
    replaced = restore_backup(copy, setup.home)
    say(f"Restored the database from {plain(str(copy))}.")
    if replaced is not None:
        say(f"What stood there before is kept: {plain(str(replaced))}")


def _list(setup: Setup, as_json: bool) -> None:
    found: list[dict[str, Any]] = [
        {"path": path, "size_bytes": path.stat().st_size, "made_at": path.stat().st_mtime}
        for path in backups(setup.home)
    ]
    if as_json:
        result_json([{**copy, "path": str(copy["path"]), "made_at": iso_time(copy["made_at"])} for copy in found])
        return
    rows = [(local_time(c["made_at"]), f"{c['size_bytes'] / 1e6:,.1f} MB", str(c["path"])) for c in found]
    for line in table(("MADE", "SIZE", "FILE"), rows, ("<", ">")):
        result(line)
