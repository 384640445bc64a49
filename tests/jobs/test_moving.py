"""Done documents are moved without overwriting anything, and never out of the watched folder."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from docuextract_desktop.errors import RequestError
from docuextract_desktop.jobs.moving import MoveError, check_done_folder, finish_move, move_aside


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    (made / "sub").mkdir(parents=True)
    (made / "a.pdf").write_text("a")
    (made / "sub" / "a.pdf").write_text("sub a")
    return made


@pytest.fixture(params=["with hard links", "without"])
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The usual file systems, and those without hard links: FAT, many network shares."""
    if request.param == "without":

        def refuse(*_: object, **__: object) -> None:
            raise OSError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)
    return str(request.param)


def move(folder: Path, name: str, begun: list[Path] | None = None) -> Path:
    return move_aside(folder, Path(name), "done", begin=(begun if begun is not None else []).append)


def test_a_file_keeps_its_place_below_the_done_folder(folder: Path, file_system: str) -> None:
    begun: list[Path] = []
    assert move(folder, "sub/a.pdf", begun) == folder / "done" / "sub" / "a.pdf"
    assert begun == [folder / "done" / "sub" / "a.pdf"]
    assert (folder / "done" / "sub" / "a.pdf").read_text() == "sub a"
    assert not (folder / "sub" / "a.pdf").exists()


def test_nothing_is_overwritten(folder: Path, file_system: str) -> None:
    (folder / "done").mkdir()
    (folder / "done" / "a.pdf").write_text("older")
    (folder / "done" / "a (2).pdf").symlink_to("nowhere")
    assert move(folder, "a.pdf").name == "a (3).pdf"
    assert (folder / "done" / "a.pdf").read_text() == "older"
    assert (folder / "done" / "a (2).pdf").is_symlink()


def test_a_file_that_appears_at_the_last_moment_is_not_overwritten(folder: Path, file_system: str) -> None:
    def appear(target: Path) -> None:
        if target.name == "a.pdf":
            target.write_text("somebody else's")

    assert move_aside(folder, Path("a.pdf"), "done", begin=appear).name == "a (2).pdf"
    assert (folder / "done" / "a.pdf").read_text() == "somebody else's"
    assert (folder / "done" / "a (2).pdf").read_text() == "a"


@pytest.mark.skipif(os.name != "posix", reason="links as POSIX has them")
def test_nothing_is_moved_through_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "done").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(MoveError, match="link"):
        move(folder, "a.pdf")
    assert (folder / "a.pdf").read_text() == "a"
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_what_cannot_be_moved_stays_and_is_told(folder: Path) -> None:
    (folder / "done").write_text("a file of that name")
    with pytest.raises(MoveError, match="Done documents cannot be moved to 'done'"):
        move(folder, "a.pdf")
    assert (folder / "a.pdf").read_text() == "a"


@pytest.mark.parametrize("state", ["nothing done", "name taken", "both names", "moved", "another file there"])
def test_a_move_that_was_cut_short_is_finished_or_begun_anew(folder: Path, state: str) -> None:
    source, target = folder / "a.pdf", folder / "sub" / "target.pdf"
    if state == "name taken":
        target.touch()
    elif state == "both names":
        os.link(source, target)
    elif state == "moved":
        source.replace(target)
    elif state == "another file there":
        target.write_text("not ours")
    finished = finish_move(source, target)
    assert finished == (state in ("both names", "moved"))
    assert (target if finished else source).read_text() == "a"
    assert source.exists() != finished
    assert target.exists() == (finished or state == "another file there")


@pytest.mark.parametrize("name", ["", "  ", ".", "..", "../out", "a/b", "a\\b", "/tmp", "C:", ".hidden", "~x", "a\0b"])
def test_a_done_folder_is_a_plain_subfolder(name: str) -> None:
    with pytest.raises(RequestError):
        check_done_folder(name)


def test_a_done_folder_may_have_any_plain_name() -> None:
    assert check_done_folder(" erledigt 2024 ") == "erledigt 2024"
