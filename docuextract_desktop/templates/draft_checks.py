"""What is wrong with a draft, and where: sentences for people who do not know the format of template files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from docuextract_desktop.errors import TemplateInvalidError
from docuextract_desktop.templates.drafting import Draft, Place, data_of
from docuextract_desktop.templates.models import Template
from docuextract_desktop.templates.rules import RuleError, check_rule, parse_rule
from docuextract_desktop.templates.shipped import shipped_templates
from docuextract_desktop.templates.validation import parse_template

_PLACE: Final = re.compile(
    r"(?P<list>fields|rules)\[(?P<at>\d+)\](?:\.columns\[(?P<column>\d+)\])?(?:\.(?P<attribute>\w+))?"
)
_OTHER: Final = re.compile(r"fields\[(\d+)\](?:\.columns\[(\d+)\])?")
MOST_SUGGESTED: Final = 6
"""Rules that are offered at a time."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a draft.

    Attributes:
        sentence: for people, without the place.
        attribute: of the entry, of the template where there is no entry; `rules` for a rule.
        place: of the entry, or None.
        rule: number of the rule, or None.
    """

    sentence: str
    attribute: str = ""
    place: Place | None = None
    rule: int | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft that was looked at.

    Attributes:
        template: what it would be saved as, with version 1; None while something is wrong with it.
        problems: in the order of the draft.
    """

    template: Template | None
    problems: tuple[Problem, ...] = ()

    def at(self, place: Place | None, attribute: str) -> str:
        """What is wrong with one part, or an empty string."""
        return " ".join(p.sentence for p in self.problems if p.place == place and p.attribute == attribute)


def check_draft(draft: Draft) -> Checked:
    """Whether a draft can be saved, and what is in the way.

    A rule that is wrong is told with its number in `draft.rules`.
    """
    found = _unnamed(draft)
    said = tuple(found)
    kept = [number for number, rule in enumerate(draft.rules) if rule.strip()]
    template = None
    try:
        template = parse_template(data_of(draft))
    except TemplateInvalidError as error:
        for problem in error.problems:
            read = _problem(draft, problem, kept)
            if not _said(said, read):
                found.append(read)
    order = {place: number for number, place in enumerate(draft.places())}
    found.sort(key=lambda p: -1 if p.place is None and p.rule is None else order.get(p.place, len(order)))  # type: ignore[arg-type]
    return Checked(None if found else template, tuple(found))


def _said(said: Sequence[Problem], problem: Problem) -> bool:
    """Whether it was said before, in words that say what to do."""
    alike = ("title", "name") if problem.attribute == "name" and problem.place is not None else (problem.attribute,)
    return problem.rule is None and any(p.place == problem.place and p.attribute in alike for p in said)


def _unnamed(draft: Draft) -> list[Problem]:
    found = []
    if not draft.name.strip():
        found.append(Problem("Give the template a name.", "name"))
    if not draft.entries:
        found.append(Problem("Add the first field: what is to be found on the document?", "fields"))
    for place in draft.places():
        entry = draft.entry(place)
        if not entry.name:
            noun = "field" if place.column is None else "column"
            if entry.title.strip():
                found.append(Problem(f"This {noun} needs a name for exports.", "name", place))
            else:
                found.append(Problem(f"This {noun} needs a title.", "title", place))
    return found


def _problem(draft: Draft, text: str, kept_rules: Sequence[int]) -> Problem:
    """A sentence of `validation` with its place read out of it."""
    head, _, words = text.partition(": ")
    match = _PLACE.match(head)
    words = _OTHER.sub(lambda m: _called(draft, int(m[1]), None if m[2] is None else int(m[2])), words)
    sentence = _sentence(words)
    if match is None:
        return Problem(sentence, head.split(".")[-1].split("[")[0])
    at = int(match["at"])
    if match["list"] == "rules":
        return Problem(sentence, "rules", rule=kept_rules[at] if at < len(kept_rules) else at)
    column = None if match["column"] is None else int(match["column"])
    return Problem(sentence, match["attribute"] or "name", Place(at, column))


def _called(draft: Draft, at: int, column: int | None) -> str:
    try:
        return f"‘{draft.entry(Place(at, column)).shown_title}’"
    except IndexError:
        return "another field"


def _sentence(words: str) -> str:
    text = words[:1].upper() + words[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."


def suggested_rules(draft: Draft) -> tuple[str, ...]:
    """Rules of the shipped templates that hold between fields of this draft and are not among its rules yet."""
    template = check_draft(replace(draft, rules=())).template
    if template is None:
        return ()
    have = {_plain(rule) for rule in draft.rules}
    found: dict[str, str] = {}
    for shipped in shipped_templates():
        for rule in shipped.rules:
            if _plain(rule) in have:
                continue
            try:
                if not check_rule(parse_rule(rule), template):
                    found.setdefault(_plain(rule), rule)
            except RuleError:  # a shipped rule is always readable; this keeps the suggestion from ever being in the way
                continue
    return tuple(found.values())[:MOST_SUGGESTED]


def _plain(rule: str) -> str:
    return "".join(rule.split())
