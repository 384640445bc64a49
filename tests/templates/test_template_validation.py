from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.errors import TemplateInvalidError
from docuextract_desktop.paths import resources_dir
from docuextract_desktop.templates.validation import page_indices, parse_template, template_json_schema_text


def template(**changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": "claim",
        "name": "Claim",
        "fields": [
            {"name": "number", "type": "id"},
            {"name": "total", "type": "money", "labels": ["total"]},
            {"name": "date", "type": "date"},
        ],
    }
    return data | changes


def problems_of(data: Any) -> tuple[str, ...]:
    with pytest.raises(TemplateInvalidError) as caught:
        parse_template(data)
    assert caught.value.problems
    assert caught.value.code == "template_invalid"
    assert caught.value.problems[0] in str(caught.value)
    return caught.value.problems


def field_problems(**field: Any) -> tuple[str, ...]:
    return problems_of(template(fields=[{"name": "a", "type": "text"} | field]))


def test_a_small_template_is_enough() -> None:
    found = parse_template(json.dumps(template()))
    assert found.version == 1
    assert found.field("total").labels == ("total",)
    assert parse_template(template()) == found
    assert parse_template(("\ufeff" + json.dumps(template() | {"$schema": "x.json"})).encode()) == found


def test_a_mistyped_type_names_its_place_and_the_right_word() -> None:
    data = template()
    data["fields"][2]["type"] = "dat"
    assert problems_of(data) == ("fields[2].type: 'dat' is not a type; did you mean 'date'?",)


def test_a_far_off_type_lists_what_there_is() -> None:
    (problem,) = field_problems(type="zzz")
    assert problem.startswith("fields[0].type: 'zzz' is not a type (allowed: text, id, ")
    assert "table" in problem


def test_a_table_in_a_table_is_not_allowed() -> None:
    (problem,) = field_problems(type="table", columns=[{"name": "c", "type": "table"}])
    assert problem.startswith("fields[0].columns[0].type: 'table' is not a type")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"feilds": []}, "feilds: is not known here; did you mean 'fields'?"),
        ({"locale": {"dates": "day first"}},
         "locale.dates: 'day first' is not one of the allowed words; did you mean 'day-first'?"),
        ({"locale": {"curency": "EUR"}}, "locale.curency: is not known here; did you mean 'currency'?"),
        ({"locale": {"currency": "euro"}},
         "locale.currency: 'euro' is not a currency code such as 'EUR'; did you mean 'EUR'?"),
        ({"id": "my claim"},
         "id: 'my claim' must begin with a letter and hold only letters, digits, '_' and '-' (at most 64 characters)"),
        ({"id": "../x"}, "id: '../x' must begin with a letter"),
        ({"name": "  "}, "name: is empty"),
        ({"version": 0}, "version: must be at least 1, not 0"),
        ({"version": "one"}, "version: must be a whole number, not 'one'"),
        ({"review_threshold": 1.5}, "review_threshold: must be at most 1.0, not 1.5"),
        ({"fields": []}, "fields: is empty; a template needs at least one field"),
        ({"fields": 7}, "fields: must be a list, not 7"),
        ({"fields": ["a"]}, "fields[0]: must be an object, not 'a'"),
        ({"fields": [{"name": "a"}]}, "fields[0].type: is missing"),
        ({"rules": ["total + = 3"]}, "rules[0]: a field or a number is expected at character 9, not '='"),
        ({"rules": ["total = totl"]}, "rules[0]: 'totl' is no field of this template; did you mean 'total'?"),
        ({"rules": ["date = total"]}, "rules[0]: compares a date with a number"),
    ],
)  # fmt: skip
def test_problems_name_their_place(changes: dict[str, Any], problem: str) -> None:
    assert problems_of(template(**changes))[0].startswith(problem)


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ({"name": "1st"}, "fields[0].name: '1st' must begin with a letter"),
        ({"label": ["x"]}, "fields[0].label: is not known here; did you mean 'labels'?"),
        ({"labels": "x"}, "fields[0].labels: must be a list, not 'x'"),
        ({"labels": ["x", " "]}, "fields[0].labels[1]: is empty"),
        ({"labels": ["x", 3]}, "fields[0].labels[1]: must be text, not 3"),
        ({"labels": ["x" * 201]}, "fields[0].labels[0]: longer than 200 characters"),
        ({"required": "perhaps"}, "fields[0].required: must be true or false, not 'perhaps'"),
        ({"type": "table"}, "fields[0].columns: is missing; a table needs at least one column"),
        ({"columns": [{"name": "c", "type": "text"}]},
         "fields[0].columns: only a table has columns, and 'a' is of type 'text'"),
        ({"type": "choice"}, "fields[0].choices: is missing; a choice needs the words to choose from"),
        ({"type": "choice", "choices": ["x", "X "]}, "fields[0].choices[1]: 'X ' is there twice"),
        ({"choices": ["x"]}, "fields[0].choices: only the type 'choice' has them"),
        ({"pattern": "(a"},
         "fields[0].pattern: not a regular expression (missing ), unterminated subpattern at character 1)"),
        ({"pattern": "a" * 301}, "fields[0].pattern: longer than 300 characters"),
        ({"pattern": "(a+)+b"}, "fields[0].pattern: a repeated group"),
        ({"pages": "one"}, "fields[0].pages: 'one' is no list of pages"),
        ({"pages": "3-1"}, "fields[0].pages: in '3-1' the first page comes after the last"),
        ({"pages": "0"}, "fields[0].pages: '0' is no list of pages"),
        ({"type": "table", "columns": [{"name": "c", "type": "text"}, {"name": "c", "type": "id"}]},
         "fields[0].columns[1].name: 'c' is used before, by fields[0].columns[0]"),
        ({"type": "table", "columns": [{"name": "c", "type": "choice"}]}, "fields[0].columns[0].choices: is missing"),
    ],
)  # fmt: skip
def test_problems_of_a_field_name_their_place(field: dict[str, Any], problem: str) -> None:
    assert field_problems(**field)[0].startswith(problem)


def test_a_name_used_twice_is_told_even_beside_other_problems() -> None:
    fields = [{"name": "a", "type": "text"}, {"name": "b", "type": "dat"}, {"name": "a", "type": "id"}]
    assert set(problems_of(template(fields=fields))) == {
        "fields[1].type: 'dat' is not a type; did you mean 'date'?",
        "fields[2].name: 'a' is used before, by fields[0]",
    }


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ('{"id": ', "line 1, column 8: not JSON"),
        ("[]", "template: must be a JSON object"),
        (b"\xff\xfe{}", "template: not UTF-8 text"),
        ("[" * 100_000, "template: nested too deeply"),
        (" " * 2_000_001, "template: longer than 2,000,000 bytes"),
    ],
)
def test_what_is_no_json_object_is_refused(source: str | bytes, problem: str) -> None:
    assert problems_of(source)[0].startswith(problem)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "name", "type", "fields", "columns", "labels", "rules", "locale", "x"]), inner
        )
    ),
    max_leaves=12,
)


@given(_JSON)
def test_any_json_is_a_template_or_a_list_of_problems(data: Any) -> None:
    with suppress(TemplateInvalidError):
        parse_template(json.dumps(data))


@pytest.mark.parametrize(
    ("pages", "count", "indices"),
    [
        (None, 3, (0, 1, 2)),
        ("1", 3, (0,)),
        ("-1", 3, (2,)),
        ("2-", 3, (1, 2)),
        ("1-2", 5, (0, 1)),
        ("2--1", 4, (1, 2, 3)),
        ("1, 3-4", 9, (0, 2, 3)),
        ("5", 3, ()),
        ("-5", 3, ()),
        ("1,-1", 1, (0,)),
    ],
)
def test_pages_of_a_field(pages: str | None, count: int, indices: tuple[int, ...]) -> None:
    if pages is not None:
        parse_template(template(fields=[{"name": "a", "type": "text", "pages": pages}]))
    assert page_indices(pages, count) == indices


def test_shipped_schema_is_the_one_of_the_code() -> None:
    shipped = (resources_dir() / "templates" / "template.schema.json").read_text(encoding="utf-8")
    assert shipped == template_json_schema_text(), "write it anew from template_json_schema_text()"


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+", "(a*)*b", "((a+))+", "(a|aa)+", "(a?){30}a{30}", r"(\w+\s?)*", r"([a-z]+\d?)*x", "(.*a){20}",
        r"(\d+|\d+,)*", ".*.*.*.*x", r"\w*\d*\w*[0-9]*-", r"(\w*)(\w*)(\w*)(\w*)x", r"(x+x+)+y", r"(a+)(?:b|\1)*",
        "(?:(?:a|b)*c?)*", "(?i)(?:ab|AB)*c", r"(?:[A-Z]+[A-Z0-9]+-?)*", "(?=(a+)+b)c", "(a|a)*b",
        "ab{0,9}(a|a)+a+", "((a)+a*b)*", "(b{0,9}ab?)*", "((a{0,9}ba)b{0,9})*b", "(a|a)" * 40, "a?" * 60 + "a" * 60,
        "a{0,200}a{0,200}a{0,200}a{0,200}b",
    ],
)  # fmt: skip
def test_patterns_that_can_take_for_ever_are_refused(pattern: str) -> None:
    (problem,) = problems_of(template(fields=[{"name": "a", "type": "text", "pattern": pattern}]))
    assert problem.startswith("fields[0].pattern: ")
    assert "for ever" in problem


@pytest.mark.parametrize(
    "pattern",
    [
        r"[A-Z]{2}\d{6,10}", r"INV-\d{4}-\d+", r"(?:[A-Z]+-)*\d+", r"\d{1,3}(?:,\d{3})*(?:\.\d\d)?",
        r"\w+-\w+-\w+-\w+-\w+", r".*total.*", r"(?:RE|INV|BILL)[ -]?\d+", r"(?:[a-z]|\d\d)*", r"[^@]+@[^@]+\.[a-z]+",
        r"(?i)no\.?\s*\d+", r"\d+(?:[./-]\d+){0,2}",
        r"[A-ZÄÖÜ][\w ]+ (?:GmbH|AG|KG)", r"(\d{4} ){3}\d{4}", r"(?:\d{1,3}\.){3}\d{1,3}", "",
    ],
)  # fmt: skip
def test_patterns_that_people_write_are_accepted(pattern: str) -> None:
    parse_template(template(fields=[{"name": "a", "type": "text", "pattern": pattern}]))
