"""The data folder as front ends open it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from docuextract_desktop.bootstrap import backups, open_services, restore_backup
from docuextract_desktop.errors import StorageUnavailableError, TemplateNotFoundError
from docuextract_desktop.jobs.models import BatchRequest


def test_a_data_folder_is_made_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    with open_services(home) as services:
        assert services.home == home
        assert services.queue.batches() == []
    if os.name == "posix":
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert stat.S_IMODE((home / "docuextract.db").stat().st_mode) == 0o600


def test_nothing_is_made_where_that_is_not_wanted(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailableError, match="no data"):
        open_services(tmp_path / "home", create=False)


def test_a_file_in_the_place_of_the_log_is_named(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("mine")
    with pytest.raises(StorageUnavailableError, match=r"log of the data folder.*log: ") as caught:
        open_services(tmp_path)
    assert "Move away" in str(caught.value.hint)
    assert (tmp_path / "log").read_text() == "mine"


def test_settings_last_and_wrong_ones_are_refused(tmp_path: Path) -> None:
    with open_services(tmp_path) as services:
        services.settings.update(lanes=3, theme="dark")
        with pytest.raises(ValueError, match="lanes"):
            services.settings.update(lanes=0)
        with pytest.raises(ValueError, match="nonsense"):
            services.settings.update(nonsense=1)
    with open_services(tmp_path) as services:
        settings = services.settings.get()
    assert (settings.lanes, settings.theme, settings.limits.max_pages) == (3, "dark", 1000)


def test_settings_of_another_version_are_passed_over(tmp_path: Path) -> None:
    with open_services(tmp_path) as services:
        services.settings.update(lanes=3)
        with services.database.transaction() as session:
            session.execute("INSERT INTO settings (name, value) VALUES ('from_the_future', '1')")
        assert services.settings.get().lanes == 3


def test_a_template_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(b"%PDF-1.4")
    with open_services(tmp_path / "home") as services:
        files = services.queue.scan([file])
        with pytest.raises(TemplateNotFoundError):
            services.queue.create_batch(BatchRequest(files=files, template="no_such_template"))


def test_a_copy_is_made_on_demand_and_restored(tmp_path: Path) -> None:
    with open_services(tmp_path) as services:
        services.settings.update(lanes=3)
        copy = services.back_up()
        services.settings.update(lanes=5)
    assert backups(tmp_path) == [copy]
    restore_backup(copy, tmp_path)
    with open_services(tmp_path) as services:
        assert services.settings.get().lanes == 3
    assert len(backups(tmp_path)) == 2, "what was replaced is kept"


def test_nothing_is_restored_under_a_program_that_works(tmp_path: Path) -> None:
    with open_services(tmp_path) as services:
        copy = services.back_up()
        services.settings.update(lanes=5)
        services.queue.heartbeat()
        with pytest.raises(StorageUnavailableError, match="is working with"):
            restore_backup(copy, tmp_path)
        services.queue.retire()
        assert services.settings.get().lanes == 5


def test_a_copy_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with open_services(tmp_path) as services, pytest.raises(StorageUnavailableError, match="could not be written"):
        services.back_up(tmp_path / "no such folder" / "copy.db")
