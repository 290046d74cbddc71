"""What a year of history takes: megabytes, bytes written a day, milliseconds for a chart."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from kstar_tui.history.archive import Archive
from kstar_tui.history.bucket import Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.columns import KEPT
from kstar_tui.history.records import Account, Batch, RawFrame
from kstar_tui.history.store import Store
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.frame import build_reply
from kstar_tui.tui.history.figures import read
from kstar_tui.tui.history.period import Reach
from kstar_tui.tui.history.sight import Sight

KEY = "SIM0000000001"
FILLED = 24
"""Fields that an inverter with one battery fills."""
CHARTED = (
    "pv_power",
    "load_power",
    "grid_import_power",
    "grid_export_power",
    "battery_charge_power",
    "battery_discharge_power",
    "battery_soc",
)


def bucket(start: int, seconds: int, chance: random.Random) -> Bucket:
    made = Bucket(start)
    made.observed = seconds * 1000
    for index in range(FILLED):
        value = chance.randrange(4000)
        made.sums[index] = value * made.observed + chance.randrange(60_000)
        made.lows[index], made.highs[index] = value - chance.randrange(99), value + 50
    made.pv_energy = 360_000_000 * chance.randrange(2)
    return made


def io_counts() -> dict[str, int]:
    lines = Path("/proc/self/io").read_text().splitlines()
    return {name: int(value) for name, value in (line.split(": ") for line in lines)}


def test_bytes_written_a_day(tmp_path: Path) -> None:
    chance, calendar = random.Random(1), Calendar()
    start = calendar.start(date(2026, 5, 1))
    store = Store.open(tmp_path / "history.sqlite", calendar, now=start)
    before, cpu = io_counts(), time.process_time()
    for minute in range(1440):
        at = start + 60 * minute
        frames = [
            RawFrame(at + 5 * n, build_reply(0x86, encode_running_data(values(chance))))
            for n in range(12)
        ]
        account = Account((minute,) * 6, start, at + 55, 1000.5, 2000.5, 300)
        store.save(Batch(KEY, at + 60, account, [bucket(at, 60, chance)], frames))
    cpu = time.process_time() - cpu
    store.close()
    after = io_counts()
    handed, disk = (after[name] - before[name] for name in ("wchar", "write_bytes"))
    print(f"\nwritten a day: {handed / 1e6:.1f} MB handed over, {disk / 1e6:.1f} MB to the disk")
    print(f"processor: {1000 * cpu / 1440:.2f} ms a minute, the frames' making included")
    assert handed <= 15e6
    assert disk <= 15e6


def values(chance: random.Random) -> dict[str, float]:
    return {
        "pv1_voltage": 240 + chance.randrange(100) / 10,
        "pv1_current": chance.randrange(80) / 10,
        "battery_voltage": 50 + chance.randrange(20) / 10,
        "battery_current": chance.randrange(300) / 10,
        "grid_voltage": 230 + chance.randrange(60) / 10,
        "load_power": chance.randrange(3000),
        "grid_power": chance.randrange(3000),
    }


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, Path, date]:
    """365 days: the last 62 in minutes, the others in quarters of an hour."""
    path = tmp_path_factory.mktemp("year") / "history.sqlite"
    chance, calendar, last = random.Random(2), Calendar(), date(2026, 6, 30)
    now = calendar.end(last)
    store = Store.open(path, calendar, now=now)

    def stretch(first: date, days: int, seconds: int) -> Iterator[Bucket]:
        for day in range(days):
            start = calendar.start(first + timedelta(days=day))
            for place in range(start, start + 86400, seconds):
                yield bucket(place, seconds, chance)

    store.import_minutes(KEY, stretch(last - timedelta(days=364), 303, 900), now=now)
    store.import_minutes(KEY, stretch(last - timedelta(days=61), 62, 60), now=now)
    frames = [
        RawFrame(now - 5.0 * n, build_reply(0x86, encode_running_data(values(chance))))
        for n in range(48 * 720)
    ]
    store.save(Batch(KEY, now, None, (), frames))
    store.close()
    store = Store.open(path, calendar, now=now, write=False)
    return Archive(store, calendar), path, last


def test_a_years_size(year: tuple[Archive, Path, date]) -> None:
    size = year[1].stat().st_size / 1e6
    print(f"\na year: {size:.1f} MB")
    assert size <= 60


@pytest.mark.parametrize("ago", [1, 200])
def test_a_days_chart(year: tuple[Archive, Path, date], ago: int) -> None:
    archive, _, last = year
    calendar = Calendar()
    day = last - timedelta(days=ago)
    times = []
    for _ in range(7):
        began = time.perf_counter()
        archive.columns(KEY, calendar.start(day), 600, 144, CHARTED)
        archive.days(KEY, day, day)
        times.append(time.perf_counter() - began)
    print(f"\na day's chart, {ago} days ago: {1000 * sorted(times)[3]:.1f} ms")
    assert sorted(times)[3] <= 0.030


@pytest.mark.parametrize("ago", [1, 200])
@pytest.mark.parametrize("hours", [24, 3])
def test_what_the_screen_reads(year: tuple[Archive, Path, date], hours: int, ago: int) -> None:
    """On the widest screen; long ago its columns and the quarters of an hour do not meet."""
    archive, _, last = year
    calendar = Calendar()
    sight = Sight.around(Reach.DAY, last - timedelta(days=ago))
    start, end = sight.ends(calendar)
    if hours < 24:
        sight = Sight(sight.period, (start + 9 * 3600, start + (9 + hours) * 3600))
    times = []
    for _ in range(7):
        began = time.perf_counter()
        figures = read(archive, KEY, sight, room=180, now=end, calendar=calendar)
        times.append(time.perf_counter() - began)
    assert len(figures.slots) == 180
    assert all(slot.observed for slot in figures.slots)
    print(f"\n{hours} hours on the screen, {ago} days ago: {1000 * sorted(times)[3]:.1f} ms")
    assert sorted(times)[3] <= 0.030


def test_a_years_bars(year: tuple[Archive, Path, date]) -> None:
    archive, _, last = year
    began = time.perf_counter()
    days = archive.days(KEY, last - timedelta(days=364), last)
    passed = time.perf_counter() - began
    print(f"\na year's bars: {1000 * passed:.1f} ms")
    assert len(days) == 365
    assert len(KEPT) >= FILLED
    assert passed <= 0.1
