"""Numbers and words as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tui_world import NOBODY_KNOWS, NOON, reading

from kstar_tui.tui import words


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0, 0, "0"),
        (7, 0, "7"),
        (999, 0, "999"),
        (1000, 0, "1 000"),
        (12345.67, 1, "12 345.7"),
        (1234567, 0, "1 234 567"),
        (49.996, 2, "50.00"),
        (None, 0, "—"),
        (-0.04, 1, "0.0"),
        (-0.0, 0, "0"),
    ],
)
def test_numbers(value: float | None, decimals: int, text: str) -> None:
    assert words.number(value, decimals) == text
    assert words.number(value, decimals, 12) == text.rjust(12)


@given(st.floats(0, 1e9), st.integers(0, 3))
def test_a_number_reads_back_as_it_was(value: float, decimals: int) -> None:
    text = words.number(value, decimals)
    assert float(text.replace(" ", "")) == pytest.approx(value, abs=0.51 * 10**-decimals)
    groups = text.partition(".")[0].split(" ")
    assert all(len(group) == 3 for group in groups[1:])
    assert 1 <= len(groups[0]) <= 3


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (41 * 60, "41 min"),
        (3 * 3600 + 5 * 60, "3 h 05 min"),
        (47 * 3600, "47 h 00 min"),
        (48 * 3600, "2 days"),
        (100 * 86400, "100 days"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


@given(st.floats(0, 9.999))
def test_a_healthy_age_stands_still(seconds: float) -> None:
    assert words.age(seconds, 10.0) == "now"


def test_an_old_age_is_told() -> None:
    assert words.age(10.0, 10.0) == "10 s ago"
    assert words.age(3000, 10.0) == "50 min ago"


@pytest.mark.parametrize(
    ("back", "text"),
    [
        (timedelta(hours=2), "10:00"),
        (timedelta(days=1), "Wed 12:00"),
        (timedelta(days=10), "08 Jun 12:00"),
    ],
)
def test_moments(back: timedelta, text: str) -> None:
    assert words.moment(NOON - back, NOON) == text


def test_a_moment_of_yesterday_is_not_taken_for_todays() -> None:
    now = datetime(2026, 6, 18, 0, 5, tzinfo=UTC)
    assert words.moment(now - timedelta(minutes=10), now) == "Wed 23:55"


@pytest.mark.parametrize(
    ("watts", "direction", "word"),
    [
        (0, "idle", "idle"),
        (19, "importing", "idle"),
        (20, "importing", "importing"),
        (19, "exporting", "idle"),
        (20, "exporting", "exporting"),
        (4000, "exporting", "exporting"),
    ],
)
def test_the_grid_in_words(watts: int, direction: str, word: str) -> None:
    assert words.grid_word(reading(grid_power=watts, grid_direction=direction)) == word


def test_a_grid_nobody_knows() -> None:
    assert words.grid_word(NOBODY_KNOWS) == "unknown"


@pytest.mark.parametrize(
    ("amps", "mode", "word"),
    [
        (20.0, "charging", "charging"),
        (20.0, "discharging", "discharging"),
        (0.3, "charging", "idle"),
        (0.4, "charging", "charging"),
        (0.3, "discharging", "idle"),
        (20.0, "standby", "idle"),
        (0.0, "none", "no battery"),
    ],
)
def test_the_battery_in_words(amps: float, mode: str, word: str) -> None:
    one = reading(battery_voltage=51.2, battery_current=amps, battery_mode=mode)
    assert words.battery_word(one) == word


@pytest.mark.parametrize(("amps", "word"), [(5.0, "producing"), (0.0, "no sun")])
def test_the_sun_in_words(amps: float, word: str) -> None:
    assert words.solar_word(reading(pv1_current=amps, pv2_current=0.0)) == word
