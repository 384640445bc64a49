"""A batch is proposed anew by shortcuts; what comes of it is what the plain way gives, document by document."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from docuextract_desktop.bootstrap import Services, open_services
from docuextract_desktop.documents.models import Document
from docuextract_desktop.documents.serial import WORDS_VERSION, pages_to_blob
from docuextract_desktop.extraction.features.prepared import prepared_from_bytes, prepared_to_bytes
from docuextract_desktop.extraction.models import Extraction, FieldValue, field_value_from_json, field_value_to_json
from docuextract_desktop.extraction.pipeline import extract, prepare, propose
from docuextract_desktop.extraction.ranking.knowledge import Knowledge
from docuextract_desktop.jobs.models import BatchRequest, ItemState
from docuextract_desktop.jobs.work import KeptPage, Outcome
from docuextract_desktop.review.models import Decided
from docuextract_desktop.storage import knowledge, results
from docuextract_desktop.templates.library import dump_template
from docuextract_desktop.templates.models import Template
from tests.extraction.printed import document_of

TEMPLATE = Template.model_validate(
    {
        "id": "form",
        "name": "Form",
        "fields": [
            {"name": "reference", "type": "id"},
            {"name": "agent", "type": "text"},
            {"name": "net", "type": "money"},
            {"name": "tax", "type": "money"},
            {"name": "gross", "type": "money", "required": True},
            {"name": "valid_from", "type": "date"},
            {"name": "valid_to", "type": "date"},
            {"name": "lines", "type": "table", "columns": [{"name": "amount", "type": "money"}]},
        ],
        "rules": ["net + tax = gross"],
    }
)
PAPERS = (
    """
Green Valley Water Board                     FILE {file}-1

Dossier     {file}-7              Case     7{file}-2
Clerk       {who}
Period      {day:02}.03.2024 - 28.0{month}.2024

Meter       55{file}-7
Charges     {net}.00     Levy  {tax}.00     Pay  {gross}.00
""",
    """
Northern Ferry Lines
{who}
Booking {file}-7     Terminal 4{file}-1

out   {day:02}.03.2024        back   28.0{month}.2024
fare       {net}.00
dues       {tax}.00
           {gross}.00
""",
)
PEOPLE = ("Ann Archer", "Bea Baker", "Cid Carver", "Dan Dyer", "Eve Ewart", "Fay Fisher")


def paper(number: int) -> tuple[Document, dict[str, str]]:
    """A document of one of two forms, and what is right on it."""
    file, who, net, tax = 4100 + 37 * number, PEOPLE[number % len(PEOPLE)], 100 + 7 * number, 10 + number
    day, month = 1 + number, 4 + number % 3
    told = {"file": file, "who": who, "net": net, "tax": tax, "gross": net + tax, "day": day, "month": month}
    right = {
        "reference": f"{file}-7", "agent": who, "net": f"{net}.00", "tax": f"{tax}.00", "gross": f"{net + tax}.00",
        "valid_from": f"2024-03-{day:02}", "valid_to": f"2024-0{month}-28",
    }  # fmt: skip
    return document_of(PAPERS[number % 2].format(**told), name=f"{number:x}"), right


class Batch:
    """A batch of papers that nobody has looked at yet, in a data folder of its own."""

    def __init__(self, services: Services, folder: Path, count: int) -> None:
        self.services = services
        template = folder / "form.json"
        template.write_text(dump_template(TEMPLATE), encoding="utf-8")
        self.papers = [paper(number) for number in range(count)]
        files = []
        for number in range(count):
            files.append(folder / f"{number:02}.pdf")
            files[-1].write_bytes(b"%%PDF %d" % number)
        queue = services.queue
        self.id = queue.create_batch(BatchRequest(files=queue.scan(files), template=str(template)))
        queue.heartbeat()
        self.documents: dict[str, Document] = {}
        for found, _ in self.papers:
            claim = queue.claim([self.id])
            assert claim is not None
            assert claim.sha256 is not None
            document = Document(claim.sha256, "pdf", 1, found.pages)
            kept = tuple(
                KeptPage(p.index, p.width, p.height, p.rotation, p.method, pages_to_blob((p,))) for p in found.pages
            )
            extraction = extract(document, TEMPLATE)
            assert queue.finish(
                claim, Outcome(claim.sha256, "pdf", 1, 1, 1, WORDS_VERSION, kept, (), extraction)
            )  # fmt: skip
            self.documents[claim.item_id] = document
        self.items = [item.id for item in queue.items(self.id)]

    def values(self) -> dict[str, Extraction]:
        return {item_id: self.services.queue.extraction(item_id) for item_id in self.items}

    def correct(self, place: int, field: str) -> Decided:
        return self.services.review.correct(self.items[place], field, self.papers[place][1][field])

    def known(self) -> Knowledge:
        """What the template knows, as another program would load it."""
        with self.services.database.reading() as session:
            found = knowledge.fitted(session, TEMPLATE.id, 1)
        assert found is not None
        return Knowledge.from_bytes(found.body)

    def proposed_plainly(self, decided: Decided, before: dict[str, Extraction]) -> dict[str, list[FieldValue]]:
        """What is otherwise than it stood, by preparing and proposing every document from nothing."""
        known = self.known()
        template = self.services.queue.template_of(self.id)
        found: dict[str, list[FieldValue]] = {}
        for item_id, document in self.documents.items():
            if item_id == decided.item_id:
                continue
            ready = prepared_from_bytes(prepared_to_bytes(prepare(document, template)))
            for value in propose(ready, template, known):
                have = before[item_id].field(value.name)
                same = have.value == value.value and have.needs_review == value.needs_review
                if not have.reviewed and not (same and abs(have.confidence - value.confidence) <= 0.02):
                    found.setdefault(item_id, []).append(value)
        return found


@pytest.fixture
def batch(services: Services, tmp_path: Path) -> Batch:
    return Batch(services, tmp_path, 12)


def bare(value: FieldValue) -> FieldValue:
    """Without the sentence that says why it was proposed anew."""
    return replace(value, reasons=tuple(r for r in value.reasons if not r.startswith("Proposed anew")))


DECISIONS = (
    (0, "reference"), (1, "agent"), (2, "gross"), (0, "valid_to"), (3, "reference"), (2, "net"), (5, "agent"),
    (4, "agent"),
)  # fmt: skip


@pytest.mark.parametrize("ready", [False, True], ids=["cold", "made ready"])
def test_every_correction_changes_what_the_plain_way_would(batch: Batch, ready: bool) -> None:
    services = batch.services
    if ready:
        before = batch.values()
        assert services.teacher.get_ready(batch.id)
        assert batch.values() == before, "getting ready changes nothing"
    changed = 0
    for place, field in DECISIONS:
        before = batch.values()
        decided = batch.correct(place, field)
        made = services.teacher.learn(decided)
        assert made is not None
        expected = batch.proposed_plainly(decided, before)
        found: dict[str, list[FieldValue]] = {}
        for change in made.changes:
            assert change.before == before[change.item_id].field(change.field)
            found.setdefault(change.item_id, []).append(bare(change.after))
        assert found == expected
        changed += made.values_changed
        now = batch.values()
        for item_id, values in expected.items():
            for value in values:
                stored = field_value_from_json(field_value_to_json(value))  # which rounds places
                assert bare(now[item_id].field(value.name)) == stored
        for item_id in batch.items:
            touched = {value.name for value in expected.get(item_id, ())} | (
                {field} if item_id == decided.item_id else set()
            )
            assert all(v == before[item_id].field(v.name) for v in now[item_id].fields if v.name not in touched)
            row = services.queue.item(item_id)
            flagged = sum(v.needs_review for v in now[item_id].fields)
            assert (row.flagged, row.lowest_confidence) == (flagged, now[item_id].lowest_confidence)
            assert row.state is (ItemState.NEEDS_REVIEW if flagged else ItemState.COMPLETED)
    assert changed, "some of these corrections change values elsewhere"


def test_made_ready_or_not_the_same_is_found(tmp_path: Path) -> None:
    found = []
    for name in ("cold", "ready"):
        (tmp_path / name).mkdir()
        with open_services(tmp_path / name / "home") as services:
            batch = Batch(services, tmp_path / name, 8)
            if name == "ready":
                assert services.teacher.get_ready(batch.id)
            for place, field in DECISIONS[:5]:
                assert services.teacher.learn(batch.correct(place, field)) is not None
            found.append(list(batch.values().values()))
    assert found[0] == found[1]


def test_getting_ready_ends_when_it_is_asked_to(batch: Batch) -> None:
    asked = []

    def enough() -> bool:
        asked.append(1)
        return len(asked) > 3

    assert not batch.services.teacher.get_ready(batch.id, cancelled=enough)
    assert len(asked) == 4


def test_what_was_decided_meanwhile_is_left_alone(batch: Batch) -> None:
    services = batch.services
    decided = batch.correct(0, "reference")
    before = batch.values()
    expected = [values for values in _after(batch, decided, before) if values[1] == "reference"]
    other = expected[0][0]
    asked = []

    def cancelled() -> bool:
        asked.append(1)
        if len(asked) == 8:
            services.review.absent(other, "reference")
        return False

    made = services.teacher.learn(decided, cancelled=cancelled)
    assert made is not None
    assert len(asked) > 8
    assert other not in {change.item_id for change in made.changes if change.field == "reference"}
    assert services.queue.extraction(other).field("reference").value is None


def _after(batch: Batch, decided: Decided, before: dict[str, Extraction]) -> list[tuple[str, str]]:
    """(item id, field) that this decision changes, found on lessons fitted apart."""
    batch.services.lessons.fit(TEMPLATE)
    plain = batch.proposed_plainly(decided, before)
    return [(item_id, value.name) for item_id, values in plain.items() for value in values]


def test_a_re_proposal_is_taken_back_as_one_step(batch: Batch) -> None:
    services = batch.services
    made = services.teacher.learn(batch.correct(0, "reference"))
    assert made is not None
    assert made.changes
    now = batch.values()
    services.review.accept(made.changes[0].item_id, made.changes[0].field)
    assert services.teacher.take_back(made.number) == len(made.changes) - 1
    for change in made.changes[1:]:
        assert services.queue.extraction(change.item_id).field(change.field) == change.before
    first = services.queue.extraction(made.changes[0].item_id).field(made.changes[0].field)
    assert first.value == now[made.changes[0].item_id].field(made.changes[0].field).value


def test_rows_count_as_found_values(services: Services, items: list[str]) -> None:
    """A table has no value of its own, but its confidence is one of the item's."""
    cell = FieldValue("amount", "money", "3.00", "3.00", 0.3)
    with services.database.transaction() as session:
        results.replace_fields(session, [(items[0], FieldValue("lines", "table", confidence=0.3, rows=((cell,),)))])
        results.replace_fields(session, [(items[1], FieldValue("lines", "table", confidence=0.3))])
    services.review.accept(items[0], "total")
    services.review.accept(items[1], "total")
    rows = [services.queue.item(item_id) for item_id in items[:2]]
    assert [row.lowest_confidence for row in rows] == [0.3, 0.5]
    assert [row.flagged for row in rows] == [1, 1]
