"""Teaching a template: a person's word about a document is stored, becomes an example, and examples become knowledge.

`docuextract learn` comes through here, and so does whatever else confirms values. No Qt.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from docuextract_desktop.documents.models import Document, Page
from docuextract_desktop.errors import BatchNotFoundError, ResultNotReadyError
from docuextract_desktop.extraction.confirming import Confirmed, confirm_value
from docuextract_desktop.extraction.learning import Answer, Contradiction, Example, contradictions, fit, make_example
from docuextract_desktop.extraction.models import Extraction
from docuextract_desktop.extraction.prepared import header_fields, prepare
from docuextract_desktop.jobs.models import ItemRow
from docuextract_desktop.review.teacher import standing_answers
from docuextract_desktop.storage import batches, decisions, documents, items, knowledge, results, reviewing
from docuextract_desktop.storage.database import Database
from docuextract_desktop.templates.models import Template

PagesOf = Callable[[str], tuple[Page, ...] | None]
"""The words of an item's pages as they were read; None where it was not read."""


@dataclass(frozen=True, slots=True)
class Taught:
    """What a person's word about one document came to.

    Attributes:
        confirmed: field name → the field from now on.
        warnings: sentences about values that do not stand on the document just so.
    """

    confirmed: Mapping[str, Confirmed]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a template knows now.

    Attributes:
        documents: how many taught it.
        unusable: how many others could not be used: taught to another version of the program, and gone since.
        contradictions: among what was taught.
    """

    documents: int
    unusable: int
    contradictions: tuple[Contradiction, ...]


class Teaching:
    """Stores what people say about documents, and has templates learn from it. Any thread may use it.

    Args:
        database: of the data folder.
        pages_of: reads kept words.
        clock: UNIX seconds.
    """

    def __init__(self, database: Database, pages_of: PagesOf, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._pages_of = pages_of
        self._clock = clock

    def confirm(self, item_id: str, values: Mapping[str, str | None], *, who: str) -> Taught:
        """Store what a person says about the fields of a document: decisions, new values and example in one step.

        Args:
            item_id: of a document that was extracted.
            values: field name → the value as a person writes it, or None: not on this document. Tables, and fields
                that the template does not have, are passed over.
            who: name of the person's account.

        Raises:
            BatchNotFoundError: there is no such document.
            ResultNotReadyError: it has no values (yet), or its words are not kept.
        """
        row, extraction, template, document = self._load(item_id)
        prepared = prepare(document, template)
        before = {value.name: value for value in extraction.fields}
        confirmed = {
            field.name: confirm_value(prepared, template, field, values[field.name], before.get(field.name))
            for field in header_fields(template)
            if field.name in values
        }
        answers = {name: _answer(given) for name, given in values.items() if name in confirmed}
        with self._database.transaction() as session:
            now = self._clock()
            for name, one in confirmed.items():
                reviewing.record(
                    session, item_id, who=who, action=one.action, before=before.get(name), after=one.value, now=now
                )
            # What was said about other fields of the document before is kept.
            standing = {**standing_answers(decisions.of_item(session, item_id)), **answers}
            example, warnings = make_example(prepared, template, standing, row.filename)
            knowledge.keep_example(session, template.id, document.sha256, example.to_bytes(), item_id=item_id, now=now)
        told = {template.field(name).shown_title for name in answers}
        return Taught(confirmed, tuple(w for w in warnings if w.partition(":")[0] in told))

    def refit(self, template: Template) -> Fitted:
        """Learn anew from everything that the template was taught; documents extracted from now on profit.

        Raises:
            StorageUnavailableError: the database cannot be used.
        """
        with self._database.reading() as session:
            stored = knowledge.examples(session, template.id)
        examples: list[Example] = []
        for one in stored:
            try:
                examples.append(Example.from_bytes(one.body))
            except ValueError:  # of another version of the program: made again from words and decisions
                made = self._example_again(one.item_id)
                if made is not None:
                    examples.append(made)
        fitted = fit(template, examples)
        with self._database.transaction() as session:
            knowledge.keep_weights(session, template.id, fitted.to_bytes(), now=self._clock())
        return Fitted(len(examples), len(stored) - len(examples), contradictions(template, examples))

    def _example_again(self, item_id: str | None) -> Example | None:
        if item_id is None:
            return None
        try:
            row, _, template, document = self._load(item_id)
        except (BatchNotFoundError, ResultNotReadyError):
            return None
        with self._database.reading() as session:
            answers = standing_answers(decisions.of_item(session, item_id))
        example, _ = make_example(prepare(document, template), template, answers, row.filename)
        return example

    def _load(self, item_id: str) -> tuple[ItemRow, Extraction, Template, Document]:
        with self._database.reading() as session:
            row = items.row(session, item_id)
            if row is None:
                raise BatchNotFoundError(f"There is no document {item_id}.")
            extraction = results.load(session, item_id)
            stored_template = batches.template_of(session, row.batch_id)
            kept = documents.document(session, row.sha256) if row.sha256 is not None else None
        pages = self._pages_of(item_id)
        if extraction is None or stored_template is None or kept is None or pages is None:
            raise ResultNotReadyError(f"{row.filename} has no values that could be confirmed: it is {row.state}.")
        # Kept words tell the kind as text; it was one of ours when it was stored.
        document = Document(kept.sha256, kept.kind, kept.page_count, pages)  # type: ignore[arg-type]
        return row, extraction, Template.model_validate_json(stored_template[1]), document


def _answer(given: str | None) -> Answer:
    return Answer.absent() if given is None or not given.strip() else Answer.of_value(given)
