"""Knowledge fitted to what a template was taught, as a blob of `extraction`, for each version of the template."""

from __future__ import annotations

from dataclasses import dataclass

from docuextract_desktop.storage.database import Session


@dataclass(frozen=True, slots=True)
class Fitted:
    """Knowledge of a template.

    Attributes:
        template_version: that it was fitted for.
        version: rises with every change of the template's knowledge, whatever the template version.
        settled: fitted anew from all lessons, not from a few steps after the last correction.
        made_by: versions of the methods that made it.
    """

    template_id: str
    template_version: int
    version: int
    settled: bool
    made_by: str
    body: bytes


def fitted(session: Session, template_id: str, template_version: int) -> Fitted | None:
    """The knowledge for a template version; where there is none, that of the version nearest to it; None: untaught."""
    found = session.one(
        "SELECT template_id, template_version, version, settled, made_by, body FROM fitted WHERE template_id = ?1"
        " ORDER BY ABS(template_version - ?2), template_version DESC LIMIT 1",
        (template_id, template_version),
    )
    if found is None:
        return None
    return Fitted(
        template_id=found["template_id"],
        template_version=found["template_version"],
        version=found["version"],
        settled=bool(found["settled"]),
        made_by=found["made_by"],
        body=found["body"],
    )


def version(session: Session, template_id: str, template_version: int) -> int:
    """Version of the knowledge that `fitted` would give, 0 where nothing was taught."""
    return int(
        session.value(
            "SELECT version FROM fitted WHERE template_id = ?1"
            " ORDER BY ABS(template_version - ?2), template_version DESC LIMIT 1",
            (template_id, template_version),
        )
        or 0
    )


def keep(
    session: Session,
    template_id: str,
    template_version: int,
    body: bytes,
    *,
    settled: bool,
    made_by: str,
    now: float,
) -> int:
    """Replace the knowledge of a template version; its new version. The same body again changes nothing."""
    before = session.one(
        "SELECT version, body FROM fitted WHERE template_id = ? AND template_version = ?",
        (template_id, template_version),
    )
    if before is not None and before["body"] == body:
        number = int(before["version"])
    else:
        newest = session.value("SELECT MAX(version) FROM fitted WHERE template_id = ?", (template_id,))
        number = int(newest or 0) + 1
    session.execute(
        "INSERT INTO fitted (template_id, template_version, version, settled, made_by, body, fitted_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (template_id, template_version) DO UPDATE SET"
        " version = excluded.version, settled = excluded.settled, made_by = excluded.made_by, body = excluded.body,"
        " fitted_at = excluded.fitted_at",
        (template_id, template_version, number, settled, made_by, body, now),
    )
    return number


def unsettle(session: Session, template_id: str) -> None:
    """Note that the lessons of a template changed, so that all its knowledge wants to be fitted anew."""
    session.execute("UPDATE fitted SET settled = 0 WHERE template_id = ? AND settled = 1", (template_id,))


def unsettled(session: Session, made_by: str) -> list[tuple[str, int]]:
    """(template id, template version) of what was not fitted anew from all lessons, or by other methods, or never."""
    rows = session.all(
        "SELECT template_id, template_version FROM fitted WHERE settled = 0 OR made_by <> ? UNION"
        " SELECT template_id, MAX(template_version) FROM lessons WHERE NOT EXISTS"
        " (SELECT 1 FROM fitted WHERE fitted.template_id = lessons.template_id) GROUP BY template_id"
        " ORDER BY template_id, template_version",
        (made_by,),
    )
    return [(row[0], row[1]) for row in rows]
