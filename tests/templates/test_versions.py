from __future__ import annotations

from docuextract_desktop.templates.models import Column, Locale, Template, TemplateField
from docuextract_desktop.templates.shipped import shipped_by_id
from docuextract_desktop.templates.versions import changes, differences

OLD = Template(
    id="t",
    name="Bills",
    fields=(
        TemplateField(name="total", type="money", labels=("total",)),
        TemplateField(name="date", type="date", required=True),
        TemplateField(name="rows", type="table", columns=(Column(name="text", type="text"),)),
    ),
    rules=("total >= 0",),
)


def changed(index: int, **changes: object) -> Template:
    fields = list(OLD.fields)
    fields[index] = fields[index].model_copy(update=changes)
    return OLD.model_copy(update={"fields": tuple(fields)})


def test_nothing_changed_but_the_version() -> None:
    assert differences(OLD, OLD.model_copy(update={"version": 2})) == ()


def test_changes_of_a_field_are_told_one_by_one() -> None:
    assert differences(OLD, changed(0, type="number", labels=("total", "sum", "amount"), required=True)) == (
        "The field 'total' changed its type from money to number.",
        "The field 'total' is now required.",
        "The field 'total' gained the labels 'sum', 'amount'.",
    )
    assert differences(OLD, changed(1, required=False, title="Day", pages="1")) == (
        "The field 'date' is no longer required.",
        "The field 'date': the title was set to 'Day'.",
        "The field 'date': the pages was set to '1'.",
    )


def test_many_labels_are_counted() -> None:
    (sentence,) = differences(OLD, changed(0, labels=("total", *"abcdefg")))
    assert sentence == "The field 'total' gained the labels 'a', 'b', 'c', 'd', 'e' and 2 more."


def test_added_removed_and_moved_fields() -> None:
    total, day, _rows = OLD.fields
    new = TemplateField(name="seller", type="name")
    assert differences(OLD, OLD.model_copy(update={"fields": (day, total, new)})) == (
        "The field 'rows' (table) was removed.",
        "The field 'seller' (name) was added.",
        "The fields were put into another order.",
    )
    assert differences(OLD, OLD.model_copy(update={"fields": (total, day)})) == (
        "The field 'rows' (table) was removed.",
    )


def test_a_field_of_another_name_with_the_same_content_was_renamed() -> None:
    assert differences(OLD, changed(1, name="invoice_date")) == ("The field 'date' was renamed to 'invoice_date'.",)


def test_columns_rules_and_the_template_itself() -> None:
    new = changed(2, columns=(Column(name="text", type="text", labels=("item",)), Column(name="qty", type="number")))
    assert differences(OLD, new) == (
        "The column 'qty' (number) of 'rows' was added.",
        "The column 'text' of 'rows' gained the label 'item'.",
    )
    new = OLD.model_copy(update={"name": "Receipts", "locale": Locale(currency="EUR"), "rules": ("total > 0",)})
    assert differences(OLD, new) == (
        "The template's name changed from 'Bills' to 'Receipts'.",
        "The currency was set to 'EUR'.",
        "The rule 'total > 0' was added.",
        "The rule 'total >= 0' was removed.",
    )


def test_any_two_templates_can_be_compared() -> None:
    invoice, receipt = shipped_by_id()["invoice"], shipped_by_id()["receipt"]
    assert len(differences(invoice, receipt)) > 10


def test_each_change_says_what_kind_it_is() -> None:
    new = changed(0, labels=("sum",)).model_copy(update={"name": "Accounts"})
    new = new.model_copy(update={"fields": (new.fields[0], new.fields[2], TemplateField(name="seller", type="name"))})
    assert [(c.kind, c.sentence.split("'")[1]) for c in changes(OLD, new)] == [
        ("changed", "s name changed from "),
        ("removed", "date"),
        ("added", "seller"),
        ("added", "total"),
        ("removed", "total"),
    ]
