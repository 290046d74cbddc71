"""A disk that fails, and a database that another process writes."""

from __future__ import annotations

import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest
from keeping_world import House

from kstar_tui.history.keeping import Keeping
from kstar_tui.history.ledger import BookKeeper
from kstar_tui.history.store import Store, StoreError
from kstar_tui.monitor.energy import Flow

STEP = 1.2 * 5 / 3600


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "history.sqlite")


def exported(house: House) -> float:
    return house.told[-1].total[Flow.EXPORT]


def test_a_disk_that_fails_is_told_once_and_loses_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    house.live(60)
    before = exported(house)

    def full(*_: object) -> None:
        raise StoreError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "save", full)
        house.live(600)
        assert exported(house) == before, "what is told is on disk"
        assert house.book.status.keeping is Keeping.FAILING
        assert house.book.status.error == "disk full"
    house.live(125)
    assert exported(house) == pytest.approx(156 * STEP)
    assert house.told[-1].observed == 780
    assert house.book.status.keeping is Keeping.WRITING
    assert [r.message.split(":")[0] for r in caplog.records] == [
        "the history cannot be written",
        "the history is written again",
    ]


def test_a_folder_that_cannot_be_made_at_first(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    house = House(blocked / "history.sqlite")
    assert house.live(120) is None
    assert house.book.archive is None
    blocked.unlink()
    house.live(125)
    assert exported(house) == pytest.approx(48 * STEP)


def test_a_shell_that_locks_the_database_only_delays(house: House) -> None:
    house.live(60)
    shell = sqlite3.connect(house.path, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    house.live(120)
    assert house.book.status.keeping is Keeping.FAILING
    shell.execute("ROLLBACK")
    shell.close()
    house.live(65)
    assert exported(house) == pytest.approx(48 * STEP)


def test_memory_stays_bounded_while_the_disk_is_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kstar_tui.history import pending

    monkeypatch.setattr(pending, "MOST_MINUTES", 10)
    house.poll()

    def full(*_: object) -> None:
        raise StoreError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "save", full)
        house.live(3600)
        assert len(house.book._pending.minutes) <= 14
    house.live(65)
    assert exported(house) == pytest.approx(732 * STEP, rel=0.001)
    assert house.told[-1].today[Flow.EXPORT] == exported(house)


def test_a_reader_beside_a_writer_takes_over(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.live(65)
    other = House(house.path)
    other.clock = house.clock
    other.start()
    energy = other.poll()
    assert energy is not None
    assert energy.total == house.told[-1].total
    assert other.book.status.keeping is Keeping.READING
    assert other.book.status.pid is not None
    for _ in range(24):
        house.poll()
        other.poll()
        house.clock.pass_(5)
    assert exported(other) == pytest.approx(exported(house), abs=13 * STEP)
    house.book.close()
    before = exported(house)
    other.live(185)
    assert other.book.status.keeping is Keeping.WRITING
    assert before <= exported(other) <= before + 37 * STEP
    assert sum("only read here" in record.message for record in caplog.records) == 1
    assert sum("written from here now" in record.message for record in caplog.records) == 1


def beside(house: House, **options: bool) -> House:
    """Another process on the same database and in the same time."""
    other = House(house.path)
    other.clock = house.clock
    other.book = BookKeeper(other.path, other.calendar, interval=5.0, clock=other.clock, **options)
    return other


@pytest.mark.parametrize(
    ("publishes", "serial", "stands_by"),
    [(True, "KSE1", True), (False, "KSE1", False), (True, "KSE2", False)],
)
def test_it_stands_by_where_another_process_publishes_the_same_inverter(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    publishes: bool,
    serial: str,
    stands_by: bool,
) -> None:
    idle = House(tmp_path / "history.sqlite")
    house = beside(idle, publishes=publishes)
    assert not house.book.stands_by
    house.live(10)
    assert not house.book.stands_by
    other = beside(house, publishes=True)
    other.serial = serial
    other.live(130)
    assert other.book.stands_by is stands_by
    warned = [r.message for r in caplog.records if "history is written by process" in r.message]
    assert len(warned) == 1
    assert ("none is kept of KSE2" in warned[0]) is (serial == "KSE2")
    house.book.close()
    other.live(130)
    assert not other.book.stands_by


@pytest.mark.parametrize(
    ("alerts", "serial", "elsewhere"),
    [(True, "KSE1", True), (False, "KSE1", False), (True, "KSE2", False)],
)
def test_alerts_are_left_to_the_one_that_writes_and_tells_them(
    tmp_path: Path, alerts: bool, serial: str, elsewhere: bool
) -> None:
    house = beside(House(tmp_path / "history.sqlite"), alerts=alerts)
    house.live(10)
    assert not house.book.alerts_elsewhere
    other = beside(house, alerts=True)
    other.serial = serial
    other.live(130)
    assert other.book.alerts_elsewhere is elsewhere
    # Who publishes is a matter of its own.
    assert not other.book.stands_by
    house.book.close()
    other.live(130)
    assert not other.book.alerts_elsewhere


def test_one_that_has_let_go_is_not_waited_for(tmp_path: Path) -> None:
    """A screen gives back to a daemon: the next reading is booked there, not the next minute's."""
    house = beside(House(tmp_path / "history.sqlite"), publishes=True)
    house.live(65)
    other = beside(house, publishes=True)
    other.live(10)
    house.book.hurry()
    assert other.book.stands_by
    kept = exported(house)
    house.book.close()
    other.live(10)
    assert other.book.stands_by
    other.book.hurry()
    other.live(5)
    assert not other.book.stands_by
    assert other.book.status.keeping is Keeping.WRITING
    other.live(60)
    assert kept <= exported(other) <= kept + 13 * STEP


def test_it_stands_by_where_the_file_cannot_even_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    house = beside(House(tmp_path / "history.sqlite"), publishes=True)
    house.live(10)
    other = beside(house, publishes=True)
    real = Store.open

    def unreadable(*args: object, write: bool = True, **more: object) -> Store:
        if not write:
            raise StoreError("another version's")
        return real(*args, write=write, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "open", unreadable)
    other.live(300)
    assert other.book.stands_by
    assert sum("written by process" in record.message for record in caplog.records) == 1


def test_a_file_that_is_damaged_meanwhile_is_set_aside(
    house: House, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    house.live(300)
    before = house.told[-1]
    house.book.close()
    house.start()
    data = bytearray((tmp_path / "history.sqlite").read_bytes())
    data[1024:] = b"\xff" * (len(data) - 1024)
    (tmp_path / "history.sqlite").write_bytes(data)
    house.live(130)
    assert list(tmp_path.glob("history.sqlite.damaged-*"))
    assert any("damaged" in record.message for record in caplog.records)
    assert before.total[Flow.PV] == house.told[-1].total[Flow.PV], "the inverter still counts"


def test_accounts_go_on_in_a_new_database(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kstar_tui.history.errors import StoreDamaged

    house.live(300)
    real = Store.save

    def damaged(store: Store, batch: object) -> None:
        store.connection.close()
        house.path.rename(tmp_path / "aside")  # type: ignore[union-attr]
        monkeypatch.setattr(Store, "save", real)
        raise StoreDamaged("the file is malformed")

    monkeypatch.setattr(Store, "save", damaged)
    house.live(125)
    for before, after in pairwise(house.told):
        assert all(after.total[flow] >= before.total[flow] for flow in Flow)
        assert all(after.today[flow] >= before.today[flow] for flow in Flow)
    assert (tmp_path / "history.sqlite").exists()
    house.kill()
    assert house.poll() is not None
    assert exported(house) >= house.told[-2].total[Flow.EXPORT]


def test_a_watcher_whose_look_failed_counts_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = House(tmp_path / "history.sqlite")
    watcher = House(tmp_path / "history.sqlite")
    watcher.clock = writer.clock
    watcher.start()

    def live(seconds: int, *houses: House) -> None:
        for _ in range(seconds // 5):
            for house in houses:
                house.poll()
            writer.clock.pass_(5)

    live(1800, writer, watcher)
    assert watcher.book.status.keeping is Keeping.READING

    def busy(*_: object) -> None:
        raise StoreError("busy")

    store = watcher.book._store
    assert store is not None
    monkeypatch.setattr(store, "account", busy)
    live(60, writer, watcher)
    writer.book.close()
    live(180, watcher)
    assert watcher.book.status.keeping is Keeping.WRITING
    assert exported(watcher) == pytest.approx(1.2 * 2040 / 3600, abs=0.05)


def test_who_could_not_open_while_another_wrote_counts_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = House(tmp_path / "history.sqlite")
    other = House(tmp_path / "history.sqlite")
    other.clock = writer.clock
    other.start()
    real = Store.open

    def refused(*_: object, **__: object) -> Store:
        raise StoreError("permission denied")

    for _ in range(360):
        with monkeypatch.context() as patch:
            patch.setattr(Store, "open", refused)
            other.poll()
        writer.poll()
        writer.clock.pass_(5)
    assert Store.open == real
    writer.book.close()
    for _ in range(36):
        other.poll()
        writer.clock.pass_(5)
    assert exported(other) == pytest.approx(1.2 * 1980 / 3600, abs=0.05)
    assert other.told[-1].observed <= 1980
