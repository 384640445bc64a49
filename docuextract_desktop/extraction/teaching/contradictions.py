"""What was taught and contradicts itself: documents that look alike, of which different things were said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docuextract_desktop.extraction.ranking.memory import layout_similarity
from docuextract_desktop.extraction.teaching.examples import Example
from docuextract_desktop.extraction.teaching.learning import remember
from docuextract_desktop.templates.models import Template

_SAME_FORM = 0.5
_OTHER_PLACE = 0.5


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two taught documents of the same layout in which different places were chosen for a field.

    Attributes:
        field: its name.
        first, second: names of the documents.
        similarity: of the two layouts, 0..1.
        sentence: says it to the user, with the names of both documents.
        document_ids: SHA-256 of both.
        values: what was said of each; None: it is not on that document.
    """

    field: str
    first: str
    second: str
    similarity: float
    sentence: str
    document_ids: tuple[str, str] = ("", "")
    values: tuple[str | None, str | None] = (None, None)


def contradictions(template: Template, examples: Sequence[Example]) -> tuple[Contradiction, ...]:
    """Pairs of documents of one layout in which a field was found in places that do not resemble each other."""
    remembered = [remember(e) for e in examples]
    by_id = {e.document_id: e for e in examples}
    found = []
    for i, first in enumerate(remembered):
        for second in remembered[:i]:
            similarity = layout_similarity(first.layout, second.layout)
            if similarity < _SAME_FORM:
                continue
            for name in first.right.keys() & second.right.keys():
                a, b = first.right[name], second.right[name]
                if not len(a) and not len(b):
                    continue
                pair = by_id[second.document_id], by_id[first.document_id]
                one, two = (example.name for example in pair)
                title = template.field(name).shown_title
                if len(a) and len(b):
                    if (
                        a.shape[1] != b.shape[1]
                        or max(float((b == row).mean(axis=1).max()) for row in a) >= _OTHER_PLACE
                    ):
                        continue
                    sentence = f"{title}: in “{one}” and “{two}”, which look alike, it was taken from different places."
                elif _said_absent(examples, first.document_id if not len(a) else second.document_id, name):
                    sentence = f"{title}: “{one}” and “{two}” look alike, but only one of them was said to have it."
                else:
                    continue
                found.append(
                    Contradiction(
                        name,
                        one,
                        two,
                        similarity,
                        sentence,
                        (pair[0].document_id, pair[1].document_id),
                        (pair[0].answers[name].value, pair[1].answers[name].value),
                    )
                )
    return tuple(sorted(found, key=lambda c: (-c.similarity, c.field, c.first, c.second)))


def _said_absent(examples: Sequence[Example], document_id: str, name: str) -> bool:
    return any(e.document_id == document_id and e.answers[name].kind == "absent" for e in examples if name in e.answers)
