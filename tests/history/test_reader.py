"""The history that another process keeps, read beside it."""

from __future__ import annotations

import os
from datetime import UTC
from pathlib import Path

import pytest
from keeping_world import House

from kstar_tui.history.calendar import Calendar
from kstar_tui.history.keeping import Keeping
from kstar_tui.history.lock import Lock, is_held
from kstar_tui.history.reader import Reader
from kstar_tui.history.store import Store, StoreError


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "history.sqlite")


def reader_of(house: House) -> Reader:
    return Reader(Path(house.path), Calendar(UTC), house.clock, 4711)


def days(reader: Reader) -> int:
    assert reader.archive is not None
    return len([one for one in reader.archive.inverters() if one.key == "KSE1"])


def test_it_reads_along_and_writes_nothing(house: House, tmp_path: Path) -> None:
    reader = reader_of(house)
    assert reader.archive is None
    assert reader.status[:2] == (Keeping.READING, str(house.path))
    assert reader.status.error is None, "it is not there yet, and that is nothing wrong"
    assert list(tmp_path.iterdir()) == []
    house.live(65, pv1_current=1.0)
    assert days(reader) == 1
    assert is_held(Path(house.path))
    house.live(120)
    assert reader.archive is not None
    end = house.clock.now().timestamp()
    assert len(list(reader.archive.frames("KSE1", 0, end))) > 24
    assert reader.status.pid == 4711
    house.book.close()
    assert not is_held(Path(house.path)), "it holds nothing"
    reader.close()
    assert reader.archive is None


def test_a_file_that_was_set_aside_is_left_for_the_new_one(house: House) -> None:
    house.live(65)
    reader = reader_of(house)
    assert days(reader) == 1
    house.book.close()
    Path(house.path).rename(f"{house.path}.damaged")
    house.serial = "KSE2"
    house.start()
    house.live(65)
    house.clock.pass_(10)
    assert days(reader) == 0
    assert reader.archive is not None
    assert [one.key for one in reader.archive.inverters()] == ["KSE2"]


def test_a_file_that_may_not_be_read_is_told_of_once(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    house.live(65)

    def forbidden(self: Path, **more: object) -> None:
        raise PermissionError(13, "Permission denied")

    reader = reader_of(house)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", forbidden)
        for _ in range(3):
            assert reader.archive is None
            house.clock.pass_(60)
    assert reader.status.error == f"{house.path}: Permission denied"
    assert caplog.text.count("the history cannot be read") == 1
    house.clock.pass_(60)
    assert days(reader) == 1
    assert reader.status.error is None


def test_what_is_no_history_is_told_of(tmp_path: Path) -> None:
    house = House(tmp_path / "notes")
    Path(house.path).write_text("no database" * 1000)
    reader = reader_of(house)
    assert reader.archive is None
    assert reader.status.error is not None
    assert "is damaged" in reader.status.error
    assert Path(house.path).exists()


def test_nobody_holds_what_is_not_there(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "history.sqlite")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [True, False])
def test_a_pipe_is_not_waited_for(write: bool, tmp_path: Path) -> None:
    """As another process may name it for its history."""
    path = tmp_path / "history.sqlite"
    os.mkfifo(path)
    with pytest.raises(StoreError, match="is no regular file"):
        Store.open(path, Calendar(UTC), now=0.0, write=write)
    assert path.is_fifo()


def test_a_lock_is_not_written_through_a_link(tmp_path: Path) -> None:
    """As somebody may leave it in a folder that is not ours alone."""
    other = tmp_path / "other"
    other.write_text("precious")
    (tmp_path / "history.sqlite.lock").symlink_to(other)
    with pytest.raises(OSError, match="symbolic links"):
        Lock(tmp_path / "history.sqlite")
    assert other.read_text() == "precious"
