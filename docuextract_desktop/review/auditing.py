"""What auditing says of a batch: how many of its unflagged values are wrong, with the interval that this is known to.

A sample is chosen when a document is done (see `jobs.auditing`). The review screen puts the chosen values after all
flagged ones, as values that were picked to be checked, without their confidence: what the program thinks of them sways
nobody. That they were not flagged can be seen, since flagged ones show confidence and reason. Auditing changes no
item's state by itself; a value that was decided is reviewed like any other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from docuextract_desktop.extraction.models import field_value_from_json
from docuextract_desktop.review.accuracy import same_value, wilson
from docuextract_desktop.review.desk import Desk
from docuextract_desktop.storage import audits
from docuextract_desktop.storage.database import Database


@dataclass(frozen=True, slots=True)
class Audit:
    """The audit of one batch.

    Attributes:
        chosen: values in the sample, without those that were flagged before somebody looked.
        looked_at: how many of them a person decided about.
        wrong: how many of these were changed.
    """

    chosen: int
    looked_at: int
    wrong: int

    @property
    def waiting(self) -> int:
        """How many nobody has looked at yet."""
        return self.chosen - self.looked_at

    @property
    def error(self) -> float | None:
        """Measured share of wrong values among the unflagged; None while nothing is known."""
        return self.wrong / self.looked_at if self.looked_at else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true share lies with 95 % (Wilson)."""
        return wilson(self.wrong, self.looked_at)


class Auditor:
    """Reads audits. Any thread may use it.

    Args:
        database: of the data folder.
        desk: the queue.
    """

    def __init__(self, database: Database, desk: Desk) -> None:
        self._database = database
        self._desk = desk

    def of_batch(self, batch_id: str) -> Audit:
        """The audit of a batch.

        Raises:
            BatchNotFoundError: there is no such batch.
        """
        with self._database.reading() as session:
            rows = audits.of_batch(session, batch_id)
        if not rows:
            return Audit(0, 0, 0)
        fields = {field.name: field for field in self._desk.template_of(batch_id).fields}
        chosen = looked_at = wrong = 0
        for row in rows:
            if row.before is None or row.after is None:
                chosen += row.open
                continue
            before = field_value_from_json(json.loads(row.before))
            if before.needs_review:
                continue  # a correction elsewhere had it flagged: it was reviewed as that, not as an unflagged one
            chosen += 1
            looked_at += 1
            wrong += not same_value(fields[row.field], before, field_value_from_json(json.loads(row.after)))
        return Audit(chosen, looked_at, wrong)
