"""The parts of the house, each on its own: sun, strings, battery, conversion, family, days."""

from __future__ import annotations

from datetime import time
from itertools import pairwise
from math import degrees

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kstar_tui.simulator.battery import ENERGY, FULL, MAX_POWER, RESERVE, Battery
from kstar_tui.simulator.conversion import AC_RATING, FIXED_LOSS, Flows, off_grid, on_grid, stopped
from kstar_tui.simulator.days import DAYS, day_clock, named_day, parse_start
from kstar_tui.simulator.household import Household
from kstar_tui.simulator.noise import SmoothNoise
from kstar_tui.simulator.strings import PvString
from kstar_tui.simulator.sun import Sky, clear_sky, half_day, irradiance, sun_at

steady = settings(deadline=None, derandomize=True)
watts = st.floats(0, 12_000)
limits = st.floats(0, MAX_POWER)


@pytest.mark.parametrize(
    ("day_of_year", "latitude", "elevation"),
    [(81, 52, 38.0), (172, 52, 61.4), (355, 52, 14.6), (172, 23.44, 90.0), (355, 70, -3.4)],
)
def test_the_sun_stands_at_noon_where_the_almanac_has_it(
    day_of_year: int, latitude: float, elevation: float
) -> None:
    noon = sun_at(day_of_year, 12, latitude)
    assert degrees(noon.elevation) == pytest.approx(elevation, abs=0.3)


def test_the_sun_goes_from_east_over_south_to_west() -> None:
    azimuths = [sun_at(172, hour, 52).azimuth for hour in (6, 9, 12, 15, 18)]
    assert azimuths == sorted(azimuths)
    assert azimuths[2] == pytest.approx(0, abs=1e-9)
    assert azimuths[0] == pytest.approx(-azimuths[4])


@pytest.mark.parametrize(
    ("day_of_year", "latitude", "hours"),
    [(81, 52, 12.0), (172, 52, 16.5), (355, 52, 7.5), (172, 80, 24.0), (355, 80, 0.0)],
)
def test_days_are_as_long_as_date_and_latitude_make_them(
    day_of_year: int, latitude: float, hours: float
) -> None:
    assert 2 * half_day(day_of_year, latitude) == pytest.approx(hours, abs=0.2)


def test_light_on_a_roof_follows_the_side_it_looks_to() -> None:
    morning, evening = sun_at(172, 9, 52), sun_at(172, 15, 52)
    sky = clear_sky(morning)
    east, west = (irradiance(morning, sky, azimuth, 32) for azimuth in (-45, 45))
    assert east > 1.3 * west > 100
    assert irradiance(evening, clear_sky(evening), 45, 32) == pytest.approx(east)
    night = sun_at(172, 0, 52)
    assert clear_sky(night) == Sky(0.0, 0.0)
    assert irradiance(night, Sky(500, 50), 0, 32) == 0


@steady
@given(light=st.floats(0, 1100), air=st.floats(-20, 40), share=st.floats(0, 1))
def test_a_string_keeps_to_its_window_and_gives_what_is_taken(
    light: float, air: float, share: float
) -> None:
    string = PvString(azimuth=-45, tilt=32)
    output = string.output(light, air, share)
    assert output.power == pytest.approx(string.available(light, air) * share)
    assert output.voltage * output.current == pytest.approx(output.power)
    assert 0 <= output.voltage <= 380
    assert 0 <= output.current <= 13
    if light > 60:
        assert output.voltage > 150


def test_a_string_held_back_climbs_towards_its_open_voltage() -> None:
    string = PvString(azimuth=0, tilt=32)
    voltages = [string.output(900, 20, share).voltage for share in (1.0, 0.9, 0.5, 0.0)]
    assert voltages == sorted(voltages)
    assert voltages[-1] > 1.15 * voltages[0]


def test_a_battery_tapers_near_full_and_stops_at_its_reserve() -> None:
    assert Battery(0.5).charge_limit(5) == MAX_POWER
    assert 0 < Battery(0.97).charge_limit(5) < 0.4 * MAX_POWER
    assert Battery(FULL).charge_limit(5) == 0
    assert Battery(0.5).discharge_limit(5) == MAX_POWER
    assert Battery(RESERVE).discharge_limit(5) == 0
    battery = Battery(RESERVE + 0.001)
    while battery.discharge_limit(5):
        battery.apply(battery.discharge_limit(5), 5)
    assert battery.charge == pytest.approx(RESERVE)
    assert battery.at_reserve
    battery.apply(-500, 60)
    assert battery.discharge_limit(5) == 0, "a little charge does not start it again"
    battery.apply(-2000, 600)
    assert battery.discharge_limit(5) > 0


def test_a_round_trip_through_the_battery_costs_energy() -> None:
    battery = Battery(0.5)
    battery.apply(-2000, 1800)
    assert battery.charge == pytest.approx(0.5 + 0.97 / ENERGY)
    battery.apply(2000, 1800)
    assert 0.5 - 0.07 / ENERGY < battery.charge < 0.5


@steady
@given(charge=st.floats(0.05, 1), power=st.floats(-MAX_POWER, MAX_POWER))
def test_battery_voltage_rises_with_charge_and_sags_under_load(charge: float, power: float) -> None:
    battery = Battery(charge)
    voltage = battery.voltage(power)
    assert 44 < voltage < 56
    assert battery.voltage(power + 100) < voltage
    assert Battery(charge - 0.04).voltage(power) < voltage


def _check(flows: Flows, pv: float, charge: float, discharge: float) -> None:
    assert flows.pv + flows.grid + flows.battery == pytest.approx(flows.load + flows.loss)
    assert -1e-9 <= flows.pv <= pv + 1e-9
    assert -charge - 1e-6 <= flows.battery <= discharge + 1e-6
    assert abs(flows.inverter) <= AC_RATING + 1e-6
    assert flows.load - flows.grid == pytest.approx(flows.inverter, abs=1e-6)


@steady
@given(pv=watts, load=watts, charge=limits, discharge=limits)
def test_power_on_the_grid_balances(
    pv: float, load: float, charge: float, discharge: float
) -> None:
    flows = on_grid(pv, load, charge, discharge)
    _check(flows, pv, charge, discharge)
    assert flows.load == load
    throughput = flows.pv + max(0, flows.grid) + max(0, flows.battery)
    assert FIXED_LOSS - 1e-6 <= flows.loss <= 80 + 0.03 * throughput
    assert not (flows.battery > 0 and flows.grid < -1e-6), "the battery never feeds the street"
    if flows.grid > 1e-6 and load <= AC_RATING:
        assert flows.battery == pytest.approx(discharge), "import only once the battery gives all"
    if flows.grid < -1e-6 and charge > 15:
        assert flows.battery == pytest.approx(-charge) or flows.battery == 0
        assert flows.battery < 0 or flows.grid > -20, "export only once the battery takes all"


@steady
@given(pv=watts, load=st.floats(0, AC_RATING), charge=limits, discharge=limits)
def test_power_on_an_island_balances_or_the_house_is_dark(
    pv: float, load: float, charge: float, discharge: float
) -> None:
    flows = off_grid(pv, load, charge, discharge)
    _check(flows, pv, charge, discharge)
    assert flows.grid == 0
    assert flows.load in (0, load)
    if pv + discharge * 0.98 > load * 1.03 + FIXED_LOSS:
        assert flows.load == load
    if flows.load or flows.battery:
        assert flows.loss >= FIXED_LOSS - 1e-6


def test_a_stopped_inverter_leaves_the_house_to_the_grid() -> None:
    flows = stopped(500)
    _check(flows, 0, 0, 0)
    assert flows.grid == 500 + FIXED_LOSS


@pytest.mark.parametrize("seed", range(5))
def test_a_family_uses_a_plausible_amount_of_energy(seed: int) -> None:
    household = Household(seed, dawn=6, dusk=20)
    for day in range(3):
        powers = [household.power(day * 86400 + second) for second in range(0, 86400, 20)]
        assert 5 < sum(powers) * 20 / 3.6e6 < 14
        assert 100 < min(powers) < 250
        assert 2000 < max(powers) < 9000


def test_a_family_cooks_in_the_evening_and_sleeps_at_night() -> None:
    def mean(household: Household, first: int, last: int) -> float:
        seconds = [d * 86400 + s for d in range(7) for s in range(first * 3600, last * 3600, 20)]
        return sum(map(household.power, seconds)) / len(seconds)

    for seed in range(4):
        household = Household(seed, dawn=8, dusk=16.5)
        night, noon, evening = (mean(household, *hours) for hours in ((1, 5), (9, 16), (17, 22)))
        assert 150 < night < 300
        assert noon > 1.2 * night
        assert evening > 1.4 * noon


def test_a_familys_days_differ_and_repeat_for_a_seed() -> None:
    def day(seed: int, number: int) -> list[float]:
        household = Household(seed, dawn=6, dusk=20)
        return [household.power(number * 86400 + second) for second in range(0, 86400, 60)]

    assert day(1, 0) == day(1, 0)
    assert day(1, 0) != day(1, 1)
    assert day(1, 0) != day(2, 0)


@steady
@given(start=st.floats(0, 1e7))
def test_smooth_noise_is_bounded_continuous_and_a_function_of_time(start: float) -> None:
    noise = SmoothNoise("a", 600)
    values = [noise.at(start + second) for second in range(0, 1800, 10)]
    assert all(-1 <= value <= 1 for value in values)
    assert all(abs(a - b) < 0.06 for a, b in pairwise(values))
    assert SmoothNoise("a", 600).at(start + 900) == values[90]


def test_a_named_day_brings_its_own_clock() -> None:
    clock = day_clock("winter", speed=60)
    assert (clock.start.date(), clock.start.time()) == (DAYS["winter"].date, DAYS["winter"].start)
    assert clock.speed == 60
    assert day_clock("clear", time(6, 5)).start.time() == time(6, 5)


def test_unknown_days_starts_and_speeds_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"'foggy'.*clear, cloudy, winter, night"):
        named_day("foggy")
    assert parse_start("7:05") == time(7, 5)
    for text in ("24:00", "12:60", "12", "12:5", "noon", "-1:00", "1:00:00", "١:00"):
        with pytest.raises(ValueError, match="HH:MM"):
            parse_start(text)
    with pytest.raises(ValueError, match="speed"):
        day_clock(speed=0)
