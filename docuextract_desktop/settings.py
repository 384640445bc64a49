"""What the user can set, with its defaults. Stored by `storage`; this module only says what there is."""

from __future__ import annotations

import os
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


def default_lanes() -> int:
    """One lane per core that this process may use, at most 8."""
    try:
        cores = len(os.sched_getaffinity(0))  # type: ignore[attr-defined,unused-ignore]
    except AttributeError:  # not on macOS and Windows
        cores = os.cpu_count() or 1
    return max(1, min(8, cores))


class Limits(BaseModel):
    """What one document or one batch may cost; each has its own error code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_file_bytes: Annotated[int, Field(ge=1)] = 150 * 1024 * 1024
    max_pages: Annotated[int, Field(ge=1)] = 1_000
    max_documents: Annotated[int, Field(ge=1)] = 10_000
    max_picture_pixels: Annotated[int, Field(ge=1)] = 180_000_000
    timeout_base_s: Annotated[float, Field(gt=0)] = 60.0
    timeout_per_page_s: Annotated[float, Field(ge=0)] = 20.0
    worker_memory_bytes: Annotated[int, Field(ge=256 * 1024 * 1024)] = 2 * 1024**3
    max_attempts: Annotated[int, Field(ge=1)] = 3
    retry_pause_s: Annotated[float, Field(ge=0)] = 1.0


class Settings(BaseModel):
    """Everything on the Settings screen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lanes: Annotated[int, Field(ge=1, le=64)] = Field(default_factory=default_lanes)
    limits: Limits = Limits()
    page_allowance: Annotated[int, Field(ge=0)] | None = None
    """Pages per calendar month, or None for no limit."""
    retention_days: Annotated[int, Field(ge=1)] | None = None
    """How long finished batches are kept, or None for ever."""
    prepared_bytes: Annotated[int, Field(ge=0)] = 2 * 1024**3
    """What prepared documents may take on the disk: they make proposing anew quick, and can be made again."""
    theme: Literal["system", "light", "dark"] = "system"
    audit_share: Annotated[float, Field(ge=0, le=1)] = 0.02
