"""The values of a whole batch that nobody has decided about, in short: what a correction may change."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from docuextract_desktop.extraction.models import FieldValue
from docuextract_desktop.storage import results
from docuextract_desktop.storage.database import Session

_AT_ONCE = 400
"""Ids in one query; SQLite takes 999 in its older versions."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A stored value, in short."""

    value: str | None
    confidence: float
    needs_review: bool


@dataclass(slots=True)
class OpenItem:
    """An item that has values, with those that are open.

    Attributes:
        sha256, page_ranges: of the item; the second is empty for all pages.
        values: name of the field → value, of the fields that were asked for and nobody decided about.
    """

    item_id: str
    sha256: str | None
    page_ranges: str
    values: dict[str, Standing] = field(default_factory=dict)


def open_items(session: Session, batch_id: str, names: Collection[str]) -> list[OpenItem]:
    """Items of a batch that have a result, in its order, with their open values of the named fields."""
    rows = session.all(
        "SELECT i.id, i.sha256, COALESCE(i.page_ranges, '') AS page_ranges FROM items AS i"
        " JOIN results AS r ON r.item_id = i.id"
        " WHERE i.batch_id = ? AND i.state IN ('completed', 'needs_review') ORDER BY i.position",
        (batch_id,),
    )
    found = {row["id"]: OpenItem(row["id"], row["sha256"], row["page_ranges"]) for row in rows}
    marks = ", ".join("?" * len(names))
    # A row an item and not a row a value: Python's lock changes hands at every row, which the window's thread feels.
    for row in session.all(
        "SELECT v.item_id, json_group_array(json_array(v.name, v.value, v.confidence, v.needs_review)) AS open"  # noqa: S608  marks
        " FROM items AS i JOIN field_values AS v ON v.item_id = i.id"
        f" WHERE i.batch_id = ? AND v.reviewed = 0 AND v.name IN ({marks}) GROUP BY v.item_id",
        (batch_id, *names),
    ):
        item = found.get(row["item_id"])
        if item is not None:
            for name, value, confidence, needs_review in json.loads(row["open"]):
                # Rounded as it is in the value itself, see `extraction.models.field_value_to_json`.
                item.values[name] = Standing(value, round(confidence, 5), bool(needs_review))
    return list(found.values())


def full_values(session: Session, wanted: Mapping[str, Collection[str]]) -> dict[tuple[str, str], FieldValue]:
    """(item id, name of the field) → the whole value, of item id → names."""
    found: dict[tuple[str, str], FieldValue] = {}
    names = sorted({name for of_item in wanted.values() for name in of_item})
    for ids in _slices(wanted):
        marks, named = ", ".join("?" * len(ids)), ", ".join("?" * len(names))
        for row in session.all(
            f"SELECT item_id, name, body FROM field_values WHERE item_id IN ({marks}) AND name IN ({named})",  # noqa: S608
            (*ids, *names),
        ):
            if row["name"] in wanted[row["item_id"]]:
                found[row["item_id"], row["name"]] = results.value_in(row["body"])
    return found


def still_open(session: Session, wanted: Mapping[str, Collection[str]]) -> set[tuple[str, str]]:
    """Which of these values, item id → names of fields, nobody has decided about; of items that are done only."""
    found: set[tuple[str, str]] = set()
    for ids in _slices(wanted):
        marks = ", ".join("?" * len(ids))
        rows = session.all(
            "SELECT v.item_id, v.name FROM field_values AS v JOIN items AS i ON i.id = v.item_id"  # noqa: S608
            f" WHERE v.reviewed = 0 AND i.state IN ('completed', 'needs_review') AND v.item_id IN ({marks})",
            ids,
        )
        found.update((row["item_id"], row["name"]) for row in rows if row["name"] in wanted[row["item_id"]])
    return found


@dataclass(frozen=True, slots=True)
class Figures:
    """What an item shows of its values.

    Attributes:
        flagged: values that want a person's eye.
        lowest_confidence: of the values that were found, or None.
    """

    batch_id: str
    flagged: int
    lowest_confidence: float | None


def figures(session: Session, item_ids: Iterable[str]) -> dict[str, Figures]:
    """The figures of items that have a result, derived from their values."""
    found: dict[str, Figures] = {}
    for ids in _slices(item_ids):
        marks = ", ".join("?" * len(ids))
        rows = session.all(
            "SELECT i.id, i.batch_id, COALESCE(SUM(v.needs_review), 0) AS flagged,"  # noqa: S608  marks
            " MIN(CASE WHEN v.value IS NOT NULL OR json_array_length(v.body, '$.rows') > 0 THEN v.confidence END)"
            " AS lowest FROM items AS i JOIN results AS r ON r.item_id = i.id"
            f" LEFT JOIN field_values AS v ON v.item_id = i.id WHERE i.id IN ({marks}) GROUP BY i.id",
            ids,
        )
        for row in rows:
            lowest = None if row["lowest"] is None else round(row["lowest"], 5)
            found[row["id"]] = Figures(row["batch_id"], row["flagged"], lowest)
    return found


def _slices(ids: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(ids)
    while part := list(islice(remaining, _AT_ONCE)):
        yield part
