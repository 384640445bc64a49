"""What sums and products say about a table: which printed column is which, and which cells can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.tables.readings import Reading

Numbers = NDArray[np.float64]


def tolerance(quantity: Numbers, price_decimals: Numbers) -> Numbers:
    """How far quantity × price may be from the printed amount: prices are printed rounded."""
    slack: Numbers = 0.0051 + np.abs(quantity) * 0.51 * 10.0 ** (-price_decimals) * (price_decimals > 0)
    return slack


def product_shares(values: Numbers, decimals: Numbers) -> Numbers:
    """How often one column times another is a third.

    Args:
        values: (rows, columns) numbers, NaN where a cell has none.
        decimals: (rows, columns) printed digits after the decimal mark.

    Returns:
        (columns, columns, columns): for quantity q, price p and amount a the share of the rows in which q × p = a,
        among rows that have all three; rows in which q is one, or the amount zero, prove little and weigh a quarter.
    """
    rows, count = values.shape
    shares = np.zeros((count, count, count))
    if not rows:
        return shares
    quantity = values[:, :, None, None]
    price = values[:, None, :, None]
    amount = values[:, None, None, :]
    with np.errstate(invalid="ignore"):
        allowed = tolerance(quantity, decimals[:, None, :, None])
        allowed = np.minimum(allowed, 0.0051 + 0.02 * np.abs(amount))
        good = np.abs(quantity * price - amount) <= allowed
        have = ~np.isnan(quantity * price * amount)
        plain = (np.abs(quantity) == 1.0) | (np.abs(price) == 1.0) | (amount == 0.0)
    weight = np.where(plain, 0.25, 1.0) * have
    total = weight.sum(axis=0)
    # A share among few of the rows is no proof: the denominator is at least half of them.
    shares = (good * weight).sum(axis=0) / np.maximum(total, max(0.5 * rows, 1.0) * 0.6)
    index = np.arange(count)
    shares[index, index, :] = 0.0
    shares[index, :, index] = 0.0
    shares[:, index, index] = 0.0
    result: Numbers = np.minimum(shares, 1.0)
    return result


@dataclass(frozen=True, slots=True)
class Check:
    """Outcome of quantity × price = amount for one row.

    Attributes:
        good: None where a part is missing.
        telling: whether a coincidence is unlikely.
        values: the readings of quantity, price and amount that agree, where another than the first had to be taken.
    """

    good: bool | None
    telling: bool = False
    values: tuple[Decimal, Decimal, Decimal] | None = None


def check_product(
    quantity: Reading | None,
    price: Reading | None,
    amount: Reading | None,
    *,
    basis: Decimal | None = None,
    discount: Reading | None = None,
) -> Check:
    """Whether quantity × price, by price basis and less discount, is the amount, over all readings of the three."""
    if quantity is None or price is None or amount is None:
        return Check(None)
    for q in quantity.all():
        for p in price.all():
            for a in amount.all():
                if _agrees(q, p, a, price.decimals, basis, discount):
                    telling = abs(q) != 1 and abs(p) != 1 and a != 0
                    return Check(True, telling, (q, p, a))
    return Check(False)


def _agrees(q: Decimal, p: Decimal, a: Decimal, decimals: int, basis: Decimal | None, discount: Reading | None) -> bool:
    plain = q * p
    expected = [plain]
    if basis is not None and basis > 0 and basis != 1:
        expected.append(plain / basis)
    if discount is not None:
        d = abs(discount.value)
        if discount.percent or d <= 100:
            expected.extend([e * (1 - d / 100) for e in list(expected)])
        expected.append(plain - d)
        expected.append(q * (p - d))
    slack = Decimal("0.0051") + (abs(q) * Decimal("0.51") * Decimal(10) ** -decimals if decimals else 0)
    slack = min(slack, Decimal("0.0051") + abs(a) / 50)
    # Credit notes print the quantity or the amount with a minus, not always both.
    return any(abs(e - a) <= slack or (a < 0 < e and abs(e + a) <= slack) for e in expected)


def sum_matches(amounts: Sequence[Decimal], totals: Sequence[Decimal]) -> bool | None:
    """Whether the amounts add up to one of the totals; None where there are no totals or no amounts."""
    if not amounts or not totals:
        return None
    whole = sum(amounts, Decimal(0))
    slack = Decimal("0.011") + Decimal("0.005") * len(amounts)
    return any(abs(whole - t) <= slack for t in totals)
