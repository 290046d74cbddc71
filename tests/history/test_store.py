"""What the store promises: all or nothing, one writer, exact sums in every tier, no file lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kstar_tui.history import database
from kstar_tui.history.archive import Archive
from kstar_tui.history.bucket import Bucket, merged
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.columns import INDEX, KEPT
from kstar_tui.history.errors import StoreBusy, StoreDamaged, StoreError, StoreUnusable
from kstar_tui.history.records import Account, Batch, RawFrame, StoredEvent
from kstar_tui.history.rollup import MINUTES_KEPT
from kstar_tui.history.store import Store
from kstar_tui.monitor.energy import Flow

BERLIN = Calendar(ZoneInfo("Europe/Berlin"))
NOON = BERLIN.start(date(2026, 6, 1)) + 12 * 3600
ACCOUNT = Account((1, 2, 3, 4, 5, 6), NOON, NOON + 5.0, 10.5, 20.5, 300)


def minute(start: int, watts: int = 600, observed: int = 60_000) -> Bucket:
    bucket = Bucket(start)
    bucket.observed = observed
    for name in ("pv_power", "grid_import_power", "load_power"):
        bucket.sums[INDEX[name]] = watts * observed
        bucket.lows[INDEX[name]] = watts - 1
        bucket.highs[INDEX[name]] = watts + 1
    bucket.pv_energy = bucket.load_energy = watts * observed
    return bucket


def opened(path: Path | str = ":memory:", now: float = NOON, *, write: bool = True) -> Store:
    return Store.open(path, BERLIN, now=now, write=write)


def test_what_was_saved_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "history.sqlite"
    store = opened(path)
    event = StoredEvent(NOON + 1.5, "fault", "isolation", True, "fault", "fault: isolation")
    frames = [RawFrame(NOON + 5.25, b"\xaa\x55first"), RawFrame(NOON + 10.0, b"second")]
    store.save(Batch("SN1", NOON + 60, ACCOUNT, [minute(NOON)], frames, [event], "KSE4000", "SN1"))
    store.close()
    assert path.stat().st_mode & 0o777 == 0o600
    store = opened(path)
    archive = Archive(store, BERLIN)
    assert store.account("SN1") == ACCOUNT
    assert list(archive.buckets("SN1", NOON, NOON + 60, 60)) == [minute(NOON)]
    assert list(archive.frames("SN1", NOON, NOON + 60)) == frames
    assert archive.events("SN1", NOON, NOON + 60) == [event]
    assert archive.open_events("SN1") == [event]
    (known,) = archive.inverters()
    assert (known.model, known.serial, known.first) == ("KSE4000", "SN1", NOON)
    store.close()


def test_an_event_that_ended_is_open_no_more() -> None:
    store = opened()
    begins = StoredEvent(NOON, "grid", "grid", True, "warning", "grid lost")
    ends = StoredEvent(NOON + 9, "grid", "grid", False, "good", "grid back")
    store.save(Batch("SN1", NOON, events=[begins, ends]))
    assert Archive(store, BERLIN).open_events("SN1") == []


def test_inverters_share_nothing() -> None:
    store = opened()
    store.save(Batch("A", NOON + 60, ACCOUNT, [minute(NOON)]))
    store.save(Batch("B", NOON + 60, None, [minute(NOON, 100)]))
    archive = Archive(store, BERLIN)
    assert archive.total("A", NOON, NOON + 900) == merged(NOON, [minute(NOON)])
    assert archive.total("B", NOON, NOON + 900) == merged(NOON, [minute(NOON, 100)])
    assert store.account("B") is None


def test_a_failed_save_leaves_nothing_and_can_be_repeated() -> None:
    store = opened()
    pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
    store.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    many = [minute(NOON + 60 * number) for number in range(100)]
    with pytest.raises(StoreError, match="disk is full"):
        store.save(Batch("SN1", NOON + 6000, ACCOUNT, many))
    assert store.account("SN1") is None
    store.connection.execute("PRAGMA max_page_count = 100000")
    store.save(Batch("SN1", NOON + 6000, ACCOUNT, many))
    assert store.account("SN1") == ACCOUNT


def test_one_writes_and_another_only_reads(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    code = (
        "import sys; from kstar_tui.history.store import Store\n"
        "from kstar_tui.history.calendar import Calendar\n"
        f"store = Store.open({str(path)!r}, Calendar(), now={NOON})\n"
        "print('here', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"here\n"
        with pytest.raises(StoreBusy) as busy:
            opened(path)
        assert busy.value.pid == other.pid
        reader = opened(path, write=False)
        assert reader.account("SN1") is None
        with pytest.raises(StoreError):
            reader.save(Batch("SN1", NOON, ACCOUNT))
        reader.close()
        other.kill()
    opened(path).close()


def test_a_shell_that_holds_the_database_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    store = opened(path)
    shell = sqlite3.connect(path, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another program holds"):
        store.save(Batch("SN1", NOON, ACCOUNT))
    shell.execute("ROLLBACK")
    store.save(Batch("SN1", NOON, ACCOUNT))
    assert store.account("SN1") == ACCOUNT


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE photos (name)")


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda path: path.write_bytes(b"these are no pages at all" * 100), "damaged"),
        (lambda path: path.write_bytes(b"SQLite format 3\0" + os.urandom(5000)), "damaged"),
        (foreign, "foreign"),
    ],
    ids=["no database", "only its beginning", "another program's"],
)
def test_a_file_of_no_use_is_set_aside(tmp_path: Path, make: object, word: str) -> None:
    path = tmp_path / "history.sqlite"
    make(path)  # type: ignore[operator]
    before = path.read_bytes()
    store = opened(path)
    assert store.set_aside is not None
    assert word in store.set_aside.name
    assert store.set_aside.read_bytes() == before
    store.save(Batch("SN1", NOON, ACCOUNT))
    assert store.account("SN1") == ACCOUNT


def test_an_empty_file_is_as_good_as_none(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    path.touch()
    store = opened(path)
    assert store.set_aside is None
    store.save(Batch("SN1", NOON, ACCOUNT))


@pytest.mark.parametrize(
    ("word", "aside"),
    [(b" NULL, kind", True), (b"pv1_current_low", False), (b"ISOLATION", False)],
)
def test_bytes_that_are_no_text_end_nothing(tmp_path: Path, word: bytes, aside: bool) -> None:
    path = tmp_path / "history.sqlite"
    store = opened(path)
    event = StoredEvent(NOON, "fault", "x", True, "fault", "ISOLATION")
    store.save(Batch("SN1", NOON + 60, ACCOUNT, [minute(NOON)], (), [event]))
    store.close()
    data = path.read_bytes()
    assert word in data
    path.write_bytes(data.replace(word, word[:1] + b"\xff" + word[2:]))
    if aside:
        with pytest.raises(StoreDamaged):
            opened(path, write=False)
    store = opened(path)
    store.save(Batch("SN1", NOON + 120, ACCOUNT, [minute(NOON + 60)]))
    archive = Archive(store, BERLIN)
    assert archive.total("SN1", NOON, NOON + 120).observed == (60_000 if aside else 120_000)
    assert len(archive.events("SN1", 0, NOON + 60)) == (0 if aside else 1)
    assert (store.set_aside is not None) is aside


def test_a_complete_file_can_be_read_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "history.sqlite"
    store = opened(path)
    store.save(Batch("SN1", NOON + 60, ACCOUNT, [minute(NOON)]))
    connect = sqlite3.connect

    def on_a_read_only_disk(name: str, **options: Any) -> sqlite3.Connection:
        if "immutable" not in name:
            raise sqlite3.OperationalError("unable to open database file")
        return connect(name, **options)

    monkeypatch.setattr(sqlite3, "connect", on_a_read_only_disk)
    monkeypatch.setattr(os, "access", lambda _, mode: not mode & os.W_OK)
    # What a log holds that is not in the file yet must not be left out.
    with pytest.raises(StoreError):
        opened(path, write=False)
    store.close()
    found = Archive(opened(path, write=False), BERLIN)
    assert found.total("SN1", NOON, NOON + 60) == minute(NOON)


def test_damage_in_the_middle_is_set_aside_when_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    store = opened(path)
    store.save(Batch("SN1", NOON + 6000, ACCOUNT, [minute(NOON + 60 * n) for n in range(100)]))
    store.close()
    content = bytearray(path.read_bytes())
    content[3 * 1024 :] = os.urandom(len(content) - 3 * 1024)
    path.write_bytes(content)
    with pytest.raises(StoreDamaged, match="set aside as"):
        store = opened(path)
        if store.set_aside is None:
            store.save(Batch("SN1", NOON + 6060, ACCOUNT, [minute(NOON + 6000)]))
        else:
            raise StoreDamaged(f"set aside as {store.set_aside}")
    store.close()
    assert opened(path).account("SN1") is None
    assert any("damaged" in name.name for name in tmp_path.iterdir())


def test_a_newer_versions_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    store = opened(path)
    store.connection.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(StoreUnusable, match="newer"):
        opened(path)
    assert not any("damaged" in each.name for each in tmp_path.iterdir())


def test_a_folder_that_cannot_be_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError):
        opened(tmp_path / "file" / "history.sqlite")
    with pytest.raises(StoreError, match="no history yet"):
        opened(tmp_path / "none.sqlite", write=False)


def test_a_field_kept_since_a_later_version_gets_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    store = opened(path)
    last = KEPT[-1]
    for table in ("minute", "quarter", "day"):
        for column in (f"{last}_sum", f"{last}_low", f"{last}_high"):
            store.connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    store.close()
    store = opened(path)
    store.save(Batch("SN1", NOON + 60, ACCOUNT, [minute(NOON)]))
    assert list(Archive(store, BERLIN).buckets("SN1", NOON, NOON + 60, 60)) == [minute(NOON)]


def test_old_minutes_go_and_their_quarters_stay() -> None:
    store = opened()
    archive = Archive(store, BERLIN)
    old = [minute(NOON + 60 * number) for number in range(15)]
    store.save(Batch("SN1", NOON + 900, ACCOUNT, old, [RawFrame(NOON, b"x")]))
    for hour in range(4):
        store.save(Batch("SN1", NOON + 70 * 86400 + 3600 * hour, ACCOUNT))
    assert list(archive.buckets("SN1", NOON, NOON + 900, 60)) == []
    assert list(archive.frames("SN1", NOON, NOON + 60)) == []
    assert list(archive.buckets("SN1", NOON, NOON + 900, 900)) == [merged(NOON, old)]
    columns = archive.columns("SN1", NOON, 300, 4, ["pv_power"])
    assert columns.means["pv_power"] == [6.0e2, 6.0e2, 6.0e2, None]
    # What comes late for then is added where it would be by now.
    store.save(Batch("SN1", NOON + 71 * 86400, ACCOUNT, [minute(NOON)]))
    assert archive.total("SN1", NOON, NOON + 900) == merged(NOON, [*old, minute(NOON)])


def test_a_late_minute_at_the_edge_of_what_is_kept_is_in_every_tier() -> None:
    store = opened()
    archive = Archive(store, BERLIN)
    store.save(Batch("SN1", NOON + 900, ACCOUNT, [minute(NOON)]))
    edge = NOON + MINUTES_KEPT + 300
    store.save(Batch("SN1", edge, ACCOUNT, [minute(NOON + 600)]))
    both = merged(NOON, [minute(NOON), minute(NOON + 600)])
    assert list(archive.buckets("SN1", NOON, NOON + 900, 900)) == [both]
    assert archive.total("SN1", NOON, NOON + 900) == both


def test_a_row_with_text_in_it_is_an_error_in_words() -> None:
    store = opened()
    store.save(Batch("SN1", NOON + 60, ACCOUNT, [minute(NOON)]))
    store.connection.execute("UPDATE minute SET pv_power_sum = 'much'")
    with pytest.raises(StoreError, match="holds what no history holds"):
        list(Archive(store, BERLIN).buckets("SN1", NOON, NOON + 60, 60))


def test_what_is_priced_is_what_the_quarters_hold() -> None:
    store = opened()
    archive = Archive(store, BERLIN)
    minutes = [minute(NOON + 60 * number, number) for number in range(40)]
    store.save(Batch("SN1", NOON + 1900, ACCOUNT, minutes))
    full = list(archive.buckets("SN1", NOON, NOON + 3600, 900))
    priced = list(archive.priced("SN1", NOON, NOON + 3600))
    for flow in (Flow.LOAD, Flow.IMPORT, Flow.EXPORT):
        assert [(b.start, b.measured(flow)) for b in priced] == [
            (b.start, b.measured(flow)) for b in full
        ]


def test_an_import_takes_only_what_is_not_there() -> None:
    store = opened()
    store.save(Batch("SN1", NOON + 60, ACCOUNT, [minute(NOON)]))
    new = [minute(NOON - 60), minute(NOON, 999), minute(NOON - 80 * 86400)]
    assert store.import_minutes("SN1", new, now=NOON + 120) == (2, 1)
    assert store.import_minutes("SN1", new, now=NOON + 120) == (0, 3)
    assert store.account("SN1") == ACCOUNT
    archive = Archive(store, BERLIN)
    assert archive.total("SN1", NOON - 60, NOON + 60).energy(Flow.IMPORT) == 0.02


ZONES = ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"]


@settings(max_examples=40)
@given(
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(
        [date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 10, 25)]
    ),
    saves=st.lists(
        st.tuples(
            st.integers(0, 3 * 1440),
            st.integers(1, 5000),
            st.integers(0, 400),
            st.sampled_from([0, 0, 0, 0, 70, 2500]),
        ),
        min_size=1,
        max_size=40,
    ),
)
def test_every_tier_gives_the_same_kwh(
    zone: str, day: date, saves: list[tuple[int, int, int, int]]
) -> None:
    calendar = Calendar(ZoneInfo(zone))
    start = calendar.start(day)
    store = Store.open(database.MEMORY, calendar, now=start)
    archive, all_of_it, now = Archive(store, calendar), Bucket(start), start
    for place, watts, later, leap in saves:
        bucket = minute(start + 60 * place, watts)
        # Late minutes and such of the future, in any order, and a clock that is wrong for once.
        now = max(now, start + 60 * place) + 60 * later - 3600
        store.save(Batch("SN1", now + leap * 86400, ACCOUNT, [bucket]))
        all_of_it.merge(bucket)
    store.save(Batch("SN1", start + 5 * 86400, ACCOUNT))
    end = start + 5 * 86400
    days = archive.days("SN1", day, calendar.day(end))
    assert merged(start, (each for _, each in days)) == all_of_it
    if any(leap for *_, leap in saves):
        # What such a clock took for too old may be gone; days never go.
        return
    assert merged(start, archive.buckets("SN1", start, end, 900)) == all_of_it
    assert merged(start, archive.buckets("SN1", start, end, 60)) == all_of_it
    assert archive.total("SN1", start, end) == all_of_it
    for each, bucket in days:
        assert archive.total("SN1", calendar.start(each), calendar.end(each)) == bucket


@pytest.mark.parametrize("leap", [100 * 86400, 3000 * 86400, 40 * 365 * 86400])
def test_a_clock_that_leaps_ahead_and_back_costs_nothing(leap: int) -> None:
    store, day = opened(), BERLIN.day(NOON)
    archive, all_of_it = Archive(store, BERLIN), Bucket(BERLIN.start(day))
    moments = [NOON + 60 * n for n in (*range(9), 11, 12, 30)]
    for start in moments:
        now = start + 60
        store.save(
            Batch("SN1", now + leap if start == moments[8] else now, ACCOUNT, [minute(start)])
        )
        all_of_it.merge(minute(start))
        assert archive.total("SN1", all_of_it.start, BERLIN.end(day)) == all_of_it
        assert archive.day("SN1", day) == all_of_it
    assert merged(all_of_it.start, archive.buckets("SN1", NOON, NOON + 3600, 900)) == all_of_it
    assert merged(all_of_it.start, archive.buckets("SN1", NOON, NOON + 3600, 60)) == all_of_it


@pytest.mark.parametrize(
    ("ago", "pv"), [(0, [6.05, 12.0, 5.04]), (100, [6.04, 12.0, 5.05])], ids=["minutes", "quarters"]
)
def test_what_was_counted_while_away_is_not_imported_again(ago: int, pv: list[float]) -> None:
    store, begun = opened(), NOON - ago * 86400
    archive, kwh = Archive(store, BERLIN), 3_600_000_000
    first, back = BERLIN.day(begun), begun + 2 * 86400
    booked = [
        (BERLIN.end(first) - 60, 6),
        (BERLIN.end(BERLIN.day(begun + 86400)) - 60, 12),
        (back, 5),
    ]
    catching_up = [Bucket(at) for at, _ in booked]
    for bucket, (_, energy) in zip(catching_up, booked, strict=True):
        bucket.pv_energy, bucket.load_energy = energy * kwh, kwh // 10
    store.save(Batch("SN1", begun + 60, ACCOUNT, [minute(begun)]))
    store.save(Batch("SN1", back + 60, ACCOUNT, catching_up))
    later = NOON + 5 * 86400
    hours = range(-24, 72, 3)
    taken, _ = store.import_minutes(
        "SN1", [minute(begun + 3600 * n + 960) for n in hours], now=later
    )
    assert taken == len(hours)
    days = dict(archive.days("SN1", first - timedelta(days=1), BERLIN.day(later)))
    before, *away, after = (days[first + timedelta(days=n)] for n in range(-1, 4))
    assert [round(each.energy(Flow.PV), 2) for each in away] == pv
    assert away[1].energy(Flow.LOAD) == pytest.approx(0.1 + 8 * 0.01)
    assert away[1].measured(Flow.PV) == pytest.approx(8 * 0.01)
    assert before.energy(Flow.PV) == before.measured(Flow.PV) > 0
    assert after.energy(Flow.PV) == after.measured(Flow.PV) > 0


def test_days_are_kept_for_ever_and_can_be_found() -> None:
    store = opened()
    archive, old = Archive(store, BERLIN), NOON - 7 * 366 * 86400
    day = BERLIN.day(old)
    new = [minute(old), minute(old + 60), minute(old + 86400)]
    assert store.import_minutes("SN1", new, now=NOON) == (3, 0)
    assert store.import_minutes("SN1", new, now=NOON) == (0, 3)
    assert archive.span("SN1") == (day, day + timedelta(days=1))
    assert [one.key for one in archive.inverters()] == ["SN1"]
    for quarter in range(3):
        store.save(Batch("SN1", NOON + 900 * quarter, ACCOUNT))
    found = archive.days("SN1", day, day + timedelta(days=1))
    assert [bucket.energy(Flow.IMPORT) for _, bucket in found] == [0.02, 0.01]


def test_a_full_disk_at_the_lock_costs_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        opened(tmp_path / "history.sqlite").close()
    with monkeypatch.context() as patch:
        patch.setattr("kstar_tui.history.lock.fcntl.flock", full)
        with pytest.raises(StoreError, match="No space"):
            opened(tmp_path / "history.sqlite")
    opened(tmp_path / "history.sqlite").close()


def test_a_clock_that_was_ahead_for_a_while_does_not_end_the_dropping() -> None:
    store = opened()
    store.save(Batch("SN1", NOON, ACCOUNT, (), [RawFrame(NOON, b"x")]))
    store.save(Batch("SN1", NOON + 40 * 365 * 86400, ACCOUNT))
    store.save(Batch("SN1", NOON + 900, ACCOUNT, (), [RawFrame(NOON + 900, b"y")]))
    for quarter in range(200):
        store.save(Batch("SN1", NOON + 3 * 86400 + 900 * quarter, ACCOUNT))
    assert list(Archive(store, BERLIN).frames("SN1", NOON, NOON + 86400)) == []


def test_an_import_again_at_the_edge_of_what_is_kept_takes_nothing() -> None:
    store = opened()
    new = [minute(NOON + 60 * number) for number in range(60)]
    assert store.import_minutes("SN1", new, now=NOON + 3600) == (60, 0)
    for quarter in range(8):
        store.save(Batch("SN1", NOON + MINUTES_KEPT + 60 + 420 * quarter, ACCOUNT))
        now = NOON + MINUTES_KEPT + 60 + 420 * quarter
        assert store.import_minutes("SN1", new, now=now) == (0, 60)
