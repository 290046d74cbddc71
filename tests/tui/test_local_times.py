"""Local times on the screens: of the past by its own offset, whatever that of today is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tui_world import VALUES, cells, mqtt, reading, trail_of, update, view

from kstar_tui.history.calendar import Calendar
from kstar_tui.monitor.battery_time import Estimate
from kstar_tui.monitor.events import Event, Severity
from kstar_tui.monitor.update import LinkState
from kstar_tui.tui.axis import time_labels
from kstar_tui.tui.details import sections
from kstar_tui.tui.glyphs import UNICODE
from kstar_tui.tui.live.picture import draw_live
from kstar_tui.tui.live.view import View

BERLIN = Calendar(ZoneInfo("Europe/Berlin"))
CHANGES = [
    pytest.param(datetime(2026, 3, 29, 10, tzinfo=UTC), "00:40", "12:00", id="spring"),
    pytest.param(datetime(2026, 10, 25, 11, tzinfo=UTC), "00:40", "12:00", id="autumn"),
]
"""Noon of the days on which the clocks were changed at night, and 40 minutes into them."""


def seen_at(now: datetime, **changes: Any) -> View:
    """A view as the app makes it: `now` has no more than the offset of this moment."""
    fixed = BERLIN.local(now.timestamp())
    offset = fixed.utcoffset()
    assert offset is not None
    return view(now=now.astimezone(timezone(offset)), calendar=BERLIN, **changes)


def of(now: datetime, **changes: Any) -> View:
    """The last reading came 40 minutes into the day, with its highest values."""
    early = datetime.fromtimestamp(BERLIN.start(BERLIN.day(now.timestamp())) + 2400, UTC)
    values = {**VALUES, "grid_direction": "importing"}
    trail = trail_of([(0, reading(**values))], early)
    return seen_at(
        now,
        of=update(since=early, taken=early, reading=reading(**values), **changes),
        trail=trail,
        events=(Event(early, Severity.NOTE, "something happened"),),
        mqtt=mqtt(since=early),
    )


def text(one: View, width: int = 120, height: int = 39) -> str:
    return "\n".join(cells(draw_live(one, width, height, UNICODE), width, height))


@pytest.mark.parametrize(("now", "early", "noon"), CHANGES)
def test_what_came_before_the_change_has_its_own_time(now: datetime, early: str, noon: str) -> None:
    live = text(of(now))
    assert live.split("\n")[0].rstrip().endswith(noon)
    assert f" {early}        something happened" in live
    for peak in ("peak", "peak import"):
        assert f" {peak} {early} " in live
    told = sections(of(now))
    assert dict(told["Link"])["state"] == f"online since {early}"
    assert dict(told["MQTT"])["state"] == f"connected since {early}"
    away = text(of(now, state=LinkState.OFFLINE, error="no answer"))
    assert f"offline since {early}" in away


@pytest.mark.parametrize(
    ("now", "hours", "at"),
    [
        pytest.param(datetime(2026, 3, 28, 22, tzinfo=UTC), 5, "Sun 05:00", id="spring"),
        pytest.param(datetime(2026, 10, 24, 21, tzinfo=UTC), 5, "Sun 03:00", id="autumn"),
    ],
)
def test_what_comes_after_the_change_too(now: datetime, hours: int, at: str) -> None:
    """At 23:00 the battery is empty in five hours."""
    end = Estimate(False, hours * 3600, now + timedelta(hours=hours), 0, guessed=False)
    one = seen_at(now, battery=end, of=update(reading=reading(battery_mode="discharging")))
    assert f"empty {at}" in text(one)


@pytest.mark.parametrize(("now", "early", "noon"), CHANGES)
def test_a_day_begins_at_its_midnight(now: datetime, early: str, noon: str) -> None:
    """What was highest before it is not today's peak; by today's offset it would be, or would be
    where today's is not."""
    day = BERLIN.day(now.timestamp())
    midnight = datetime.fromtimestamp(BERLIN.start(day), UTC)
    before = (-10, reading(load_power=9000))
    after = (10, reading(load_power=2000))
    live = text(seen_at(now, trail=trail_of([before, after], midnight)))
    assert "peak 00:10" in live
    assert of(now).midnight == midnight
    assert of(now).day == day


def labels_of(start: datetime, step: int, count: int, zone: tzinfo) -> dict[str, int]:
    found = time_labels(int(start.timestamp()), step, count, Calendar(zone))
    assert len({label for _, label in found}) == len(found)
    return {label: column for column, label in found}


def test_labels_stand_at_round_local_times() -> None:
    zone = timezone(timedelta(hours=2))
    found = labels_of(datetime(2026, 6, 18, 5, 50, tzinfo=UTC), 600, 60, zone)
    assert found == {"08:00": 1, "10:00": 13, "12:00": 25, "14:00": 37, "16:00": 49}


@pytest.mark.parametrize(
    ("day", "columns"),
    [
        pytest.param(29, {"00:00": 0, "01:00": 12, "03:00": 24, "04:00": 36}, id="none is 02:00"),
        pytest.param(30, {"00:00": 0, "01:00": 12, "02:00": 24, "03:00": 36}, id="the day after"),
    ],
)
def test_labels_in_the_night_of_a_change(day: int, columns: dict[str, int]) -> None:
    start = datetime(2026, 3, day, tzinfo=ZoneInfo("Europe/Berlin"))
    assert labels_of(start, 300, 45, ZoneInfo("Europe/Berlin")) == columns


def test_an_hour_that_comes_twice_is_named_once() -> None:
    start = datetime(2026, 10, 25, tzinfo=ZoneInfo("Europe/Berlin"))
    found = labels_of(start, 300, 65, ZoneInfo("Europe/Berlin"))
    assert found == {"00:00": 0, "01:00": 12, "02:00": 24, "03:00": 48, "04:00": 60}


@given(
    st.integers(0, 30_000_000),
    st.sampled_from((1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 97)),
    st.integers(0, 200),
    st.sampled_from((-570, 0, 60, 345)),
    st.integers(0, 12),
)
def test_labels_never_collide_and_stay_within(
    first: int, minutes: int, columns: int, offset: int, over: int
) -> None:
    zone = timezone(timedelta(minutes=offset))
    start, step = first * 60, minutes * 60
    end = -1
    for column, label in time_labels(start, step, columns, Calendar(zone), over=over):
        assert column > end
        assert column < columns
        end = column + len(label)
        assert end <= columns + over
        at = datetime.fromtimestamp(start + column * step, zone)
        shown = at.replace(hour=int(label[:2]), minute=int(label[3:]))
        assert (shown - at) % timedelta(days=1) < timedelta(minutes=minutes), "in its own column"
