"""What templates were taught: listed, taken back and taken up again, and fitted to knowledge.

A lesson is what one document taught one template: every field that a person decided about. It is stored with the
decision (see `review.told`), knows the template version that it was taught under, and carries over to later versions
for the fields that they still have. Slow work (a second or so for a hundred documents): not for the window's thread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from docuextract_desktop.documents.models import Document
from docuextract_desktop.documents.serial import pages_from_blob
from docuextract_desktop.errors import TemplateInvalidError, TemplateNotFoundError
from docuextract_desktop.extraction.features.prepared import header_fields
from docuextract_desktop.extraction.models import Evidence
from docuextract_desktop.extraction.provenance import KNOWLEDGE_METHODS
from docuextract_desktop.extraction.ranking.knowledge import Knowledge
from docuextract_desktop.extraction.teaching.contradictions import Contradiction, contradictions
from docuextract_desktop.extraction.teaching.examples import Example, make_example
from docuextract_desktop.extraction.teaching.learning import fit
from docuextract_desktop.review.preparing import PreparedShelf
from docuextract_desktop.review.told import Told
from docuextract_desktop.storage import knowledge, lessons, templates
from docuextract_desktop.storage.database import Database
from docuextract_desktop.storage.lessons import LessonRow
from docuextract_desktop.templates.library import TemplateLibrary
from docuextract_desktop.templates.models import Template

_log = logging.getLogger(__name__)


class CancelledError(Exception):
    """Something newer makes this work worthless."""


@dataclass(frozen=True, slots=True)
class TaughtField:
    """What a document taught about one field.

    Attributes:
        title: of the field in the template that was asked about; its name where that has no such field.
        value: normalised; None: the document does not have it.
        pointed: a person pointed at its place.
        in_template: the template that was asked about has the field.
        place: where the value stands; None where it is absent, stands nowhere, or the field is gone.
    """

    name: str
    title: str
    value: str | None
    pointed: bool
    in_template: bool
    place: Evidence | None

    @property
    def place_found(self) -> bool:
        """Whether fitting knows where the value stands; true of what is not on the document."""
        return self.value is None or self.place is not None


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one document taught a template.

    Attributes:
        sha256: of the document's content: names it in every call.
        template_version: under which it was taught last.
        who: account of the person who said the last of it.
        taught_at, taken_back_at: UNIX seconds; the second is None while it teaches.
        imported: all or some of it came from a file.
        usable: it can be fitted; otherwise `problem` says why not.
    """

    sha256: str
    filename: str
    template_version: int
    who: str
    taught_at: float
    imported: bool
    taken_back_at: float | None
    taken_back_by: str | None
    usable: bool
    problem: str
    fields: tuple[TaughtField, ...]

    @property
    def taken_back(self) -> bool:
        """Whether it teaches no more, until it is taken up again."""
        return self.taken_back_at is not None


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a template knows now.

    Attributes:
        documents: how many taught it.
        unusable: how many lessons could not be used: their words are gone, or all their fields are.
        told: field name → a number that changes with what was said about it.
    """

    knowledge: Knowledge
    documents: int
    unusable: int
    told: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Merged:
    """All that is known of one document: imported answers, and decided ones before them.

    Attributes:
        row: the newer of its lessons, without its answers.
        imported: some of it came from a file.
        told: field name → what was said.
    """

    row: LessonRow
    imported: bool
    told: dict[str, Told]


class Lessons:
    """The lessons of one data folder. Any thread may use it.

    Args:
        database: of the data folder.
        shelf: prepared documents.
        library: templates, for those that no batch has kept.
        who: name of the person's account.
        clock: UNIX seconds.
    """

    def __init__(
        self,
        database: Database,
        shelf: PreparedShelf,
        library: TemplateLibrary,
        *,
        who: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._library = library
        self._who = who
        self._clock = clock
        self._lock = threading.Lock()
        self._made: dict[tuple[str, int, str], tuple[object, Example]] = {}
        self._fitted: dict[tuple[str, int], Fitted] = {}

    # ---- looking

    def taught_templates(self) -> list[str]:
        """Ids of the templates that were taught something."""
        with self._database.reading() as session:
            return lessons.taught_templates(session)

    def taught(self, template: Template) -> list[Lesson]:
        """What a template was taught, oldest first, as far as this version of it is concerned."""
        found = []
        for merged in self.merged(template.id):
            example = self._example(merged, template)
            found.append(_shown(merged, template, example, self._has_words(template, merged)))
        return sorted(found, key=lambda lesson: (lesson.taught_at, lesson.filename))

    def contradictions(self, template: Template) -> tuple[Contradiction, ...]:
        """Taught documents that look alike and yet say different things, strongest first."""
        merged = [one for one in self.merged(template.id) if one.row.taken_back_at is None]
        merged.sort(key=lambda one: one.row.taught_at)
        return contradictions(template, self._examples_of(merged, template))

    # ---- taking back

    def take_back(self, template: Template, documents: Collection[str]) -> int:
        """Have documents teach a template no more, and fit it anew; how many did until now.

        What was decided about their values stands. Later decisions about them teach nothing until they are taken up
        again.

        Args:
            template: the template; its other versions are fitted anew when there is time.
            documents: SHA-256 of each.
        """
        return self._set(template, documents, at=self._clock())

    def take_up(self, template: Template, documents: Collection[str]) -> int:
        """Have documents that were taken back teach again, and fit anew; how many did not until now."""
        return self._set(template, documents, at=None)

    def _set(self, template: Template, documents: Collection[str], *, at: float | None) -> int:
        with self._database.transaction() as session:
            changed = sum(
                lessons.set_taken_back(session, template.id, sha256, at=at, who=None if at is None else self._who)
                for sha256 in documents
            )
            if changed:
                knowledge.unsettle(session, template.id)
        if changed:
            self.fit(template)
        return changed

    # ---- fitting

    def fit(self, template: Template, *, anew: bool = True, cancelled: Callable[[], bool] = lambda: False) -> Fitted:
        """Learn from everything that the template was taught, and keep it for documents extracted from now on.

        Fitting anew depends on the lessons alone, neither on their order nor on what was known before.

        Args:
            template: the template, in the version that the knowledge is for.
            anew: from nothing and to the end; otherwise a few steps from what was known, which is quick and nearly
                as good.
            cancelled: asked now and then.

        Raises:
            CancelledError: it was cancelled; nothing was stored.
            TemplateInvalidError: a pattern of it, stored by an earlier version of the program, can take for ever.
            StorageUnavailableError: the database cannot be used.
        """
        key = template.id, template.version
        if cancelled():
            raise CancelledError
        all_of_it = [merged for merged in self.merged(template.id) if merged.row.taken_back_at is None]
        examples = self._examples_of(all_of_it, template)
        if cancelled():
            raise CancelledError
        told = _told_by_field(all_of_it)
        before = None if anew else self._fitted.get(key)
        if before is None:
            learnt = fit(template, examples)
        else:
            other = {name for name in told.keys() | before.told.keys() if told.get(name) != before.told.get(name)}
            learnt = fit(template, examples, warm_start=before.knowledge, only=other)
        if cancelled():
            raise CancelledError
        settled = anew or key not in self._fitted
        with self._lock, self._database.transaction(durable=False) as session:
            # A decision may have come meanwhile; then this is not all of it.
            now_taught = [m for m in self.merged(template.id) if m.row.taken_back_at is None]
            knowledge.keep(
                session,
                template.id,
                template.version,
                learnt.to_bytes(),
                settled=settled and now_taught == all_of_it,
                made_by=KNOWLEDGE_METHODS,
                now=self._clock(),
            )
        self._fitted[key] = fitted = Fitted(learnt, len(examples), len(all_of_it) - len(examples), told)
        return fitted

    def settle(self, *, cancelled: Callable[[], bool] = lambda: False) -> int:
        """Fit anew whatever is not up to date: after quick fits, a crash, another version; how many templates.

        Raises:
            CancelledError: it was cancelled; what was fitted until then stays.
            StorageUnavailableError: the database cannot be used.
        """
        with self._database.reading() as session:
            wanted = knowledge.unsettled(session, KNOWLEDGE_METHODS)
        done = 0
        for template_id, version in wanted:
            template = self._template(template_id, version)
            if template is None:
                continue
            try:
                self.fit(template, cancelled=cancelled)
            except TemplateInvalidError as error:  # stored by an earlier version; the others are fitted all the same
                _log.warning("not fitted: %s", error)
            else:
                done += 1
        return done

    def carry_over(self, template: Template) -> Fitted | None:
        """Fit the lessons of earlier versions for a new version; None where nothing was taught."""
        return self.fit(template) if template.id in self.taught_templates() else None

    def examples(self, template: Template, *, without: Collection[str] = ()) -> list[Example]:
        """What fits use: one example for each document that teaches, in an order that depends on the contents alone.

        Args:
            template: the version that they are made for.
            without: SHA-256 of documents to leave out.
        """
        merged = [m for m in self.merged(template.id) if m.row.taken_back_at is None and m.row.sha256 not in without]
        return self._examples_of(merged, template)

    # ---- inside

    def _examples_of(self, merged: Iterable[Merged], template: Template) -> list[Example]:
        made = (self._example(one, template) for one in merged)
        return [example for example in made if example is not None]

    def merged(self, template_id: str) -> list[Merged]:
        """The lessons of a template, one for each document, taken back or not, by the documents' contents."""
        with self._database.reading() as session:
            rows = lessons.of_template(session, template_id)
        found: dict[str, Merged] = {}
        for row in sorted(rows, key=lambda row: (row.sha256, row.origin != "imported")):
            told = {name: Told.from_json(plain) for name, plain in row.answers.items()}
            before = found.get(row.sha256)
            if before is not None:
                told = {**before.told, **told}
            imported = row.origin == "imported" or before is not None
            found[row.sha256] = Merged(replace(row, answers={}), imported, told)
        return list(found.values())

    def _example(self, merged: Merged, template: Template) -> Example | None:
        """The example of one document; None where it cannot be fitted."""
        row = merged.row
        answers = {}
        for field in header_fields(template):
            told = merged.told.get(field.name)
            answer = None if told is None else told.answer(field.type)
            if answer is not None:
                answers[field.name] = answer
        if not answers:
            return None
        ready = self._shelf.of_content(row.sha256, row.page_ranges, template, lambda: self.document(row))
        if ready is None:
            return None
        key = row.template_id, template.version, row.sha256
        held = self._made.get(key)
        if held is not None and held[0] == (answers, row.filename) and held[1].prepared is ready:
            return held[1]
        example, _ = make_example(ready, template, answers, row.filename)
        self._made[key] = (answers, row.filename), example
        return example

    def document(self, row: LessonRow) -> Document | None:
        """The words that a lesson was taught on; None where they are not kept."""
        with self._database.reading() as session:
            kept = lessons.words(session, row.template_id, row.sha256)
        if not kept:
            return None
        pages = tuple(page for _, words in kept for page in pages_from_blob(words))
        return Document(row.sha256, "pdf", len(pages), pages)  # preparing does not ask for the kind

    def _has_words(self, template: Template, merged: Merged) -> bool:
        with self._database.reading() as session:
            return bool(lessons.words(session, template.id, merged.row.sha256))

    def _template(self, template_id: str, version: int) -> Template | None:
        with self._database.reading() as session:
            body = templates.newest_body(session, template_id, version)
        if body is not None:
            return Template.model_validate_json(body)
        try:
            return self._library.get(template_id, version)
        except (TemplateNotFoundError, TemplateInvalidError):
            return None


def _told_by_field(merged: Iterable[Merged]) -> dict[str, int]:
    """A number for each field that was taught, which changes with what was said about it."""
    told: dict[str, list[object]] = {}
    for one in merged:
        for name, said in one.told.items():
            told.setdefault(name, []).append((one.row.sha256, said))
    return {name: hash(tuple(said)) for name, said in told.items()}


def _shown(merged: Merged, template: Template, example: Example | None, has_words: bool) -> Lesson:
    known = {field.name: field for field in header_fields(template)}
    fields = []
    for name, told in merged.told.items():
        field = known.get(name)
        place = None
        rows = example.right.get(name, ()) if example is not None else ()
        if field is not None and example is not None and rows:
            place = example.prepared.candidates(field).evidence(rows[0])
        fields.append(
            TaughtField(
                name=name,
                title=field.shown_title if field is not None else name,
                value=told.value,
                pointed=told.kind == "place",
                in_template=field is not None,
                place=place,
            )
        )
    problem = ""
    if example is None:
        problem = "Its fields are not in this version of the template." if has_words else "Its words are not kept."
    row = merged.row
    order = {field.name: place for place, field in enumerate(template.fields)}
    return Lesson(
        sha256=row.sha256,
        filename=row.filename,
        template_version=row.template_version,
        who=row.who,
        taught_at=row.taught_at,
        imported=merged.imported,
        taken_back_at=row.taken_back_at,
        taken_back_by=row.taken_back_by,
        usable=example is not None,
        problem=problem,
        fields=tuple(sorted(fields, key=lambda f: (order.get(f.name, len(order)), f.name))),
    )
