"""`docuextract extract`: one batch from files to an export."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from docuextract_desktop import load_template
from docuextract_desktop.cli.output import choose_output, output_options
from docuextract_desktop.cli.running import run_to_end
from docuextract_desktop.cli.screen import counted, say
from docuextract_desktop.cli.setup import Setup
from docuextract_desktop.jobs.models import BatchRequest


def key_values(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """`KEY=VALUE` several times, as a mapping; the last of equal keys wins."""
    pairs = {}
    for value in values:
        key, equals, rest = value.partition("=")
        if not equals or not key.strip():
            raise click.BadParameter(f"'{value}' is not of the form KEY=VALUE.")
        pairs[key.strip()] = rest
    return pairs


def running_options(command: click.decorators.FC) -> click.decorators.FC:
    """The options of commands that work on documents."""
    command = click.option("-q", "--quiet", is_flag=True, help="No progress on standard error.")(command)
    return click.option(
        "--workers",
        type=click.IntRange(1, 64),
        metavar="N",
        help="Documents to work on at the same time. Default: as set in Settings, one per core.",
    )(command)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("-t", "--template", required=True, metavar="TEMPLATE", help="Id of a template, or a template file.")
@output_options
@running_options
@click.option("--name", metavar="TEXT", help="Name of the batch. Default: the template's and the time.")
@click.option(
    "--review-threshold",
    type=click.FloatRange(0, 1),
    metavar="0..1",
    help="Values less certain than this are marked for review. Default: the template's.",
)
@click.option(
    "--idempotency-key",
    metavar="TEXT",
    help="The same key with the same request gives the batch of the first time instead of a new one.",
)
@click.option("--force", is_flag=True, help="Extract again although the same content was done before.")
@click.option(
    "--metadata",
    callback=key_values,
    multiple=True,
    metavar="KEY=VALUE",
    help="Carried to the export with every document. May be given several times.",
)
@click.option("--pages", metavar="RANGES", help="Read only these pages of each document, such as 1-3,5 or 2-.")
@click.pass_obj
def extract(
    setup: Setup,
    paths: tuple[Path, ...],
    template: str,
    output: str | None,
    format_name: str | None,
    workers: int | None,
    quiet: bool,
    name: str | None,
    review_threshold: float | None,
    idempotency_key: str | None,
    force: bool,
    metadata: dict[str, str],
    pages: str | None,
) -> int:
    """Extract the fields of a template from files and folders, in one batch that is run to its end.

    PATHs are PDFs, pictures, or folders that hold some, at any depth. The batch is kept: see `docuextract batches`.
    """
    chosen = choose_output(output, format_name)
    with setup.services() as services:
        chosen_template = load_template(template, services.templates)
        files = services.queue.scan(paths)
        chosen.check(chosen_template, (file.path for file in files))
        request = BatchRequest(
            files=tuple(replace(file, pages=pages) for file in files),
            template=template,
            name=name,
            review_threshold=review_threshold,
            idempotency_key=idempotency_key,
            force=force,
            metadata=metadata,
        )
        batch_id = services.queue.create_batch(request)
        if not quiet:
            say(f"Batch {batch_id}: {counted(len(files), 'document')}, template {chosen_template.id}.")
        return run_to_end(setup, services, batch_id, workers=workers, quiet=quiet, output=chosen)
