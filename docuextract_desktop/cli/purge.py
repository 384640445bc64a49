"""`docuextract purge`: delete batches so that nothing of their documents stays in the data folder."""

from __future__ import annotations

import sys

import click

from docuextract_desktop.cli.screen import counted, say
from docuextract_desktop.cli.setup import Setup, find_batch
from docuextract_desktop.errors import RequestError
from docuextract_desktop.jobs.housekeeping import purge as purge_batches


@click.command()
@click.argument("batches", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="All batches.")
@click.option("--taught", is_flag=True, help="Also forget what their documents taught templates, with their words.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def purge(setup: Setup, batches: tuple[str, ...], everything: bool, taught: bool, yes: bool) -> None:
    """Delete batches with their words, values and decisions, and overwrite what was deleted.

    What documents taught a template stays with it, and so do the words of these documents, unless `--taught` is given.
    The documents themselves are not touched, nor are copies of the data that you made. Asks first where there is
    somebody to ask.
    """
    if bool(batches) == everything:
        raise RequestError("Name the batches to delete, or give --all.", hint="See `docuextract batches list`.")
    with setup.services() as services:
        found = [batch.id for batch in services.queue.batches()]
        ids = found if everything else list(dict.fromkeys(find_batch(services, batch) for batch in batches))
        if ids and not yes and sys.stdin.isatty():
            click.confirm(f"Delete {_batches(len(ids))} for good?", abort=True, err=True)
        say(f"Deleted {_batches(purge_batches(services.queue, ids, taught=taught))}.")


def _batches(number: int) -> str:
    return counted(number, "batch") if number == 1 else f"{number:,} batches"
