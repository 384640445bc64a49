"""Describing the candidates of all kinds together gives what describing each kind alone gives."""

from __future__ import annotations

import numpy as np
import pytest

from docuextract_desktop.extraction.candidates.find import Wanted, find_together
from docuextract_desktop.extraction.candidates.labels import match_labels
from docuextract_desktop.extraction.features.arithmetic import adding_up
from docuextract_desktop.extraction.features.prepared import Prepared, prepare
from docuextract_desktop.extraction.features.relations import RELATIONS, best_of_others
from docuextract_desktop.extraction.features.text_facts import facts_of
from docuextract_desktop.extraction.words.tokens import view_tokens
from docuextract_desktop.templates.models import Locale, Template, TemplateField
from tests.extraction.printed import document_of, field

ORDER = """
Riverside Radio                    Order no. RR-2041/7
4 Quay Street
5021 Harbourton                    Date 03/02/2024

Advertiser: Meadow Trading

Period 01/03/2024 - 31/03/2024
Spot morning          12.50        25.00
Spot evening          40.00        40.00
                      Total        65.00
Pay by 02/04/2024 at office@riverside.example
"""
FIELDS = (
    field("number", "id", "order no."),
    field("advertiser", "text", "advertiser"),
    field("station", "address"),
    field("total", "money", "total"),
    field("ordered", "date", "date"),
    field("start", "date", "period"),
)


def described(page: str, fields: tuple[TemplateField, ...]) -> Prepared:
    return prepare(document_of(page), Template(id="order", name="Order", fields=fields))


@pytest.mark.parametrize("wanted", FIELDS, ids=lambda wanted: wanted.name)
def test_a_kind_among_others_is_described_as_by_itself(wanted: TemplateField) -> None:
    others = (f.model_copy(update={"labels": (), "name": "zz" + f.name[::-1]}) for f in FIELDS)  # known by no label
    alone, among = (
        described(ORDER, (wanted,)),
        described(ORDER, (wanted, *others)),
    )
    first, second = alone.candidates(wanted), among.candidates(wanted)
    assert len(first) > 0
    assert first.texts == second.texts
    assert np.array_equal(first.slots, second.slots)
    assert np.array_equal(first.range_with, second.range_with)
    assert np.array_equal(alone.relations[wanted.name], among.relations[wanted.name])


@pytest.mark.parametrize("fields", [1, 2, 3, 5])
def test_what_the_other_fields_have_is_never_a_fields_own(fields: int) -> None:
    table = np.random.default_rng(fields).random((fields, 7), np.float32)
    found = best_of_others(table, np.maximum, 0, np.empty_like(table))
    for at in range(fields):
        assert np.array_equal(found[at], np.delete(table, at, axis=0).max(axis=0, initial=0))


def test_words_that_are_candidates_of_several_kinds_are_looked_at_once() -> None:
    view = view_tokens(document_of(ORDER))
    wanted = [Wanted("id"), Wanted("text"), Wanted("address"), Wanted("date")]
    together = find_together(view, wanted, match_labels(view, list(FIELDS)), Locale())
    every = together.every
    assert len(set(every.parts)) == len(every) < sum(map(len, together.kinds))
    for found, rows in zip(together.kinds, together.rows, strict=True):
        assert len(found) > 0
        assert [every.parts[row] for row in rows] == found.parts == sorted(found.parts)
        assert tuple(every.texts[row] for row in rows) == found.texts
        assert np.array_equal(every.box[rows], found.box)
        assert [len(parts) for parts in found.parts] == np.diff(found.part_start).tolist()


def test_both_ends_of_a_printed_range_find_each_other_among_all_kinds() -> None:
    dates = described(ORDER, FIELDS).candidates(FIELDS[-1])
    start = dates.values.index("2024-03-01")
    assert dates.values[dates.range_with[start]] == "2024-03-31"
    assert (dates.range_with >= 0).sum() == 1


@pytest.mark.parametrize("page", ["", "..."])
def test_a_page_without_candidates_or_tokens_is_described(page: str) -> None:
    found = described(page, FIELDS)
    assert set(found.relations) == {f.name for f in FIELDS}
    assert all(len(found.relations[f.name]) == len(found.candidates(f)) for f in FIELDS)


def test_a_page_that_ends_in_a_line_to_sign_on_is_described() -> None:
    """A candidate without tokens begins behind the last one, which for the last of the fields is behind the table."""
    station = field("station", "address", "station")
    line = "_" * 20
    signed = described(f"Station\n4 Quay Street\n{line}", (station,))
    row = signed.candidates(station).texts.index(line)
    assert signed.relations["station"][row, RELATIONS.index("share_inside")] == 0


def test_a_template_without_single_values_has_no_candidates() -> None:
    assert described(ORDER, ()).kinds == {}


@pytest.mark.parametrize("seed", range(20))
def test_amounts_add_up_as_counted_one_by_one(seed: int) -> None:
    chance = np.random.default_rng(seed)
    small, round_ones = chance.integers(0, 41, 15), 20 * chance.integers(1, 31, 10)
    amounts = chance.permutation(np.append(small, round_ones)).tolist()
    known = sorted({a for a in amounts if a})
    pairs = [(a, b) for i, a in enumerate(known) for b in known[i:]]
    others = [a + b for a, b in pairs if a + b not in known and b > 100]
    last = {a: at for at, a in enumerate(amounts)}
    first = {a: amounts.index(a) for a in amounts}
    expected = [
        [min(sum(a + b == c for a, b in pairs), 2) for c in amounts],
        [int(c in known and any(abs(o - c) <= 5 for o in others)) for c in amounts],
        [int(any(c in pair and sum(pair) in known for pair in pairs)) for c in amounts],
        [
            int(c > 0 and any(b > 0 and c + b in last and last[b] >= last[c + b] > first[c] for b in known))
            for c in amounts
        ],
        [int(c > 0 and any(c * 85 == net * 100 for net in known)) for c in amounts],
    ]
    assert [column.tolist() for column in adding_up(np.array(amounts) / 100)] == expected


def test_texts_of_one_form_have_the_same_facts_and_others_do_not() -> None:
    facts = facts_of(["INV-0042/a", "XYZ-1234/b", "12 Mühlgasse 5020 (Süd)", "AA--00"])
    assert [column[0] == column[1] for column in facts.values()] == [True] * len(facts)
    assert facts["postcode"].tolist() == [4, 4, 4, 0]
    assert facts["letters"].tolist() == [4, 4, 12, 2]
    assert facts["brackets"].tolist() == [1, 1, 4, 1]
    assert facts["shape"][3] == facts_of(["A-0"])["shape"][0]
