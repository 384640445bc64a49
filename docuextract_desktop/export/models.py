"""What an export is made from: one document of a batch with its values."""

from __future__ import annotations

from dataclasses import dataclass

from docuextract_desktop.extraction.models import Extraction
from docuextract_desktop.jobs.models import ItemRow


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
