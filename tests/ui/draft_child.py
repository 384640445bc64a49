"""Edits templates in a process of its own, and kills itself as soon as the last change is stored.

    python tests/ui/draft_child.py HOME TEMPLATE TITLE

TEMPLATE is the id of a template to change, or "-" for a new one; TITLE is typed as the title of a field that is added.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QObject, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from docuextract_desktop.bootstrap import open_services
from docuextract_desktop.templates.drafting import Draft
from docuextract_desktop.ui import theme
from docuextract_desktop.ui.context import Context, WindowState
from docuextract_desktop.ui.feed import Feed
from docuextract_desktop.ui.immortal import protect_constants
from docuextract_desktop.ui.templates.editor import TemplateEditor


class Nobody(QObject):
    """In place of the runner: draws no pages, tries no drafts."""

    pages_rendered = Signal(object)
    tried = Signal(object)

    def cancel_request(self, _number: int) -> bool:
        """There is nothing to cancel."""
        return False


def main() -> int:
    """Run it; gives back only where something went wrong."""
    home, template_id, title = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    protect_constants()
    application = QApplication(sys.argv[:1])
    theme.Theme(application, "light")
    services = open_services(home)

    def notify(*_: Any, **__: Any) -> None:
        """Nobody reads it."""

    context = Context(services, Nobody(), Feed(services.queue), WindowState(home), notify)  # type: ignore[arg-type]
    editor = TemplateEditor(context)
    editor.resize(1200, 800)
    editor.show()
    if template_id == "-":
        editor.begin(Draft(name="Claims"))
    else:
        editor.edit(services.templates.get(template_id))
    editor.add_field()
    QTest.keyClicks(editor.form.title, title)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        kept = services.drafts.newest("" if template_id == "-" else template_id)
        if kept is not None and f'"{title}"' in kept.body:
            os.kill(os.getpid(), signal.SIGKILL)
    return 2


if __name__ == "__main__":
    os._exit(main())
