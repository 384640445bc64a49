"""A document and a template in, values with evidence out: pure, no Qt, no database.

extraction = extract(document, template)                    # once
prepared = prepare(document, template)                      # many times, after each correction:
values = propose(prepared, template, knowledge)             # a millisecond or two
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from docuextract_desktop.documents.models import Document
from docuextract_desktop.extraction.candidates.find import kind_of
from docuextract_desktop.extraction.features.prepared import Candidates, Prepared, header_fields, page_numbers, prepare
from docuextract_desktop.extraction.models import ENGINE_VERSION, Alternative, Extraction, FieldValue
from docuextract_desktop.extraction.ranking.choosing import Chosen, choose
from docuextract_desktop.extraction.ranking.confidence import confidence, situation, words_for_doubt
from docuextract_desktop.extraction.ranking.consistency import agree, joined_with
from docuextract_desktop.extraction.ranking.general import General, general_knowledge
from docuextract_desktop.extraction.ranking.knowledge import Knowledge
from docuextract_desktop.extraction.ranking.scoring import score_ahead
from docuextract_desktop.templates.models import Template, TemplateField

_ALTERNATIVES = 4

__all__ = ["ENGINE_VERSION", "Outline", "Prepared", "extract", "prepare", "propose"]


@dataclass(frozen=True, slots=True)
class Outline:
    """What is proposed for a field, in short.

    Attributes:
        doubtful: its confidence is below the threshold.
    """

    value: str | None
    confidence: float
    needs_review: bool
    doubtful: bool = False


Stands = Callable[[str, "Outline | FieldValue"], bool]
"""Told a field's name and what is proposed: whether what is there already is the same."""


def extract(
    document: Document, template: Template, knowledge: Knowledge | None = None, ready: Prepared | None = None
) -> Extraction:
    """Find all fields of `template` on `document`.

    Args:
        document: as `documents.read.read_document` gives it.
        template: what to look for.
        knowledge: what the template was taught, if anything.
        ready: the document prepared for the template, where that was done already.
    """
    prepared = ready or prepare(document, template)
    values = {value.name: value for value in propose(prepared, template, knowledge)}
    for field in template.fields:
        if field.type == "table":
            values[field.name] = _table(document, template, field, prepared, values)
    return Extraction(
        template_id=template.id,
        template_version=template.version,
        fields=tuple(values[field.name] for field in template.fields),
        engine_version=ENGINE_VERSION,
    )


def _table(
    document: Document, template: Template, field: TemplateField, prepared: Prepared, values: dict[str, FieldValue]
) -> FieldValue:
    """The rows of a table field; amounts found in the header fields tell where its sums are."""
    from docuextract_desktop.extraction.tables import extract_table

    amounts = [Decimal(v.value) for v in values.values() if v.type == "money" and v.value is not None]
    threshold = template.review_threshold if field.review_threshold is None else field.review_threshold
    pages = None
    if field.pages:
        pages = [document.pages[at].index for at in sorted(page_numbers(field.pages, len(document.pages)))]
    return extract_table(
        document, field, prepared.locale, totals=amounts, review_threshold=threshold, page_indices=pages
    )


def propose(
    prepared: Prepared,
    template: Template,
    knowledge: Knowledge | None = None,
    general: General | None = None,
    only: frozenset[str] | None = None,
    stands: Stands | None = None,
) -> tuple[FieldValue, ...]:
    """Values of all fields but tables, in the template's order, from a prepared document.

    Args:
        prepared: made for this template and version.
        template: what to look for.
        knowledge: what the template was taught, if anything.
        general: shipped knowledge; for experiments only.
        only: names of the fields that are wanted, with all that are decided together with them.
        stands: says which values need not be made, since what is there already is the same.
    """
    known = general if general is not None else general_knowledge()
    chosen = propose_chosen(prepared, template, knowledge, known, only)
    values = []
    for field in header_fields(template):
        if field.name in chosen:
            outline = _outline(prepared, template, field, chosen[field.name], known)
            if stands is None or not stands(field.name, outline):
                values.append(_value(prepared, field, chosen[field.name], outline))
    return tuple(values)


def propose_chosen(
    prepared: Prepared,
    template: Template,
    knowledge: Knowledge | None,
    general: General,
    only: frozenset[str] | None = None,
) -> dict[str, Chosen]:
    """The choice of every field but tables, by name, before confidence is worked out; for training and measuring."""
    fields = header_fields(template)
    if only is not None:
        together = joined_with(template, only)
        fields = tuple(field for field in fields if field.name in together)
    alike = knowledge.neighbours.of(prepared) if knowledge else []
    score_ahead(prepared, template, fields, general)
    chosen = {field.name: choose(prepared, template, field, general, knowledge, alike) for field in fields}
    return agree(prepared, template, chosen)


def _outline(
    prepared: Prepared, template: Template, field: TemplateField, chosen: Chosen, known: General
) -> Outline | FieldValue:
    """What a choice comes to, without its place and without what else might be right."""
    if chosen.row is None:
        printed = _currency_of_amounts(prepared, field)
        if printed is not None:
            return printed
        return Outline(None, round(chosen.signs.none, 5), field.required)
    where = situation(kind_of(field.type), headed=chosen.headed, taught=chosen.taught)
    sure = confidence(chosen.signs, where, known.calibration)
    threshold = template.review_threshold if field.review_threshold is None else field.review_threshold
    doubtful = sure < threshold
    value = prepared.candidates(field).values[chosen.row]
    return Outline(value, round(sure, 5), doubtful or bool(chosen.broken), doubtful)


def _value(prepared: Prepared, field: TemplateField, chosen: Chosen, outline: Outline | FieldValue) -> FieldValue:
    if isinstance(outline, FieldValue):
        return outline
    reasons: list[str] = []
    found = prepared.candidates(field)
    alternatives = tuple(
        Alternative(
            value=found.values[row],
            text=found.texts[row],
            confidence=round(probability, 5),
            evidence=found.evidence(row),
            currency=found.currencies[row],
        )
        for row, probability in chosen.others[:_ALTERNATIVES]
    )
    if chosen.row is None:
        if field.required:
            reasons.append("It is required, but was not found.")
        return FieldValue(
            name=field.name,
            type=field.type,
            confidence=outline.confidence,
            needs_review=outline.needs_review,
            reasons=tuple(reasons),
            alternatives=alternatives,
        )
    if outline.doubtful:
        rival = alternatives[0].text if alternatives else None
        reasons.append(words_for_doubt(chosen.signs, rival))
    reasons.extend(chosen.broken)
    currency = found.currencies[chosen.row]
    return FieldValue(
        name=field.name,
        type=field.type,
        value=outline.value,
        text=found.texts[chosen.row],
        currency=currency or (prepared.locale.currency if field.type == "money" else None),
        confidence=outline.confidence,
        needs_review=outline.needs_review,
        reasons=tuple(reasons),
        evidence=found.evidence(chosen.row),
        alternatives=alternatives,
    )


def _currency_of_amounts(prepared: Prepared, field: TemplateField) -> FieldValue | None:
    """For a choice among currencies that is not printed by itself: the currency that the amounts are printed with."""
    money = prepared.kinds.get("money")
    if field.type != "choice" or not field.choices or money is None:
        return None
    known = {choice.upper(): choice for choice in field.choices}
    rows = [
        row
        for row, currency in enumerate(money.currencies)
        if currency in known and _has_currency_sign(money.texts[row])
    ]
    if not rows:
        return None
    counted = Counter(str(money.currencies[row]) for row in rows)
    currency, count = counted.most_common(1)[0]
    first = _whole_amount(money, [row for row in rows if money.currencies[row] == currency])
    sure = 0.95 * count / len(rows) if count > 1 else 0.8
    return FieldValue(
        name=field.name,
        type=field.type,
        value=known[currency],
        text=money.texts[first],
        confidence=round(sure, 5),
        evidence=money.evidence(first),
    )


def _whole_amount(money: Candidates, rows: list[int]) -> int:
    """The first of some amounts that is not a piece of another (`€ 3` of `€ 3 782,32`)."""
    words = [(int(money.page[row]), *money.part_words[money.part_start[row]].tolist()) for row in rows]
    page, begin, end = words[0]
    longer = [
        (stop - start, row)
        for row, (of_page, start, stop) in zip(rows, words, strict=True)
        if of_page == page and start <= begin and stop >= end
    ]
    return max(longer, key=lambda found: (found[0], -found[1]))[1]


def _has_currency_sign(text: str) -> bool:
    return any(c.isalpha() or unicodedata.category(c) == "Sc" for c in text)
