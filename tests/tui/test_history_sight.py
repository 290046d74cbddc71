"""What the History screen looks at: closer, wider, and along the time; and what it copies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from history_days import HandPast, house_minutes
from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.history.calendar import Calendar
from kstar_tui.history.tariff import Money
from kstar_tui.monitor.energy import Flow
from kstar_tui.tui.history.copied import copied_slot, copied_sums
from kstar_tui.tui.history.figures import Figures, read
from kstar_tui.tui.history.period import Period, Reach
from kstar_tui.tui.history.sight import Sight

BERLIN = Calendar(ZoneInfo("Europe/Berlin"))
DAY = date(2026, 6, 18)
LATEST = date(2026, 6, 20)
MIDNIGHT = BERLIN.start(DAY)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def hours(sight: Sight) -> tuple[str, str]:
    start, end = sight.ends(BERLIN)
    return f"{BERLIN.local(start):%d %H:%M}", f"{BERLIN.local(end):%d %H:%M}"


def test_a_step_closer_and_another() -> None:
    noon = MIDNIGHT + 12 * 3600
    sight = Sight.around(Reach.YEAR, DAY)
    reaches = []
    for _ in range(3):
        sight = sight.closer(noon, BERLIN, LATEST)
        reaches.append(sight.period)
        assert sight.period.holds(DAY)
    assert [period.reach for period in reaches] == [Reach.MONTH, Reach.WEEK, Reach.DAY]
    shown = []
    for _ in range(5):
        sight = sight.closer(noon, BERLIN, LATEST)
        shown.append(hours(sight))
    assert shown == [
        ("18 06:00", "18 18:00"),
        ("18 09:00", "18 15:00"),
        *[("18 10:30", "18 13:30")] * 3,
    ]
    assert sight.closest
    for back in (6, 12, 24):
        sight = sight.wider(noon, BERLIN, LATEST)
        start, end = sight.ends(BERLIN)
        assert end - start == back * 3600
        assert start <= noon < end
    for reach in (Reach.WEEK, Reach.MONTH, Reach.YEAR, Reach.YEAR):
        sight = sight.wider(noon, BERLIN, LATEST)
        assert sight.period == Period.around(reach, DAY)
    assert sight.widest


@given(st.floats(0, 0.999), st.sampled_from([DAY, SPRING, AUTUMN, LATEST]))
def test_a_moment_stays_at_its_place(place: float, day: date) -> None:
    sight = Sight.around(Reach.DAY, day)
    start, end = sight.ends(BERLIN)
    at = start + place * (end - start)
    for length in (12, 6, 3):
        sight = sight.closer(at, BERLIN, max(day, LATEST))
        start, end = sight.ends(BERLIN)
        assert end - start == length * 3600
        assert start % 900 == 0, "older days are kept in quarters of an hour"
        assert end <= BERLIN.end(max(day, LATEST)), "nothing is there yet"
        assert start - 450 <= at <= end + 450
        if BERLIN.end(max(day, LATEST)) - end > 900:
            assert (at - start) / (end - start) == pytest.approx(place, abs=0.1)


def test_hours_go_over_midnight_by_halves() -> None:
    sight = Sight(Period.around(Reach.DAY, DAY), (MIDNIGHT + 18 * 3600, MIDNIGHT + 24 * 3600))
    assert sight.title(BERLIN) == "Thu 18 Jun 18:00–00:00"
    after = sight.moved(1, BERLIN, LATEST)
    assert hours(after) == ("18 21:00", "19 03:00")
    assert after.title(BERLIN) == "Thu 18 Jun 21:00–03:00"
    assert after.moved(-1, BERLIN, LATEST) == sight
    assert after.moved(1, BERLIN, LATEST).period.first == date(2026, 6, 19)


def test_the_future_is_not_reached() -> None:
    sight = Sight.around(Reach.DAY, LATEST)
    assert sight.moved(1, BERLIN, LATEST) == sight
    end = BERLIN.end(LATEST)
    late = sight.closer(end - 60, BERLIN, LATEST)
    assert late.ends(BERLIN) == (end - 12 * 3600, end)
    assert late.moved(1, BERLIN, LATEST) == late
    week = Sight.around(Reach.WEEK, LATEST)
    assert week.closer(BERLIN.end(date(2026, 6, 21)) - 1, BERLIN, LATEST).period.first == LATEST


def test_today_is_as_much_as_was_shown() -> None:
    now = BERLIN.start(LATEST) + 13 * 3600 + 100
    week = Sight.around(Reach.WEEK, DAY.replace(month=1))
    assert week.at_now(now, BERLIN).period == Period.around(Reach.WEEK, LATEST)
    sight = Sight(Period.around(Reach.DAY, DAY), (MIDNIGHT, MIDNIGHT + 3 * 3600))
    assert hours(sight.at_now(now, BERLIN)) == ("20 10:15", "20 13:15")


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_hours_are_hours_when_the_clocks_change(day: date) -> None:
    sight = Sight.around(Reach.DAY, day)
    start, end = sight.ends(BERLIN)
    assert end - start in (23 * 3600, 25 * 3600)
    at = start + 2.5 * 3600
    for _ in range(3):
        sight = sight.closer(at, BERLIN, LATEST if day == SPRING else AUTUMN)
    start, end = sight.ends(BERLIN)
    assert end - start == 3 * 3600
    assert start <= at < end


def figures(sight: Sight, room: int = 60) -> Figures:
    past = HandPast(house_minutes(MIDNIGHT, 1440), BERLIN)
    now = MIDNIGHT + 86400
    return read(past, "k", sight, room=room, now=now, calendar=BERLIN)


@pytest.mark.parametrize(
    ("length", "room", "minutes"),
    [(12, 60, 12), (6, 60, 6), (3, 60, 3), (12, 100, 8), (3, 180, 1), (6, 180, 2)],
)
def test_fewer_hours_are_finer(length: int, room: int, minutes: int) -> None:
    start = MIDNIGHT + 9 * 3600
    sight = Sight(Period.around(Reach.DAY, DAY), (start, start + length * 3600))
    found = figures(sight, room)
    assert len(found.slots) == length * 60 // minutes
    assert {slot.end - slot.start for slot in found.slots} == {minutes * 60}
    assert found.observed == 1
    # Their sum is what is in them: means times time.
    for flow in Flow:
        joules = sum((slot.values[flow] or 0) * slot.observed for slot in found.slots)
        assert found.total.energy(flow) == pytest.approx(joules / 3.6e6)


def table(text: str) -> dict[str, str]:
    heads, values = (line.split("\t") for line in text.split("\n"))
    assert len(heads) == len(values)
    return dict(zip(heads, values, strict=True))


def test_a_column_is_copied_as_a_spreadsheet_takes_it() -> None:
    day = figures(Sight.around(Reach.DAY, DAY))
    slot = next(slot for slot in day.slots if slot.start == MIDNIGHT + 12 * 3600)
    copied = table(copied_slot(slot, BERLIN))
    assert list(copied)[:3] == ["from", "to", "solar W"]
    assert copied["from"] == "2026-06-18T12:00+02:00"
    assert copied["to"] == "2026-06-18T12:24+02:00"
    assert float(copied["solar W"]) == round(slot.values["pv_power"] or 0)
    assert float(copied["charge %"]) == round(slot.values["battery_soc"] or 0)
    nothing = replace(slot, values=dict.fromkeys(slot.values), observed=0.0)
    assert set(list(table(copied_slot(nothing, BERLIN)).values())[2:]) == {""}, "not 0"


def test_a_bar_and_the_sums_are_kilowatt_hours() -> None:
    week = figures(Sight.around(Reach.WEEK, DAY))
    bar = next(slot for slot in week.slots if slot.period.first == DAY)
    copied, sums = table(copied_slot(bar, BERLIN)), table(copied_sums(week, BERLIN))
    assert (copied["from"], copied["to"]) == ("2026-06-18", "2026-06-18")
    assert (sums["from"], sums["to"]) == ("2026-06-15", "2026-06-21")
    for name in ("solar kWh", "house kWh", "import kWh", "discharge kWh"):
        assert copied[name] == sums[name], "one day was recorded"
    assert float(sums["solar kWh"]) == pytest.approx(week.total.energy(Flow.PV), abs=0.001)
    assert 0 < float(sums["self-use %"]) <= 100
    assert "saved €" not in sums
    priced = replace(week, money=Money(1.234, 0.5, 0.1), currency="€")
    assert table(copied_sums(priced, BERLIN))["saved €"] == "1.23"
    some = Sight(Period.around(Reach.DAY, DAY), (MIDNIGHT, MIDNIGHT + 3 * 3600))
    assert table(copied_sums(figures(some), BERLIN))["to"] == "2026-06-18T03:00+02:00"
