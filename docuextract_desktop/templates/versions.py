"""What changed between two versions of a template, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from docuextract_desktop.templates.models import Column, Template, TemplateField

_SHOWN: Final = 5
"""How many labels or choices a sentence lists before it only counts them."""


def differences(old: Template, new: Template) -> tuple[str, ...]:
    """One sentence per change from `old` to `new`, in the order of the template; empty where nothing changed.

    The version itself does not count. A field of another name whose content is the same was renamed.
    """
    sentences = []
    if old.id != new.id:
        sentences.append(f"The id changed from {old.id!r} to {new.id!r}.")
    for attribute, noun in (("name", "name"), ("description", "description")):
        sentences += _changed(f"The template's {noun}", getattr(old, attribute), getattr(new, attribute))
    sentences += _changed("The order of dates", old.locale.dates, new.locale.dates)
    sentences += _changed("The decimal mark", old.locale.decimal, new.locale.decimal)
    sentences += _changed("The currency", old.locale.currency, new.locale.currency)
    sentences += _changed("The review threshold", old.review_threshold, new.review_threshold)
    sentences += _entries("field", "", old.fields, new.fields)
    sentences += [f"The rule {rule!r} was added." for rule in new.rules if rule not in old.rules]
    sentences += [f"The rule {rule!r} was removed." for rule in old.rules if rule not in new.rules]
    if not sentences and old.rules != new.rules:
        sentences.append("The rules were put into another order.")
    return tuple(sentences)


def _changed(what: str, old: object, new: object) -> list[str]:
    if old == new:
        return []
    if old in (None, ""):
        return [f"{what} was set to {new!r}."]
    if new in (None, ""):
        return [f"{what} was taken away (it was {old!r})."]
    return [f"{what} changed from {old!r} to {new!r}."]


def _entries(
    noun: str, where: str, old: Sequence[TemplateField | Column], new: Sequence[TemplateField | Column]
) -> list[str]:
    before, after = {e.name: e for e in old}, {e.name: e for e in new}
    gone = [name for name in before if name not in after]
    added = [name for name in after if name not in before]
    sentences = []
    renamed: dict[str, str] = {}
    for name in list(gone):
        twin = next((a for a in added if after[a].model_copy(update={"name": name}) == before[name]), None)
        if twin is not None:
            renamed[twin] = name
            gone.remove(name)
            added.remove(twin)
            sentences.append(f"The {noun} {name!r}{where} was renamed to {twin!r}.")
    sentences += [f"The {noun} {name!r} ({before[name].type}){where} was removed." for name in gone]
    sentences += [f"The {noun} {name!r} ({after[name].type}){where} was added." for name in added]
    for name, entry in after.items():
        if name in before:
            sentences += _entry(f"The {noun} {name!r}{where}", before[name], entry)
    kept_before = [n for n in before if n in after or n in renamed.values()]
    kept_after = [renamed.get(n, n) for n in after if n in before or n in renamed]
    if kept_before != kept_after:
        sentences.append(f"The {noun}s{where} were put into another order.")
    return sentences


def _entry(what: str, old: TemplateField | Column, new: TemplateField | Column) -> list[str]:
    sentences = []
    if old.type != new.type:
        sentences.append(f"{what} changed its type from {old.type} to {new.type}.")
    if old.required != new.required:
        sentences.append(f"{what} is {'now' if new.required else 'no longer'} required.")
    owner = f"{what}: the"
    sentences += _changed(f"{owner} title", old.title, new.title)
    sentences += _changed(f"{owner} description", old.description, new.description)
    sentences += _listed(what, "label", old.labels, new.labels)
    sentences += _listed(what, "choice", old.choices or (), new.choices or ())
    if isinstance(old, TemplateField) and isinstance(new, TemplateField):
        sentences += _changed(f"{owner} pattern", old.pattern, new.pattern)
        sentences += _changed(f"{owner} pages", old.pages, new.pages)
        sentences += _changed(f"{owner} review threshold", old.review_threshold, new.review_threshold)
        sentences += _entries("column", f" of {new.name!r}", old.columns, new.columns)
    return sentences


def _listed(what: str, noun: str, old: Sequence[str], new: Sequence[str]) -> list[str]:
    sentences = []
    for verb, words in (
        ("gained", [w for w in new if w not in old]),
        ("lost", [w for w in old if w not in new]),
    ):
        if not words:
            continue
        shown = ", ".join(repr(w) for w in words[:_SHOWN])
        more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
        plural = "" if len(words) == 1 else "s"
        sentences.append(f"{what} {verb} the {noun}{plural} {shown}{more}.")
    if not sentences and list(old) != list(new):
        sentences.append(f"{what} has its {noun}s in another order.")
    return sentences
