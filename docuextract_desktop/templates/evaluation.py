"""What a template's rules say about the values of one document.

A rule whose values were not all found says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from docuextract_desktop.templates.rules import (
    ColumnSum,
    Comparison,
    Expression,
    FieldRef,
    Number,
    Operation,
    RowCount,
    Rule,
)

Value = Decimal | date

Columns = Mapping[tuple[str, str], Sequence[Decimal | None]]
"""Cells of table columns, by (table, column); None for a cell that was not found."""

DEFAULT_TOLERANCE: Final = Decimal("0.02")
"""Taxes are rounded per rate and per line: sums printed on real invoices miss by a cent or two."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a rule says about the values of one document.

    Attributes:
        holds: whether it is kept.
        left, right: what its sides come to.
        difference: left minus right, in units or in days.
    """

    holds: bool
    left: Value
    right: Value
    difference: Decimal


def evaluate(
    rule: Rule,
    values: Mapping[str, Value | None],
    columns: Columns | None = None,
    *,
    tolerance: Decimal = DEFAULT_TOLERANCE,
) -> Check | None:
    """Check a rule against the values of one document.

    Args:
        rule: as parsed.
        values: of the fields, decimals and dates; those that are absent or None were not found.
        columns: cells of tables; a table that is absent or has an empty cell in the column was not found.
        tolerance: by how much numbers may differ and still count as equal; dates are compared exactly.

    Returns:
        None where a value is missing or of the wrong kind: the rule says nothing then.
    """
    left = _reckon(rule.left, values, columns or {})
    right = _reckon(rule.right, values, columns or {})
    if left is None or right is None:
        return None
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        difference, slack = left - right, tolerance
    elif isinstance(left, date) and isinstance(right, date):
        difference, slack = Decimal((left - right).days), Decimal(0)
    else:
        return None
    return Check(_HOLDS[rule.comparison](difference, slack), left, right, difference)


_HOLDS: Final[dict[Comparison, Callable[[Decimal, Decimal], bool]]] = {
    "=": lambda d, slack: abs(d) <= slack,
    "!=": lambda d, slack: abs(d) > slack,
    "<": lambda d, slack: d < 0,  # noqa: ARG005
    "<=": lambda d, slack: d <= slack,
    ">": lambda d, slack: d > 0,  # noqa: ARG005
    ">=": lambda d, slack: d >= -slack,
}


def solve(
    rule: Rule, name: str, values: Mapping[str, Value | None], columns: Columns | None = None
) -> Decimal | date | None:
    """The value that the field `name` must have for an equation to be kept, all others being known.

    Returns:
        None for other comparisons, where other values are missing, and where no single value follows.
    """
    if rule.comparison != "=" or name not in rule.fields:
        return None
    known = next((v for k, v in values.items() if k != name and v is not None and k in rule.fields), Decimal(0))
    # The sides are linear in the field unless it is multiplied by itself: two points give the line, a third proves it.
    if isinstance(known, date):
        gaps = [evaluate(rule, {**values, name: known + timedelta(days=d)}, columns) for d in (0, 1, 2)]
    else:
        gaps = [evaluate(rule, {**values, name: Decimal(d)}, columns) for d in (0, 1, 2)]
    if any(g is None for g in gaps):
        return None
    first, second, third = (g.difference for g in gaps if g is not None)
    slope = second - first
    if not slope or third - second != slope:
        return None
    steps = -first / slope
    if isinstance(known, date):
        try:
            return known + timedelta(days=int(steps)) if steps == int(steps) else None
        except OverflowError:
            return None
    return steps.quantize(_CENT) if steps == steps.quantize(_CENT) else steps


_CENT: Final = Decimal("0.01")


def _reckon(expression: Expression, values: Mapping[str, Value | None], columns: Columns) -> Value | None:
    match expression:
        case Number(value):
            return value
        case FieldRef(name):
            return values.get(name)
        case ColumnSum(table, column):
            cells = columns.get((table, column))
            if not cells or any(c is None for c in cells):
                return None
            return sum((c for c in cells if c is not None), Decimal(0))
        case RowCount(table):
            lengths = [len(cells) for (name, _), cells in columns.items() if name == table]
            return Decimal(max(lengths)) if lengths else None
        case Operation(operator, left, right):
            return _operate(operator, _reckon(left, values, columns), _reckon(right, values, columns))


def _operate(operator: str, a: Value | None, b: Value | None) -> Value | None:
    if a is None or b is None:
        return None
    try:
        if isinstance(a, Decimal) and isinstance(b, Decimal):
            return a + b if operator == "+" else a - b if operator == "-" else a * b
        if isinstance(a, date) and isinstance(b, date):
            return Decimal((a - b).days) if operator == "-" else None
        if isinstance(a, date) and isinstance(b, Decimal) and operator != "*":
            return a + timedelta(days=int(b if operator == "+" else -b))
    except (ArithmeticError, OverflowError):
        return None
    return None
