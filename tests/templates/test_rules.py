"""Reading rules, and reckoning with them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.templates.evaluation import evaluate, solve
from docuextract_desktop.templates.models import Template
from docuextract_desktop.templates.rules import (
    ColumnSum,
    FieldRef,
    Number,
    Operation,
    RowCount,
    RuleError,
    check_rule,
    parse_rule,
)

INVOICE = Template.model_validate(
    {
        "id": "i",
        "name": "I",
        "fields": [
            {"name": "subtotal", "type": "money"},
            {"name": "tax", "type": "money"},
            {"name": "total", "type": "money"},
            {"name": "issued", "type": "date"},
            {"name": "due", "type": "date"},
            {"name": "seller", "type": "name"},
            {"name": "line-items", "type": "table", "columns": [
                {"name": "amount", "type": "money"}, {"name": "text", "type": "text"}]},
        ],
    }
)  # fmt: skip


def amounts(**values: str) -> dict[str, Decimal | date | None]:
    return {k: Decimal(v) for k, v in values.items()}


def test_reads_sums_and_comparisons() -> None:
    rule = parse_rule("subtotal + tax = total")
    assert rule.left == Operation("+", FieldRef("subtotal"), FieldRef("tax"))
    assert (rule.comparison, rule.right) == ("=", FieldRef("total"))
    assert rule.fields == ("subtotal", "tax", "total")


def test_products_bind_closer_than_sums_and_brackets_closest() -> None:
    assert parse_rule("a + b * 2 = c").left == Operation(
        "+", FieldRef("a"), Operation("*", FieldRef("b"), Number(Decimal(2)))
    )
    assert parse_rule("(a - b) * 2 = c").left == Operation(
        "*", Operation("-", FieldRef("a"), FieldRef("b")), Number(Decimal(2))
    )


def test_reads_sums_over_columns_and_counts_of_rows() -> None:
    rule = parse_rule("sum(line-items.amount) - 1.5 >= count(line-items)")
    assert rule.left == Operation("-", ColumnSum("line-items", "amount"), Number(Decimal("1.5")))
    assert rule.right == RowCount("line-items")
    assert rule.fields == ("line-items",)


@pytest.mark.parametrize(("written", "meant"), [("≤", "<="), ("≥", ">="), ("≠", "!="), ("==", "=")])
def test_other_signs_for_the_same_comparison(written: str, meant: str) -> None:
    assert parse_rule(f"a {written} b").comparison == meant


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("total", "a comparison is missing"),
        ("a + = b", "a field or a number is expected at character 5, not '='"),
        ("a = b = c", "'=' at character 7 is too much"),
        ("a = b c", "'c' at character 7 is too much"),
        ("a = ", "ends too early"),
        ("a ? b", "'?' at character 3 has no meaning in a rule"),
        ("sum(a) = b", "'.' expected at character 6"),
        ("(a = b", "')' expected at character 4"),
        ("a b", "a comparison is expected at character 3, not 'b'"),
        ("(" * 50 + "a", "nested too deeply"),
        ("-" * 50 + "a = b", "nested too deeply"),
        ("a" * 501, "longer than 500 characters"),
    ],
)
def test_what_cannot_be_read_names_its_place(text: str, problem: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_rule(text)
    assert str(caught.value).startswith(problem)


@given(st.text(alphabet="ab1. +-*()=<>!sum,count≤é", max_size=40))
def test_any_text_is_a_rule_or_an_error(text: str) -> None:
    try:
        rule = parse_rule(text)
    except RuleError:
        return
    evaluate(rule, {"a": Decimal(1), "b": Decimal(2)})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("sub_total = total", "'sub_total' is no field of this template; did you mean 'subtotal'?"),
        ("seller = total", "'seller' is of type 'name', which cannot be reckoned with"),
        ("line-items = total", "'line-items' is of type 'table', which cannot be reckoned with; write sum"),
        ("issued = total", "compares a date with a number"),
        ("issued + due = due", "dates cannot be reckoned with by '+' like this"),
        ("total-tax = subtotal", "'total-tax' is no field of this template; write 'total - tax' with spaces"),
        ("sum(seller.amount) = total", "'seller' is no table"),
        ("sum(line-items.amuont) = total", "'amuont' is no column of 'line-items'; did you mean 'amount'?"),
        ("sum(line-items.text) = total", "line-items.text is of type 'text' and has no sum"),
    ],
)
def test_what_the_template_cannot_do_is_told(text: str, problem: str) -> None:
    found = check_rule(parse_rule(text), INVOICE)
    assert any(p.startswith(problem) for p in found)


@pytest.mark.parametrize(
    "text",
    ["subtotal + tax = total", "issued <= due", "issued + 30 >= due", "due - issued <= 60", "-tax <= 0",
     "sum(line-items.amount) = subtotal", "count(line-items) > 0"],
)  # fmt: skip
def test_good_rules_have_no_problems(text: str) -> None:
    assert check_rule(parse_rule(text), INVOICE) == []


def test_a_sum_holds_within_a_cent_or_two() -> None:
    rule = parse_rule("subtotal + tax = total")
    assert evaluate(rule, amounts(subtotal="473.00", tax="56.87", total="529.87")).holds
    assert evaluate(rule, amounts(subtotal="473.00", tax="56.88", total="529.87")).holds
    off = evaluate(rule, amounts(subtotal="473.00", tax="56.87", total="592.87"))
    assert not off.holds
    assert off.difference == Decimal("-63.00")
    assert not evaluate(rule, amounts(subtotal="1", tax="1", total="2.01"), tolerance=Decimal(0)).holds


def test_dates_are_compared_to_the_day() -> None:
    rule = parse_rule("issued <= due")
    assert evaluate(rule, {"issued": date(2020, 1, 1), "due": date(2020, 1, 1)}).holds
    late = evaluate(rule, {"issued": date(2020, 1, 3), "due": date(2020, 1, 1)})
    assert (late.holds, late.difference) == (False, Decimal(2))
    assert evaluate(parse_rule("issued + 30 = due"), {"issued": date(2020, 1, 1), "due": date(2020, 1, 31)}).holds


def test_a_missing_value_says_nothing() -> None:
    assert evaluate(parse_rule("subtotal + tax = total"), amounts(subtotal="1", total="1")) is None
    assert evaluate(parse_rule("a = b"), {"a": None, "b": Decimal(1)}) is None
    assert evaluate(parse_rule("a = b"), {"a": date(2020, 1, 1), "b": Decimal(1)}) is None


def test_sums_over_columns_need_every_cell() -> None:
    rule = parse_rule("sum(line-items.amount) = subtotal")
    cells = [Decimal("198.00"), Decimal("275.00")]
    assert evaluate(rule, amounts(subtotal="473.00"), {("line-items", "amount"): cells}).holds
    assert evaluate(rule, amounts(subtotal="473.00"), {("line-items", "amount"): [*cells, None]}) is None
    assert evaluate(rule, amounts(subtotal="473.00"), {("line-items", "amount"): []}) is None
    assert evaluate(rule, amounts(subtotal="473.00")) is None
    assert evaluate(parse_rule("count(line-items) = 2"), {}, {("line-items", "amount"): cells}).holds


def test_solves_an_equation_for_the_value_that_is_missing() -> None:
    rule = parse_rule("subtotal + tax = total")
    assert solve(rule, "tax", amounts(subtotal="473.00", total="529.87")) == Decimal("56.87")
    assert solve(rule, "total", amounts(subtotal="473.00", tax="56.87")) == Decimal("529.87")
    assert solve(rule, "tax", amounts(total="529.87")) is None
    assert solve(parse_rule("a * a = b"), "a", amounts(b="4")) is None
    assert solve(parse_rule("a <= b"), "a", amounts(b="4")) is None
    assert solve(parse_rule("a - a = b"), "a", amounts(b="4")) is None
    assert solve(parse_rule("issued + 30 = due"), "due", {"issued": date(2020, 1, 1)}) == date(2020, 1, 31)
