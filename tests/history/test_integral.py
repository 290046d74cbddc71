"""Areas between readings: exact to the millijoule, each direction apart, nothing invented."""

from __future__ import annotations

import timeit
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.history.bucket import Bucket, merged
from kstar_tui.history.columns import FLOW_INDEX, INDEX, KEPT
from kstar_tui.history.integral import Integrator
from kstar_tui.monitor.energy import Flow
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data

T0 = 1_780_000_020
"""A whole minute."""
VALUES = {"grid_voltage": 230.1, "battery_voltage": 50.0, "temperature": -3.4}


def reading(grid: int = 0, battery: float = 0.0, size: int = 83, **values: Any) -> Reading:
    """With `grid` in W, positive on import, and `battery` in A, positive on discharge."""
    payload = encode_running_data(
        {
            **VALUES,
            "grid_power": abs(grid),
            "grid_direction": "importing" if grid > 0 else "exporting" if grid else "idle",
            "battery_current": abs(battery),
            "battery_mode": "discharging" if battery > 0 else "charging",
            **values,
        }
    )
    return decode_running_data(parse_frame(build_reply(0x86, payload[:size])))


def integrated(*moments: tuple[float, Reading], interval: float = 200) -> list[Bucket]:
    """What readings at these seconds after `T0` come to."""
    integrator = Integrator(interval)
    return [
        bucket
        for seconds, one in moments
        for bucket in integrator.take(one, T0 + seconds, 1000 + seconds)
    ]


def total(buckets: Iterable[Bucket], name: str) -> int:
    return merged(T0, buckets).sums[INDEX[name]] or 0


def test_a_trapezoid_within_a_minute() -> None:
    (bucket,) = integrated((5, reading(load_power=300)), (10, reading(load_power=500)))
    assert (bucket.start, bucket.observed) == (T0, 5000)
    assert bucket.sums[INDEX["load_power"]] == 400 * 5000
    assert (bucket.low("load_power"), bucket.high("load_power")) == (300, 500)
    assert bucket.mean("temperature") == -3.4
    assert bucket.mean("grid_voltage") == pytest.approx(230.1)


def test_a_sign_change_is_split_at_the_crossing() -> None:
    (bucket,) = integrated((0, reading(grid=300)), (8, reading(grid=-100)))
    assert bucket.millijoules(Flow.IMPORT) == 300 * 6000 // 2
    assert bucket.millijoules(Flow.EXPORT) == 100 * 2000 // 2
    (bucket,) = integrated((0, reading(battery=-2)), (8, reading(battery=6)))
    assert bucket.millijoules(Flow.CHARGE) == 100 * 2000 // 2
    assert bucket.millijoules(Flow.DISCHARGE) == 300 * 6000 // 2


def test_an_interval_is_split_at_the_minute() -> None:
    first, second = integrated((50, reading(load_power=0)), (70, reading(load_power=200)))
    assert (first.start, second.start) == (T0, T0 + 60)
    assert first.observed == second.observed == 10_000
    assert first.sums[INDEX["load_power"]] == 50 * 10_000
    assert second.sums[INDEX["load_power"]] == 150 * 10_000
    assert (first.low("load_power"), first.high("load_power")) == (0, 0)
    assert (second.low("load_power"), second.high("load_power")) == (200, 200)


def test_a_minute_without_a_reading_has_a_mean_and_no_extremes() -> None:
    _, between, _ = integrated((50, reading(load_power=60)), (130, reading(load_power=60)))
    assert between.mean("load_power") == 60
    assert between.low("load_power") is between.high("load_power") is None


def test_the_last_moment_of_a_minute_is_the_next_ones() -> None:
    (bucket,) = integrated((30, reading(load_power=60)), (60, reading(load_power=90)))
    assert (bucket.start, bucket.observed, bucket.high("load_power")) == (T0, 30_000, 60)


@pytest.mark.parametrize(
    ("at", "monotonic", "observed"),
    [
        (5, 5, True),
        (15, 15, True),
        (15.1, 15.1, False),
        (7, 5, True),
        (3, 5, True),
        (7.1, 5, False),
        (2.9, 5, False),
        (5, 0, False),
        (5, -5, False),
        (3600, 5, False),
    ],
)
def test_neither_gaps_nor_set_clocks_are_bridged(
    at: float, monotonic: float, observed: bool
) -> None:
    integrator = Integrator(5)
    assert integrator.take(reading(), T0, 100) == []
    assert bool(integrator.take(reading(), T0 + at, 100 + monotonic)) is observed
    assert integrator.take(reading(), T0 + at + 5, 105 + monotonic), "and on from there"


def test_without_the_grids_direction_nothing_is_known() -> None:
    payload = bytearray(encode_running_data(VALUES))
    payload[80] = 7
    unknown = decode_running_data(parse_frame(build_reply(0x86, bytes(payload))))
    steps = (0, reading()), (5, unknown), (10, reading()), (15, reading())
    assert [bucket.observed for bucket in integrated(*steps)] == [5000]


def test_a_flow_that_no_house_has_is_not_booked() -> None:
    absurd = reading(load_power=30_001), reading(battery=700), reading(grid=32_767)
    for one in absurd:
        assert integrated((0, reading()), (5, one), (10, reading())) == []
    assert integrated((0, reading()), (5, reading(load_power=30_000)))


def test_what_one_reading_lacks_is_taken_from_the_other() -> None:
    long, short = reading(backup_power=120), reading(size=81)
    assert short.backup_power is None
    for pair in ((long, short), (short, long)):
        (bucket,) = integrated((0, pair[0]), (5, pair[1]))
        assert bucket.mean("backup_power") == bucket.low("backup_power") == 120
        halves = integrated((55, pair[0]), (65, pair[1]))
        assert [half.mean("backup_power") for half in halves] == [120, 120]
    (bucket,) = integrated((0, short), (5, short))
    assert bucket.mean("backup_power") is bucket.low("backup_power") is None


def test_after_forgetting_the_next_is_a_first() -> None:
    integrator = Integrator(5)
    integrator.take(reading(), T0, 0)
    integrator.forget()
    assert integrator.take(reading(), T0 + 5, 5) == []


def test_a_hundred_thousand_tenths_of_a_watt_do_not_drift() -> None:
    integrator = Integrator(5)
    one = reading(pv1_voltage=0.1, pv1_current=1.0)
    assert one.pv_power == 0.1
    booked = 0
    for n in range(100_001):
        at = n * 0.333
        booked += total(integrator.take(one, T0 + at, at), "pv_power")
    assert booked == int(33_300_000 * 0.1)


def test_a_usual_interval_costs_next_to_nothing() -> None:
    integrator = Integrator(5)
    pair = reading(grid=300), reading(grid=-200, load_power=600)

    def two() -> None:
        integrator.take(pair[0], T0, 10)
        assert integrator.take(pair[1], T0 + 5, 15)

    assert min(timeit.repeat(two, number=200, repeat=5)) / 400 < 200e-6


watts = st.integers(-30_000, 30_000)
amps = st.integers(-999, 999).map(lambda tenths: tenths / 10)
readings = st.builds(reading, grid=watts, battery=amps, load_power=st.integers(0, 30_000))
moments = st.integers(1, 150_000).map(lambda ms: ms / 1000)
courses = st.lists(st.tuples(moments, readings), min_size=2, max_size=6)


def _timed(course: list[tuple[float, Reading]], start: float) -> list[tuple[float, Reading]]:
    at, timed = start, []
    for seconds, one in course:
        timed.append((at, one))
        at += seconds
    return timed


@given(courses, st.integers(0, 59_999))
def test_where_minutes_turn_changes_no_sum(course: list[tuple[float, Reading]], start: int) -> None:
    """The sum over the minutes is the same wherever they begin, to the last millijoule."""
    timed = _timed(course, start / 1000)
    here, there = integrated(*timed), integrated(*_timed(course, 0))
    assert merged(T0, here).sums == merged(T0, there).sums
    assert sum(bucket.observed for bucket in here) == round(1000 * (timed[-1][0] - timed[0][0]))
    assert all(bucket.observed <= 60_000 for bucket in here)


@given(courses)
def test_directions_are_never_negative_and_differ_by_the_signed_area(
    course: list[tuple[float, Reading]],
) -> None:
    timed = _timed(course, 0)
    buckets = integrated(*timed)
    for bucket in buckets:
        assert all((bucket.sums[index] or 0) >= 0 for index in FLOW_INDEX)
    for positive, negative, signed in (
        ("grid_import_power", "grid_export_power", "grid_power"),
        ("battery_discharge_power", "battery_charge_power", "battery_power"),
    ):
        area = sum(
            (getattr(a, signed) + getattr(b, signed)) / 2 * round(1000 * (then - at))
            for (at, a), (then, b) in pairwise(timed)
        )
        assert total(buckets, positive) - total(buckets, negative) == pytest.approx(area, abs=1.01)


@given(watts, watts, st.integers(1, 99), st.integers(2, 1500), st.integers(0, 59))
def test_a_reading_on_the_line_between_two_changes_nothing(
    first: int, step: int, parts: int, ms: int, start: int
) -> None:
    """Only what rounding leaves, of a millijoule."""
    change = int(max(-30_000 - first, min(30_000 - first, step)) / parts)
    cut = parts // 2
    ends = [(0, reading(first)), (parts * ms / 1000, reading(first + parts * change))]
    middle = (cut * ms / 1000, reading(first + cut * change))
    whole = [(start + at, one) for at, one in ends]
    split = [(start + at, one) for at, one in ([ends[0], middle, ends[1]] if cut else ends)]
    for name in ("grid_import_power", "grid_export_power"):
        assert abs(total(integrated(*whole), name) - total(integrated(*split), name)) <= 1


@given(readings, st.integers(0, 59_000), st.integers(1, 500_000))
def test_a_steady_reading_is_its_own_mean(one: Reading, start: int, ms: int) -> None:
    for bucket in integrated((start / 1000, one), ((start + ms) / 1000, one)):
        for name in KEPT:
            value = getattr(one, name)
            if value is not None:
                assert bucket.sums[INDEX[name]] == pytest.approx(value * bucket.observed, abs=1.01)
                assert bucket.low(name) in (value, None)
