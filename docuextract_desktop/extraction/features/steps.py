"""Numbers in a few steps, as slots tell them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray


def steps(values: NDArray[Any], *edges: float) -> NDArray[np.intp]:
    """Between which of the edges each value lies; an edge belongs to what is above it."""
    return _as_array(edges).searchsorted(values, "right")


@lru_cache(maxsize=256)
def _as_array(edges: tuple[float, ...]) -> NDArray[Any]:
    return np.array(edges)
