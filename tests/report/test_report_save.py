"""A report on disk: where, whose, and never over another one."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kstar_tui.report.save import folders, save_report

AT = datetime(2026, 11, 26, 10, 15, 30, tzinfo=UTC)
NAME = "kstar-report-20261126-101530"


def test_a_new_file_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = save_report("# température °C\n", AT, [tmp_path])
    finally:
        os.umask(before)
    assert path == tmp_path / f"{NAME}.txt"
    assert path.read_text(encoding="utf-8") == "# température °C\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.txt").write_text("mine")
    (tmp_path / f"{NAME}-2.txt").symlink_to(tmp_path / "elsewhere")
    assert save_report("new", AT, [tmp_path]).name == f"{NAME}-3.txt"
    assert (tmp_path / f"{NAME}.txt").read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()


def test_the_next_folder_where_one_cannot_be_written_to(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    wanted = tmp_path / "data" / "kstar-tui"
    assert save_report("new", AT, [blocked / "x", wanted]) == wanted / f"{NAME}.txt"
    with pytest.raises(NotADirectoryError):
        save_report("new", AT, [blocked / "x", blocked / "y"])
    with pytest.raises(FileNotFoundError, match="no folder"):
        save_report("new", AT, [])


@pytest.mark.parametrize("failing", ["fsync", "open"])
def test_a_failure_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        if failing == "open":
            patch.setattr("kstar_tui.report.save._reserved", full)
        else:
            patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            save_report("new", AT, [tmp_path])
    assert list(tmp_path.iterdir()) == []


def test_text_that_is_no_unicode_is_written_all_the_same(tmp_path: Path) -> None:
    assert save_report("a\udcffb", AT, [tmp_path]).read_text() == "a?b"


def test_the_current_folder_first_then_the_programs_then_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "anna"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    assert list(folders()) == [tmp_path, tmp_path / "data" / "kstar-tui", tmp_path / "anna"]
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert next(folders()) == tmp_path / "data" / "kstar-tui"
    assert save_report("new", AT).parent == tmp_path / "data" / "kstar-tui"
