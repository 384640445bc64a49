"""What an export is made from: the documents of a batch with their values, and what is known about the batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from docuextract_desktop.errors import DocuExtractError, ExitCode, RequestError
from docuextract_desktop.extraction.models import Extraction
from docuextract_desktop.jobs.models import BatchSummary, ItemRow
from docuextract_desktop.templates.models import Template


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One document of a batch as exports show it.

    Attributes:
        item: the item as it stands now.
        extraction: its values, or None where the item has none (pending, failed, cancelled).
        template_id, template_version: of the template that the batch was started with.
    """

    item: ItemRow
    extraction: Extraction | None
    template_id: str
    template_version: int

    @property
    def document_id(self) -> str:
        """What exports call the document: the id of its item, unique over all batches."""
        return self.item.id

    @property
    def batch_id(self) -> str:
        """The batch that the document belongs to."""
        return self.item.batch_id


class PagePicture(Protocol):
    """A page as it is shown upright: `rgb` holds `height` rows of `width` pixels of three bytes each."""

    @property
    def width(self) -> int:
        """In pixels."""
        ...

    @property
    def height(self) -> int:
        """In pixels."""
        ...

    @property
    def rgb(self) -> bytes:
        """Rows from the top, without padding: `3 * width * height` bytes."""
        ...


PageRenderer = Callable[[ItemRow, int], PagePicture]
"""Draws the page of an item, by its index from 0. Raises a `DocuExtractError` where it cannot be drawn."""


@dataclass(frozen=True, slots=True)
class ExportContext:
    """What an export needs besides the documents.

    Attributes:
        template: the version that the batch was started with.
        exported_at: UNIX seconds (UTC).
        render: draws pages for the cut-outs of a proof, or None where no pictures are wanted.
    """

    template: Template
    batch: BatchSummary
    exported_at: float
    render: PageRenderer | None = None


class ExportFormatError(RequestError):
    """No such export format, or a file name from which none can be told."""

    code = "export_format_unknown"
    default_hint = "Name the file .csv, .json, .xlsx or .html, or say which format you want."


class ExportTargetError(RequestError):
    """The export cannot be written to where it was asked for; nothing was written."""

    code = "export_target_invalid"
    default_hint = "Choose another file."


class ExportExistsError(ExportTargetError):
    """The export would overwrite files, which was not allowed."""

    code = "export_exists"
    http_status = 409
    default_hint = "Choose another name, or allow it to be replaced."


class ExportWriteError(DocuExtractError):
    """Writing failed half way (disk full, folder gone); nothing is left of it."""

    code = "storage_unavailable"
    http_status = 503
    exit_code = ExitCode.STORAGE_UNAVAILABLE
    default_hint = "Free some space or choose another folder, then export again: the batch itself is safe."
