"""Corpora of real documents with true values, made ready for training and for measuring.

A corpus is a folder with `truth.jsonl` ({"filename", "fields": {name: text or null}} a line) and `fields.json` ({name:
text, id, money, date:dmy or date:mdy}). Reading the pages of pictures takes long, so words can be taken from a folder
of blobs (`NAME.bin`, as `documents.serial` writes them), and prepared documents are kept in a cache folder.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.documents.models import Document
from docuextract_desktop.documents.read import read_document
from docuextract_desktop.documents.serial import WORDS_VERSION, pages_from_blob
from docuextract_desktop.extraction.features.prepared import (
    FEATURES_VERSION,
    Prepared,
    header_fields,
    prepare,
    prepared_from_bytes,
    prepared_to_bytes,
)
from docuextract_desktop.extraction.ranking.memory import layout_similarity
from docuextract_desktop.templates.library import load_template
from docuextract_desktop.templates.models import Template

GENERATED, GENERATED_WEIGHT = 500, 0.5  # many issuers, each of which counts less than a real document
_NON_WORD = re.compile(r"[\W_]+")
_DMY = ("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d-%m-%y", "%d.%m.%Y", "%d.%m.%y", "%d %b %Y", "%d %b %y", "%d-%b-%Y",
        "%d-%b-%y", "%d/%b/%Y", "%d/%b/%y", "%d %B %Y", "%d%b%Y", "%d%b%y", "%b %d, %Y", "%d %b, %Y", "%Y-%m-%d",
        "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d")  # fmt: skip
_MDY = ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%m-%d-%y", "%m.%d.%Y", "%m.%d.%y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y",
        "%d-%b-%y", "%d-%b-%Y", "%b%d/%y", "%b %d/%y", "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")  # fmt: skip


@dataclass(frozen=True, eq=False)
class Case:
    """One document with its truth.

    Attributes:
        corpus, name: where it comes from. group: documents of one group never stand on both sides of a fold.
        template: what to look for in it. prepared: its candidates. kinds: field name → how values are compared.
        truth: field name → true text, or None where the document has no such value; fields not named are unknown.
        weight: how much it counts in training; many documents of one layout count less each.
    """

    corpus: str
    name: str
    group: int
    template: Template
    prepared: Prepared
    kinds: dict[str, str]
    truth: dict[str, str | None]
    weight: float = 1.0

    @property
    def generated(self) -> bool:
        """Whether it was made by the generator: too regular to say how sure one may be of real documents."""
        return self.corpus.startswith("generated ")

    @property
    def has_real_kin(self) -> bool:
        """Whether there are real documents of its kind, so that folds are worth measuring with it."""
        return not self.generated or self.template.id in ("invoice", "receipt")

    def right_rows(self, field: str) -> NDArray[np.intp] | None:
        """Rows of the right candidates (strictly equal ones, else nearly equal ones); None where nothing is known.

        An empty array means: not on this document. Where the value is there but no candidate holds it: None.
        """
        if field not in self.truth:
            return None
        want = self.truth[field]
        kind = self.kinds[field]
        if want is None or key(want, kind, truth=True) is None:
            return np.zeros(0, np.intp)
        found = self.prepared.candidates(self.template.field(field))
        target = key(want, kind, truth=True)
        keys = [key(v, kind, truth=False) for v in found.values]
        rows = [row for row, have in enumerate(keys) if have == target]
        if not rows and kind in ("text", "id"):
            loose = key(want, kind, truth=True, loose=True)
            keys = [key(v, kind, truth=False, loose=True) for v in found.values]
            rows = [row for row, have in enumerate(keys) if have == loose]
            if not rows and kind == "text":
                rows = _nearly(str(loose), [str(k) for k in keys])
        return np.array(rows, np.intp) if rows else None

    def is_right(self, field: str, value: str | None) -> bool:
        """Whether `value` is strictly the true one (no value where none is true counts as right)."""
        want = self.truth.get(field)
        kind = self.kinds[field]
        return key(want, kind, truth=True) == key(value, kind, truth=False)


def _nearly(want: str, have: list[str]) -> list[int]:
    best, rows = 0.85, []
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(want)
    for row, text in enumerate(have):
        if not 0.8 * len(want) <= len(text) <= 1.25 * len(want):
            continue
        matcher.set_seq1(text)
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() >= best:
            ratio = matcher.ratio()
            if ratio > best + 1e-9:
                best, rows = ratio, [row]
            elif ratio >= best - 1e-9:
                rows.append(row)
    return rows


def key(text: object, kind: str, *, truth: bool, loose: bool = False) -> object:
    """The form in which two values of one kind are compared, as the project's scorer does."""
    if text is None or str(text).strip() == "":
        return None
    text = str(text)
    if kind.startswith("date"):
        day = _date(text, kind[5:]) if truth else None
        if not truth:
            try:
                day = date.fromisoformat(text[:10])
            except ValueError:
                day = _date(text, kind[5:])
        return day or text.upper()
    if kind == "money":
        number = _money(text)
        return number if number is not None else text.upper()
    if loose:
        return _NON_WORD.sub("", text).upper()
    text = " ".join(text.split()).upper()
    return re.sub(r"[\s#]", "", text) if kind == "id" else text


def _date(text: str, order: str) -> date | None:
    text = " ".join(text.split())
    for form in _DMY if order == "dmy" else _MDY:
        try:
            return datetime.strptime(text.title(), form).date()
        except ValueError:
            continue
    return None


def _money(text: str) -> Decimal | None:
    digits = re.sub(r"[^\d.,\-()]", "", text)
    negative = digits.startswith(("(", "-"))
    digits = digits.strip("()-")
    if re.search(r",\d{1,2}$", digits) and "." not in digits:
        digits = digits.replace(",", ".")
    try:
        number = Decimal(digits.replace(",", ""))
    except InvalidOperation:
        return None
    return -number if negative else number


def _documents(folder: Path, words: Path | None) -> Iterator[tuple[dict[str, object], Document]]:
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        blob = words / f"{row['filename']}.bin" if words else None
        if blob is not None and blob.is_file():
            pages = pages_from_blob(blob.read_bytes())
            document = Document(sha256=row["filename"], kind="pdf", page_count=len(pages), pages=pages)
        elif blob is not None:
            continue
        else:
            document = read_document(folder / str(row["filename"]))
        yield row, document


def load_corpus(
    folder: Path,
    template: Template,
    *,
    words: Path | None = None,
    cache: Path | None = None,
    by: str = "layout",
    limit: int | None = None,
) -> list[Case]:
    """All documents of a corpus, prepared for `template`.

    Args:
        folder: of the corpus.
        template: its header fields are looked for.
        words: folder of word blobs; documents without one are left out.
        cache: folder for prepared documents.
        by: what makes a group: `layout` (look-alikes), the name of a field (equal values), or `document`.
        limit: take this many documents at most.
    """
    kinds = json.loads((folder / "fields.json").read_text(encoding="utf-8"))
    names = {f.name for f in header_fields(template)}
    stamp = f"{WORDS_VERSION}{FEATURES_VERSION}{template.model_dump_json()}"
    found: list[tuple[str, Prepared, dict[str, str | None]]] = []
    for row, document in islice(_documents(folder, words), limit):
        name = str(row["filename"])
        kept = (
            cache / f"{hashlib.sha256((stamp + folder.name + name).encode()).hexdigest()[:32]}.prepared"
            if cache
            else None
        )
        if kept is not None and kept.is_file():
            prepared = prepared_from_bytes(kept.read_bytes())
        else:
            prepared = prepare(document, template)
            if kept is not None:
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(prepared_to_bytes(prepared))
        fields = row["fields"]
        assert isinstance(fields, dict)  # noqa: S101
        found.append((name, prepared, {n: v for n, v in fields.items() if n in names and n in kinds}))
    layouts = look_alikes([p for _, p, _ in found])
    sizes = np.bincount(layouts) if len(layouts) else np.zeros(0)
    groups = layouts if by == "layout" else _groups(by, found)
    return [
        Case(folder.name, name, int(groups[i]), template, prepared, kinds, truth, float(1 / np.sqrt(sizes[layouts[i]])))
        for i, (name, prepared, truth) in enumerate(found)
    ]


def _groups(by: str, found: list[tuple[str, Prepared, dict[str, str | None]]]) -> NDArray[np.int64]:
    if by == "document":
        return np.arange(len(found))
    values = [truth.get(by) or name for name, _, truth in found]
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def look_alikes(prepared: list[Prepared], least: float = 0.3) -> NDArray[np.int64]:
    """Number of the layout of each document: single-link clusters of similar first pages."""
    n = len(prepared)
    parent = list(range(n))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i in range(n):
        for j in range(i):
            if root(i) != root(j) and layout_similarity(prepared[i].layout, prepared[j].layout) >= least:
                parent[root(i)] = root(j)
    return np.unique([root(i) for i in range(n)], return_inverse=True)[1].astype(np.int64)


def folds(cases: list[Case], count: int, seed: int = 0) -> NDArray[np.int64]:
    """Fold number of each case: groups stay together, folds are of about equal size."""
    random = np.random.default_rng(seed)
    groups = np.array([c.group for c in cases])
    names, sizes = np.unique(groups, return_counts=True)
    order = random.permutation(len(names))
    order = order[np.argsort(-sizes[order], kind="stable")]
    load = np.zeros(count)
    of_group = {}
    for at in order:
        fold = int(load.argmin())
        of_group[names[at]] = fold
        load[fold] += sizes[at]
    return np.array([of_group[g] for g in groups])


def default_corpora(
    data: Path, words: Path | None, cache: Path | None, templates: Path, generated: Sequence[Path] = ()
) -> dict[str, list[Case]]:
    """The four corpora that the project develops on, where they are there, and folders of generated documents.

    A generated document's `kind` names the shipped template that it is for; `GENERATED` of each folder are taken.
    """
    plan: dict[str, tuple[str | Path, str]] = {
        "receipts": ("receipt", "document"),
        "invoices": ("invoice", "seller"),
        "adbuy": (templates / "adbuy.json", "layout"),
        "registrations": (templates / "registrations.json", "document"),
    }
    found = {}
    for name, (template, by) in plan.items():
        if (data / name / "truth.jsonl").is_file():
            own_words = words / name if words else None
            found[name] = load_corpus(data / name, load_template(template), words=own_words, cache=cache, by=by)
    for folder in generated:
        first = json.loads((folder / "truth.jsonl").read_text(encoding="utf-8").split("\n", 1)[0])
        name = f"generated {first['kind']}"
        cases = load_corpus(folder, load_template(first["kind"]), cache=cache, by="layout", limit=GENERATED)
        found[name] = [replace(case, corpus=name, weight=case.weight * GENERATED_WEIGHT) for case in cases]
    return found
