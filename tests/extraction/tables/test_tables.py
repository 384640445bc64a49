"""Tables as a reader sees them: pages drawn as text, and what has to come out of them."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from table_pictures import document_of

from docuextract_desktop.documents.layout import arrange
from docuextract_desktop.documents.models import Document
from docuextract_desktop.extraction.models import FieldValue
from docuextract_desktop.extraction.tables import extract_table
from docuextract_desktop.extraction.tables.cells import PRODUCT_DOUBT
from docuextract_desktop.extraction.tables.extract import NO_TABLE, SUM_DOUBT
from docuextract_desktop.templates.models import Column, Locale, TemplateField

ITEMS = TemplateField(
    name="line_items",
    type="table",
    columns=(
        Column(name="description", type="text", labels=("description", "Bezeichnung")),
        Column(name="quantity", type="number", labels=("quantity", "Menge")),
        Column(name="unit_price", type="money", labels=("unit price", "Einzelpreis")),
        Column(name="amount", type="money", labels=("amount", "Betrag")),
    ),
)


def values(found: FieldValue) -> list[list[str | None]]:
    """The values of all cells, row by row."""
    return [[cell.value for cell in row] for row in found.rows]


PIPE_AND_WIRE = [["Steel pipe", "3", "12.50", "37.50"], ["Copper wire", "10", "1.20", "12.00"]]


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        pytest.param(
            """
 Pos  Description                  Qty   Unit price     Amount
  1   Steel pipe                     3        12.50      37.50
  2   Copper wire                   10         1.20      12.00
                                              Total      49.50
""",
            PIPE_AND_WIRE,
            id="plain",
        ),
        pytest.param(
            """
 Pos                          Description                    Qty        Unit price          Amount
  1   Steel pipe                                               3             12.50           37.50
  2   Copper wire                                             10              1.20           12.00
                                                                         Total               49.50
""",
            PIPE_AND_WIRE,
            id="name centred over a wide column",
        ),
        pytest.param(
            """
                                                   Unit       Line
 Item no.  Description                  Quantity   price     amount
 A-100     Steel pipe                          3   12.50      37.50
 A-200     Copper wire                        10    1.20      12.00
                                                   Total      49.50
""",
            PIPE_AND_WIRE,
            id="header over two lines",
        ),
        pytest.param(
            """
 Qty                                       Price     Amount
  3   Steel pipe                           12.50      37.50
 10   Copper wire                           1.20      12.00
                                           Total      49.50
""",
            PIPE_AND_WIRE,
            id="description without a name",
        ),
        pytest.param(
            """
 Amount   Product                      VAT    Price     Total
      3   Steel pipe                   19 %   12.50     37.50
     10   Copper wire                   7 %    1.20     12.00
 Net total: 49.50
""",
            PIPE_AND_WIRE,
            id="a name that means another column, set right by arithmetic",
        ),
        pytest.param(
            """
  Amount      Price    Qty  Description
   37.50      12.50      3  Steel pipe
   12.00       1.20     10  Copper wire
   49.50   Total
""",
            PIPE_AND_WIRE,
            id="columns in another order",
        ),
        pytest.param(
            """
 Acme Ltd, Main Street 5

 Steel pipe                        3     12.50        37.50
 Copper wire                      10      1.20        12.00
                                     Total            49.50
""",
            PIPE_AND_WIRE,
            id="no header at all",
        ),
        pytest.param(
            """
 Item                                              Amount
 Steel pipe
   3 x 12.50                                        37.50
 Copper wire
   10 x 1.20                                        12.00
 Total                                              49.50
""",
            PIPE_AND_WIRE,
            id="quantity and price as a product",
        ),
        pytest.param(
            """
 Description
              Article     Qty     Unit price       Amount
 Steel pipe
              A-100         3          12.50        37.50
 Copper wire
              A-200        10           1.20        12.00
                                 Net total          49.50
""",
            PIPE_AND_WIRE,
            id="description on a line of its own above the numbers",
        ),
        pytest.param(
            """
 Pos  Description                  Qty   Price     Amount
      Steel
~1                                   3   12.50      37.50
~     pipe

      Copper
~2                                  10    1.20      12.00
~     wire

                                         Total      49.50
""",
            PIPE_AND_WIRE,
            id="numbers centred in the height of their row",
        ),
        pytest.param(
            """
 Pos  Description                      Qty   Price     Amount
 Ground floor
 1.1  Steel pipe                         3   12.50      37.50
 Subtotal ground floor                                  37.50
 First floor
 2.1  Copper wire                       10    1.20      12.00
 Subtotal first floor                                   12.00
 Total                                                  49.50
""",
            PIPE_AND_WIRE,
            id="headings and subtotals in between",
        ),
        pytest.param(
            """
 Pos  Description                      Qty   Price     Amount
 1    Steel pipe                         3   12.50      37.50
      Gross price: 14.88
 2    Copper wire                       10    1.20      12.00
      Gross price: 1.43
 Total                                                  49.50
""",
            PIPE_AND_WIRE,
            id="labelled details under the items",
        ),
        pytest.param(
            """
 ______________________________________________________________
 Description                      Qty   Price     Amount
 ______________________________________________________________
 Steel pipe                         3   12.50      37.50
 Copper wire                       10    1.20      12.00
 ______________________________________________________________
 Total                                             49.50
""",
            PIPE_AND_WIRE,
            id="rules drawn with characters",
        ),
    ],
)
def test_rows_of_a_page(picture: str, expected: list[list[str]]) -> None:
    assert values(extract_table(document_of(picture), ITEMS)) == expected


def test_wrapped_descriptions_are_joined_and_words_parted_at_the_line_end_put_together() -> None:
    found = extract_table(
        document_of("""
 Pos  Bezeichnung                      Menge   Einzelpreis     Betrag
 1    Stahlrohr, ver-                      3         12,50      37,50
      zinkt, 20 mm
 2    Personen-                           10          1,20      12,00
      Unfallversicherung
                                               Summe            49,50
"""),
        ITEMS,
    )
    assert [row[0].value for row in found.rows] == ["Stahlrohr, verzinkt, 20 mm", "Personen-Unfallversicherung"]
    assert len(found.rows[0][0].evidence.parts) == 2  # type: ignore[union-attr]


def test_a_discount_a_negative_amount_and_a_row_without_quantity() -> None:
    found = extract_table(
        document_of("""
 Description                      Qty   Unit price   Disc. %   Amount
 Steel pipe                         3        12.50      10      33.75
 Returned nails                    -2         4.00              -8.00
 Freight                                                        10.00
                                             Total              35.75
"""),
        ITEMS,
    )
    assert values(found) == [
        ["Steel pipe", "3", "12.50", "33.75"],
        ["Returned nails", "-2", "4.00", "-8.00"],
        ["Freight", None, None, "10.00"],
    ]
    assert not any(cell.needs_review for row in found.rows for cell in row)


def test_a_table_goes_on_over_pages_whether_or_not_its_header_is_repeated() -> None:
    first = """
 Description                      Qty   Unit price     Amount
 Steel pipe                         3        12.50      37.50
 Copper wire                       10         1.20      12.00
 Carried forward                                        49.50
"""
    bare = """
 Acme Ltd                                          Page 2 of 2
 Brought forward                                        49.50
 Nails                              2         4.00       8.00
                                             Total      57.50
"""
    repeated = """
 Acme Ltd                                          Page 2 of 2
 Description                      Qty   Unit price     Amount
 Brought forward                                        49.50
 Nails                              2         4.00       8.00
                                             Total      57.50
"""
    expected = [*PIPE_AND_WIRE, ["Nails", "2", "4.00", "8.00"]]
    for second in (bare, repeated):
        found = extract_table(document_of(first, second), ITEMS)
        assert values(found) == expected
        assert [row[3].evidence.page_index for row in found.rows] == [0, 0, 1]  # type: ignore[union-attr]


def test_a_line_with_the_account_at_the_foot_of_a_page_is_no_item() -> None:
    first = """
 Description                                           Amount
 Steel pipe                                             37.50
 Copper wire                                            12.00
 Acme Ltd - IBAN GB87 HWRR - Sort code                   17
"""
    second = """
 Description                                           Amount
 Nails                                                   8.00
 Total                                                  57.50
"""
    found = extract_table(document_of(first, second), ITEMS)
    assert [row[0].value for row in found.rows] == ["Steel pipe", "Copper wire", "Nails"]


def test_a_header_alone_at_the_foot_of_a_page() -> None:
    found = extract_table(
        document_of(
            """
 Invoice 5

 Description                      Qty   Unit price     Amount
""",
            """
 Steel pipe                         3        12.50      37.50
 Copper wire                       10         1.20      12.00
                                             Total      49.50
""",
        ),
        ITEMS,
    )
    assert values(found) == PIPE_AND_WIRE


def test_of_several_tables_the_one_that_was_asked_for() -> None:
    found = extract_table(
        document_of("""
 Invoice no.      Date            Customer
 4711             12/03/2021      998877

 Description                      Qty   Unit price     Amount
 Steel pipe                         3        12.50      37.50
 Copper wire                       10         1.20      12.00
                                             Total      49.50

 VAT %       Net amount       VAT amount
 19 %             37.50             7.13
  7 %             12.00             0.84
"""),
        ITEMS,
    )
    assert values(found) == PIPE_AND_WIRE


def test_amounts_that_do_not_fit_are_flagged_with_the_reason_in_words() -> None:
    found = extract_table(
        document_of("""
 Description                      Qty   Unit price     Amount
 Steel pipe                         3        12.50      73.50
 Copper wire                       10         1.20      12.00
"""),
        ITEMS,
        totals=[Decimal("49.50")],
    )
    wrong, right = found.rows
    assert [cell.needs_review for cell in wrong[1:]] == [True, True, True]
    assert all(PRODUCT_DOUBT in cell.reasons for cell in wrong[1:])
    assert not any(cell.needs_review for cell in right)
    assert wrong[3].confidence < right[3].confidence
    assert found.needs_review
    assert SUM_DOUBT in found.reasons


def test_a_matching_sum_raises_the_confidence() -> None:
    body = """
 Description                                 Amount
 Steel pipe                                   37.50
 Copper wire                                  12.00
"""
    alone = extract_table(document_of(body), ITEMS)
    summed = extract_table(document_of(body), ITEMS, totals=[Decimal("49.50")])
    assert summed.rows[0][3].confidence > alone.rows[0][3].confidence


@pytest.mark.parametrize(("decimal", "expected"), [(".", "1.250"), (",", "1250")])
def test_ambiguous_numbers_follow_the_locale(decimal: str, expected: str) -> None:
    found = extract_table(
        document_of("""
 Description                      Qty
 Steel pipe                     1.250
 Copper wire                    7.500
"""),
        TemplateField(name="items", type="table", columns=ITEMS.columns[:2]),
        Locale(decimal=decimal),  # type: ignore[arg-type]
    )
    assert found.rows[0][1].value == expected


def test_arithmetic_chooses_between_the_readings_of_a_number() -> None:
    found = extract_table(
        document_of("""
 Description                      Qty   Unit price     Amount
 Steel pipe                     1,250         2.00   2,500.00
 Copper wire                       10         1.20      12.00
                                             Total   2,512.00
"""),
        ITEMS,
    )
    assert found.rows[0][1].value == "1250"


def test_evidence_is_tight_and_the_table_has_its_box() -> None:
    document = document_of("""
 Description                      Qty   Unit price     Amount
 Steel pipe                         3        12.50      37.50
 Copper wire                       10         1.20      12.00
                                             Total      49.50
""")
    found = extract_table(document, ITEMS)
    page = document.pages[0]
    for row in found.rows:
        for cell in row:
            assert cell.evidence is not None
            assert cell.text == " ".join(page.texts[i] for i in cell.evidence.words)
            assert found.evidence is not None
            assert found.evidence.box.union(cell.evidence.box) == found.evidence.box


STATEMENT = TemplateField(
    name="transactions",
    type="table",
    columns=(
        Column(name="date", type="date", labels=("date",)),
        Column(name="description", type="text", labels=("description",)),
        Column(name="debit", type="money", labels=("money out",)),
        Column(name="credit", type="money", labels=("money in",)),
        Column(name="balance", type="money", labels=("balance",)),
    ),
)


def test_lines_of_a_bank_statement() -> None:
    found = extract_table(
        document_of("""
 Date         Description                     Money out    Money in     Balance
 01/03/2021   Opening balance                                           1,000.00
 02/03/2021   Card payment Tesco                  25.40                   974.60
              Store 3344 London
 25/03/2021   Salary ACME Ltd                              2,100.00     3,074.60
 26/03/2021   Closing balance                                           3,074.60
"""),
        STATEMENT,
    )
    assert values(found) == [
        ["2021-03-02", "Card payment Tesco Store 3344 London", "25.40", None, "974.60"],
        ["2021-03-25", "Salary ACME Ltd", None, "2100.00", "3074.60"],
    ]


def test_a_statement_without_a_header_is_known_by_its_running_balance() -> None:
    found = extract_table(
        document_of("""
 Statement of account 12345678

 02/03/2021   Card payment Tesco                 -25.40     974.60
 05/03/2021   Direct debit Water                 -40.00     934.60
 25/03/2021   Salary ACME Ltd                  2,100.00   3,034.60
 26/03/2021   Rent                              -700.00   2,334.60
"""),
        STATEMENT.model_copy(update={"columns": (*STATEMENT.columns[:2], ITEMS.columns[3], STATEMENT.columns[4])}),
    )
    assert values(found)[0] == ["2021-03-02", "Card payment Tesco", "-25.40", "974.60"]
    assert [row[3].value for row in found.rows] == ["974.60", "934.60", "3034.60", "2334.60"]


def test_a_receipt_with_products_in_front_of_its_items_and_payments_below() -> None:
    found = extract_table(
        document_of("""
 Corner Shop
 Main Street 5

 Black pepper
 3 @5.30              15.90
 Milk 1L
 1 @2.20               2.20
 TOTAL                18.10
 CASH                 20.00
 CHANGE                1.90
"""),
        ITEMS,
    )
    assert values(found) == [["Black pepper", "3", "5.30", "15.90"], ["Milk 1L", "1", "2.20", "2.20"]]


def test_columns_of_a_template_that_nobody_knows() -> None:
    field = TemplateField(
        name="lines",
        type="table",
        columns=(
            Column(name="line", type="id", labels=("line",)),
            Column(name="dates", type="text", labels=("dates",)),
            Column(name="spots", type="integer", labels=("spots",)),
            Column(name="rate", type="money", labels=("rate",)),
        ),
    )
    found = extract_table(
        document_of("""
 Line  Type             Dates               Length  Run times             Spots     Rate       Total
  1.0  Normal / SPOT    06/02/20-06/05/20   :30     5:30A-6A News            4     $55.00    $220.00
                                                    Today
  2.0  Normal / SPOT    06/08/20-06/08/20   :30     6A-7A News               1    $225.00    $225.00
                                                                 Totals      5               $445.00
"""),
        field,
    )
    assert values(found) == [["1.0", "06/02/20-06/05/20", "4", "55.00"], ["2.0", "06/08/20-06/08/20", "1", "225.00"]]
    assert found.rows[0][3].currency == "USD"


def test_a_table_of_words_only() -> None:
    field = TemplateField(
        name="people",
        type="table",
        columns=(
            Column(name="name", type="name", labels=("name",)),
            Column(name="email", type="email", labels=("e-mail",)),
        ),
    )
    found = extract_table(
        document_of("""
 Name               E-mail
 Ann Miller         ann@example.org
 Bob Stone          bob@example.org
"""),
        field,
    )
    assert values(found) == [["Ann Miller", "ann@example.org"], ["Bob Stone", "bob@example.org"]]


def test_no_table_says_so_only_where_one_is_required() -> None:
    letter = document_of("""
 Dear Sir or Madam,
 thank you for your letter of 12 March. We owe you 12.50 and 3 apples.
""")
    assert extract_table(letter, ITEMS) == FieldValue("line_items", "table")
    required = extract_table(letter, ITEMS.model_copy(update={"required": True}))
    assert required.needs_review
    assert required.reasons == (NO_TABLE,)


def test_only_the_named_pages_are_looked_at() -> None:
    page = """
 Description                      Qty   Unit price     Amount
 Steel pipe                         3        12.50      37.50
                                             Total      37.50
"""
    document = document_of(page, page)
    assert len(extract_table(document, ITEMS).rows) == 2
    only = extract_table(document, ITEMS, page_indices=[1])
    assert [row[0].evidence.page_index for row in only.rows] == [1]  # type: ignore[union-attr]


_PRINTED = (
    "Description Menge Qty Price Betrag Amount Total 12.50 3 1,200.00 -4,00 19% % € EUR 01/02/2021 Pipe wire : x Summe "
    "12 500 (3.00) 7.50- Pos. USt. Übertrag"
)
_WORDS = st.sampled_from(_PRINTED.split())
_PLACES = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0.001, 0.4), st.floats(0.001, 0.05))


@given(st.lists(st.lists(st.tuples(_WORDS, _PLACES), max_size=40), min_size=1, max_size=2))
def test_any_words_give_rows_within_the_pages_or_none(pages: list[list[tuple[str, tuple[float, ...]]]]) -> None:
    made = []
    for index, words in enumerate(pages):
        boxes = [(600 * x, 800 * y, min(600.0, 600 * (x + w)), min(800.0, 800 * (y + h))) for _, (x, y, w, h) in words]
        made.append(
            arrange(
                [text for text, _ in words],
                np.array(boxes, dtype=np.float64).reshape(-1, 4),
                index=index,
                width=600.0,
                height=800.0,
            )
        )
    found = extract_table(Document("0" * 64, "pdf", len(made), tuple(made)), ITEMS)
    for row in found.rows:
        assert len(row) == len(ITEMS.columns)
        assert any(cell.value is not None for cell in row)
        for cell in row:
            assert 0 <= cell.confidence <= 1
            assert cell.reasons or not cell.needs_review
            if cell.evidence is not None:
                page = made[cell.evidence.page_index]
                box = cell.evidence.box
                assert 0 <= box.x0 <= box.x1 <= 1
                assert 0 <= box.y0 <= box.y1 <= 1
                assert all(0 <= i < len(page) for i in cell.evidence.words)


def test_lines_that_tell_how_a_price_came_about_are_no_items() -> None:
    picture = """
 Pos  Description                  Qty   Unit price     Amount
  1   Steel pipe                     3         9.00      27.00
      List price                              10.00      30.00
      Rebate %                                -10 %      -3.00
  2   Copper wire                   10         1.20      12.00
                                              Total      39.00
"""
    found = extract_table(document_of(picture), ITEMS)
    assert values(found) == [["Steel pipe", "3", "9.00", "27.00"], ["Copper wire", "10", "1.20", "12.00"]]


def test_an_item_and_a_credit_that_happen_to_give_the_item_above_stay_rows() -> None:
    picture = """
 Description                  Qty   Unit price     Amount
 Steel pipe                     3        10.00      30.00
 Copper wire                    4        10.00      40.00
 Returned nails                -1        10.00     -10.00
                                         Total      60.00
"""
    found = extract_table(document_of(picture), ITEMS)
    assert [row[3] for row in values(found)] == ["30.00", "40.00", "-10.00"]


def test_a_discount_that_explains_no_item_stays_a_row() -> None:
    picture = """
 Description                  Qty   Unit price     Amount
 Steel pipe                     3        10.00      30.00
 Copper wire                   10         1.20      12.00
 Discount                       1        -2.00      -2.00
                                         Total      40.00
"""
    found = extract_table(document_of(picture), ITEMS)
    assert [row[3] for row in values(found)] == ["30.00", "12.00", "-2.00"]
