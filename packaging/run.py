"""Set everything up, then run the program on samples, or check the code. Needs Python 3.11 or newer and nothing else.

    python3 packaging/run.py demo      set up, then open the window with the sample documents (where there is no
                                       display: run the same job on the command line and show the results)
    python3 packaging/run.py check     set up, then formatting, lint, types and tests: what CI runs
    python3 packaging/run.py setup     set up only
    python3 packaging/run.py app ...   set up, then the `docuextract` command with these words, such as `gui`

The first run makes `.venv` in the checkout and, on Debian and Ubuntu where it may, installs system libraries; later
runs find all in place and start at once. `--wheels DIR` installs from a folder of wheels, without a network.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)


def with_new_enough_python() -> None:
    """Start again under a newer Python where this one is too old; or say so and end."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(20, OLDEST[1] - 1, -1):
        other = shutil.which("python3.%d" % minor)  # noqa: UP031  (this function must run on old Pythons)
        if other:
            sys.exit(subprocess.call([other, os.path.abspath(__file__), *sys.argv[1:]]))  # noqa: PTH100
    sys.exit("DocuExtract Desktop needs Python 3.11 or newer; this is %d.%d." % sys.version_info[:2])  # noqa: UP031


if __name__ == "__main__":
    with_new_enough_python()

import argparse  # noqa: E402

import checks  # noqa: E402
import demo  # noqa: E402
import environment  # noqa: E402
import system_libraries  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    """Parse the words after the script's name and do it; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="run.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--wheels", type=Path, metavar="DIR", help="install from this folder, without a network")
    commands = parser.add_subparsers(dest="command", required=True, metavar="demo|check|setup|app")
    demo_parser = commands.add_parser("demo", help="run the program on the sample documents")
    demo_parser.add_argument("--headless", action="store_true", help="no window, even where there is a display")
    demo_parser.add_argument("-o", "--output", type=Path, default=environment.ROOT / "build" / "demo")
    check_parser = commands.add_parser("check", help="formatting, lint, types and tests")
    check_parser.add_argument(
        "--only", choices=sorted(checks.STEPS), action="append", help="only this step; repeatable"
    )
    check_parser.add_argument("pytest_arguments", nargs="*", metavar="PYTEST_ARGUMENT", help="after --, for pytest")
    commands.add_parser("setup", help="set up and do nothing else")
    app_parser = commands.add_parser("app", help="the docuextract command", add_help=False)
    app_parser.add_argument("words", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    wheels = options.wheels.resolve() if options.wheels else None
    system_libraries.ensure_libraries()  # where some are missing it has said so; what follows may still work
    try:
        python = environment.ensure(wheels=wheels)
    except environment.SetupError as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    if options.command == "setup":
        print(f"All is in place. The command is {environment.scripts_dir() / 'docuextract'}")
        return 0
    if options.command == "demo":
        return demo.run(python, options.output.resolve(), headless=options.headless)
    if options.command == "check":
        return checks.run(python, options.only or list(checks.STEPS), options.pytest_arguments)
    return subprocess.call([str(python), "-m", "docuextract_desktop", *options.words])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
