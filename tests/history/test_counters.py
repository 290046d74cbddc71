"""The inverter's counters, guarded: an account never falls, never leaps, and lies on its days."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.history.calendar import Calendar
from kstar_tui.history.counters import Counters, CounterStep
from kstar_tui.history.records import Account
from kstar_tui.monitor.energy import MJ_PER_KWH
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data

BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = Calendar(BERLIN)
NOON = int(datetime(2026, 6, 18, 12, tzinfo=BERLIN).timestamp())
TENTH = MJ_PER_KWH // 10


def reading(pv: float = 0, load: float = 0, hours: int = 0, **values: float) -> Reading:
    counted = {"energy_total": pv, "load_energy_total": load, "hours_total": hours, **values}
    return decode_running_data(
        parse_frame(build_reply(0x86, encode_running_data({"grid_voltage": 230, **counted})))
    )


def steps(*moments: tuple[float, Reading]) -> list[CounterStep]:
    """What readings at these moments (s since 1970) come to."""
    counters = Counters.resume(None, CALENDAR)
    return [counters.take(one, at) for at, one in moments]


def placed(step: CounterStep) -> list[tuple[str, float, float]]:
    """Local time and kWh of PV and load."""
    return [
        (
            f"{CALENDAR.local(bucket.start):%d %H:%M}",
            bucket.pv_energy / MJ_PER_KWH,
            bucket.load_energy / MJ_PER_KWH,
        )
        for bucket in step.by_minute
    ]


def test_an_account_begins_with_what_the_inverter_counted() -> None:
    assert steps((NOON, reading(1347.5, 1665.6))) == [
        CounterStep(round(1347.5 * MJ_PER_KWH), round(1665.6 * MJ_PER_KWH), [], [])
    ]


def test_zero_at_a_restart_is_no_beginning() -> None:
    counters = Counters.resume(None, CALENDAR)
    assert counters.take(reading(), NOON) == CounterStep(0, 0, [], [])
    assert counters.pv_counter is None
    assert counters.take(reading(1347.5), NOON + 5) == CounterStep(
        round(1347.5 * MJ_PER_KWH), 0, [], []
    )
    assert (counters.pv_counter, counters.load_counter) == (1347.5, None)


def test_an_impossible_count_is_no_beginning_either() -> None:
    first, second, third = steps(
        (NOON, reading(429_496_729.5)),
        (NOON + 5, reading(1347.5)),
        (NOON + 10, reading(429_496_729.5)),
    )
    assert first.pv == third.pv == 0
    assert second.pv == round(1347.5 * MJ_PER_KWH)


def test_a_rise_belongs_to_the_minute_of_the_reading() -> None:
    _, step = steps((NOON, reading(10, 20)), (NOON + 65, reading(10.1, 20.2)))
    assert (step.pv, step.load, step.events) == (TENTH, 2 * TENTH, [])
    assert placed(step) == [("18 12:01", 0.1, 0.2)]


def test_a_fall_is_counted_on_from() -> None:
    _, fall, on = steps(
        (NOON, reading(1347.5)), (NOON + 5, reading(20)), (NOON + 10, reading(20.1))
    )
    assert (fall.pv, fall.by_minute) == (0, [])
    assert fall.events == ["PV energy total went from 1347.5 to 20 kWh: counted on from there"]
    assert on.pv == TENTH


def test_what_fell_and_came_back_is_not_counted_twice() -> None:
    course = (1347.5, 1340.0, 1340.1, 1347.8, 1347.9)
    seen = steps(*((NOON + 5 * n, reading(pv)) for n, pv in enumerate(course)))
    assert [step.pv // TENTH for step in seen[1:]] == [0, 1, 3, 1]


@pytest.mark.parametrize(
    ("seconds", "hours", "most"), [(5, 0, 30.1), (7200, 0, 60.1), (-900, 0, 30.1), (5, 4, 150.1)]
)
def test_a_rise_faster_than_possible_is_not_counted(seconds: int, hours: int, most: float) -> None:
    for rise, counted in ((most, True), (most + 0.1, False)):
        _, step, after = steps(
            (NOON, reading(load=100, hours=500)),
            (NOON + seconds, reading(load=round(100 + rise, 1), hours=500 + hours)),
            (NOON + seconds, reading(load=round(100.1 + rise, 1), hours=500 + hours)),
        )
        assert bool(step.load) is counted
        assert bool(step.events) is not counted
        assert after.load == TENTH


@pytest.mark.parametrize(
    ("wall", "monotonic", "hours", "most"),
    [
        # Neither the inverter's hours nor a clock that is set make room alone; a slept day does.
        (10, 10, 20_000, 30.1),
        (300 * 86400, 10, 0, 30.1),
        (-86400, 7200, 0, 90.1),
        (24 * 3600, 10, 24, 720.1),
    ],
)
def test_while_it_is_watched_nothing_rises_faster_than_time_passes(
    wall: int, monotonic: int, hours: int, most: float
) -> None:
    for rise, counted in ((most, True), (most + 1, False)):
        counters = Counters.resume(None, CALENDAR)
        counters.take(reading(load=100, hours=500), NOON, 1000.0)
        later = reading(load=round(100 + rise, 1), hours=500 + hours)
        step = counters.take(later, NOON + wall, 1000.0 + monotonic)
        assert bool(step.load) is counted


def test_it_goes_on_where_the_account_stands() -> None:
    account = Account((5, 6, 0, 0, 0, 0), 0, NOON, 10.0, 20.0, 500)
    counters = Counters.resume(account, CALENDAR)
    step = counters.take(reading(10.1, 20.3, 501), NOON + 5)
    assert (step.pv, step.load) == (TENTH, 3 * TENTH)
    assert counters.hours_counter == 501
    unknown = account._replace(pv_counter=None)
    assert Counters.resume(unknown, CALENDAR).take(reading(10.1, 20), NOON + 5).pv == 0


class TestOverMidnight:
    def moment(self, day: int, hour: int, minute: int = 0, month: int = 6) -> int:
        return int(datetime(2026, month, day, hour, minute, tzinfo=BERLIN).timestamp())

    def test_the_inverters_own_day_says_what_is_todays(self) -> None:
        _, step = steps(
            (self.moment(18, 20), reading(100, 200)),
            (self.moment(19, 9), reading(105, 207, energy_today=4, load_energy_today=3)),
        )
        assert placed(step) == [("18 23:59", 1, 4), ("19 09:00", 4, 3)]

    def test_days_between_get_their_share(self) -> None:
        _, step = steps(
            (self.moment(17, 12), reading(100)),
            (self.moment(20, 6), reading(126, energy_today=1)),
        )
        assert placed(step) == [
            ("17 23:59", 5, 0),
            ("18 23:59", 10, 0),
            ("19 23:59", 10, 0),
            ("20 06:00", 1, 0),
        ]

    def test_a_late_midnight_of_the_inverter_leaves_it_all_today(self) -> None:
        _, step = steps(
            (self.moment(18, 23, 59), reading(load=100, load_energy_today=8)),
            (self.moment(19, 0, 1), reading(load=100.1, load_energy_today=8.1)),
        )
        assert placed(step) == [("19 00:01", 0, 0.1)]

    @pytest.mark.parametrize(("day", "month", "hours"), [(29, 3, 23), (25, 10, 25)])
    def test_a_day_with_a_change_of_the_clock_has_its_own_length(
        self, day: int, month: int, hours: int
    ) -> None:
        _, step = steps(
            (self.moment(day, 0, month=month), reading(100)),
            (self.moment(day + 2, 6, month=month), reading(100 + hours + 24)),
        )
        assert placed(step) == [(f"{day} 23:59", hours, 0), (f"{day + 1} 23:59", 24, 0)]

    @pytest.mark.parametrize("before", [0.0, 86400.0 * 365, NOON + 86400.0 * 900])
    def test_a_clock_that_was_wrong_spreads_nothing(self, before: float) -> None:
        _, step = steps((before, reading(100)), (NOON, reading(101)))
        assert placed(step) == [("18 12:00", 1, 0)]


class Moment(NamedTuple):
    seconds: float
    pv: float
    load: float
    hours: int
    today: float


counts = st.one_of(
    st.integers(0, 2**32 - 1), st.integers(0, 3000), st.sampled_from([0, 1, 2**32 - 1])
).map(lambda n: n / 10)
hostile = st.lists(
    st.builds(
        Moment,
        st.floats(-1e6, 1e8) | st.integers(1, 60),
        counts,
        counts,
        st.integers(0, 2**32 - 1) | st.integers(0, 100),
        st.integers(0, 65535).map(lambda n: n / 10),
    ),
    max_size=8,
)


@given(hostile)
def test_no_sequence_makes_an_account_fall_or_loses_what_is_booked(course: list[Moment]) -> None:
    counters, at = Counters.resume(None, CALENDAR), float(NOON)
    begun = {"pv": False, "load": False}
    for moment in course:
        at += moment.seconds
        today = {"energy_today": moment.today, "load_energy_today": moment.today}
        step = counters.take(reading(moment.pv, moment.load, moment.hours, **today), at)
        for name, was_begun in begun.items():
            booked = getattr(step, name)
            parts = [getattr(bucket, f"{name}_energy") for bucket in step.by_minute]
            assert booked >= 0
            assert all(part >= 0 for part in parts)
            if was_begun or not booked:
                assert sum(parts) == booked
            else:
                assert (sum(parts), booked) == (0, round(getattr(moment, name) * 10) * TENTH)
                begun[name] = True
        assert all(bucket.start % 60 == 0 for bucket in step.by_minute)
        assert all(bucket.start <= max(at, NOON) for bucket in step.by_minute)


@given(
    st.lists(st.tuples(st.integers(1, 200_000), st.integers(0, 5)), max_size=30),
    st.integers(0, 30),
)
def test_an_honest_counter_is_booked_to_the_last_tenth(
    course: list[tuple[int, int]], restart: int
) -> None:
    """However often it was away, and whenever the program started anew."""
    counters, at, count = Counters.resume(None, CALENDAR), NOON, 1000
    total = counters.take(reading(count / 10), at).pv
    for n, (seconds, rise) in enumerate(course):
        if n == restart:
            account = Account((total, 0, 0, 0, 0, 0), NOON, at, counters.pv_counter)
            counters = Counters.resume(account, CALENDAR)
        at, count = at + seconds, count + rise
        total += counters.take(reading(count / 10), at).pv
    assert total == count * TENTH


def test_a_clock_that_was_not_set_makes_no_room_for_the_impossible() -> None:
    account = Account((0, 0, 0, 0, 0, 0), 0, 100.0, 1000.0, 1000.0, 500)
    account = account._replace(totals=(1, 1, 0, 0, 0, 0))
    counters = Counters.resume(account, Calendar(ZoneInfo("Europe/Berlin")))
    later = 1_790_000_000.0
    step = counters.take(
        reading(energy_total=90000.0, load_energy_total=1000.1, hours_total=500), later
    )
    assert step.pv == 0
    assert step.load > 0
    assert any("faster than possible" in text for text in step.events)
