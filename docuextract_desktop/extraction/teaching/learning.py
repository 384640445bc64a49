"""Teaching: what a person confirmed becomes examples, and examples become knowledge of a template.

The review screen and `docuextract learn` both come through here::

    example, warnings = make_example(prepare(document, template), template, {"total": Answer.of_value("12.50")}, name)
    knowledge = fit(template, [*examples, example], warm_start=knowledge)

Examples (`examples`) are kept beside the knowledge, so that teaching can be listed, undone, exported and merged.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from weakref import WeakKeyDictionary

import numpy as np

from docuextract_desktop.extraction.features.prepared import Prepared, header_fields
from docuextract_desktop.extraction.ranking.general import General, general_knowledge
from docuextract_desktop.extraction.ranking.knowledge import MEMORY_START, Knowledge
from docuextract_desktop.extraction.ranking.memory import Neighbours, Remembered, recall
from docuextract_desktop.extraction.ranking.ranker import EXTRA, Choice
from docuextract_desktop.extraction.ranking.ranker import fit as fit_weights
from docuextract_desktop.extraction.ranking.scoring import base_of
from docuextract_desktop.extraction.teaching.examples import Example
from docuextract_desktop.extraction.words.tokens import Bools, Floats
from docuextract_desktop.templates.models import Template, TemplateField

_KEPT_ROWS = 80  # candidates of one document that take part in fitting; weaker ones do not matter
_PENALTY = 1.0
_DENSE_PENALTY = 0.15
_WARM_ITERATIONS = 8
_FULL_ITERATIONS = 40


def _mask(example: Example, name: str, n: int) -> Bools:
    """Which of the n + 1 rows are right; none where a value was given that stands nowhere."""
    mask = np.zeros(n + 1, np.bool_)
    if example.answers[name].kind == "absent":
        mask[-1] = True
    else:
        mask[[row for row in example.right.get(name, ()) if row < n]] = True
    return mask


_remembered: WeakKeyDictionary[Example, Remembered] = WeakKeyDictionary()


def remember(example: Example) -> Remembered:
    """The places to keep of an example."""
    found = _remembered.get(example)
    if found is not None:
        return found
    right = {}
    for name in example.answers:
        rows = list(example.right.get(name, ()))[:3]
        right[name] = example.prepared.kinds[example.prepared.kind_of_field[name]].slots[rows]
    _remembered[example] = found = Remembered(example.document_id, example.prepared.layout, right)
    return found


def fit(
    template: Template,
    examples: Sequence[Example],
    warm_start: Knowledge | None = None,
    *,
    general: General | None = None,
    thorough: bool = False,
    only: Collection[str] | None = None,
) -> Knowledge:
    """Learn from all `examples`.

    Args:
        template: the template that they teach.
        examples: one per document; later ones win where a document comes twice.
        warm_start: knowledge fitted before, to begin with: a few iterations are enough then.
        general: shipped knowledge; for experiments only.
        thorough: iterate to the end even from a warm start (for the background).
        only: names of the fields of which something else is said than at the warm start; the others stay as they were.
    """
    known = general if general is not None else general_knowledge()
    latest = {e.document_id: e for e in examples if _fits(e.prepared, template)}
    kept = list(latest.values())
    remembered = tuple(remember(e) for e in kept)
    weights: dict[str, Floats] = {}
    taught: dict[str, int] = {}
    neighbours = Neighbours(remembered)
    alike = {e.document_id: neighbours.of(e.prepared) for e in kept}
    for wanted in header_fields(template):
        if only is not None and warm_start is not None and wanted.name not in only:
            if wanted.name in warm_start.weights:
                weights[wanted.name] = warm_start.weights[wanted.name]
                taught[wanted.name] = warm_start.taught[wanted.name]
            continue
        choices = []
        for example in kept:
            choice = _choice(example, template, wanted, known)
            if choice is None:
                continue
            memory = recall(wanted.name, choice.slots[:-1], alike[example.document_id])
            dense = choice.dense.copy()
            dense[:-1, EXTRA - 2 :] = memory
            offset = choice.offset.copy()
            offset[:-1] += memory @ np.array(MEMORY_START)
            choices.append(Choice(choice.slots, dense, offset, choice.right))
        if not choices:
            continue
        taught[wanted.name] = len(choices)
        start = None if warm_start is None else warm_start.weights.get(wanted.name)
        weights[wanted.name] = fit_weights(
            choices,
            penalty=_PENALTY,
            dense_penalty=_DENSE_PENALTY,
            start=start,
            iterations=_WARM_ITERATIONS if start is not None and not thorough else _FULL_ITERATIONS,
        )
    return Knowledge(template.id, template.version, weights, taught, remembered)


_choices: WeakKeyDictionary[Prepared, dict[tuple[str, tuple[int, ...], bool], tuple[General, Choice | None]]] = (
    WeakKeyDictionary()
)
"""Per prepared document what shipped knowledge says of it: the same at every fit, so it is worked out once.

Written by whichever thread fits; a race costs the work twice and harms nothing.
"""


def _choice(example: Example, template: Template, wanted: TemplateField, known: General) -> Choice | None:
    """The candidates of one example for one field, without memory; None where it says nothing about the field."""
    answer = example.answers.get(wanted.name)
    if answer is None:
        return None
    kept = _choices.setdefault(example.prepared, {})
    key = (wanted.name, example.right.get(wanted.name, ()), answer.kind == "absent")
    found = kept.get(key)
    if found is None or found[0] is not known:
        base = base_of(example.prepared, template, wanted, known)
        right = _mask(example, wanted.name, len(base.offset) - 1)
        choice = Choice(base.slots, base.dense, base.offset, right).reduced(_KEPT_ROWS) if right.any() else None
        found = kept[key] = (known, choice)
    return found[1]


def _fits(prepared: Prepared, template: Template) -> bool:
    return prepared.template_id == template.id
