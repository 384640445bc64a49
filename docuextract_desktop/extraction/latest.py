"""A cache for what follows from a template: a batch asks for the same one thousands of times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from docuextract_desktop.templates.models import Template

_P = ParamSpec("_P")
_R = TypeVar("_R")


def for_latest(function: Callable[Concatenate[Template, _P], _R]) -> Callable[Concatenate[Template, _P], _R]:
    """Keep the results for the template that was asked about last, the very object.

    An `lru_cache` would compare templates by all that is in them, which costs more than most of the answers. A race
    between threads costs the work twice.
    """
    kept: tuple[Template | None, dict[object, _R]] = (None, {})

    def asked(template: Template, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        nonlocal kept
        latest, results = kept
        if latest is not template:
            kept = (template, results := {})
        key = (args, tuple(kwargs.items()))
        if key not in results:
            results[key] = function(template, *args, **kwargs)
        return results[key]

    return asked
