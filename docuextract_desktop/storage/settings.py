"""The settings table, and the object through which front ends read and change settings."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from docuextract_desktop.settings import Settings
from docuextract_desktop.storage.database import Database

_log = logging.getLogger(__name__)


class SettingsStore:
    """Settings of one data folder. Only what differs from the defaults is stored, so that defaults can improve."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._latest: tuple[tuple[tuple[str, str], ...], Settings] | None = None

    def get(self) -> Settings:
        """The settings as they stand now, also when another program changed them."""
        with self._database.reading() as session:
            rows = tuple((row["name"], row["value"]) for row in session.all("SELECT name, value FROM settings"))
        latest = self._latest  # every document asks several times, and they seldom change
        if latest is None or latest[0] != rows:
            self._latest = latest = (rows, self._understood(rows))
        return latest[1]

    @staticmethod
    def _understood(rows: Iterable[tuple[str, str]]) -> Settings:
        stored = {name: json.loads(value) for name, value in rows}
        try:
            return Settings.model_validate(stored)
        except ValidationError as error:
            # Written by another version: keep what can be understood.
            wrong = {str(problem["loc"][0]) for problem in error.errors()}
            _log.warning("settings not understood, defaults used instead: %s", ", ".join(sorted(wrong)))
            return Settings.model_validate({name: value for name, value in stored.items() if name not in wrong})

    def update(self, **changes: Any) -> Settings:
        """Change some settings and give back all of them.

        Raises:
            pydantic.ValidationError: a name or a value that does not exist; nothing was changed.
        """
        with self._database.transaction() as session:
            current = self.get().model_dump(exclude_unset=True)
            settings = Settings.model_validate(current | changes)
            stored = settings.model_dump(mode="json", include=set(current) | set(changes))
            session.execute("DELETE FROM settings")
            session.many(
                "INSERT INTO settings (name, value) VALUES (?, ?)",
                [(name, json.dumps(value)) for name, value in stored.items()],
            )
        return settings
