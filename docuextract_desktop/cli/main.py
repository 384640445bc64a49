"""`docuextract`: the commands, and how their errors become sentences and exit codes.

Results go to standard output; whatever else there is to say goes to standard error.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from docuextract_desktop import __version__
from docuextract_desktop.cli.backup import backup, restore
from docuextract_desktop.cli.batches import batches
from docuextract_desktop.cli.display import window_problem
from docuextract_desktop.cli.doctor import doctor
from docuextract_desktop.cli.extract import extract
from docuextract_desktop.cli.learn import learn
from docuextract_desktop.cli.purge import purge
from docuextract_desktop.cli.screen import plain, say
from docuextract_desktop.cli.setup import Setup
from docuextract_desktop.cli.templates import templates
from docuextract_desktop.cli.watch import watch
from docuextract_desktop.errors import DocuExtractError, ExitCode, TemplateInvalidError

OUR_BUG = 70
"""Exit code for a bug of ours: EX_SOFTWARE of sysexits.h, since the codes of `ExitCode` mean other things."""
PIPE_CLOSED = 141
"""What a shell reports for a program whose reader has gone: 128 + SIGPIPE."""

_log = logging.getLogger(__name__)


class Program(click.Group):
    """The command line as a whole."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a closed pipe goes past click, which would end with a code that means something else."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _PipeClosedError from error

    def main(  # type: ignore[override]  # never returns, not even with standalone_mode=False
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run a command and end the process with its exit code.

        Args:
            args: None for those of the process.
            prog_name: what the program is called in its help.
            extra: as in click; `obj` may be a `Setup`.
        """
        extra["standalone_mode"] = False
        setup = extra.setdefault("obj", Setup())
        # Until the data folder's log is open, records go nowhere; Python would print them.
        logging.getLogger("docuextract_desktop").addHandler(logging.NullHandler())
        try:
            code = super().main(args=args, prog_name=prog_name or "docuextract", **extra)
            sys.stdout.flush()
        except BaseException as error:
            code = _end(error, setup)
        sys.exit(int(code or 0))


class _PipeClosedError(Exception):
    """Whoever read our output has gone."""


def _end(error: BaseException, setup: Setup) -> int:
    """Say what went wrong; the exit code that it leads to."""
    if isinstance(error, _PipeClosedError | BrokenPipeError):
        # What is still in the buffer has nowhere to go; without this Python complains about it at its end.
        _to_nowhere(sys.stdout)
        return PIPE_CLOSED
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else ExitCode.OK
    if setup.debug and not isinstance(error, click.ClickException):
        traceback.print_exception(error, file=sys.stderr)
    if isinstance(error, KeyboardInterrupt | click.Abort):
        say("error: Interrupted.")
        return ExitCode.INTERRUPTED
    if isinstance(error, click.ClickException):
        return _end_of_click(error)
    if isinstance(error, DocuExtractError):
        _log.info("refused: %s %s", error.code, error.detail)
        say(f"error: {plain(str(error))}")
        for problem in error.problems if isinstance(error, TemplateInvalidError) else ():
            say(f"  {plain(problem)}")
        return error.exit_code
    _log.error("a bug of ours", exc_info=error)
    say(f"error: Something is wrong with the program itself ({type(error).__name__}: {plain(str(error))}).")
    say("The log in the data folder has the details; `--debug` shows them here.")
    return OUR_BUG


def _end_of_click(error: click.ClickException) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        say(error.format_message())
    else:
        hint = ""
        if isinstance(error, click.UsageError) and error.ctx is not None:
            hint = f" See `{error.ctx.command_path} --help`."
        say(f"error: {plain(error.format_message())}{hint}")
    return ExitCode.BAD_REQUEST


def _to_nowhere(stream: Any) -> None:
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):  # not a real file
        pass


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 all documents done, 1 some failed, 2 the request was wrong and nothing was started, "
    "3 all failed, 4 the data folder cannot be used, 130 interrupted.",
)
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder of all data. Default: $DOCUEXTRACT_HOME, else the usual place for data of programs.",
)
@click.option("--debug", is_flag=True, help="Write more to the log, which may then hold text of documents.")
@click.version_option(__version__, prog_name="DocuExtract Desktop", message="%(prog)s %(version)s")
@click.pass_obj
def docuextract(setup: Setup, home: Path | None, debug: bool) -> None:
    """Fields out of PDFs, scans and photos into a spreadsheet, on this computer alone.

    `docuextract extract FOLDER -t invoice -o invoices.xlsx` is all it takes.
    """
    setup.home = home
    setup.debug = debug


@docuextract.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.pass_obj
def gui(setup: Setup, paths: tuple[Path, ...]) -> int:
    """Open the window; files and folders land in a new batch."""
    problem = window_problem()
    if problem is not None:
        # Qt would end the whole process here, with a message that says less.
        raise click.ClickException(f"The window cannot be opened. {problem.detail} {problem.mend}")
    try:
        return setup.open_window(paths, setup.home)
    except ImportError as error:
        # Qt without its system libraries fails to load, with the name of the first that is missing.
        raise click.ClickException(
            f"The window cannot be opened: {error}. `{setup.command('doctor')}` says how to mend it."
        ) from error


docuextract.add_command(extract)
docuextract.add_command(batches)
docuextract.add_command(templates)
docuextract.add_command(learn)
docuextract.add_command(watch)
docuextract.add_command(backup)
docuextract.add_command(restore)
docuextract.add_command(purge)
docuextract.add_command(doctor)
