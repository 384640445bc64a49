"""How fast a batch goes, and how long it will take. No Qt."""

from __future__ import annotations

from collections import deque

WINDOW_S = 90.0
"""The pace is that of the last minute and a half: long enough to be calm, and follows other kinds of files."""
SETTLE_S = 4.0
SETTLE_DOCUMENTS = 3


class Pace:
    """Samples of how much was done when."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int, int]] = deque()

    def add(self, now_s: float, documents: int, pages: int) -> None:
        """At `now_s` that many documents and pages were done; fewer than before (run again) begins anew."""
        if self._samples and (documents < self._samples[-1][1] or pages < self._samples[-1][2]):
            self._samples.clear()
        self._samples.append((now_s, documents, pages))
        while len(self._samples) > 2 and now_s - self._samples[1][0] > WINDOW_S:
            self._samples.popleft()

    def pages_per_minute(self, now_s: float) -> float | None:
        """The pace, or None while it cannot be told."""
        first, last = self._ends()
        if first is None or last is None or now_s - first[0] < SETTLE_S or last[2] == first[2]:
            return None
        return (last[2] - first[2]) / (now_s - first[0]) * 60

    def seconds_left(self, now_s: float, documents_left: int) -> float | None:
        """Time until the rest is done, or None while it cannot be told."""
        first, last = self._ends()
        if first is None or last is None or now_s - first[0] < SETTLE_S:
            return None
        done = last[1] - first[1]
        if done < SETTLE_DOCUMENTS:
            return None
        return documents_left * (now_s - first[0]) / done

    def _ends(self) -> tuple[tuple[float, int, int] | None, tuple[float, int, int] | None]:
        return (self._samples[0], self._samples[-1]) if self._samples else (None, None)
