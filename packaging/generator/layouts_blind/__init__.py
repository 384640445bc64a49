"""The blind family: invoices in layouts, words and habits that neither the code nor the weights were made on.

It shares the canvas with the other families, and nothing else. Keep it a test: nothing is trained on it.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from generator.canvas import Canvas
from generator.layouts_blind import papers, software
from generator.layouts_blind.facts import Facts, compose
from generator.layouts_blind.habits import LANGUAGES

__all__ = ["LAYOUTS", "Facts", "make"]

_WEIGHTS = {"fr": 4, "de": 3, "en": 3}
LAYOUTS: dict[str, tuple[Callable[[Facts], Canvas], tuple[str, ...], tuple[str, ...]]] = {
    "suite": (
        software.suite,
        ("sections", "remarks", "discount", "allowance", "many"),
        (
            "ref_name:4 qty_unit:1.2r price:1.2 taxes:1 net:1.3",
            "name:4 qty_unit:1.3r price:1.2 discount:.8 taxes:1 net:1.3",
            "ref_name:4 qty:1 unit:1l price:1.2 net:1.3",
        ),
    ),
    "framed": (
        software.framed,
        ("discount", "allowance", "many", "gift"),
        (
            "name:4.6 rate:.7 price:1 qty:.7 discount:.8 net:1.1",
            "name:5 rate:.8 price:1 qty:.7 net:1.1",
            "name:4.6 rate:.7 price:1 qty:.6 unit:.7c net:1.1",
            "name:4.4 price:1 gross_price:1 qty:.7 rate:.8 net:1.1",
        ),
    ),
    "startup": (
        software.startup,
        ("services",),
        (
            "name:5 qty:.8 price:1.2 net:1.2",
            "name:5 qty:.8 price:1.2 rate:.7 net:1.2",
            "name:4 date:1.2 qty:.8 price:1.2 net:1.2",
            "date:1.1 name:4.6 hours:.8 price:1 net:1.1",
        ),
    ),
    "bars": (
        software.bars,
        ("gift", "allowance", "many"),
        (
            "pos:.5 name:4 qty:.9 unit:.8 price:1.1 rate:.8 net:1.2",
            "qty:.8c unit:.8c name:4 price:1.2 net:1.3",
            "name:4 qty:.9c price:1.2c rate:.8c net:1.2c",
            "date:1.1 ref:1 name:3.4 qty:.8 price:1.1 rate:.8 net:1.2",
            "name:3.8 qty:.8 price:1.1 net:1.2 rate:.8 gross:1.3",
        ),
    ),
    "shop": (
        software.shop,
        ("gift",),
        (
            "ref:1 name:3.5 qty:.7 rate:.7 price:1.1 gross_price:1.1 net:1.1 gross:1.2",
            "name:3.5 ref:1 qty:.7 price:1.1 net:1.1 rate:.8 tax_cell:1 gross:1.1",
            "pos:.5 ref:1 name:3.6 qty_x:.8r price:1 rate:.7 net:1.1",
            "ref:1.2 ean:1.5 name:3 qty:.7 price:1 net:1.1",
        ),
    ),
    "sections": (
        software.sections,
        ("sections", "no_quantity", "services", "many"),
        (
            "name:5 rate:.8 net:1.2",
            "name:5 net:1.3",
            "date:1 name:5 net:1.2",
            "name:4 rate:.7 net:1.1 gross:1.2",
        ),
    ),
    "conditions": (
        software.conditions,
        ("list_price", "long", "many"),
        ("pos:.5 ref:1.2 name:3 qty:.9 unit:.6 price:1.1 net:1.2",),
    ),
    "letter": (
        papers.letter,
        ("allowance", "long"),
        (
            "pos:.6 qty:.8l unit:.8 name:4 price:1.2 net:1.3",
            "pos:.6 name:4 qty:1 price:1.2 net:1.3",
            "qty_unit:1.2l name:4 price:1.2 net:1.2",
            "pos:.6 name:4 qty_unit:1.2r price:1.2 net:1.3",
            "name:4 hours:.9 price:1.2 net:1.3",
        ),
    ),
    "boxes": (
        papers.boxes,
        ("discount", "list_price", "many", "allowance"),
        (
            "ref:1 name:3.6 qty:.7 price:1 discount:.7 net:1.1 code:.4c",
            "ref:1 name:3.4 qty:.7 unit:.6c list_price:.9 discount:.7 net_price:.9 net:1.1",
            "name:4 unit:.7c qty:.8 price:1 net:1.1 rate:.7",
            "ref:1 name:4 rate:.7c qty:.7 price:1 net:1.1",
        ),
    ),
    "catalogue": (
        papers.catalogue,
        ("list_price", "many", "allowance"),
        (
            "pos:.4 ref:1 ean:1.2 name:4 ordered:.7 delivered:.7 unit:.6c list_price:.9 "
            "discount:.6 net_price:.9 rate:.6 net:1.1",
            "ref:1 name:4 date:.9 qty:.8 unit:.6l price:1 per:.5 discount:.7 rate:.6 net:1.1",
            "ean:1.2 ref:.9 name:4 qty:.7 price:.9 net:1 rate:.6 tax_cell:.9 gross:1",
        ),
    ),
    "sheet": (
        papers.sheet,
        ("discount", "remarks"),
        (
            "name:3 qty:.8c unit:.7c price:1c rate:.8c net:1.1c",
            "pos:.5c name:3 qty:.8c price:1c discount:.8c net:1.1c gross:1.1c",
            "qty:.8c name:3.6 price:1.1r net:1.2r",
            "ref:1c name:3 net_price:1c qty:.7c net:1.1c",
        ),
    ),
    "craft": (
        papers.craft,
        ("sections", "long", "allowance", "many"),
        (
            "pos:.6 name:3.4 qty:.8 unit:.6 price:1.1 net:1.2",
            "pos:.6 qty:.8 unit:.6 name:3.4 price:1.1 net:1.2",
            "name:3.4 qty_unit:1.1r price:1.1 net:1.2",
        ),
    ),
    "fee_note": (
        papers.fee_note,
        ("services",),
        (
            "name:5 net:1.3",
            "name:4 qty:.9 price:1.1 net:1.2",
        ),
    ),
    "navigator": (
        papers.navigator,
        ("discount", "per", "many", "remarks"),
        (
            "ref:.9 name:3.4 qty:.8 unit:.7 price:1 discount:.7 rate:.6 net:1.1",
            "ref:.9 name:3.6 date:.9 qty:.8 unit:.7 price:1 net:1.1",
            "name:3.6 ref:.9 qty:.8 price:1 per:.4 unit:.7 net:1.1",
        ),
    ),
}


def make(issuer: str, rng: random.Random) -> tuple[Facts, Canvas, str]:
    """One document: its facts, its pages, the name of its layout. The issuer decides on layout and language."""
    choice = random.Random(f"{issuer}/choice")  # noqa: S311
    names = sorted(LAYOUTS)
    name = names[int(issuer.rsplit("/", 1)[-1]) % len(names)]
    language = choice.choice([code for code in LANGUAGES for _ in range(_WEIGHTS.get(code, 1))])
    draw, features, specs = LAYOUTS[name]
    spec = choice.choice(specs)
    shown = {part.split(":")[0] for part in spec.split()}
    unknown = {"discount", "list_price", "per"} - shown if name != "conditions" else {"per"}
    if "list_price" in features and "discount" in shown and "net_price" not in shown:
        features = (*(f for f in features if f != "list_price"), "discount")
    facts = compose(issuer, rng, language, features=frozenset(features) - unknown)
    facts.spec = spec
    canvas = draw(facts)
    printed = {mark.tag for mark in canvas.marks}
    for index, item in enumerate(facts.items):
        for key in list(item):
            if f"{facts.table_tag}.{index}.{key}" not in printed:
                del item[key]  # the truth holds what stands on the paper
    return facts, canvas, name
