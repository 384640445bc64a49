from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.jobs.models import ItemRow, ItemState
from docuextract_desktop.ui.batch.ordering import SORT_KEYS, Change, Filter, RowOrder, natural


def row(
    number: int, state: ItemState = ItemState.PENDING, name: str | None = None, confidence: float | None = None
) -> ItemRow:
    return ItemRow(
        id=f"i{number}", batch_id="b", position=number, filename=name or f"paper {number}.pdf", path=Path("/x"),
        state=state, attempt=0, page_count=None, started_at=None, ended_at=None, lowest_confidence=confidence,
        flagged=0, error_code=None, error_message=None, sha256=None, metadata={},
    )  # fmt: skip


def shown(order: RowOrder) -> list[str]:
    return [order.row(place).id for place in range(len(order))]


def test_numbers_in_names_count_as_numbers() -> None:
    assert sorted(["page 10", "Page 9", "page 1"], key=natural) == ["page 1", "Page 9", "page 10"]
    assert sorted(["a", "1", "b2", "b10"], key=natural) == ["1", "a", "b2", "b10"]


def test_a_filter_by_state_and_by_words() -> None:
    order = RowOrder([row(1), row(2, ItemState.FAILED, "Bill.pdf"), row(3, ItemState.FAILED)])
    order.set_filter(Filter(frozenset({ItemState.FAILED})))
    assert shown(order) == ["i2", "i3"]
    order.set_filter(Filter(frozenset({ItemState.FAILED}), "bill"))
    assert shown(order) == ["i2"]
    assert order.place_of("i1") is None


def test_what_has_no_value_stands_last_in_both_directions() -> None:
    order = RowOrder([row(1), row(2, confidence=0.9), row(3, confidence=0.2)])
    order.set_sort("confidence", descending=False)
    assert shown(order) == ["i3", "i2", "i1"]
    order.set_sort("confidence", descending=True)
    assert shown(order) == ["i2", "i3", "i1"]


def test_equal_values_keep_the_order_of_the_batch_in_both_directions() -> None:
    order = RowOrder([row(n) for n in range(4)])
    for descending in (False, True):
        order.set_sort("state", descending=descending)
        assert shown(order) == ["i0", "i1", "i2", "i3"]


def test_unknown_rows_are_ignored() -> None:
    order = RowOrder([row(1)])
    assert order.put(row(9)) == Change(None, None)
    assert order.place_if(row(9)) is None


STATES = st.sampled_from(list(ItemState))
CONFIDENCES = st.none() | st.sampled_from([0.1, 0.5, 0.9])


@given(
    rows=st.lists(st.tuples(STATES, CONFIDENCES), min_size=1, max_size=12),
    changes=st.lists(st.tuples(st.integers(0, 11), STATES, CONFIDENCES), max_size=20),
    sort=st.sampled_from(sorted(SORT_KEYS)),
    descending=st.booleans(),
    states=st.frozensets(STATES, max_size=3),
)
def test_one_change_at_a_time_ends_where_sorting_anew_would(
    rows: list[tuple[ItemState, float | None]],
    changes: list[tuple[int, ItemState, float | None]],
    sort: str,
    descending: bool,
    states: frozenset[ItemState],
) -> None:
    now = [row(n, state, confidence=confidence) for n, (state, confidence) in enumerate(rows)]
    order = RowOrder(now)
    order.set_sort(sort, descending=descending)
    order.set_filter(Filter(states))
    for number, state, confidence in changes:
        if number >= len(now):
            continue
        changed = replace(now[number], state=state, lowest_confidence=confidence)
        before, told = order.place_of(changed.id), order.place_if(changed)
        moves = order.would_move(changed)
        change = order.put(changed)
        now[number] = changed
        assert change == Change(before, told)
        assert moves or before == told
    fresh = RowOrder(now)
    fresh.set_sort(sort, descending=descending)
    fresh.set_filter(Filter(states))
    assert shown(order) == shown(fresh)
    assert [order.place_of(i) for i in shown(order)] == list(range(len(order)))
