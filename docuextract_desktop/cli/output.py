"""Where results go: to a file, or to standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from docuextract_desktop.bootstrap import Services
from docuextract_desktop.cli.screen import counted, plain, say, standard_output
from docuextract_desktop.errors import RequestError
from docuextract_desktop.export.columns import table_fields
from docuextract_desktop.export.seam import (
    FORMATS,
    ExportFormat,
    check_target,
    export_batch,
    export_files,
    format_for,
    format_named,
)
from docuextract_desktop.jobs.pictures import PagePictures
from docuextract_desktop.templates.models import Template

STANDARD_OUTPUT = "-"


@dataclass(frozen=True, slots=True)
class Output:
    """Where an export goes and in which format.

    Attributes:
        path: the file, or None for standard output.
    """

    path: Path | None
    format: ExportFormat

    @property
    def stream_path(self) -> bool:
        """Whether the path is a pipe or a device, which is written to and not replaced."""
        return self.path is not None and self.path.exists() and not self.path.is_file() and not self.path.is_dir()

    def check(self, template: Template, inputs: Iterable[Path] = ()) -> None:
        """Refuse, before any work, what could not be written. Existing files are replaced, as is usual for `-o`.

        Raises:
            ExportTargetError: a folder, one of `inputs`, or in a folder that is not there or may not be written to.
        """
        if self.path is None or self.stream_path:
            return
        check_target(self.path, template, self.format, overwrite=True, inputs=inputs)
        folder = self.path.absolute().parent
        if not os.access(folder, os.W_OK | os.X_OK):
            raise RequestError(f"The folder '{folder}' may not be written to.", hint="Choose another one.")

    def words(self) -> list[str]:
        """The options that lead here, for telling a person what to type."""
        if self.path is None:
            return []
        told_by_name = self.path.suffix.lower() == self.format.suffix
        return ["-o", str(self.path), *([] if told_by_name else ["--format", self.format.name])]


def choose_output(output: str | None, format_name: str | None) -> Output:
    """The output that the options `-o` and `--format` ask for; JSON to standard output where they are silent.

    Raises:
        ExportFormatError: the format cannot be told from the file's name.
        RequestError: a binary format would land on a terminal.
    """
    if output is None or output == STANDARD_OUTPUT:
        chosen = format_named(format_name or "json")
        if not chosen.text and sys.stdout.isatty():
            raise RequestError(f"A file in the format {chosen.name} is nothing for a terminal.", hint="Use -o FILE.")
        return Output(None, chosen)
    path = Path(output)
    if path.is_dir():
        raise RequestError(f"'{path}' is a folder.", hint="Name a file in it.")
    return Output(path, format_named(format_name) if format_name else format_for(path))


def write_output(services: Services, batch_id: str, output: Output) -> None:
    """Export a batch and say where to."""
    queue = services.queue
    template, batch = queue.template_of(batch_id), queue.batch(batch_id)
    with PagePictures(queue) as pictures:
        render = pictures if output.format.pictures else None
        results = queue.results(batch_id)
        if output.path is None:
            export_batch(results, template, batch, standard_output(), output.format.name, render=render)
            _say_what_is_missing(output, template)
        elif output.stream_path:
            with output.path.open("wb") as stream:
                export_batch(results, template, batch, stream, output.format.name, render=render)
            _say_what_is_missing(output, template)
        else:
            written = export_batch(
                results, template, batch, output.path, output.format.name, overwrite=True, render=render
            )
            say(f"Wrote {counted(batch.total, 'document')} to {', '.join(plain(str(path)) for path in written)}.")


def _say_what_is_missing(output: Output, template: Template) -> None:
    if len(export_files(Path("out"), template, output.format)) > 1:
        names = ", ".join(field.name for field in table_fields(template))
        say(f"Tables are left out ({names}): their files are written beside the main one. Use -o FILE.")


def output_options(command: click.decorators.FC) -> click.decorators.FC:
    """The options `-o` and `--format`."""
    command = click.option(
        "--format",
        "format_name",
        type=click.Choice(list(FORMATS), case_sensitive=False),
        help="Format of the export. Default: by the file's suffix; JSON for standard output.",
    )(command)
    return click.option(
        "-o",
        "--output",
        metavar="FILE",
        help="File to write (.csv .json .xlsx .html); it is replaced if it exists. '-' or nothing: standard output.",
    )(command)
