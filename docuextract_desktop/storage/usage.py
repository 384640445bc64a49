"""Pages read per calendar month."""

from __future__ import annotations

import time

from docuextract_desktop.storage.database import Session


def month_of(at: float) -> str:
    """The calendar month, local time, such as '2025-11'."""
    return time.strftime("%Y-%m", time.localtime(at))


def pages_in(session: Session, month: str) -> int:
    """Pages read in that month."""
    return int(session.value("SELECT pages FROM usage WHERE month = ?", (month,)) or 0)


def add_pages(session: Session, month: str, pages: int) -> None:
    """Count pages that were read."""
    session.execute(
        "INSERT INTO usage (month, pages) VALUES (?, ?)"
        " ON CONFLICT (month) DO UPDATE SET pages = pages + excluded.pages",
        (month, pages),
    )
