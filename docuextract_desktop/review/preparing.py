"""Documents with their candidates worked out, kept in memory and in the database, so that proposing anew is quick."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from docuextract_desktop.documents.models import Document
from docuextract_desktop.extraction.features.prepared import Prepared, prepared_from_bytes, prepared_to_bytes
from docuextract_desktop.extraction.pipeline import prepare
from docuextract_desktop.extraction.provenance import prepared_by
from docuextract_desktop.jobs.models import ItemRow
from docuextract_desktop.review.desk import Desk
from docuextract_desktop.storage import documents, items, prepared
from docuextract_desktop.storage.database import Database
from docuextract_desktop.storage.prepared import PreparedKey
from docuextract_desktop.templates.models import Template
from docuextract_desktop.templates.validation import refuse_slow_patterns

IN_MEMORY = 2_000
"""Prepared documents held in memory at most; one takes about 150 KB."""


class PreparedShelf:
    """Prepared documents by item. Any thread may use it; preparing one from its words takes some 50 ms."""

    def __init__(self, database: Database, desk: Desk) -> None:
        self._database = database
        self._desk = desk
        self._lock = threading.Lock()
        self._held: OrderedDict[PreparedKey, Prepared] = OrderedDict()

    def of_item(self, item_id: str) -> tuple[Document, Prepared] | None:
        """The document with its words, and prepared; None where it was not read."""
        item = self._desk.item(item_id)
        document = self._document(item)
        if document is None:
            return None
        template = self._desk.template_of(item.batch_id)
        ready = self.prepared(item, template)
        return None if ready is None else (document, ready)

    def prepared(self, item: ItemRow, template: Template) -> Prepared | None:
        """The prepared document of an item: from memory, from the database, or made from its words and kept."""
        if item.sha256 is None:
            return None
        with self._database.reading() as session:
            ranges = items.page_ranges_of(session, item.id) or ""
        return self.of_content(item.sha256, ranges, template, lambda: self._document(item))

    def of_content(
        self, sha256: str, page_ranges: str, template: Template, read: Callable[[], Document | None]
    ) -> Prepared | None:
        """A prepared document by its content; `read` gives its words where it has to be made, None where it cannot.

        Raises:
            TemplateInvalidError: it would have to be made, and a pattern of the template can take for ever.
        """
        key = PreparedKey(sha256, template.id, template.version, page_ranges, prepared_by(template))
        with self._lock:
            held = self._held.get(key)
            if held is not None:
                self._held.move_to_end(key)
                return held
        with self._database.reading() as session:
            body = prepared.load(session, key)
        if body is None:
            document = read()
            if document is None:
                return None
            refuse_slow_patterns(template)  # nothing ends what is done here, in the window's own process
            body = prepared_to_bytes(prepare(document, template))
            with self._database.transaction(durable=False) as session:
                prepared.keep(session, key, body)
        # Always from bytes, which round a little: what is fitted must not depend on where a document was prepared.
        ready = prepared_from_bytes(body)
        with self._lock:
            self._held[key] = ready
            while len(self._held) > IN_MEMORY:
                self._held.popitem(last=False)
        return ready

    def words_of(self, item_id: str) -> Document | None:
        """The words of an item; None where it was not read."""
        return self._document(self._desk.item(item_id))

    def _document(self, item: ItemRow) -> Document | None:
        pages = self._desk.document_pages(item.id)
        if item.sha256 is None or pages is None:
            return None
        with self._database.reading() as session:
            kept = documents.document(session, item.sha256)
        if kept is None:
            return None
        # Kept words tell the kind as text; it was one of ours when it was stored.
        return Document(kept.sha256, kept.kind, kept.page_count, pages)  # type: ignore[arg-type]
