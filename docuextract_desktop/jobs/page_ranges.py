"""Page ranges as people write them: "1-3,5", "2-", "-1" (the last)."""

from __future__ import annotations

import re

from docuextract_desktop.errors import RequestError

_PART = re.compile(r"(?:(?P<first>\d{1,6})?\s*(?P<dash>-)\s*(?P<last>\d{1,6})?|(?P<single>\d{1,6}))")


def check_page_ranges(ranges: str) -> None:
    """Refuse what is no list of page ranges.

    Raises:
        RequestError: with what was not understood.
    """
    parse_page_ranges(ranges, 1)


def parse_page_ranges(ranges: str, page_count: int) -> tuple[int, ...]:
    """0-based indices, rising, of the pages that `ranges` names in a document of `page_count` pages.

    "3-" means to the end; "-2" the second last page; pages beyond the end are left out.

    Raises:
        RequestError: not understood.
    """
    wanted: set[int] = set()
    for part in ranges.split(","):
        match = _PART.fullmatch(part.strip())
        if match is None or part.strip() == "-":
            raise _refused(ranges, part)
        if match["single"]:
            first = last = int(match["single"])
        elif match["first"] is None:
            first = last = page_count + 1 - int(match["last"])
            if int(match["last"]) == 0:
                raise _refused(ranges, part)
        else:
            first = int(match["first"])
            last = int(match["last"]) if match["last"] else page_count
            if match["last"] and last < first:
                raise _refused(ranges, part)
        if match["first"] == "0" or match["single"] == "0":
            raise _refused(ranges, part)
        wanted.update(number - 1 for number in range(max(first, 1), min(last, page_count) + 1))
    return tuple(sorted(wanted))


def _refused(ranges: str, part: str) -> RequestError:
    return RequestError(
        f"'{part.strip()}' in '{ranges}' is not a page or a range of pages.",
        hint="Write page numbers from 1 and ranges, such as 1-3,5 or 2-.",
    )
