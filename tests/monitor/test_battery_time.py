"""When the battery is full or empty, and when nobody can say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monitor_world import reading as a_reading

from kstar_tui.monitor.battery_time import LONGEST, BatteryTime, Estimate, capacity_of
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.protocol.device import DeviceSettings, decode_settings
from kstar_tui.protocol.encode import encode_settings
from kstar_tui.protocol.frame import build_reply, parse_frame

NOON = datetime(2026, 6, 18, 12, tzinfo=UTC)


def settings(**values: Any) -> DeviceSettings:
    made = {"battery_capacity": 100, "charge_voltage_limit": 56.0, "battery_soc_minimum": 20}
    return decode_settings(parse_frame(build_reply(0x89, encode_settings({**made, **values}))))


def after(watts: float, *, at: float = 0.0, soc: int = 50, **changes: Any) -> Update:
    """An update with a battery that is charged with so many W, discharged with -W."""
    one = replace(
        a_reading(),
        battery_soc=soc,
        battery_voltage=changes.pop("voltage", 51.2),
        battery_charge_power=max(0.0, watts),
        battery_discharge_power=max(0.0, -watts),
    )
    values: dict[str, Any] = {
        "state": LinkState.ONLINE,
        "since": NOON,
        "at": NOON + timedelta(seconds=at),
        "at_monotonic": at,
        "fresh": True,
        "reading": one,
        "settings": settings(),
    }
    return Update(**{**values, **changes})


def test_full_and_down_to_the_reserve() -> None:
    assert BatteryTime(10).take(after(2500)) == Estimate(
        True, 7200, NOON + timedelta(hours=2), 100, False
    )
    assert BatteryTime(10).take(after(-3000)) == Estimate(
        False, 3600, NOON + timedelta(hours=1), 20, False
    )


def test_without_a_capacity_the_inverter_is_asked() -> None:
    assert capacity_of(settings()) == pytest.approx(5.04)
    made = BatteryTime().take(after(2520))
    assert made is not None
    assert made.guessed
    assert made.seconds == pytest.approx(3600)


def test_a_reserve_that_cannot_be_is_none() -> None:
    made = BatteryTime(10).take(after(-1000, settings=settings(battery_soc_minimum=100)))
    assert made is not None
    assert made.target == 0


@pytest.mark.parametrize(
    "update",
    [
        after(29),
        after(-29),
        after(1000, soc=100),
        after(-1000, soc=20),
        after(-1000, soc=5),
        after(1000, voltage=9.9),
        after(50),
        after(1000, reading=None),
        after(1000, state=LinkState.OFFLINE),
    ],
    ids=["idle", "resting", "full", "reserve", "below", "none", "slow", "unread", "offline"],
)
def test_no_estimate(update: Update) -> None:
    assert BatteryTime(10).take(update) is None


@pytest.mark.parametrize(
    "of", [None, settings(battery_capacity=0), settings(charge_voltage_limit=0)]
)
def test_no_estimate_without_a_capacity(of: DeviceSettings | None) -> None:
    assert BatteryTime().take(after(1000, settings=of)) is None


def test_a_short_peak_hardly_moves_it_and_a_lasting_one_does() -> None:
    battery = BatteryTime(10)
    battery.take(after(1000))
    short = battery.take(after(3000, at=5))
    lasting = battery.take(after(3000, at=2000))
    assert short is not None
    assert lasting is not None
    assert short.seconds == pytest.approx(18000, rel=0.05)
    assert lasting.seconds == pytest.approx(6000, rel=0.01)


def test_it_starts_anew_when_the_direction_changes() -> None:
    battery = BatteryTime(10)
    battery.take(after(3000))
    made = battery.take(after(-1000, at=5))
    assert made is not None
    assert (made.filling, made.seconds) == (False, 10800)


def test_it_stays_between_readings_and_goes_with_the_link_or_the_inverter() -> None:
    battery = BatteryTime(10)
    first = battery.take(after(3000))
    assert battery.take(after(3000, at=5, fresh=False)) == first
    assert battery.take(after(3000, at=5, fresh=False, mac="00:11")) is None
    battery.take(after(3000, at=6))
    assert battery.take(after(3000, at=9, fresh=False, state=LinkState.OFFLINE)) is None


@given(st.lists(st.tuples(st.floats(-9000, 9000), st.integers(0, 100)), max_size=20))
def test_an_estimate_is_never_past_nor_too_far(course: list[tuple[float, int]]) -> None:
    battery = BatteryTime(10)
    for i, (watts, soc) in enumerate(course):
        made = battery.take(after(watts, at=5.0 * i, soc=soc))
        assert made is None or 0 < made.seconds <= LONGEST
