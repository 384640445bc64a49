"""Page pictures, asked of the runner's lane for pages and kept for a while; nothing here waits."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from pathlib import Path

    from docuextract_desktop.jobs.lanes import PageReply
    from docuextract_desktop.jobs.runner import Runner

KEPT_BYTES = 160_000_000
"""Pictures kept, by their size in memory: a dozen large pages."""
THUMBNAIL_SIDE = 220


@dataclass(frozen=True, slots=True)
class PageKey:
    """Which page of an item, by its id, or of a file, and how it is to be turned to stand upright."""

    item_id: str | Path
    page_index: int
    rotation: int = 0


class Pictures(QObject):
    """Asks for pictures and remembers them.

    Signals:
        ready: (PageKey, QImage), as soon as there is a picture or a better one.
        failed: (PageKey, words).
    """

    ready = Signal(object, QImage)
    failed = Signal(object, str)

    def __init__(self, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._kept: OrderedDict[tuple[PageKey, int], QImage] = OrderedDict()
        self._asked: dict[int, tuple[PageKey, int, str]] = {}
        runner.pages_rendered.connect(self._got)

    def want(self, key: PageKey, side: int, *, channel: str = "page") -> QImage | None:
        """The best picture of the page that is at hand, of any size; a better one is asked for where it is smaller.

        Args:
            key: the page.
            side: wanted length of the longer side, in pixels.
            channel: a later request of the same channel takes the place of one that still waits.
        """
        best = self._best(key, side)
        have = 0 if best is None else best[0]
        if have < side:
            for number, (other, _, line) in list(self._asked.items()):
                if line == channel:
                    if other == key and self._asked[number][1] >= side:
                        return None if best is None else best[1]
                    if self._runner.cancel_request(number):
                        del self._asked[number]
            number = self._runner.request_page(
                key.item_id, key.page_index, side, rotation=key.rotation, channel=channel
            )
            self._asked[number] = (key, side, channel)
        return None if best is None else best[1]

    def forget(self, item_id: str | Path) -> None:
        """Drop the pictures of a document: its file may be another now."""
        for kept in [kept for kept in self._kept if kept[0].item_id == item_id]:
            del self._kept[kept]

    def _best(self, key: PageKey, wanted: int) -> tuple[int, QImage] | None:
        """The smallest that is large enough, since shrinking a far larger one blurs thin strokes; else the largest."""
        sides = sorted(side for page, side in self._kept if page == key)
        if not sides:
            return None
        side = next((s for s in sides if s >= wanted), sides[-1])
        self._kept.move_to_end((key, side))
        return side, self._kept[key, side]

    def _got(self, reply: PageReply) -> None:
        asked = self._asked.pop(reply.request.number, None)
        if asked is None:
            return
        key, side, _ = asked
        if reply.picture is None:
            words = str(reply.error) if reply.error is not None else "The page could not be drawn."
            self.failed.emit(key, words)
            return
        drawn = reply.picture
        # The copy owns its bytes; without it the image would point into `reply`.
        image = QImage(drawn.rgb, drawn.width, drawn.height, drawn.width * 3, QImage.Format.Format_RGB888).copy()
        self._kept[key, side] = image
        while len(self._kept) > 1 and sum(i.sizeInBytes() for i in self._kept.values()) > KEPT_BYTES:
            self._kept.popitem(last=False)
        self.ready.emit(key, image)
