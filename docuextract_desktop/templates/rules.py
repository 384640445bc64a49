"""Rules between the fields of a template: "subtotal + tax = total", "flight_from <= flight_to".

    rule       = expression comparison expression
    comparison = "=" | "<" | "<=" | ">" | ">=" | "!="
    expression = term { ("+" | "-") term }
    term       = factor { "*" factor }
    factor     = field | number | "sum(" table "." column ")" | "count(" table ")" | "-" factor | "(" expression ")"

Numbers are decimals. Dates can be compared, and days added to them ("invoice_date + 30 >= due_date").
What a rule says about the values of a document is found out by `evaluation`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from docuextract_desktop.templates.models import Template

Comparison = Literal["=", "<", "<=", ">", ">=", "!="]

MAX_LENGTH: Final = 500
_MAX_DEPTH: Final = 20
_NUMBER_TYPES: Final = frozenset({"money", "number", "integer", "percent"})
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z]\w*(?:-\w+)*)|(?P<mark><=|>=|!=|==|[-+*<>=().]|≤|≥|≠|−|×))",
    re.ASCII,
)
_COMPARISONS: Final[dict[str, Comparison]] = {"=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "!=": "!="}
_SAME_MARK: Final = {"==": "=", "≤": "<=", "≥": ">=", "≠": "!=", "−": "-", "×": "*"}


class RuleError(ValueError):
    """A rule that cannot be read; the text says why, for the user."""


@dataclass(frozen=True, slots=True)
class FieldRef:
    """The value of a field."""

    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number written in the rule."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class ColumnSum:
    """The sum of a column over all rows of a table."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class RowCount:
    """How many rows a table has."""

    table: str


@dataclass(frozen=True, slots=True)
class Operation:
    """Two expressions joined by "+", "-" or "*"."""

    operator: Literal["+", "-", "*"]
    left: Expression
    right: Expression


Expression = FieldRef | Number | ColumnSum | RowCount | Operation


@dataclass(frozen=True, slots=True)
class Rule:
    """A comparison of two expressions.

    Attributes:
        text: as written in the template.
    """

    left: Expression
    comparison: Comparison
    right: Expression
    text: str

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of all fields that take part, tables included, each once, in the order of the text."""
        return tuple(dict.fromkeys(_names(self.left) + _names(self.right)))


def _names(expression: Expression) -> list[str]:
    match expression:
        case FieldRef(name):
            return [name]
        case ColumnSum(table, _) | RowCount(table):
            return [table]
        case Operation(_, left, right):
            return _names(left) + _names(right)
        case Number():
            return []


# ------------------------------------------------------------------ reading


def parse_rule(text: str) -> Rule:
    """Read a rule.

    Raises:
        RuleError: it cannot be read; the message names the place.
    """
    if len(text) > MAX_LENGTH:
        raise RuleError(f"longer than {MAX_LENGTH} characters")
    return _Parser(text).rule()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        self.at = 0
        self.depth = 0
        position = 0
        stripped = text.rstrip()
        while position < len(stripped):
            match = _TOKEN.match(stripped, position)
            if match is None:
                bad = stripped[position:].lstrip()[:1]
                raise RuleError(f"{bad!r} at character {stripped.index(bad, position) + 1} has no meaning in a rule")
            kind = match.lastgroup or ""
            word = match[kind]
            self.tokens.append((kind, _SAME_MARK.get(word, word), match.start(kind)))
            position = match.end()

    def peek(self) -> tuple[str, str, int]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "", len(self.text))

    def take(self) -> tuple[str, str, int]:
        token = self.peek()
        self.at += 1
        return token

    def expect(self, mark: str) -> None:
        _, word, place = self.take()
        if word != mark:
            raise RuleError(f"{mark!r} expected at character {place + 1}")

    def rule(self) -> Rule:
        if not self.tokens:
            raise RuleError("is empty")
        left = self.expression()
        kind, word, place = self.take()
        if kind == "end":
            raise RuleError("a comparison is missing: '=', '<', '<=', '>', '>=' or '!='")
        comparison = _COMPARISONS.get(word)
        if comparison is None:
            raise RuleError(f"a comparison is expected at character {place + 1}, not {word!r}")
        right = self.expression()
        kind, word, place = self.peek()
        if kind != "end":
            raise RuleError(f"{word!r} at character {place + 1} is too much; a rule has one comparison")
        return Rule(left, comparison, right, self.text.strip())

    def expression(self) -> Expression:
        left = self.term()
        while self.peek()[1] in ("+", "-") and self.peek()[0] == "mark":
            operator = self.take()[1]
            left = Operation("+" if operator == "+" else "-", left, self.term())
        return left

    def term(self) -> Expression:
        left = self.factor()
        while self.peek()[:2] == ("mark", "*"):
            self.take()
            left = Operation("*", left, self.factor())
        return left

    def factor(self) -> Expression:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise RuleError("nested too deeply")
        try:
            return self._factor()
        finally:
            self.depth -= 1

    def _factor(self) -> Expression:
        kind, word, place = self.take()
        if kind == "number":
            return Number(Decimal(word))
        if kind == "name":
            if word in ("sum", "count") and self.peek()[1] == "(":
                return self._call(word)
            return FieldRef(word)
        if word == "-":
            return Operation("-", Number(Decimal(0)), self.factor())
        if word == "(":
            inner = self.expression()
            self.expect(")")
            return inner
        if kind == "end":
            raise RuleError("ends too early: a field or a number is missing")
        raise RuleError(f"a field or a number is expected at character {place + 1}, not {word!r}")

    def _call(self, function: str) -> Expression:
        self.expect("(")
        table = self._name()
        if function == "count":
            self.expect(")")
            return RowCount(table)
        self.expect(".")
        column = self._name()
        self.expect(")")
        return ColumnSum(table, column)

    def _name(self) -> str:
        kind, word, place = self.take()
        if kind != "name":
            raise RuleError(f"a name is expected at character {place + 1}")
        return word


# ------------------------------------------------------------------ checking against a template


def check_rule(rule: Rule, template: Template) -> list[str]:
    """What is wrong with a rule in this template: unknown fields or columns, types that cannot be reckoned with."""
    problems: list[str] = []
    kinds = [_kind(side, template, problems) for side in (rule.left, rule.right)]
    if not problems and None not in kinds and kinds[0] != kinds[1]:
        problems.append("compares a date with a number")
    return problems


def _kind(expression: Expression, template: Template, problems: list[str]) -> Literal["number", "date"] | None:
    match expression:
        case Number() | ColumnSum() | RowCount():
            if not isinstance(expression, Number):
                _check_table(expression, template, problems)
            return "number"
        case FieldRef(name):
            return _field_kind(name, template, problems)
        case Operation(operator, left, right):
            a, b = _kind(left, template, problems), _kind(right, template, problems)
            if a is None or b is None:
                return None
            if a == b == "number":
                return "number"
            if operator == "-" and a == b == "date":
                return "number"
            if operator in ("+", "-") and a == "date" and b == "number":
                return "date"
            problems.append(f"dates cannot be reckoned with by {operator!r} like this")
            return None


def _field_kind(name: str, template: Template, problems: list[str]) -> Literal["number", "date"] | None:
    names = [f.name for f in template.fields]
    if name not in names:
        if "-" in name and all(part in names or part.isdigit() for part in name.split("-")):
            hint = f"; write {' - '.join(name.split('-'))!r} with spaces for a difference"
        else:
            hint = _did_you_mean(name, names)
        problems.append(f"{name!r} is no field of this template{hint}")
        return None
    kind = template.field(name).type
    if kind == "date":
        return "date"
    if kind in _NUMBER_TYPES:
        return "number"
    way = "; write sum(TABLE.COLUMN) or count(TABLE)" if kind == "table" else ""
    problems.append(f"{name!r} is of type {kind!r}, which cannot be reckoned with{way}")
    return None


def _check_table(expression: ColumnSum | RowCount, template: Template, problems: list[str]) -> None:
    tables = {f.name: f for f in template.fields if f.type == "table"}
    table = tables.get(expression.table)
    if table is None:
        known = expression.table in (f.name for f in template.fields)
        what = "no table" if known else "no field of this template"
        problems.append(f"{expression.table!r} is {what}{_did_you_mean(expression.table, tables)}")
        return
    if isinstance(expression, ColumnSum):
        columns = {c.name: c for c in table.columns}
        column = columns.get(expression.column)
        if column is None:
            hint = _did_you_mean(expression.column, columns)
            problems.append(f"{expression.column!r} is no column of {expression.table!r}{hint}")
        elif column.type not in _NUMBER_TYPES:
            problems.append(f"{expression.table}.{expression.column} is of type {column.type!r} and has no sum")


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
