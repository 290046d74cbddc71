"""What is said of the history database: every state that a disk can leave it in."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from doctor_world import NOON, QuickClock, lines, world

from kstar_tui.doctor.disk import CHECK_SECONDS, Database
from kstar_tui.doctor.finding import Finding, Result
from kstar_tui.history.bucket import Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.lock import Lock, holder
from kstar_tui.history.records import Account, Batch
from kstar_tui.history.store import Store


class Usage(NamedTuple):
    free: int


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite"


def keep(path: Path, *, at: float | None = None, rows: int = 1) -> None:
    """A history with minutes up to `at`, s since 1970."""
    now = NOON.timestamp() if at is None else at
    store = Store.open(path, Calendar(UTC), now=now)
    minutes = [Bucket(int(now) // 60 * 60 - 60 * row) for row in reversed(range(rows))]
    for minute in minutes:
        minute.observed = 60_000
    account = Account((1, 2, 3, 4, 5, 6), int(now), now)
    store.save(Batch("KSE1", now, account, minutes))
    store.close()


def look(
    path: Path, clock: QuickClock | None = None, *, stopped: bool = False
) -> dict[str, Finding]:
    here = world(path.parent.parent, clock=clock)
    return lines(Database(path, 5.0).examine(here, lambda: stopped))


def test_a_sound_one(path: Path) -> None:
    keep(path, at=NOON.timestamp() - 60)
    before = path.read_bytes()
    found = look(path)
    assert path.read_bytes() == before
    assert [(one.name, one.result) for one in found.values()] == [
        ("file", Result.OK),
        ("writable", Result.OK),
        ("writer", Result.NOTE),
        ("free", Result.OK),
        ("integrity", Result.OK),
        ("newest", Result.OK),
    ]
    assert found["file"].facts["size"] == path.stat().st_size
    assert found["newest"].facts["inverters"] == ["KSE1"]
    assert found["newest"].facts["age_s"] == 60
    assert found["integrity"].text == "the database is sound"


def test_none_yet(path: Path) -> None:
    found = look(path)
    assert list(found) == ["file", "writable", "writer", "free"]
    assert found["file"].result is Result.NOTE
    assert found["writable"].facts == {
        "folder": str(path.parent),
        "exists": False,
        "writable": True,
    }
    assert not path.parent.exists()


def test_an_empty_one(path: Path) -> None:
    Store.open(path, Calendar(UTC), now=NOON.timestamp()).close()
    assert look(path)["newest"].result is Result.NOTE


def test_a_damaged_one(path: Path) -> None:
    keep(path, rows=300)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(os.urandom(8192))
    found = look(path)
    assert found["integrity"].result is Result.PROBLEM
    assert "is damaged" in found["integrity"].text
    assert "sets the file aside" in found["integrity"].advice
    path.write_bytes(b"no database at all" * 100)
    assert look(path)["integrity"].result is Result.PROBLEM


def test_one_of_another_version_or_program(path: Path) -> None:
    keep(path)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert "newer kstar-tui" in look(path)["integrity"].text
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA application_id = 7")
    assert "is no history of kstar-tui" in look(path)["integrity"].text
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 1")


def test_the_check_takes_no_longer_than_it_may(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hasty(QuickClock):
        looked = 0

        def monotonic(self) -> float:
            self.looked += 1
            return self.looked * CHECK_SECONDS

    monkeypatch.setattr("kstar_tui.doctor.disk._STEPS", 1)
    keep(path, at=NOON.timestamp() - 60)
    checked = look(path, Hasty())["integrity"]
    assert (checked.result, checked.facts) == (Result.NOTE, {"checked": False})
    # Ctrl-C need not wait for it either.
    assert look(path, stopped=True)["integrity"].facts == {"checked": False}


def test_a_clock_that_goes_back(path: Path) -> None:
    keep(path, at=NOON.timestamp() + 3600)
    newest = look(path)["newest"]
    assert newest.result is Result.WARNING
    assert "that is in the future" in newest.text


@pytest.fixture
def locked(path: Path) -> Iterator[Lock]:
    keep(path, at=NOON.timestamp() - 3600)
    lock = Lock(path)
    yield lock
    lock.release()


def test_somebody_writes_it(path: Path, locked: Lock) -> None:
    found = look(path)
    assert found["writer"].text == f"process {os.getpid()} writes it"
    assert found["writer"].facts == {"pid": os.getpid(), "inverter": None, "publishes": None}
    # At night it sleeps.
    assert found["newest"].result is Result.NOTE
    locked.tell("KSE1", publishes=False)
    found = look(path)
    assert found["writer"].text == f"process {os.getpid()} writes it for KSE1"
    locked.release()
    assert holder(path) is None
    assert look(path)["writer"].facts == {"pid": None}


def test_looking_at_who_writes_takes_nothing_from_anybody(path: Path) -> None:
    keep(path)
    assert holder(path) is None
    lock = Lock(path)
    assert holder(path) is not None
    lock.release()
    assert holder(path.parent / "other") is None
    assert not (path.parent / "other.lock").exists()


@pytest.mark.parametrize(
    ("free", "result"),
    [(10 << 20, Result.PROBLEM), (100 << 20, Result.WARNING), (1 << 30, Result.OK)],
)
def test_room_on_the_disk(
    free: int, result: Result, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free))
    found = look(path)["free"]
    assert (found.result, found.facts) == (result, {"free": free})
    assert bool(found.advice) is (result is not Result.OK)


def test_a_place_that_cannot_be_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(path)

    def access(where: Any, mode: int) -> bool:
        return not (Path(where) == path and mode & os.W_OK)

    monkeypatch.setattr(os, "access", access)
    found = look(path)["writable"]
    assert found.result is Result.PROBLEM
    assert f"{path} cannot be written by user" in found.text
    monkeypatch.setattr(os, "access", lambda _where, _mode: False)
    assert f"nothing can be written in {path.parent}" in look(path)["writable"].text


def test_a_place_that_may_not_even_be_looked_at(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(path)
    real = Path.stat

    def stat(self: Path, **how: Any) -> os.stat_result:
        if path.parent in (self, *self.parents):
            raise PermissionError(13, "Permission denied")
        return real(self, **how)

    monkeypatch.setattr(Path, "stat", stat)
    found = look(path)
    assert list(found) == ["file", "writable", "writer", "free"]
    assert found["file"].result is Result.PROBLEM
    assert found["file"].text == f"{path}: Permission denied"


def test_what_is_no_file(path: Path) -> None:
    path.mkdir(parents=True)
    found = look(path)
    assert found["file"].result is Result.PROBLEM
    assert "is no regular file" in found["file"].text


def test_what_was_set_aside(path: Path) -> None:
    keep(path)
    for name in ("damaged-20260101-000000", "damaged-20260101-000000-wal", "copy-1"):
        (path.parent / f"history.sqlite.{name}").touch()
    aside = look(path)["set_aside"]
    assert aside.facts == {"files": ["history.sqlite.damaged-20260101-000000"]}
