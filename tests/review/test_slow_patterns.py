"""Templates that an earlier version of the program stored with a pattern that is refused today."""

from __future__ import annotations

import logging

import pytest
from review_desk import TEMPLATE

from docuextract_desktop.bootstrap import Services, open_services
from docuextract_desktop.errors import TemplateInvalidError
from docuextract_desktop.review.models import Action

SLOW = "(([A-Z]+-?)+[0-9]*)+x"
"""Of the document's number it would try out all ways; the test that runs it does not end."""

OLD = TEMPLATE.model_copy(
    update={"fields": (TEMPLATE.field("number").model_copy(update={"pattern": SLOW}), *TEMPLATE.fields[1:])}
)


@pytest.fixture
def old_items(services: Services, items: list[str]) -> list[str]:
    """Documents of a batch that keeps the old template."""
    with services.database.transaction() as session:
        session.execute("UPDATE template_versions SET body = ?", (OLD.model_dump_json(),))
    services.close()
    return items


@pytest.fixture
def again(services: Services, old_items: list[str]) -> Services:
    """The program was started anew."""
    return open_services(services.home)


def test_preparing_refuses_the_pattern_and_names_its_field(again: Services, old_items: list[str]) -> None:
    with again:
        with pytest.raises(TemplateInvalidError, match="Note, version 1: the pattern of “Number” is refused") as caught:
            again.shelf.of_item(old_items[0])
        (problem,) = caught.value.problems
        assert problem.startswith("fields[0].pattern: ")
        with pytest.raises(TemplateInvalidError, match="“Number”"):
            again.review.confirm(old_items[0], {"total": "1.50"})


def test_decisions_are_taken_all_the_same_and_learning_says_why_not(
    again: Services, old_items: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with again:
        made = again.review.correct(old_items[0], "total", "1.50")
        assert (made.action, made.after.value, made.after.reviewed) == (Action.CORRECT, "1.50", True)
        assert "“Number”" in caplog.text
        assert again.review.accept(old_items[0], "number").after.reviewed
        with pytest.raises(TemplateInvalidError, match="“Number”"):
            again.teacher.learn(made)


def test_other_templates_are_fitted_at_the_start(
    again: Services, old_items: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with again:
        again.review.correct(old_items[0], "total", "1.50")
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            assert again.settle_lessons() == 0
        assert "not fitted: Note, version 1" in caplog.text
