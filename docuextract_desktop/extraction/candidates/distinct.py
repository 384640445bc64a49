"""The spans of several kinds of candidates, each once, in reading order: the same words are candidates of several."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.candidates.text_spans import Runs, Span
from docuextract_desktop.extraction.words.tokens import Ints

NO_RUNS = np.zeros((0, 4), np.int32)


class Distinct(NamedTuple):
    """n spans of a document in reading order.

    Attributes:
        part, part_start: as in `find.Spans`.
        several: rows of those of more than one part. `spans`: these.
    """

    part: Ints
    part_start: Ints
    several: NDArray[np.intp]
    spans: list[Span]


def each_once(found: Sequence[Runs]) -> tuple[Distinct, list[NDArray[np.intp]]]:
    """The spans of all kinds, each once, and per kind its rows among them, ascending."""
    runs = np.concatenate([NO_RUNS, *[single for single, _ in found]])
    spans = sorted(set(chain.from_iterable([several for _, several in found])))
    parts_of_spans = np.array(list(chain.from_iterable(spans)), np.int32).reshape(-1, 4)
    count = np.array([len(span) for span in spans], np.int32) // 4
    code = _codes(np.concatenate([runs, parts_of_spans[count.cumsum() - count]]))
    code, begins = code[: len(runs)], code[len(runs) :]
    order = code.argsort(kind="stable")
    ascending = code[order]
    is_new = np.ones(len(runs), np.bool_)
    is_new[1:] = ascending[1:] != ascending[:-1]
    firsts = np.flatnonzero(is_new)
    # A span of several runs comes right after the one that is its first run alone.
    several = ascending[firsts].searchsorted(begins, "right") + np.arange(len(spans))
    is_single = np.ones(len(firsts) + len(spans), np.bool_)
    is_single[several] = False
    row_of_single = np.flatnonzero(is_single)
    part_start = np.ones(len(is_single) + 1, np.int32)
    part_start[0] = 0
    part_start[1 + several] = count
    part_start = part_start.cumsum(dtype=np.int32)
    part = np.empty((part_start[-1], 4), np.int32)
    alone = part_start[row_of_single]
    part[alone] = runs.take(order[firsts], axis=0)
    joined = np.ones(len(part), np.bool_)
    joined[alone] = False
    part[joined] = parts_of_spans

    row_of_run = np.empty(len(runs), np.intp)
    row_of_run[order] = row_of_single[is_new.cumsum() - 1]
    row_of_span = dict(zip(spans, several.tolist(), strict=True))
    rows, end = [], 0
    for single, own in found:
        start, end = end, end + len(single)
        own_rows = [row_of_run[start:end], np.array([row_of_span[span] for span in own], np.intp)]
        rows.append(np.sort(np.concatenate(own_rows)))
    return Distinct(part, part_start, several, spans), rows


def _codes(runs: Ints) -> NDArray[np.int64]:
    """One number a run; they are in the order of the runs."""
    columns = runs.T.astype(np.int64)
    columns[1] -= columns[0]
    widths = [int(most).bit_length() for most in columns.max(axis=1, initial=0)]
    if sum(widths) > 63:  # words of thousands of letters
        columns = np.stack([np.unique(column, return_inverse=True)[1] for column in columns])
        widths = [int(most).bit_length() for most in columns.max(axis=1, initial=0)]
    code: NDArray[np.int64] = columns[0]
    for column, width in zip(columns[1:], widths[1:], strict=True):
        code = (code << width) | column
    return code
