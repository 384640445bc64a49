"""Decisions that fields take together: both ends of a range, parts that add up to a total, parties that differ.

Each field brings its likeliest values with their probabilities; the combination is taken that is likeliest when what
fits together is rewarded. A clear winner stays the winner: the reward is worth a factor, not a veto.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

from docuextract_desktop.extraction.candidates.find import kind_of
from docuextract_desktop.extraction.features.prepared import Prepared, header_fields
from docuextract_desktop.extraction.latest import for_latest
from docuextract_desktop.extraction.ranking.choosing import Chosen, pick, value_key
from docuextract_desktop.templates.models import Template, TemplateField
from docuextract_desktop.templates.rules import Expression, FieldRef, Number, Operation, Rule, RuleError, parse_rule

_OPTIONS = 5  # values of each field that are tried together
_RANGE_OPTIONS = 8
_SUM_REWARD = 2.0  # in log units: a factor of seven
_RANGE_REWARD = 1.5  # both ends printed as one range
_ORDER_PENALTY = 3.0
_SAME_NAME_PENALTY = 2.0  # who issues a document seldom addresses it to himself
_MOST_NAMES = 4
_ROUNDING = 0.011
_CASH_ROUNDING = 0.051
_FLOOR = 1e-4
_SURE_ENOUGH = 0.85  # values below this do not prove a rule broken
_MAX_TERMS = 5
_START = re.compile(
    r"(^|[_\- ])(from|start|begin|beginning|since|von|ab|debut|desde|inicio|dal|van)($|[_\- ])", re.IGNORECASE
)
_END = re.compile(r"(^|[_\- ])(to|end|until|till|thru|through|bis|fin|hasta|al|tot)($|[_\- ])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Sum:
    """A rule of the form Σ sign × field + constant = 0."""

    signs: tuple[tuple[str, int], ...]
    constant: float
    text: str


@dataclass(frozen=True, slots=True)
class _Order:
    """One date is not after another."""

    first: str
    second: str
    text: str


def agree(prepared: Prepared, template: Template, chosen: dict[str, Chosen]) -> dict[str, Chosen]:
    """Choices that fit together where the fields' own evidence leaves room for it, and marks where they do not."""
    result = dict(chosen)
    fields = {field.name: field for field in header_fields(template)}
    sums, orders = _joint_rules(template)
    for order in orders:
        if order.first in result and order.second in result:
            _decide_range(prepared, fields, result, order)
    for rule in sums:
        if all(name in result for name, _ in rule.signs):
            _decide_sum(prepared, fields, result, rule)
    for first, second in combinations([name for name in _parties(template) if name in result], 2):
        _decide_apart(prepared, fields, result, first, second)
    return result


@for_latest
def joined_with(template: Template, names: frozenset[str]) -> frozenset[str]:
    """These fields and all that are decided together with them."""
    sums, orders = _joint_rules(template)
    groups = [{order.first, order.second} for order in orders] + [{name for name, _ in rule.signs} for rule in sums]
    groups.append(set(_parties(template)))
    found = set(names)
    while grown := {name for group in groups if group & found for name in group} - found:
        found |= grown
    return frozenset(found)


@for_latest
def _joint_rules(template: Template) -> tuple[tuple[_Sum, ...], tuple[_Order, ...]]:
    dates = {f.name for f in template.fields if f.type == "date"}
    sums: list[_Sum] = []
    orders: list[_Order] = []
    for text in template.rules:
        try:
            rule = parse_rule(text)
        except RuleError:
            continue  # a template is checked before it is used; one that was not still works without its rule
        order = _as_order(rule, dates)
        if order is not None:
            orders.append(order)
        terms = _as_sum(rule)
        if terms is not None:
            sums.append(terms)
    named = {(o.first, o.second) for o in orders}
    orders.extend(_Order(*pair, f"{pair[0]} <= {pair[1]}") for pair in _range_names(sorted(dates)) if pair not in named)
    return tuple(sums), tuple(orders)


def _parties(template: Template) -> tuple[str, ...]:
    """Names of people and firms that a document tells apart; where there are many, it is a list of them."""
    names = tuple(field.name for field in header_fields(template) if field.type == "name")
    return names if len(names) <= _MOST_NAMES else ()


def _range_names(dates: Sequence[str]) -> list[tuple[str, str]]:
    """Date fields whose names say that they are the two ends of one range (`flight_from`, `flight_to`)."""
    starts = {_START.sub(" ", name).strip(): name for name in dates if _START.search(name)}
    ends = {_END.sub(" ", name).strip(): name for name in dates if _END.search(name)}
    return [(starts[stem], ends[stem]) for stem in starts if stem in ends]


def _as_order(rule: Rule, dates: set[str]) -> _Order | None:
    left, right, how = rule.left, rule.right, rule.comparison
    if not isinstance(left, FieldRef) or not isinstance(right, FieldRef) or not {left.name, right.name} <= dates:
        return None
    if how in ("<", "<="):
        return _Order(left.name, right.name, rule.text)
    return _Order(right.name, left.name, rule.text) if how in (">", ">=") else None


def _as_sum(rule: Rule) -> _Sum | None:
    if rule.comparison != "=":
        return None
    signs: dict[str, int] = {}
    constants = [0.0]

    def walk(expression: Expression, sign: int) -> bool:
        match expression:
            case FieldRef(name):
                signs[name] = signs.get(name, 0) + sign
                return True
            case Number(value):
                constants[0] += sign * float(value)
                return True
            case Operation(operator, left, right) if operator in ("+", "-"):
                return walk(left, sign) and walk(right, sign if operator == "+" else -sign)
            case _:
                return False

    if not walk(rule.left, 1) or not walk(rule.right, -1) or not 2 <= len(signs) <= _MAX_TERMS:
        return None
    return _Sum(tuple(signs.items()), constants[0], rule.text)


# --- ranges ---------------------------------------------------------------------------------------------------------


def _decide_range(
    prepared: Prepared, fields: dict[str, TemplateField], result: dict[str, Chosen], order: _Order
) -> None:
    first, second = result[order.first], result[order.second]
    if first.row is None or second.row is None:
        return
    found = prepared.candidates(fields[order.first])
    starts = _rows(first, _RANGE_OPTIONS)
    ends = _rows(second, _RANGE_OPTIONS)
    # A range's other end may be unlikely by itself: it is tried as well.
    partners = [found.range_with.item(row) for row, _ in starts]
    known = {row for row, _ in ends}
    ranged = {row for (row, _), p in zip(starts, partners, strict=True) if p >= 0} | {p for p in partners if p >= 0}
    ends += [(p, float(second.probabilities[p])) for p in dict.fromkeys(partners) if p >= 0 and p not in known]
    best, best_score = (first.row, second.row), -math.inf
    logs_of_ends = [(b, found.values[b], math.log(max(pb, _FLOOR))) for b, pb in ends]
    for (a, pa), partner in zip(starts, partners, strict=True):
        log_a, day = math.log(max(pa, _FLOOR)), found.values[a]
        for b, end_day, log_b in logs_of_ends:
            total = log_a + log_b
            if partner == b:
                total += _RANGE_REWARD
            elif a == b and a in ranged:
                total -= _ORDER_PENALTY  # one end of a printed range is not both
            if day > end_day:  # ISO days compare as text
                total -= _ORDER_PENALTY
            if total > best_score:
                best, best_score = (a, b), total
    for name, row in zip((order.first, order.second), best, strict=True):
        if row != result[name].row:
            result[name] = _taken(prepared, fields[name], result[name], row)
    in_order = found.values[best[0]] <= found.values[best[1]]
    joined = int(found.range_with[best[0]]) == best[1]
    if joined and in_order:
        _mark(result, (order.first, order.second), agrees=1)
    if not in_order:
        sentence = f"The dates contradict each other: {found.texts[best[0]]} is after {found.texts[best[1]]}."
        _mark(result, (order.first, order.second), disagrees=1, broken=sentence)


def _rows(chosen: Chosen, count: int) -> list[tuple[int, float]]:
    return [(row, p) for row, p, _ in chosen.rows[:count]]


def _taken(prepared: Prepared, field: TemplateField, chosen: Chosen, row: int) -> Chosen:
    """The choice changed to candidate `row`."""
    return pick(
        prepared, field, chosen.probabilities, chosen.label, chosen.memory, chosen.headed, chosen.taught, force=row
    )


def _mark(
    result: dict[str, Chosen], names: Sequence[str], *, agrees: int = 0, disagrees: int = 0, broken: str | None = None
) -> None:
    for name in names:
        chosen = result[name]
        signs = replace(chosen.signs, agrees=chosen.signs.agrees + agrees, disagrees=chosen.signs.disagrees + disagrees)
        sentences = (*chosen.broken, broken) if broken else chosen.broken
        result[name] = replace(chosen, signs=signs, broken=sentences)


# --- parties ---------------------------------------------------------------------------------------------------------


def _decide_apart(
    prepared: Prepared, fields: dict[str, TemplateField], result: dict[str, Chosen], first: str, second: str
) -> None:
    """One name for two parties is taken only where nothing else is nearly as likely."""
    pair = (result[first], result[second])
    if pair[0].row is None or pair[1].row is None:
        return
    found = prepared.candidates(fields[first])
    kind = kind_of(fields[first].type)

    def same(a: int, b: int) -> bool:
        return value_key(kind, found.values[a]) == value_key(kind, found.values[b])

    if not same(pair[0].row, pair[1].row):
        return
    best, best_score = (pair[0].row, pair[1].row), -math.inf
    for (a, pa), (b, pb) in product(_rows(pair[0], _OPTIONS), _rows(pair[1], _OPTIONS)):
        total = math.log(max(pa, _FLOOR)) + math.log(max(pb, _FLOOR)) - _SAME_NAME_PENALTY * same(a, b)
        if total > best_score:
            best, best_score = (a, b), total
    for name, row in zip((first, second), best, strict=True):
        if row != result[name].row:
            result[name] = _taken(prepared, fields[name], result[name], row)


# --- sums -----------------------------------------------------------------------------------------------------------


def _decide_sum(prepared: Prepared, fields: dict[str, TemplateField], result: dict[str, Chosen], rule: _Sum) -> None:
    names = [name for name, _ in rule.signs]
    if any(result[name].row is None for name in names):
        return
    options = []
    for name, sign in rule.signs:
        found = prepared.candidates(fields[name])
        rows = _rows(result[name], _OPTIONS)
        values = [(row, math.log(max(p, _FLOOR)), sign * _number(found.values[row])) for row, p in rows]
        options.append(tuple([v for v in values if not math.isnan(v[2])]))
    if not all(options):
        return
    best: tuple[tuple[int, float, float], ...] = ()
    best_score = -math.inf
    for combination in product(*options):
        total = sum([log for _, log, _ in combination])
        if total + _SUM_REWARD <= best_score:
            continue  # whether it adds up or not
        if _holds(combination, rule) or _holds_rounded(combination, rule):
            total += _SUM_REWARD
        if total > best_score:
            best, best_score = combination, total
    for name, (row, _, _) in zip(names, best, strict=True):
        if row != result[name].row:
            result[name] = _taken(prepared, fields[name], result[name], row)
    if _holds(best, rule):
        # Nothing is proved where a part is zero: then two fields merely repeat one amount.
        if all(abs(value) > _ROUNDING for _, _, value in best):
            _mark(result, names, agrees=1)
    elif abs(sum(value for _, _, value in best) + rule.constant) <= _CASH_ROUNDING:
        return  # rounded to the smallest coin: neither proves nor refutes
    elif all(result[name].signs.probability >= _SURE_ENOUGH for name in names):
        _mark(result, names, disagrees=1, broken=f"The amounts do not add up: {_spoken(rule, fields)}.")
    else:
        _mark(result, names, disagrees=1)


def _holds(combination: Sequence[tuple[int, float, float]], rule: _Sum) -> bool:
    return abs(sum([value for _, _, value in combination]) + rule.constant) <= _ROUNDING


def _holds_rounded(combination: Sequence[tuple[int, float, float]], rule: _Sum) -> bool:
    """Whether the largest amount is the others' sum, rounded to what can be paid in coins of five hundredths."""
    if abs(sum([value for _, _, value in combination]) + rule.constant) > _CASH_ROUNDING:
        return False
    return round(max(abs(value) for _, _, value in combination) * 100) % 5 == 0


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan


def _spoken(rule: _Sum, fields: dict[str, TemplateField]) -> str:
    """The rule with the fields' titles: `Subtotal + Tax = Total`."""
    text = rule.text
    for name in sorted((n for n, _ in rule.signs), key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(name)}\b", fields[name].shown_title, text)
    return text
