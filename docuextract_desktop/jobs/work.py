"""What passes between the queue, the lanes and the workers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from docuextract_desktop.extraction.models import Extraction, extraction_from_json, extraction_to_json
from docuextract_desktop.settings import Limits


@dataclass(frozen=True, slots=True)
class Claim:
    """An item that a lane has; only the holder of this very attempt may end it.

    Attributes:
        sha256: expected content, or None where it was not known.
        limits: as the settings were when it was claimed.
        knowledge_version: of what the template was taught; rises with every correction, 0 before the first.
    """

    item_id: str
    batch_id: str
    owner: str
    attempt: int
    path: Path
    sha256: str | None
    page_ranges: str | None
    page_count: int | None
    template_version_id: int
    template_json: str
    review_threshold: float
    passwords: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    knowledge_version: int = 0


@dataclass(frozen=True, slots=True)
class KeptPage:
    """The words of a page as they are kept; `words` as `documents.serial` writes them."""

    page_index: int
    width: float
    height: float
    rotation: int
    method: str
    words: bytes


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a template was taught; `version` changes whenever `body` does."""

    template_id: str
    version: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Job:
    """One document to read and extract, as plain data for a worker.

    Attributes:
        kept: words that were read before, by the current engine version.
        keep_words: whether the words read are wanted back.
        share_from_pages: a document with so many pages to read is not read but outlined, so that its pages can be
            shared; None: it is read.
        read_elsewhere: every page that can be read is among `kept`; `warnings` came up meanwhile.
    """

    path: Path
    sha256: str | None
    template: Mapping[str, Any]
    page_ranges: str | None = None
    page_count: int | None = None
    kind: str | None = None
    kept: tuple[KeptPage, ...] = ()
    passwords: tuple[str, ...] = ()
    limits: Mapping[str, Any] = field(default_factory=dict)
    knowledge: Knowledge | None = None
    keep_words: bool = True
    share_from_pages: int | None = None
    read_elsewhere: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """A document whose pages are worth sharing; 0-based `missing` are those to be read."""

    sha256: str
    kind: str
    page_count: int
    missing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReadPages:
    """Some pages of a document that were read; damaged ones are missing, which a warning says."""

    pages: tuple[KeptPage, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A document with its candidates worked out, for proposing it anew: `made_by` says with which methods."""

    made_by: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a worker made of a document.

    Attributes:
        pages_read: how many pages were read anew (kept words cost nothing).
        words: of the pages read anew.
        page_count: of the file.
        prepared: what review can go on with, or None.
    """

    sha256: str
    kind: str
    size_bytes: int
    page_count: int
    pages_read: int
    words_version: str
    words: tuple[KeptPage, ...]
    warnings: tuple[str, ...]
    extraction: Extraction
    prepared: HandedOver | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a picture: `rgb` holds `width * height * 3` bytes, rows from the top."""

    width: int
    height: int
    rgb: bytes


@dataclass(frozen=True, slots=True)
class PageJob:
    """One page to draw.

    Attributes:
        rotation: degrees clockwise by which the file's own display is turned.
        max_side_px: of the picture; None where `scale` says it.
        scale: pixels per point of a PDF, per pixel of a picture.
    """

    path: Path
    page_index: int
    rotation: int = 0
    max_side_px: int | None = None
    scale: float | None = None
    passwords: tuple[str, ...] = ()


def job_to_plain(job: Job) -> dict[str, Any]:
    """Plain data for crossing the border to a worker."""
    knowledge = job.knowledge
    return {
        "path": str(job.path),
        "sha256": job.sha256,
        "template": dict(job.template),
        "page_ranges": job.page_ranges,
        "page_count": job.page_count,
        "kind": job.kind,
        "kept": [kept_page_to_plain(page) for page in job.kept],
        "passwords": list(job.passwords),
        "limits": dict(job.limits),
        "knowledge": None
        if knowledge is None
        else {"template_id": knowledge.template_id, "version": knowledge.version, "body": knowledge.body},
        "keep_words": job.keep_words,
        "share_from_pages": job.share_from_pages,
        "read_elsewhere": job.read_elsewhere,
        "warnings": list(job.warnings),
    }


def job_from_plain(data: Mapping[str, Any]) -> Job:
    """Inverse of `job_to_plain`."""
    knowledge = data["knowledge"]
    return Job(
        path=Path(data["path"]),
        sha256=data["sha256"],
        template=data["template"],
        page_ranges=data["page_ranges"],
        page_count=data["page_count"],
        kind=data["kind"],
        kept=tuple(kept_page_from_plain(page) for page in data["kept"]),
        passwords=tuple(data["passwords"]),
        limits=data["limits"],
        knowledge=None if knowledge is None else Knowledge(**knowledge),
        keep_words=data["keep_words"],
        share_from_pages=data["share_from_pages"],
        read_elsewhere=data["read_elsewhere"],
        warnings=tuple(data["warnings"]),
    )


def outcome_to_plain(outcome: Outcome) -> dict[str, Any]:
    """Plain data for crossing the border back."""
    return {
        "sha256": outcome.sha256,
        "kind": outcome.kind,
        "size_bytes": outcome.size_bytes,
        "page_count": outcome.page_count,
        "pages_read": outcome.pages_read,
        "words_version": outcome.words_version,
        "words": [kept_page_to_plain(page) for page in outcome.words],
        "warnings": list(outcome.warnings),
        "extraction": extraction_to_json(outcome.extraction),
        "prepared": None
        if outcome.prepared is None
        else {"made_by": outcome.prepared.made_by, "body": outcome.prepared.body},
    }


def outcome_from_plain(data: Mapping[str, Any]) -> Outcome:
    """Inverse of `outcome_to_plain`, for what a worker sent: every part is checked for its type.

    Raises:
        ValueError: not an outcome.
    """
    try:
        return Outcome(
            sha256=_checked(data["sha256"], str),
            kind=_checked(data["kind"], str),
            size_bytes=_checked(data["size_bytes"], int),
            page_count=_checked(data["page_count"], int),
            pages_read=_checked(data["pages_read"], int),
            words_version=_checked(data["words_version"], str),
            words=tuple(kept_page_from_plain(page) for page in data["words"]),
            warnings=tuple(_checked(warning, str) for warning in data["warnings"]),
            extraction=extraction_from_json(data["extraction"]),
            prepared=_handed_over(data["prepared"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an outcome: {error!r}") from error


def _handed_over(data: Mapping[str, Any] | None) -> HandedOver | None:
    if data is None:
        return None
    return HandedOver(_checked(data["made_by"], str), _checked(data["body"], bytes))


def outline_to_plain(outline: Outline) -> dict[str, Any]:
    """Plain data for crossing the border back."""
    return {
        "outline": True,
        "sha256": outline.sha256,
        "kind": outline.kind,
        "page_count": outline.page_count,
        "missing": list(outline.missing),
    }


def outline_from_plain(data: Mapping[str, Any]) -> Outline:
    """Inverse of `outline_to_plain`, for what a worker sent.

    Raises:
        ValueError: not an outline.
    """
    try:
        page_count = _checked(data["page_count"], int)
        missing = tuple(_checked(index, int) for index in data["missing"])
        sha256, kind = _checked(data["sha256"], str), _checked(data["kind"], str)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not an outline: {error!r}") from error
    if not missing or any(not 0 <= index < page_count for index in missing):
        raise ValueError("not an outline: pages that are not there")
    return Outline(sha256, kind, page_count, missing)


def read_pages_to_plain(read: ReadPages) -> dict[str, Any]:
    """Plain data for crossing the border back."""
    return {"pages": [kept_page_to_plain(page) for page in read.pages], "warnings": list(read.warnings)}


def read_pages_from_plain(data: Mapping[str, Any], wanted: Collection[int]) -> ReadPages:
    """Inverse of `read_pages_to_plain`, for what a worker sent.

    Raises:
        ValueError: not pages, or others than those wanted.
    """
    try:
        pages = tuple(kept_page_from_plain(page) for page in data["pages"])
        warnings = tuple(_checked(warning, str) for warning in data["warnings"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not pages: {error!r}") from error
    if not {page.page_index for page in pages} <= set(wanted):
        raise ValueError("not pages: others than those wanted")
    return ReadPages(pages, warnings)


def kept_page_to_plain(page: KeptPage) -> dict[str, Any]:
    """Plain data of one page's words."""
    return {
        "page_index": page.page_index,
        "width": page.width,
        "height": page.height,
        "rotation": page.rotation,
        "method": page.method,
        "words": page.words,
    }


def kept_page_from_plain(data: Mapping[str, Any]) -> KeptPage:
    """Inverse of `kept_page_to_plain`; raises KeyError and ValueError."""
    return KeptPage(
        page_index=_checked(data["page_index"], int),
        width=float(data["width"]),
        height=float(data["height"]),
        rotation=_checked(data["rotation"], int),
        method=_checked(data["method"], str),
        words=_checked(data["words"], bytes),
    )


_T = TypeVar("_T")


def _checked(value: Any, kind: type[_T]) -> _T:
    if not isinstance(value, kind):
        raise ValueError(f"{type(value).__name__} where {kind.__name__} was expected")  # noqa: TRY004  one class
    return value
