"""The day in memory: means a minute, peaks, and a window that only grows to the right."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monitor_world import reading
from owned_clock import START

from kstar_tui.monitor.trail import Series, Trail
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.protocol.reading import Reading

FIRST = int(START.timestamp() // 60)
DAY = 24 * 60


def take(trail: Trail, at: datetime, one: Reading, *, fresh: bool = True) -> None:
    trail.on_update(
        Update(
            state=LinkState.ONLINE,
            since=START,
            at=at,
            at_monotonic=0.0,
            fresh=fresh,
            reading=one,
            taken=at,
        )
    )


def load(watts: int) -> Reading:
    return reading(load_power=watts)


def minutes_of(trail: Trail, *loads: tuple[float, int]) -> None:
    for minute, watts in loads:
        take(trail, START + timedelta(minutes=minute), load(watts))


def test_empty() -> None:
    trail = Trail()
    assert trail.empty
    assert trail.window(60) == (0, 1)
    assert list(trail.columns(Series.HOUSE, 0, 1, 3)) == [None, None, None]
    assert trail.peak(Series.HOUSE, START) is None


def test_a_column_is_the_mean_of_its_readings() -> None:
    trail = Trail()
    minutes_of(trail, (0, 100), (0.2, 200), (0.5, 600), (1, 1000), (3, 50))
    assert list(trail.columns(Series.HOUSE, FIRST, 1, 5)) == [300, 1000, None, 50, None]
    # A minute with more readings weighs more: they are what was measured.
    assert list(trail.columns(Series.HOUSE, FIRST, 2, 2)) == [475, 50]


def test_only_fresh_readings_count() -> None:
    trail = Trail()
    take(trail, START, load(100), fresh=False)
    assert trail.empty


def test_a_value_that_is_not_known_leaves_a_gap() -> None:
    from dataclasses import replace

    trail = Trail()
    take(trail, START, replace(load(100), grid_import_power=None))
    assert list(trail.columns(Series.IMPORT, FIRST, 1, 1)) == [None]
    assert list(trail.columns(Series.HOUSE, FIRST, 1, 1)) == [100]
    assert trail.peak(Series.IMPORT, START) is None


def test_the_peak_is_a_single_reading_and_its_minute() -> None:
    trail = Trail()
    minutes_of(trail, (0, 100), (0.5, 900), (1, 500), (2, 100))
    assert trail.peak(Series.HOUSE, START) == (900, START)
    assert trail.peak(Series.HOUSE, START + timedelta(minutes=1)) == (
        500,
        START + timedelta(minutes=1),
    )
    assert trail.peak(Series.HOUSE, START + timedelta(hours=1)) is None


def test_a_peak_of_this_minute_shows_at_once() -> None:
    trail = Trail()
    minutes_of(trail, (0, 100), (1, 200))
    assert trail.peak(Series.HOUSE, START) == (200, START + timedelta(minutes=1))
    minutes_of(trail, (1.5, 800))
    assert trail.peak(Series.HOUSE, START) == (800, START + timedelta(minutes=1))


def test_columns_stand_still_until_the_minute_turns() -> None:
    """Drawn every poll, they would be sent every poll."""
    trail = Trail()
    minutes_of(trail, (0, 100), (1, 200))
    before = list(trail.columns(Series.HOUSE, FIRST, 1, 4))
    minutes_of(trail, (1.2, 900), (1.9, 900))
    assert list(trail.columns(Series.HOUSE, FIRST, 1, 4)) == before
    minutes_of(trail, (2, 50))
    assert list(trail.columns(Series.HOUSE, FIRST, 1, 4))[1] == pytest.approx(2000 / 3)


def test_the_very_first_minute_shows_as_it_fills() -> None:
    trail = Trail()
    minutes_of(trail, (0, 100))
    assert list(trail.columns(Series.HOUSE, FIRST, 1, 2)) == [100, None]
    minutes_of(trail, (0.5, 300))
    assert list(trail.columns(Series.HOUSE, FIRST, 1, 2)) == [200, None]


@pytest.mark.parametrize("count", [20, 54, 104, 180])
def test_the_window_grows_to_the_right_and_shifts_only_to_another_scale(count: int) -> None:
    trail = Trail()
    scales = []
    before: tuple[int, int] | None = None
    filled = -1
    for minute in range(0, DAY, 3):
        minutes_of(trail, (minute, 100))
        first, minutes = trail.window(count)
        assert first <= FIRST < first + minutes, "the first column is where the data begins"
        assert first % minutes == 0, "columns fall on round minutes"
        last = (FIRST + minute - first) // minutes
        assert last < count, "the newest is on it"
        if before == (first, minutes):
            assert last >= filled
        else:
            assert not scales or minutes > scales[-1]
            scales.append(minutes)
        before, filled = (first, minutes), last
    assert filled >= count // 3, "a day fills a good part of it"


def test_after_a_day_the_oldest_leaves() -> None:
    trail = Trail()
    for minute in range(0, 3 * DAY, 5):
        minutes_of(trail, (minute, minute))
    latest = FIRST + 3 * DAY - 5
    for count in (20, 54, 104, 180):
        first, minutes = trail.window(count)
        assert first % minutes == 0
        assert first + (count - 1) * minutes <= latest < first + count * minutes, "to the edge"
        assert DAY <= count * minutes < DAY + count, "a day, in columns as narrow as can be"
        values = trail.columns(Series.HOUSE, first, minutes, count)
        assert any(value is not None for value in values[-count // 2 :])
    assert trail.peak(Series.HOUSE, START) == (3 * DAY - 5, START + timedelta(minutes=3 * DAY - 5))


def test_memory_is_bounded() -> None:
    trail = Trail()
    for minute in range(0, 4 * DAY):
        minutes_of(trail, (minute, 100))
        if minute % 60 == 0:
            # What is drawn is kept until the minute turns, and no longer.
            for count in (50, 60, 70):
                trail.columns(Series.HOUSE, *trail.window(count), count)
    assert len(trail._buckets) <= DAY + 61
    assert len(trail._drawn) <= 3
    assert len(trail._peaks) <= 3


def test_a_gap_leaves_blank_columns() -> None:
    trail = Trail()
    minutes_of(trail, (0, 100), (20, 200))
    values = list(trail.columns(Series.HOUSE, FIRST, 1, 25))
    assert values[0] == 100
    assert values[20] == 200
    assert values.count(None) == 23


@pytest.mark.parametrize("back", [1, 30, 600, 100_000])
def test_a_clock_set_back_drops_what_is_now_in_the_future(back: int) -> None:
    trail = Trail()
    minutes_of(trail, *((minute, 100) for minute in range(60)))
    now = START + timedelta(minutes=59 - back, seconds=30)
    if back < 60:
        # Into a minute that is known already: what lies behind it is not true any more.
        for _ in range(3):
            take(trail, now, load(700))
    else:
        take(trail, now, load(700))
    minute = int(now.timestamp() // 60)
    first, minutes = trail.window(60)
    assert first <= minute < first + 60 * minutes
    values = trail.columns(Series.HOUSE, first, minutes, 60)
    assert values[(minute - first) // minutes] is not None
    assert trail.peak(Series.HOUSE, START - timedelta(days=365)) == (
        700,
        datetime.fromtimestamp(minute * 60, START.tzinfo),
    )


def test_a_clock_set_back_goes_on_from_there() -> None:
    trail = Trail()
    minutes_of(trail, *((minute, 100) for minute in range(60)))
    minutes_of(trail, (10, 500), (11, 500), (12, 500))
    first, minutes = trail.window(120)
    assert (first, minutes) == (FIRST, 1)
    values = list(trail.columns(Series.HOUSE, first, minutes, 120))
    assert all(value is None for value in values[14:]), "nothing stands in the future"


def test_a_clock_set_forward_by_years_does_not_break_the_window() -> None:
    trail = Trail()
    minutes_of(trail, (0, 100), (5 * 365 * DAY, 200))
    first, minutes = trail.window(60)
    values = list(trail.columns(Series.HOUSE, first, minutes, 60))
    assert [value for value in values if value is not None] == [200]


@given(
    st.lists(st.tuples(st.integers(0, 3 * DAY), st.integers(0, 60000)), min_size=1, max_size=60),
    st.integers(1, 200),
)
def test_any_order_of_readings_is_drawn(loads: list[tuple[int, int]], count: int) -> None:
    trail = Trail()
    minutes_of(trail, *loads)
    first, minutes = trail.window(count)
    assert minutes >= 1
    for series in Series:
        values = trail.columns(series, first, minutes, count)
        assert len(values) == count
    house = [v for v in trail.columns(Series.HOUSE, first, minutes, count) if v is not None]
    assert house, "the newest reading is always on it"
    assert min(w for _, w in loads) <= min(house)
    assert max(house) <= max(w for _, w in loads)
    peak = trail.peak(Series.HOUSE, START)
    assert peak is not None
    assert peak[0] >= max(house)


def test_what_is_loaded_from_disk_is_marked_until_a_reading_comes() -> None:
    trail = Trail()
    trail.load(START, {"load_power": [100.0, None, 300.0]}, {"load_power": [150.0, None, 350.0]})
    assert trail.from_disk == START + timedelta(minutes=2)
    assert list(trail.columns(Series.HOUSE, FIRST, 1, 3)) == [100, None, 300]
    assert trail.peak(Series.HOUSE, START) == (350, START + timedelta(minutes=2))
    take(trail, START + timedelta(minutes=4), load(500))
    take(trail, START + timedelta(minutes=5), load(500))
    assert trail.from_disk is None
    assert list(trail.columns(Series.HOUSE, FIRST, 1, 5)) == [100, None, 300, None, 500]


def test_nothing_on_disk_leaves_it_empty() -> None:
    trail = Trail()
    minutes_of(trail, (0, 100))
    trail.load(START, {"load_power": [None]}, {"load_power": [None]})
    assert trail.empty
    assert trail.from_disk is None
