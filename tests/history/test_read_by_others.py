"""The history of a service, read by users who may write neither its files nor its folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from other_users import DAEMON, MEMBER, STRANGER, Person, Talk, machine_folder, owned_folder
from test_store import ACCOUNT, NOON, minute, opened

from kstar_tui.history.records import Batch

WRITER = """
import os, sys
from datetime import UTC
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.records import Account, Batch, RawFrame
from kstar_tui.history.store import Store

os.umask(0o027)
store = Store.open(sys.argv[1], Calendar(UTC), now=1780300000.0)
account, at = Account((1, 2, 3, 4, 5, 6), 1780300000, 1780300005.0, 1.0, 2.0, 3), 1780300000.0
for line in sys.stdin:
    if line == "close\\n":
        store.close()
    else:
        at += 60
        # Much of it, so that SQLite moves some from its log into the file.
        frames = [RawFrame(at + n / 100, os.urandom(200)) for n in range(int(line))]
        store.save(Batch("SN1", at, account, [], frames))
    print("done", flush=True)
"""

READER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.reader import Reader

class Clock:
    seconds = 0.0
    def monotonic(self):
        return self.seconds
    def now(self):
        return datetime(2026, 6, 1, 12, tzinfo=UTC)

clock = Clock()
reader = Reader(Path(sys.argv[1]), Calendar(UTC), clock, 4711)
for line in sys.stdin:
    # As often as a screen asks.
    clock.seconds += 2.0
    archive = reader.archive
    found = None if archive is None else len(list(archive.frames("SN1", 0, 2e9)))
    print(f"{found} {reader.status.error}", flush=True)
"""


class House:
    """The folder of a service, and processes of whoever writes or reads there."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.path = owned_folder(folder / "lib", DAEMON, 0o750) / "history.sqlite"
        self._stack = stack

    def writer(self) -> Talk:
        return self._talk(DAEMON, WRITER)

    def reader(self, person: Person = MEMBER) -> Talk:
        return self._talk(person, READER)

    def beside(self) -> list[str]:
        return sorted(one.name for one in self.path.parent.glob("*sqlite-*"))

    def _talk(self, person: Person, code: str) -> Talk:
        talk = Talk(person, code, str(self.path))
        self._stack.callback(talk.kill)
        return talk


@pytest.fixture
def house() -> Iterator[House]:
    with machine_folder() as folder, ExitStack() as stack:
        yield House(folder, stack)


def test_a_member_of_the_group_reads_from_the_first_moment_on(house: House) -> None:
    reader = house.reader()
    assert reader.ask("") == "None None", "it is not there yet, and that is nothing wrong"
    writer = house.writer()
    assert writer.ask("5") == "done"
    assert reader.ask("") == "5 None"
    assert writer.ask("3000") == "done"
    assert reader.ask("") == "3005 None"
    modes = {one.name: one.stat().st_mode & 0o777 for one in house.path.parent.iterdir()}
    assert modes == {
        "history.sqlite": 0o640,
        "history.sqlite-shm": 0o640,
        "history.sqlite-wal": 0o640,
        # Who may not write has no business with it.
        "history.sqlite.lock": 0o600,
    }
    assert house.reader(STRANGER).ask("") == f"None {house.path}: Permission denied"


def test_a_clean_end_and_a_new_beginning(house: House) -> None:
    """Nothing is beside the file then, and SQLite could not make it: it is read as it stands."""
    writer = house.writer()
    writer.ask("5")
    writer.ask("close")
    assert house.beside() == []
    reader = house.reader()
    assert reader.ask("") == "5 None"
    assert house.beside() == []
    writer = house.writer()
    # Whatever it has done so far is seen, or what was before: never nothing.
    assert reader.ask("") == "5 None"
    for number in range(1, 4):
        writer.ask("3000")
        assert reader.ask("") == f"{5 + 3000 * number} None"
    # While it is read along what is beside the file stays, complete as it is.
    writer.ask("close")
    assert reader.ask("") == "9005 None"
    assert house.reader().ask("") == "9005 None"


def test_written_and_closed_between_two_looks(house: House) -> None:
    writer = house.writer()
    writer.ask("5")
    writer.ask("close")
    reader = house.reader()
    assert reader.ask("") == "5 None"
    writer = house.writer()
    writer.ask("3000")
    writer.ask("close")
    assert house.beside() == [], "nobody who reads it as it stands is in the way"
    assert reader.ask("") == "3005 None"


def test_after_a_power_cut(house: House) -> None:
    writer, before = house.writer(), house.reader()
    writer.ask("5")
    assert before.ask("") == "5 None"
    writer.kill()
    assert house.beside() == ["history.sqlite-shm", "history.sqlite-wal"]
    after = house.reader()
    assert (before.ask(""), after.ask("")) == ("5 None", "5 None")
    before.kill()
    writer = house.writer()
    assert after.ask("") == "5 None"
    writer.ask("7")
    assert after.ask("") == "12 None"


def test_what_cannot_be_read_for_a_while_is_tried_again(house: House) -> None:
    """As after a backup that left out one of the three: a log, and nothing to read it by."""
    writer = house.writer()
    writer.ask("5")
    writer.kill()
    shm = house.path.with_name("history.sqlite-shm")
    shm.unlink()
    reader = house.reader()
    assert reader.ask("") == f"None {house.path}: the file cannot be opened"
    writer = house.writer()
    writer.ask("1")
    assert reader.ask("") == "6 None"


def test_files_that_were_made_before_their_folder_was_shared(tmp_path: Path) -> None:
    """A service that had no group so far."""
    path = tmp_path / "lib" / "history.sqlite"
    for folder, mode in ((0o700, 0o600), (0o755, 0o600), (0o750, 0o640)):
        store = opened(path)
        store.save(Batch("SN1", NOON + 60, ACCOUNT, [minute(NOON)]))
        store.close()
        path.parent.chmod(folder)
        store = opened(path)
        assert path.stat().st_mode & 0o777 == mode
        assert path.with_name("history.sqlite-wal").stat().st_mode & 0o777 == mode
        store.close()
