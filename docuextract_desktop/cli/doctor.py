"""`docuextract doctor`: what is installed, where the data is, what is missing, and how to mend it."""

from __future__ import annotations

import click

from docuextract_desktop import __version__
from docuextract_desktop.cli.batches import as_json
from docuextract_desktop.cli.diagnosis import diagnose
from docuextract_desktop.cli.screen import result, result_json
from docuextract_desktop.cli.setup import Setup
from docuextract_desktop.errors import ExitCode

SIGNS = {"ok": "ok  ", "warning": "note", "bad": "BAD "}


@click.command()
@as_json
@click.pass_obj
def doctor(setup: Setup, as_json: bool) -> int:
    """Say what is installed, where the data is, what is missing, and how to mend it.

    Ends with 0 where documents can be worked on, with 1 where not.
    """
    if as_json:
        found = list(diagnose(setup.home))
        checks = [{"name": f.name, "state": f.state, "detail": f.detail, "mend": f.mend or None} for f in found]
        result_json({"version": __version__, "checks": checks})
    else:
        found = []
        result(f"DocuExtract Desktop {__version__}")
        for finding in diagnose(setup.home):
            found.append(finding)
            result(f"{SIGNS[finding.state]}  {finding.name}: {finding.detail}")
            if finding.mend:
                result(f"      → {finding.mend}")
    return ExitCode.SOME_FAILED if any(finding.state == "bad" for finding in found) else ExitCode.OK
