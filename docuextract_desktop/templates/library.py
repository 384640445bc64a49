"""The templates there are: those that ship with the program, and the user's own, with all their versions.

An own template is a folder with a file per version: FOLDER/ID/0001.json, 0002.json, ... Files are written whole or not
at all, and a version that exists is never changed: batches keep the version that they started with.

An own template that is saved under the id of a shipped one stands before it ("shadows" it) until it is deleted.
"""

from __future__ import annotations

import difflib
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from docuextract_desktop.atomic import atomic_path
from docuextract_desktop.errors import StorageUnavailableError, TemplateInvalidError, TemplateNotFoundError
from docuextract_desktop.templates.foreign import Imported, import_template, title_of
from docuextract_desktop.templates.models import Template
from docuextract_desktop.templates.names import RESERVED, SAFE_ID, safe_id
from docuextract_desktop.templates.shipped import shipped_by_id, shipped_templates
from docuextract_desktop.templates.validation import MAX_BYTES, check_template, invalid, parse_template

_VERSION_FILE = re.compile(r"(\d{4,9})\.json")


__all__ = [
    "TemplateEntry",
    "TemplateLibrary",
    "dump_template",
    "load_template",
    "read_any_template_file",
    "read_template_file",
    "safe_id",
    "shipped_templates",
]


@dataclass(frozen=True, slots=True)
class TemplateEntry:
    """A template of the library, in its newest version.

    Attributes:
        shipped: it came with the program; False for an own template.
        shadows: an own template that stands before a shipped one of the same id.
        problem: why its file cannot be read, or an empty string; `template` is None then.
    """

    id: str
    name: str
    version: int
    shipped: bool
    shadows: bool = False
    template: Template | None = None
    problem: str = ""


def dump_template(template: Template) -> str:
    """A template as the text of its file: what is left at its default is left out, but for the version."""
    data = template.model_dump(mode="json", exclude_defaults=True)
    data.setdefault("version", template.version)
    order = [name for name in Template.model_fields if name in data]
    return json.dumps({name: data[name] for name in order}, ensure_ascii=False, indent=2) + "\n"


def read_template_file(path: Path) -> Template:
    """The template in a file.

    Raises:
        TemplateNotFoundError: there is no such file, or it cannot be read.
        TemplateInvalidError: it holds no valid template.
    """
    return parse_template(_read(path))


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise invalid([f"template: longer than {MAX_BYTES:,} bytes"])
        return path.read_bytes()
    except FileNotFoundError:
        raise TemplateNotFoundError(f"There is no template file {path.name!r}.", detail=str(path)) from None
    except OSError as error:
        raise TemplateNotFoundError(
            f"The template file {path.name!r} cannot be read.",
            hint="Check that it is a file, and that you may read it.",
            detail=f"{path}: {error}",
        ) from error


def load_template(id_or_path: str | Path, library: TemplateLibrary | None = None) -> Template:
    """A template by its id, or from a template file.

    An installed template comes first; anything else that names an existing file, ends in ".json" or holds a path
    separator is read as a file.

    Args:
        id_or_path: such as "invoice", or "forms/claim.json".
        library: with the user's own templates; without it only the shipped ones are known by id.

    Raises:
        TemplateNotFoundError: neither an installed template nor a file.
        TemplateInvalidError: the file holds no valid template.
    """
    text = str(id_or_path)
    if isinstance(id_or_path, str) and SAFE_ID.fullmatch(text):
        try:
            return library.get(text) if library is not None else shipped_by_id()[text]
        except (KeyError, TemplateNotFoundError):
            if not Path(text).is_file():
                raise _not_found(
                    text, [t.id for t in (library.templates() if library else shipped_templates())]
                ) from None
    path = Path(text).expanduser()
    if path.is_file() or path.suffix.lower() == ".json" or len(path.parts) > 1:
        return read_template_file(path)
    raise _not_found(text, [t.id for t in (library.templates() if library else shipped_templates())])


def _not_found(name: str, known: list[str]) -> TemplateNotFoundError:
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    hint = f"Did you mean {close[0]!r}? " if close else ""
    return TemplateNotFoundError(f"There is no template {name!r}.", hint=f"{hint}{TemplateNotFoundError.default_hint}")


class TemplateLibrary:
    """Shipped and own templates.

    Safe to use from several threads and programs at once: it keeps no state but the folder, and never changes a file.

    Args:
        folder: of the own templates; made on the first save.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # -- looking

    def list(self) -> tuple[TemplateEntry, ...]:
        """All templates, each in its newest version: own ones by name, then the shipped ones that are not shadowed.

        A template whose file is damaged is listed with its problem instead of failing.
        """
        own = []
        for template_id in self._own_ids():
            shadows = template_id in shipped_by_id()
            version = self.versions(template_id)[-1]
            try:
                template = self.get(template_id)
            except (TemplateInvalidError, TemplateNotFoundError) as error:
                own.append(TemplateEntry(template_id, template_id, version, False, shadows, None, str(error)))
            else:
                own.append(TemplateEntry(template_id, template.name, template.version, False, shadows, template))
        own.sort(key=lambda e: (e.name.casefold(), e.id))
        hidden = {e.id for e in own}
        return tuple(own) + tuple(
            TemplateEntry(t.id, t.name, t.version, shipped=True, template=t)
            for t in shipped_templates()
            if t.id not in hidden
        )

    def templates(self) -> tuple[Template, ...]:
        """All templates that can be read, each in its newest version."""
        return tuple(e.template for e in self.list() if e.template is not None)

    def get(self, template_id: str, version: int | None = None) -> Template:
        """A template by its id, in its newest version or in the one asked for.

        Raises:
            TemplateNotFoundError: no such template, or no such version.
            TemplateInvalidError: its file was damaged.
        """
        own = self._own_versions(template_id)
        shipped = shipped_by_id().get(template_id)
        if own and (version is None or version in own):
            return read_template_file(self._path(template_id, version or own[-1]))
        if shipped is not None and version in (None, shipped.version):
            return shipped
        if version is not None and (own or shipped is not None):
            known = ", ".join(str(v) for v in self.versions(template_id))
            raise TemplateNotFoundError(
                f"The template {template_id!r} has no version {version}.", hint=f"It has: {known}."
            )
        raise _not_found(template_id, [*self._own_ids(), *shipped_by_id()])

    def versions(self, template_id: str) -> tuple[int, ...]:
        """All versions of a template, oldest first; for one that shadows a shipped one, the shipped version too.

        Raises:
            TemplateNotFoundError: there is no such template.
        """
        numbers = set(self._own_versions(template_id))
        shipped = shipped_by_id().get(template_id)
        if shipped is not None:
            numbers.add(shipped.version)
        if not numbers:
            raise _not_found(template_id, [*self._own_ids(), *shipped_by_id()])
        return tuple(sorted(numbers))

    def shadows_shipped(self, template_id: str) -> bool:
        """Whether an own template stands before the shipped one of this id."""
        return template_id in shipped_by_id() and bool(self._own_versions(template_id))

    # -- changing

    def save(self, template: Template) -> Template:
        """Save a template as a new version, unless nothing was changed.

        Saving under the id of a shipped template makes an own one that stands before it.

        Returns:
            The template with the version it is kept under.

        Raises:
            TemplateInvalidError: it breaks the rules of templates.
            StorageUnavailableError: the folder cannot be written.
        """
        problems = check_template(template)
        if template.id.lower() in RESERVED:
            problems.append(f"id: {template.id!r} is a name that Windows keeps for itself")
        other = next(
            (i for i in (*self._own_ids(), *shipped_by_id()) if i != template.id and i.lower() == template.id.lower()),
            None,
        )
        if other is not None:
            # Windows and macOS cannot tell folders apart that differ in case only.
            problems.append(f"id: {template.id!r} differs from the installed {other!r} in case only")
        if problems:
            raise invalid(problems)
        try:
            newest = self.get(template.id)
        except (TemplateNotFoundError, TemplateInvalidError):
            newest = None
        if newest is not None and newest.model_copy(update={"version": template.version}) == template:
            return newest
        try:
            while True:
                taken = [number for number, _ in self._version_files(template.id)]
                taken += [t.version for t in shipped_templates() if t.id == template.id]
                number = max(taken, default=0) + 1
                kept = template.model_copy(update={"version": number})
                if self._write_new(kept):
                    return kept
        except OSError as error:
            raise StorageUnavailableError(
                "The template could not be saved.",
                hint="Check that there is space on the disk and that the data folder can be written.",
                detail=f"{self.folder}: {error}",
            ) from error

    def delete(self, template_id: str) -> None:
        """Delete an own template with all its versions; a shipped one that it stood before comes back.

        Raises:
            TemplateNotFoundError: there is no own template of that id; shipped ones cannot be deleted.
            StorageUnavailableError: the folder cannot be changed.
        """
        if not self._own_versions(template_id):
            if template_id in shipped_by_id():
                raise TemplateNotFoundError(
                    f"The template {template_id!r} ships with the program and cannot be deleted.", hint=""
                )
            raise _not_found(template_id, list(self._own_ids()))
        try:
            shutil.rmtree(self.folder / template_id)
        except OSError as error:
            raise StorageUnavailableError(
                "The template could not be deleted.", detail=f"{self.folder / template_id}: {error}"
            ) from error

    def import_file(self, path: Path) -> Template:
        """Save the template of a file: one of ours, or a schema in the form of Documind or Extend.

        Raises:
            TemplateNotFoundError: the file cannot be read.
            TemplateInvalidError: it holds neither.
            StorageUnavailableError: the folder cannot be written.
        """
        return self.save(read_any_template_file(path).template)

    def export(self, template_id: str, target: Path, version: int | None = None) -> Path:
        """Write a template to a file of its own.

        Args:
            template_id: of an installed template.
            target: the file, or a folder to put "ID.json" into.
            version: the newest where None.

        Raises:
            TemplateNotFoundError: no such template or version.
            StorageUnavailableError: the file cannot be written.
        """
        template = self.get(template_id, version)
        path = target / f"{template.id}.json" if target.is_dir() else target
        try:
            with atomic_path(path) as temporary:
                temporary.write_text(dump_template(template), encoding="utf-8")
        except OSError as error:
            raise StorageUnavailableError(
                f"The file {path.name!r} could not be written.", detail=f"{path}: {error}"
            ) from error
        return path

    # -- files

    def _path(self, template_id: str, version: int) -> Path:
        return self.folder / template_id / f"{version:04d}.json"

    def _own_ids(self) -> tuple[str, ...]:
        try:
            names = sorted(p.name for p in self.folder.iterdir() if SAFE_ID.fullmatch(p.name))
        except OSError:
            return ()
        return tuple(name for name in names if self._own_versions(name))

    def _own_versions(self, template_id: str) -> tuple[int, ...]:
        if not SAFE_ID.fullmatch(template_id):
            return ()
        return tuple(number for number, size in self._version_files(template_id) if size)

    def _version_files(self, template_id: str) -> tuple[tuple[int, int], ...]:
        """(version, size in bytes) of a template's files, oldest first."""
        found = []
        try:
            for path in (self.folder / template_id).iterdir():
                match = _VERSION_FILE.fullmatch(path.name)
                if match:
                    found.append((int(match[1]), path.stat().st_size))
        except OSError:
            return ()
        return tuple(sorted(found))

    def _write_new(self, template: Template) -> bool:
        """Write a version's file; False where another program was faster with the same number.

        An empty file claims the number, since only one program can create it; readers pass over empty files.
        """
        path = self._path(template.id, template.version)
        path.parent.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            path.open("x").close()
        except FileExistsError:
            return False
        try:
            with atomic_path(path) as temporary:
                temporary.write_text(dump_template(template), encoding="utf-8")
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return True


def read_any_template_file(path: Path) -> Imported:
    """The template in a file of ours, or made of a schema in the form of Documind or Extend; named by the file.

    Raises:
        TemplateNotFoundError: the file cannot be read.
        TemplateInvalidError: it holds none of these.
    """
    return import_template(_read(path), title_of(path.stem) or "Imported template")
