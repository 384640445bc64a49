"""The one way out: which formats there are, and writing a batch in one of them, whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Protocol

from docuextract_desktop.atomic import atomic_paths
from docuextract_desktop.export.columns import table_fields, unlike_names
from docuextract_desktop.export.models import (
    ExportContext,
    ExportExistsError,
    ExportFormatError,
    ExportTargetError,
    ExportWriteError,
    ItemResult,
    PageRenderer,
)
from docuextract_desktop.jobs.models import BatchSummary
from docuextract_desktop.templates.models import Template


class Writer(Protocol):
    """What the module of a format offers."""

    def write(
        self,
        results: Iterable[ItemResult],
        context: ExportContext,
        main: BinaryIO,
        tables: Mapping[str, BinaryIO],
    ) -> None:
        """Write the documents as they come, holding none of them.

        Args:
            results: in the batch's order; may be an iterator that reads the database.
            context: template, batch, time, page renderer.
            main: the file.
            tables: for formats with a file per table field, their streams by field name; empty where there is only
                one stream to write to.
        """
        ...


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A format that batches can be exported in.

    Attributes:
        name: what the command line calls it.
        suffix: of its files, with the dot.
        title: for menus and file dialogs.
        module: holds its `write`; loaded when it is first used, since some need heavy libraries.
        text: whether it is fit to be shown on a terminal.
        file_per_table: whether table fields go to files of their own beside the main one.
        pictures: whether it shows pictures of the pages.
    """

    name: str
    suffix: str
    title: str
    module: str
    text: bool = True
    file_per_table: bool = False
    pictures: bool = False

    def writer(self) -> Writer:
        """The code that writes it."""
        module: Writer = import_module(self.module)
        return module


FORMATS: Mapping[str, ExportFormat] = {
    f.name: f
    for f in (
        ExportFormat("csv", ".csv", "CSV table", "docuextract_desktop.export.csv", file_per_table=True),
        ExportFormat("json", ".json", "JSON", "docuextract_desktop.export.json"),
        ExportFormat("xlsx", ".xlsx", "Excel workbook", "docuextract_desktop.export.xlsx", text=False),
        ExportFormat("html", ".html", "Proof page", "docuextract_desktop.export.proof", pictures=True),
    )
}


def format_named(name: str) -> ExportFormat:
    """The format of that name.

    Raises:
        ExportFormatError: there is none.
    """
    try:
        return FORMATS[name.lower()]
    except KeyError:
        raise ExportFormatError(f"'{name}' is not an export format.", hint=f"There are {', '.join(FORMATS)}.") from None


def format_for(path: Path) -> ExportFormat:
    """The format that a file of that name is meant to be in.

    Raises:
        ExportFormatError: the name does not end like any format's files.
    """
    ending = {".htm": ".html"}.get(path.suffix.lower(), path.suffix.lower())
    for one in FORMATS.values():
        if one.suffix == ending:
            return one
    raise ExportFormatError(f"The format of '{path.name}' cannot be told from its name.")


def export_files(target: Path, template: Template, export_format: ExportFormat) -> dict[str, Path]:
    """The files that an export to `target` writes: under "" the main one, under a table field's name its own."""
    files = {"": target}
    if export_format.file_per_table:
        fields = [f.name for f in table_fields(template)]
        has_suffix = target.suffix.lower() == export_format.suffix
        stem, suffix = (target.stem, target.suffix) if has_suffix else (target.name, export_format.suffix)
        # The numbers of `unlike_names` matter where the file system takes "Items" and "items" for the same.
        for field, unlike in zip(fields, unlike_names(fields), strict=True):
            files[field] = target.with_name(f"{stem}.{unlike}{suffix}")
    return files


def check_target(
    target: Path,
    template: Template,
    export_format: ExportFormat,
    *,
    overwrite: bool,
    inputs: Iterable[Path] = (),
) -> tuple[Path, ...]:
    """Make sure, before any work, that an export to `target` can be written. Returns the files that it will write.

    Args:
        target: the main file.
        template: names the table fields.
        export_format: says whether these have files of their own.
        overwrite: whether existing files may be replaced.
        inputs: files of the batch, which are never replaced.

    Raises:
        ExportExistsError: a file exists, and `overwrite` is false.
        ExportTargetError: the target is a folder or an input, or its folder is missing.
    """
    files = tuple(export_files(target, template, export_format).values())
    if not target.absolute().parent.is_dir():
        raise ExportTargetError(
            f"There is no folder '{target.absolute().parent}' to write to.", hint="Create it first."
        )
    taken = {path.resolve() for path in inputs}
    for path in files:
        if path.is_dir():
            raise ExportTargetError(f"'{path}' is a folder.", hint="Name a file in it.")
        if path.exists() and not path.is_file():
            raise ExportTargetError(f"'{path}' is not a plain file.")
        if path.resolve() in taken:
            raise ExportTargetError(f"'{path}' is one of the documents of the batch and would be replaced.")
    existing = [path.name for path in files if path.exists()]
    if existing and not overwrite:
        names = ", ".join(f"'{name}'" for name in existing)
        raise ExportExistsError(f"{names} {'exists' if len(existing) == 1 else 'exist'} already.")
    return files


def export_batch(
    results: Iterable[ItemResult],
    template: Template,
    batch: BatchSummary,
    target: Path | BinaryIO,
    fmt: str | None = None,
    *,
    overwrite: bool = False,
    render: PageRenderer | None = None,
) -> tuple[Path, ...]:
    """Write the documents of a batch to a file, or to a stream.

    Documents are taken from `results` one by one and not held. An exception from there (a person who gives up, say)
    ends the export; nothing is left of it then, and files that were to be replaced are as they were.

    Args:
        results: the documents, in the batch's order.
        template: the version that the batch was started with.
        batch: for titles and counts.
        target: a file, or an open binary stream. A stream gets the main file only: no files of table fields.
        fmt: name of a format; None tells it from the target's name (for a stream: JSON).
        overwrite: whether existing files may be replaced.
        render: draws pages for formats with pictures.

    Returns:
        The files written, the main one first; none for a stream.

    Raises:
        ExportFormatError, ExportTargetError, ExportExistsError: nothing was started.
        ExportWriteError: the disk would not take it.
    """
    context = ExportContext(template=template, batch=batch, exported_at=time.time(), render=render)
    if not isinstance(target, Path):
        format_named(fmt or "json").writer().write(results, context, target, {})
        return ()
    export_format = format_named(fmt) if fmt else format_for(target)
    check_target(target, template, export_format, overwrite=overwrite)
    files = export_files(target, template, export_format)
    fields, paths = list(files)[1:], tuple(files.values())
    writer = export_format.writer()
    guarded = _Guarded(results)
    try:
        # The main file is moved last: where it is new, so are the others.
        with atomic_paths((*paths[1:], paths[0])) as (*table_parts, main_part), ExitStack() as streams:
            main = streams.enter_context(main_part.open("wb"))
            tables = {
                name: streams.enter_context(part.open("wb")) for name, part in zip(fields, table_parts, strict=True)
            }
            writer.write(guarded, context, main, tables)
            streams.close()
            if not overwrite:  # another program may have been quicker
                check_target(target, template, export_format, overwrite=False)
    except OSError as error:
        if guarded.failed is error:
            raise
        raise ExportWriteError(
            f"The export could not be written to '{target}': {error.strerror or error}.", detail=repr(error)
        ) from error
    return paths


class _Guarded:
    """Passes documents on and remembers the exception that reading them ended with: it is not the disk's fault."""

    def __init__(self, results: Iterable[ItemResult]) -> None:
        self._results = iter(results)
        self.failed: Exception | None = None

    def __iter__(self) -> _Guarded:
        return self

    def __next__(self) -> ItemResult:
        try:
            return next(self._results)
        except StopIteration:
            raise
        except Exception as error:
            self.failed = error
            raise
