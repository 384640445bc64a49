from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from docuextract_desktop.atomic import atomic_path, atomic_paths

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")


class StoppedError(Exception):
    pass


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write_and_stop(target: Path) -> None:
    with atomic_path(target) as part:
        part.write_text("half")
        raise StoppedError


def test_file_appears_whole(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "a.txt") as part:
        part.write_text("new")
        assert not (tmp_path / "a.txt").exists()
    assert names(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "new"


def test_nothing_changes_when_writing_stops(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(StoppedError):
        write_and_stop(tmp_path / "a.txt")
    assert names(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


@posix_only
def test_new_file_gets_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with atomic_path(tmp_path / "a.txt") as part:
            part.write_text("new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640


@posix_only
@pytest.mark.parametrize("mode", [0o600, 0o444, 0o664])
def test_replaced_file_keeps_its_permissions_and_is_not_open_to_others_meanwhile(tmp_path: Path, mode: int) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    target.chmod(mode)
    with atomic_path(target) as part:
        assert stat.S_IMODE(part.stat().st_mode) == 0o600
        part.write_text("new")
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == mode


@posix_only
def test_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    with atomic_path(tmp_path / "link.txt") as part:
        part.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_longest_possible_name(tmp_path: Path) -> None:
    target = tmp_path / ("é" * 125 + ".json")
    with atomic_path(target) as part:
        part.write_text("new")
    assert names(tmp_path) == [target.name]


def test_files_that_belong_together_appear_together(tmp_path: Path) -> None:
    targets = [tmp_path / "a.txt", tmp_path / "b.txt"]
    with atomic_paths(targets) as parts:
        for part in parts:
            part.write_text(part.name)
    assert names(tmp_path) == ["a.txt", "b.txt"]


@pytest.mark.parametrize("broken", [0, 1, 2])
@pytest.mark.parametrize("hard_links", [True, False])
def test_when_one_cannot_be_moved_all_are_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: int, hard_links: bool
) -> None:
    targets = [tmp_path / name for name in ("new.txt", "old.txt", "older.txt")]
    for target in targets[1:]:
        target.write_text(f"before {target.name}")
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if self.name.endswith(".part") and target.name == targets[broken].name:
            raise PermissionError(13, "no")
        return replace(self, target)

    def no_link(*_args: object) -> None:
        raise OSError(1, "no hard links here")

    monkeypatch.setattr(Path, "replace", refuse)
    if not hard_links:
        monkeypatch.setattr(os, "link", no_link)

    def move() -> None:
        with atomic_paths(targets) as parts:
            for part in parts:
                part.write_text("after")

    with pytest.raises(PermissionError):
        move()
    assert names(tmp_path) == ["old.txt", "older.txt"]
    assert [target.read_text() for target in targets[1:]] == ["before old.txt", "before older.txt"]
