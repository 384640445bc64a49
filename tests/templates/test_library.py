from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from docuextract_desktop.errors import StorageUnavailableError, TemplateInvalidError, TemplateNotFoundError
from docuextract_desktop.templates.library import (
    TemplateLibrary,
    dump_template,
    load_template,
    read_any_template_file,
    shipped_templates,
)
from docuextract_desktop.templates.models import Template, TemplateField


@pytest.fixture
def library(tmp_path: Path) -> TemplateLibrary:
    return TemplateLibrary(tmp_path / "templates")


def claim(*names: str, **changes: object) -> Template:
    fields = tuple(TemplateField(name=n, type="text") for n in names or ("number",))
    return Template(id="claim", name="Claim", fields=fields).model_copy(update=changes)


def test_shipped_templates_are_there_without_any_folder(library: TemplateLibrary) -> None:
    entries = library.list()
    assert [e.id for e in entries][:2] == ["invoice", "receipt"]
    assert all(e.shipped and e.template is not None and not e.problem for e in entries)
    assert library.get("invoice").name == "Invoice"
    assert library.versions("invoice") == (1,)
    assert not library.folder.exists()


def test_a_change_makes_a_new_version_and_nothing_changed_does_not(library: TemplateLibrary) -> None:
    first = library.save(claim("number"))
    again = library.save(claim("number"))
    second = library.save(claim("number", "date"))
    back = library.save(claim("number"))
    assert [t.version for t in (first, again, second, back)] == [1, 1, 2, 3]
    assert library.versions("claim") == (1, 2, 3)
    assert [f.name for f in library.get("claim", 2).fields] == ["number", "date"]
    assert library.get("claim") == back


def test_the_version_in_a_saved_template_is_counted_by_the_library(library: TemplateLibrary) -> None:
    assert library.save(claim(version=99)).version == 1


def test_an_own_template_may_stand_before_a_shipped_one(library: TemplateLibrary) -> None:
    shipped = library.get("receipt")
    assert library.save(shipped) == shipped
    assert not library.shadows_shipped("receipt")
    own = library.save(shipped.model_copy(update={"name": "My receipt"}))
    assert own.version == 2
    assert library.get("receipt").name == "My receipt"
    assert library.get("receipt", 1) == shipped
    (entry,) = [e for e in library.list() if e.id == "receipt"]
    assert (entry.shipped, entry.shadows, library.shadows_shipped("receipt")) == (False, True, True)
    library.delete("receipt")
    assert library.get("receipt") == shipped


def test_own_templates_come_first_by_name(library: TemplateLibrary) -> None:
    library.save(claim(id="zz", name="beta"))
    library.save(claim(id="aa", name="Gamma"))
    assert [e.name for e in library.list()][:3] == ["beta", "Gamma", "Invoice"]


def test_shipped_templates_cannot_be_deleted(library: TemplateLibrary) -> None:
    with pytest.raises(TemplateNotFoundError, match="ships with the program"):
        library.delete("invoice")
    with pytest.raises(TemplateNotFoundError, match="no template 'nothing'"):
        library.delete("nothing")


def test_what_is_not_there_is_told_with_a_likely_id(library: TemplateLibrary) -> None:
    with pytest.raises(TemplateNotFoundError) as caught:
        library.get("recipt")
    assert "Did you mean 'receipt'?" in caught.value.hint
    with pytest.raises(TemplateNotFoundError, match="no version 7"):
        library.get("invoice", 7)
    with pytest.raises(TemplateNotFoundError):
        library.versions("../etc")
    with pytest.raises(TemplateNotFoundError):
        library.get("..")


def test_invalid_templates_are_not_saved(library: TemplateLibrary) -> None:
    with pytest.raises(TemplateInvalidError, match="used before"):
        library.save(claim("a", "a"))
    with pytest.raises(TemplateInvalidError, match="Windows"):
        library.save(claim(id="con"))
    library.save(claim())
    with pytest.raises(TemplateInvalidError, match="in case only"):
        library.save(claim(id="Claim"))
    assert library.versions("claim") == (1,)


def test_a_damaged_file_is_listed_with_its_problem_and_can_be_replaced(library: TemplateLibrary) -> None:
    library.save(claim())
    (library.folder / "claim" / "0001.json").write_text("{", encoding="utf-8")
    (entry,) = [e for e in library.list() if e.id == "claim"]
    assert entry.template is None
    assert "not JSON" in entry.problem
    assert "claim" not in [t.id for t in library.templates()]
    assert library.save(claim()).version == 2


def test_other_files_in_the_folder_do_no_harm(library: TemplateLibrary) -> None:
    library.save(claim())
    (library.folder / "claim" / "notes.txt").write_text("x")
    (library.folder / "claim" / "0007.json").touch()  # a save that was cut off
    (library.folder / ".DS_Store").write_text("x")
    (library.folder / "empty").mkdir()
    assert library.versions("claim") == (1,)
    assert library.save(claim("other")).version == 8


def test_two_programs_that_save_at_once_get_versions_of_their_own(library: TemplateLibrary) -> None:
    kept: list[Template] = []
    start = threading.Barrier(8)

    def save(number: int) -> None:
        start.wait()
        kept.append(TemplateLibrary(library.folder).save(claim(f"field_{number}")))

    threads = [threading.Thread(target=save, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(t.version for t in kept) == list(range(1, 9))
    assert all(library.get("claim", t.version) == t for t in kept)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(StorageUnavailableError, match="could not be saved"):
        TemplateLibrary(blocked / "templates").save(claim())


def test_a_save_that_fails_leaves_nothing_behind(library: TemplateLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    library.save(claim())

    def full(*args: object, **kwargs: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StorageUnavailableError):
        library.save(claim("other"))
    assert [p.name for p in (library.folder / "claim").iterdir()] == ["0001.json"]


def test_export_and_import_give_the_same_template(library: TemplateLibrary, tmp_path: Path) -> None:
    saved = library.save(claim("a", "b"))
    path = library.export("claim", tmp_path)
    assert path == tmp_path / "claim.json"
    other = TemplateLibrary(tmp_path / "other")
    assert other.import_file(path) == saved
    assert library.export("invoice", tmp_path / "x.json").read_text(encoding="utf-8").startswith("{")
    with pytest.raises(StorageUnavailableError):
        library.export("claim", tmp_path / "absent" / "x.json")


def test_imports_a_foreign_schema_named_by_its_file(library: TemplateLibrary, tmp_path: Path) -> None:
    path = tmp_path / "freight_bill.json"
    path.write_text(json.dumps({"named_entities": {"total": {"type": "number"}}, "required": ["total"]}))
    saved = library.import_file(path)
    assert (saved.id, saved.name) == ("freight_bill", "Freight bill")
    assert read_any_template_file(path).form == "documind"


def test_loads_by_id_and_by_path(library: TemplateLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    library.save(claim("own"))
    path = tmp_path / "t.json"
    path.write_text(dump_template(claim("from_file")), encoding="utf-8")
    assert load_template("claim", library).fields[0].name == "own"
    assert load_template("invoice").id == "invoice"
    for spelled in ("t.json", "./t.json", str(path), path):
        assert load_template(spelled, library).fields[0].name == "from_file"
    (tmp_path / "bare").write_text(dump_template(claim("bare")), encoding="utf-8")
    assert load_template("bare", library).fields[0].name == "bare"


@pytest.mark.parametrize("name", ["claim", "no such", "absent.json", "folder/absent.json", ""])
def test_loading_what_is_not_there(name: str, library: TemplateLibrary) -> None:
    with pytest.raises(TemplateNotFoundError):
        load_template(name, library)


def test_loading_a_folder_or_a_broken_file(library: TemplateLibrary, tmp_path: Path) -> None:
    with pytest.raises(TemplateNotFoundError):
        load_template(tmp_path, library)
    (tmp_path / "broken.json").write_text('{"id": "x"}')
    with pytest.raises(TemplateInvalidError, match="name: is missing"):
        load_template(tmp_path / "broken.json", library)


@pytest.mark.parametrize("template", shipped_templates(), ids=lambda t: t.id)
def test_a_template_file_keeps_everything(template: Template) -> None:
    assert Template.model_validate_json(dump_template(template)) == template
