"""The house of the project, held against the code: who imports whom, and what must not stand in a committed file."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "docuextract_desktop"

# Room → rooms it may import. `X.models` stands for that module alone; what every room may import is in COMMON.
MAY_IMPORT: dict[str, set[str]] = {
    # The wall to templates was moved: the template editor works on drafts, and what may be saved is said there alone.
    "ui": {"cli", "bootstrap", "jobs", "review", "export", "templates"},
    "cli": {"bootstrap", "jobs", "review", "export"},
    "bootstrap": {"jobs", "review", "export", "storage", "extraction", "templates", "documents"},
    # The wall to documents and templates was moved: a worker process is where bytes become words and words values, and
    # a batch keeps the version of the template that it started with.
    "jobs": {"extraction", "storage", "documents", "templates"},
    # And to review: what people type is read by the value types, and words that were kept are told by their version.
    "review": {"extraction", "storage", "documents", "templates"},
    "extraction": {"templates", "documents"},
    "documents": set(),
    "templates": set(),
    "storage": set(),
    "export": set(),
    "__main__": {"cli", "ui", "bootstrap", "jobs"},  # jobs: a spawned worker starts here too
}
COMMON = {"errors", "paths", "log", "atomic", "settings", "__init__"}

# The folders of `extraction`, from the ground up: each may import those before it, and `tables` is by itself.
STORIES = ("words", "candidates", "features", "ranking", "teaching")

# Package → the only places that may import it; a place is a module or a folder (with a slash at its end).
ONLY_IMPORTERS: dict[str, tuple[str, ...]] = {
    "pypdfium2": ("documents/pdf.py",),
    "pillow_heif": ("documents/image.py",),
    "rapidocr": ("documents/ocr_models.py",),
    "rapidocr_onnxruntime": ("documents/ocr_models.py",),
    "onnxruntime": ("documents/ocr_models.py",),
    "pandas": ("export/",),
    "xlsxwriter": ("export/",),
    "openpyxl": ("templates/spreadsheet.py",),
    "sqlite3": ("storage/",),
    "sqlite_utils": ("storage/",),
    "PySide6": ("ui/", "jobs/runner.py"),
    "shiboken6": ("ui/", "jobs/runner.py"),
}


def sources() -> list[Path]:
    """Every module of the package."""
    return sorted((ROOT / PACKAGE).rglob("*.py"))


def place_of(path: Path) -> str:
    """Path inside the package, with slashes."""
    return path.relative_to(ROOT / PACKAGE).as_posix()


def room_of(place: str) -> str:
    """The folder, or the module's own name where it lies at the top."""
    return place.split("/")[0].removesuffix(".py")


def running_code(node: ast.AST) -> Iterator[ast.AST]:
    """A tree's nodes without what stands under `if TYPE_CHECKING:`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            for other in child.orelse:
                yield other
                yield from running_code(other)
            continue
        yield child
        yield from running_code(child)


@cache
def imports_of(path: Path) -> tuple[tuple[str, int], ...]:
    """Absolute dotted names that a module imports anywhere in it, with their lines.

    `from a import b` counts as `a.b`, so that modules imported by name from their package are seen. What is imported
    for type checkers alone loads nothing and binds nobody, so it does not count.
    """
    place = place_of(path)
    package = [PACKAGE, *place.split("/")[:-1]]
    found = []
    for node in running_code(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            found += [(f"{module}.{alias.name}", node.lineno) for alias in node.names]
    return tuple(found)


def own_imports(path: Path) -> Iterator[tuple[str, int]]:
    """Imports of the package itself, without its name: `documents.models.Box`."""
    for name, line in imports_of(path):
        if name == PACKAGE or name.startswith(f"{PACKAGE}."):
            yield name.removeprefix(PACKAGE).lstrip("."), line


def broken_walls(place: str, imports: list[tuple[str, int]]) -> list[str]:
    """Which of a module's own imports its room may not make."""
    room = room_of(place)
    allowed = MAY_IMPORT.get(room, set())
    broken = []
    for name, line in imports:
        parts = name.split(".")
        target = parts[0] or "__init__"
        if (
            target == room
            or target in COMMON
            or target in allowed
            or (not (ROOT / PACKAGE / target).exists() and (not (ROOT / PACKAGE / f"{target}.py").exists()))
        ):
            continue  # the last: a name that the package's front page exports
        if len(parts) > 1 and parts[1] == "models" and _may_know_models(room):
            continue
        broken.append(f"{place}:{line} imports {name}")
    return broken


def _may_know_models(room: str) -> bool:
    """Models are plain data; every room but the lowest may know those of other rooms."""
    return room not in COMMON and room not in ("documents", "templates")


def test_stories_of_extraction_stand_on_those_below() -> None:
    broken = []
    for path in sources():
        room, _, rest = place_of(path).partition("/")
        story = rest.split("/")[0]
        if room != "extraction" or story not in (*STORIES, "tables"):
            continue
        for name, line in own_imports(path):
            target = name.split(".")[1:2]
            above = STORIES[STORIES.index(story) + 1 :] if story in STORIES else STORIES
            if name.startswith("extraction.") and target and target[0] in (*above, "pipeline", "provenance"):
                broken.append(f"{place_of(path)}:{line} imports {name}")
    assert not broken, "\n".join(broken)


def test_rooms_import_only_their_neighbours() -> None:
    broken = [wall for path in sources() for wall in broken_walls(place_of(path), list(own_imports(path)))]
    assert not broken, "\n".join(broken)


def test_a_forbidden_import_would_be_found() -> None:
    assert broken_walls("storage/items.py", [("jobs.queue.Queue", 3)]) == [
        "storage/items.py:3 imports jobs.queue.Queue"
    ]
    assert broken_walls("documents/pdf.py", [("extraction.models.Evidence", 1)])
    assert not broken_walls("storage/items.py", [("extraction.models.Extraction", 3), ("errors.ItemError", 4)])


def test_every_room_has_its_row_in_the_table() -> None:
    rooms = {room_of(place_of(path)) for path in sources()}
    assert rooms - COMMON <= set(MAY_IMPORT)
    assert not COMMON & set(MAY_IMPORT)


def test_what_everyone_may_import_imports_no_room() -> None:
    broken = [
        f"{place_of(path)}:{line} imports {name}"
        for path in sources()
        if "/" not in place_of(path) and room_of(place_of(path)) in COMMON - {"__init__"}
        for name, line in own_imports(path)
        if name.split(".")[0] in MAY_IMPORT
    ]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("package", sorted(ONLY_IMPORTERS))
def test_only_one_place_imports(package: str) -> None:
    allowed = ONLY_IMPORTERS[package]
    broken = [
        f"{place}:{line} imports {name}"
        for path in sources()
        for name, line in imports_of(path)
        if name.split(".")[0] == package
        and not any(
            (place := place_of(path)) == spot or (spot.endswith("/") and place.startswith(spot)) for spot in allowed
        )
    ]
    assert not broken, "\n".join(broken)


def test_pictures_are_opened_in_one_place() -> None:
    """Pillow may draw and resize anywhere; files are loaded (and bombs refused) in documents/image.py alone."""
    broken = []
    for path in sources():
        if place_of(path) == "documents/image.py" or not any(n.split(".")[0] == "PIL" for n, _ in imports_of(path)):
            continue
        broken += [
            f"{place_of(path)}:{node.lineno}"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "open"
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in ("Image", "PIL")
        ]
    assert not broken, "\n".join(broken)


_SQL = re.compile(
    r"\b(SELECT\s+.+\s+FROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX)|PRAGMA)\b",
    re.DOTALL,
)


def test_sql_lives_in_storage() -> None:
    broken = []
    for path in sources():
        if place_of(path).startswith("storage/"):
            continue
        broken += [
            f"{place_of(path)}:{node.lineno} {node.value[:60]!r}"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.search(node.value)
        ]
    assert not broken, "\n".join(broken)


_IMPORT_ALL = """
import importlib, json, sys
loaded = {}
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
    for unwanted in json.loads(sys.argv[2]):
        if unwanted in sys.modules:
            loaded.setdefault(unwanted, name)
print(json.dumps(loaded))
"""


def first_to_load(modules: list[str], unwanted: list[str]) -> dict[str, str]:
    """Import modules one after the other in a fresh process; gives which unwanted package was loaded by which first."""
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT_ALL, json.dumps(modules), json.dumps(unwanted)],
        capture_output=True, text=True, check=False, timeout=240, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    loaded: dict[str, str] = json.loads(done.stdout)
    return loaded


def module_names(*, without: tuple[str, ...]) -> list[str]:
    """Dotted names of the modules, without those in the named places."""
    found = []
    for path in sources():
        place = place_of(path)
        if any(place == spot or (spot.endswith("/") and place.startswith(spot)) for spot in without):
            continue
        parts = place.removesuffix(".py").removesuffix("__init__").rstrip("/").split("/")
        found.append(".".join([PACKAGE, *(part for part in parts if part)]))
    return found


def test_no_module_but_window_and_runner_loads_qt() -> None:
    modules = module_names(without=("ui/", "jobs/runner.py"))
    assert len(modules) > 15
    assert first_to_load(modules, ["PySide6", "shiboken6"]) == {}


def test_a_worker_process_loads_neither_qt_nor_pandas_nor_sqlite() -> None:
    worker = ROOT / PACKAGE / "jobs" / "worker.py"
    assert worker.is_file()
    assert first_to_load([f"{PACKAGE}.jobs.worker"], ["PySide6", "pandas", "sqlite3", "sqlite_utils"]) == {}


def test_importing_the_package_costs_nothing() -> None:
    heavy = ["PySide6", "numpy", "pandas", "scipy", "onnxruntime", "cv2", "pydantic", "sqlite3"]
    assert first_to_load([PACKAGE], heavy) == {}


def test_no_top_level_init_shadows_a_library() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()
    assert not (ROOT / "resources" / "__init__.py").exists()


# ---------------------------------------------------------------------------------------------- committed files


@cache
def committed_texts() -> tuple[tuple[str, str], ...]:
    """Name and content of every committed (or about to be) text file."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        capture_output=True, cwd=ROOT, check=False,
    )  # fmt: skip
    if listed.returncode != 0:
        pytest.skip("this is not a git checkout, so there are no committed files to look at")
    found = []
    for raw in listed.stdout.split(b"\0"):
        path = ROOT / raw.decode("utf-8", "surrogateescape")
        if raw and path.is_file() and path.stat().st_size < 2_000_000:
            data = path.read_bytes()
            if b"\0" not in data[:8000]:
                found.append((path.relative_to(ROOT).as_posix(), data.decode("utf-8", "replace")))
    return tuple(found)


# Written in pieces, so that this file does not find itself.
_MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|farm|root|home/\w+|Users/\w+|tmp/w)/[\w.]")
_REGISTRY = re.compile("|".join(("py" + r"pi\.org", "python" + "hosted", r"registry\." + "npm", r"crates" + r"\.io")))


@pytest.mark.parametrize("pattern", [_MACHINE_PATH, _REGISTRY], ids=["machine path", "package registry"])
def test_committed_files_name_no_machine_and_no_registry(pattern: re.Pattern[str]) -> None:
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in committed_texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, "\n".join(found)


def test_the_version_stands_in_one_place() -> None:
    import docuextract_desktop

    version = docuextract_desktop.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assigned = re.compile(r"^__?version__?\s*=\s*[\"']" + re.escape(version), re.MULTILINE)
    places = [name for name, text in committed_texts() if name.endswith((".py", ".toml")) and assigned.search(text)]
    assert places == [f"{PACKAGE}/__init__.py"]


def test_changelog_tells_of_this_version() -> None:
    import docuextract_desktop

    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in text or f"## [{docuextract_desktop.__version__}]" in text


def test_tests_of_several_folders_can_run_together() -> None:
    """Modules of test folders are found by their bare names: each name may stand for one file only."""
    folder = ROOT / "tests"
    modules: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*.py")):
        if path.name != "conftest.py":
            modules.setdefault(path.stem, []).append(path.relative_to(folder).as_posix())
    assert not {name: places for name, places in modules.items() if len(places) > 1}
    borrowed = re.compile(r"^\s*(?:from\s+conftest\s+import|import\s+conftest)\b", re.MULTILINE)
    found = [p.relative_to(folder).as_posix() for p in folder.rglob("*.py") if borrowed.search(p.read_text("utf-8"))]
    assert not found, "every folder has a conftest.py: import from a module with a name of its own"
