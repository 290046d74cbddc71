"""What is read of today: its course, its lows and highs, whatever the archive says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from focus_world import CALENDAR, FULL, GAP, MIDNIGHT, SISTER, focus_view, measured_minutes, past
from history_days import HandPast
from tui_world import ENERGY, NOON, cells, reading, update, view

from kstar_tui.history.archive import Archive
from kstar_tui.history.bucket import Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.columns import INDEX
from kstar_tui.history.store import Store
from kstar_tui.monitor.energy import Flow
from kstar_tui.tui.axis import time_labels
from kstar_tui.tui.focus.battery import draw_battery
from kstar_tui.tui.focus.course import fitted
from kstar_tui.tui.focus.figures import CHARTED, SOC, STEP, Past, read
from kstar_tui.tui.focus.grid import draw_grid
from kstar_tui.tui.glyphs import UNICODE

NOW = NOON.timestamp()


def test_the_course_is_the_whole_day_and_its_gap_is_none() -> None:
    course = read(past(), "k", NOW, CALENDAR).course
    assert (course.start, course.count, course.step) == (MIDNIGHT, 86400 // STEP, STEP)
    for index, seconds in enumerate(course.observed):
        minute = index * STEP // 60
        known = minute < 720 and minute not in GAP
        assert seconds == (STEP if known else 0)
        for field in CHARTED:
            assert (course.means[field][index] is not None) is known, (field, minute)


def test_lows_and_highs_are_those_of_every_kept_field() -> None:
    day = read(past(), "k", NOW, CALENDAR)
    kept = [b for i, b in enumerate(measured_minutes(720)) if i not in GAP]
    for field in ("battery_voltage", "grid_frequency", SOC, Flow.LOAD.value, "inverter_power"):
        assert day.lows[field] == min(v for b in kept if (v := b.low(field)) is not None)
        assert day.highs[field] == max(v for b in kept if (v := b.high(field)) is not None)
    assert "pv1_voltage" not in day.lows, "never observed"


def test_of_an_inverter_that_nothing_is_kept_of_nothing_is_known() -> None:
    day = read(HandPast([], CALENDAR), "k", NOW, CALENDAR)
    assert not any(day.course.observed)
    assert day.lows == day.highs == {}


def test_yesterday_is_not_today() -> None:
    day = read(past(), "k", NOW + 86400, CALENDAR)
    assert not any(day.course.observed)
    assert day.day == NOON.date() + timedelta(days=1)


@pytest.mark.parametrize(("month", "day", "length"), [(3, 29, 23), (10, 25, 25), (6, 18, 24)])
def test_a_day_is_as_long_as_the_clocks_make_it(month: int, day: int, length: int) -> None:
    calendar = Calendar(ZoneInfo("Europe/Berlin"))
    noon = datetime(2026, month, day, 12, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
    course = read(HandPast([], calendar), "k", noon, calendar).course
    assert course.count == length * 3600 // STEP
    narrow = fitted(course, 60)
    assert narrow.count <= 60
    labels = time_labels(narrow.start, narrow.step, narrow.count, calendar)
    assert labels[0] == (0, "00:00")
    assert len({text for _, text in labels}) == len(labels)


def test_a_reading_counts_before_its_minute_is_saved() -> None:
    before = read(past(), "k", NOW, CALENDAR)
    after = before.with_reading(reading(grid_voltage=199.5, load_power=9000))
    assert after.lows["grid_voltage"] == 199.5
    assert after.highs["grid_voltage"] == before.highs["grid_voltage"]
    assert after.highs["load_power"] == 9000
    assert after.lows["pv1_voltage"] == 340.0, "first seen now"
    assert "battery_2_voltage" in after.lows, "what is not known now is kept"
    assert before.lows["grid_voltage"] > 199.5


@pytest.mark.parametrize("room", [12, 40, 60, 100, 180, 480, 1440])
def test_columns_put_together_keep_what_was_observed(room: int) -> None:
    course = read(past(), "k", NOW, CALENDAR).course
    narrow = fitted(course, room)
    assert narrow.count <= room
    assert sum(narrow.observed) == sum(course.observed)
    for field in CHARTED:
        joule, before = (
            sum(v * s for v, s in zip(one.means[field], one.observed, strict=True) if v is not None)
            for one in (narrow, course)
        )
        assert joule == pytest.approx(before)


class Answer(NamedTuple):
    observed: Sequence[float]
    means: Mapping[str, Sequence[float | None]]


class Hostile:
    """Answers what no archive should."""

    def __init__(self, value: object, count: int) -> None:
        self.value = value
        self.count = count

    def columns(self, key: str, start: int, step: int, count: int, fields: Sequence[str]) -> Answer:
        values = [self.value] * self.count
        return Answer(values, dict.fromkeys(fields, values))  # type: ignore[arg-type]

    def total(self, key: str, start: int, end: int) -> Bucket:
        bucket = Bucket(start)
        bucket.lows = [self.value] * len(INDEX)  # type: ignore[list-item]
        bucket.highs = list(bucket.lows)
        return bucket


@pytest.mark.parametrize("count", [0, 1, 1439, 1440, 2000])
@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), -float("inf"), 1e300, 10**40, -5.0, 0, None, True]
)
def test_whatever_a_damaged_file_holds_can_be_drawn(value: object, count: int) -> None:
    if value is None:
        day = read(HandPast([], CALENDAR), "k", NOW, CALENDAR)
    else:
        day = read(Hostile(value, count), "k", NOW, CALENDAR)
    for draw in (draw_battery, draw_grid):
        for width, height in ((80, 23), (120, 39), (200, 59)):
            draw(focus_view(today=day), width, height, UNICODE)


class Failing(HandPast):
    def __init__(self) -> None:
        super().__init__([], CALENDAR)

    def total(self, key: str, start: int, end: int) -> Bucket:
        raise OSError("disk on fire")


def test_what_the_archive_raises_is_raised() -> None:
    archive: Past = Failing()
    with pytest.raises(OSError, match="disk on fire"):
        read(archive, "k", NOW, CALENDAR)


@pytest.mark.parametrize("draw", [draw_battery, draw_grid])
def test_without_a_history_values_stay_and_it_is_said(draw: type) -> None:
    live = view(update(settings=FULL, reading=reading(**SISTER)))
    one = focus_view(live=live, today=None, message=("The history is off.",))
    for width, height in ((80, 23), (120, 39), (200, 59)):
        text = "\n".join(cells(draw(one, width, height, UNICODE), width, height))
        assert "The history is off." in text
        assert "64 %" in text or "1 530 W" in text
        assert "—" in text


def test_kwh_are_of_the_accounts_else_the_inverters() -> None:
    one = focus_view()
    assert one.kwh_today(Flow.CHARGE) == ENERGY.today[Flow.CHARGE]
    assert one.kwh_total(Flow.EXPORT) == ENERGY.total[Flow.EXPORT]
    yesterday = ENERGY._replace(day=NOON.date() - timedelta(days=1))
    assert focus_view(update(energy=yesterday)).kwh_today(Flow.CHARGE) is None
    bare = focus_view(update())
    assert bare.kwh_today(Flow.LOAD) == 6.4
    assert bare.kwh_total(Flow.LOAD) == 8765.4
    assert bare.kwh_today(Flow.IMPORT) is bare.kwh_total(Flow.CHARGE) is None


def test_a_column_that_has_just_begun_is_no_gap() -> None:
    at = datetime.fromtimestamp(MIDNIGHT + 10 * STEP + 60, UTC)
    minutes = measured_minutes(10 * STEP // 60)
    day = read(HandPast(minutes, CALENDAR), "k", at.timestamp(), CALENDAR)
    early = focus_view(live=view(update(), now=at), today=day)
    # What is shown was read a while ago: no gap for what was not asked for.
    stale = focus_view(live=view(update(), now=at + timedelta(hours=2)), today=day)
    later = at + timedelta(hours=2)
    read_later = read(HandPast(minutes, CALENDAR), "k", later.timestamp(), CALENDAR)
    late = focus_view(live=view(update(), now=later), today=read_later)
    for one, gap in ((early, False), (stale, False), (late, True)):
        text = "\n".join(cells(draw_grid(one, 120, 39, UNICODE), 120, 39))
        assert ("×" in text) is gap


def test_the_real_archive_says_the_same() -> None:
    minutes = past().buckets
    store = Store.open(":memory:", CALENDAR, now=NOW)
    store.import_minutes("k", minutes, now=NOW)
    real = read(Archive(store, CALENDAR), "k", NOW, CALENDAR)
    hand = read(HandPast(minutes, CALENDAR), "k", NOW, CALENDAR)
    assert (real.lows, real.highs) == (hand.lows, hand.highs)
    assert real.course.observed == hand.course.observed
    for field in CHARTED:
        assert real.course.means[field] == pytest.approx(hand.course.means[field])
    store.close()
