"""What every command shares: the data folder, and how the window is opened."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from docuextract_desktop.bootstrap import Services, open_services
from docuextract_desktop.errors import BatchNotFoundError

WindowOpener = Callable[[Sequence[Path], Path | None], int]


def _no_window(_paths: Sequence[Path], _home: Path | None) -> int:
    raise ImportError("this program was started without a window")


@dataclass
class Setup:
    """The global options. The entry point passes one in with `open_window`; the command line fills in the rest.

    Attributes:
        home: the data folder that was named, or None for the usual one.
        debug: log more, and show tracebacks.
        open_window: opens the window on files of a new batch.
    """

    home: Path | None = None
    debug: bool = False
    open_window: WindowOpener = field(default=_no_window)

    def services(self) -> Services:
        """Open the data folder; to be used in a `with` block."""
        return open_services(self.home, debug=self.debug)

    def command(self, *words: str) -> str:
        """A command of ours as the user would type it to stay in the same data folder."""
        home = ["--home", str(self.home)] if self.home is not None else []
        return shlex.join(["docuextract", *home, *words])


def find_batch(services: Services, text: str) -> str:
    """The id of the one batch whose id, or the part of it after the date, starts with `text`.

    Raises:
        BatchNotFoundError: none or several.
    """
    ids = [batch.id for batch in services.queue.batches()]
    if text in ids:
        return text
    found = [i for i in ids if text and (i.startswith(text) or i.partition("-")[2].startswith(text))]
    if len(found) == 1:
        return found[0]
    if found:
        raise BatchNotFoundError(f"'{text}' may be any of {len(found)} batches.", hint="Give more of the id.")
    raise BatchNotFoundError(f"There is no batch '{text}'.")
