"""What a look at one part of the installation comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: what it is.
        state: "warning" where the program works without it, "bad" where it does not.
        detail: what was found.
        mend: what to do, or an empty string.
    """

    name: str
    state: State
    detail: str
    mend: str = ""
