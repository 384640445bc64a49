"""What changed between two versions of a template, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from docuextract_desktop.templates.models import Column, Template, TemplateField

_SHOWN: Final = 5
"""How many labels or choices a sentence lists before it only counts them."""


Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change, as a sentence; `kind` is for colouring it."""

    kind: Kind
    sentence: str


def differences(old: Template, new: Template) -> tuple[str, ...]:
    """`changes` as sentences alone."""
    return tuple(change.sentence for change in changes(old, new))


def changes(old: Template, new: Template) -> tuple[Change, ...]:
    """One sentence per change from `old` to `new`, in the order of the template; empty where nothing changed.

    The version itself does not count. A field of another name whose content is the same was renamed.
    """
    found: list[Change] = []
    if old.id != new.id:
        found.append(Change("changed", f"The id changed from {old.id!r} to {new.id!r}."))
    for attribute, noun in (("name", "name"), ("description", "description")):
        found += _changed(f"The template's {noun}", getattr(old, attribute), getattr(new, attribute))
    found += _changed("The order of dates", old.locale.dates, new.locale.dates)
    found += _changed("The decimal mark", old.locale.decimal, new.locale.decimal)
    found += _changed("The currency", old.locale.currency, new.locale.currency)
    found += _changed("The review threshold", old.review_threshold, new.review_threshold)
    found += _entries("field", "", old.fields, new.fields)
    found += [Change("added", f"The rule {rule!r} was added.") for rule in new.rules if rule not in old.rules]
    found += [Change("removed", f"The rule {rule!r} was removed.") for rule in old.rules if rule not in new.rules]
    if not found and old.rules != new.rules:
        found.append(Change("changed", "The rules were put into another order."))
    return tuple(found)


def _changed(what: str, old: object, new: object) -> list[Change]:
    if old == new:
        return []
    if old in (None, ""):
        return [Change("changed", f"{what} was set to {new!r}.")]
    if new in (None, ""):
        return [Change("changed", f"{what} was taken away (it was {old!r}).")]
    return [Change("changed", f"{what} changed from {old!r} to {new!r}.")]


def _entries(
    noun: str, where: str, old: Sequence[TemplateField | Column], new: Sequence[TemplateField | Column]
) -> list[Change]:
    before, after = {e.name: e for e in old}, {e.name: e for e in new}
    gone = [name for name in before if name not in after]
    added = [name for name in after if name not in before]
    found: list[Change] = []
    renamed: dict[str, str] = {}
    for name in list(gone):
        twin = next((a for a in added if after[a].model_copy(update={"name": name}) == before[name]), None)
        if twin is not None:
            renamed[twin] = name
            gone.remove(name)
            added.remove(twin)
            found.append(Change("changed", f"The {noun} {name!r}{where} was renamed to {twin!r}."))
    found += [Change("removed", f"The {noun} {name!r} ({before[name].type}){where} was removed.") for name in gone]
    found += [Change("added", f"The {noun} {name!r} ({after[name].type}){where} was added.") for name in added]
    for name, entry in after.items():
        if name in before:
            found += _entry(f"The {noun} {name!r}{where}", before[name], entry)
    kept_before = [n for n in before if n in after or n in renamed.values()]
    kept_after = [renamed.get(n, n) for n in after if n in before or n in renamed]
    if kept_before != kept_after:
        found.append(Change("changed", f"The {noun}s{where} were put into another order."))
    return found


def _entry(what: str, old: TemplateField | Column, new: TemplateField | Column) -> list[Change]:
    found: list[Change] = []
    if old.type != new.type:
        found.append(Change("changed", f"{what} changed its type from {old.type} to {new.type}."))
    if old.required != new.required:
        found.append(Change("changed", f"{what} is {'now' if new.required else 'no longer'} required."))
    owner = f"{what}: the"
    found += _changed(f"{owner} title", old.title, new.title)
    found += _changed(f"{owner} description", old.description, new.description)
    found += _listed(what, "label", old.labels, new.labels)
    found += _listed(what, "choice", old.choices or (), new.choices or ())
    if isinstance(old, TemplateField) and isinstance(new, TemplateField):
        found += _changed(f"{owner} pattern", old.pattern, new.pattern)
        found += _changed(f"{owner} pages", old.pages, new.pages)
        found += _changed(f"{owner} review threshold", old.review_threshold, new.review_threshold)
        found += _entries("column", f" of {new.name!r}", old.columns, new.columns)
    return found


def _listed(what: str, noun: str, old: Sequence[str], new: Sequence[str]) -> list[Change]:
    found: list[Change] = []
    parts: tuple[tuple[Kind, str, list[str]], ...] = (
        ("added", "gained", [w for w in new if w not in old]),
        ("removed", "lost", [w for w in old if w not in new]),
    )
    for kind, verb, words in parts:
        if not words:
            continue
        shown = ", ".join(repr(w) for w in words[:_SHOWN])
        more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
        plural = "" if len(words) == 1 else "s"
        found.append(Change(kind, f"{what} {verb} the {noun}{plural} {shown}{more}."))
    if not found and list(old) != list(new):
        found.append(Change("changed", f"{what} has its {noun}s in another order."))
    return found
