"""A whole simulated day, held against physics and against its own account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import datetime, time
from functools import cache
from itertools import pairwise

import pytest
from known_houses import known_house

from kstar_tui.monitor.plausibility import Plausibility
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data
from kstar_tui.simulator.account import Account
from kstar_tui.simulator.battery import ENERGY, MAX_POWER, RESERVE
from kstar_tui.simulator.conversion import AC_RATING, Flows
from kstar_tui.simulator.days import DAYS
from kstar_tui.simulator.house import House

STEP = 20.0
DAYS_AND_SEEDS = [(day, seed) for day in DAYS for seed in (1, 23)]
every_day = pytest.mark.parametrize(("day", "seed"), DAYS_AND_SEEDS)


@dataclass(frozen=True)
class Moment:
    time: datetime
    flows: Flows
    charge: float
    reading: Reading


@dataclass(frozen=True)
class Lived:
    house: House
    moments: tuple[Moment, ...]


def house_at(
    day: str, at: time = time(), seed: int = 1, step: float = STEP, **more: float
) -> House:
    start = datetime.combine(DAYS[day].date, at)
    return known_house(DAYS[day], start, seed=seed, step=step, **more)


def reading_of(house: House) -> Reading:
    return decode_running_data(parse_frame(build_reply(0x86, encode_running_data(house.values()))))


def live(house: House, seconds: float) -> Iterator[Moment]:
    for step in range(int(seconds / STEP)):
        house.advance(step * STEP)
        yield Moment(house.time, house.flows, house.battery.charge, reading_of(house))


@cache
def lived(day: str, seed: int) -> Lived:
    house = house_at(day, seed=seed)
    return Lived(house, tuple(live(house, 86400)))


def kwh(watts: Iterator[float]) -> float:
    return sum(watts) * STEP / 3.6e6


@every_day
def test_every_frame_decodes_to_the_values_it_was_made_of(day: str, seed: int) -> None:
    house = house_at(day, seed=seed)
    for hour in range(24):
        house.advance(hour * 3600)
        read = reading_of(house).values()
        for name, value in house.values().items():
            expected = abs(value) if name == "grid_power" else value
            found = abs(read[name]) if name == "grid_power" else read[name]
            if name == "battery_3_soc":
                # Sent as inverters send it, but no third battery is there to have it.
                assert (found, expected) == (None, house.values()["battery_soc"])
            elif name == "grid_power" and read["grid_direction"] == "idle":
                assert (found, expected <= 20) == (0, True)
            else:
                assert found == expected, name


@every_day
def test_energy_is_conserved(day: str, seed: int) -> None:
    account = lived(day, seed).house.account
    came = account.pv + account.grid_import + account.battery_discharge
    went = account.load + account.grid_export + account.battery_charge
    assert came == pytest.approx(went + account.loss)
    assert 0.8 < account.loss < 0.05 * came + 1.6
    assert min(astuple(account)) >= 0


@every_day
def test_what_is_read_balances_with_small_positive_losses(day: str, seed: int) -> None:
    for moment in lived(day, seed).moments:
        read = moment.reading
        assert read.grid_power is not None
        residual = read.pv_power + read.grid_power + read.battery_power - read.load_power
        through = read.pv_power + max(0, read.grid_power) + max(0, read.battery_power)
        assert 0 <= residual <= 0.03 * through + 80, moment.time


@every_day
def test_counters_agree_with_the_powers(day: str, seed: int) -> None:
    house, moments = lived(day, seed).house, lived(day, seed).moments
    first, last = moments[0].reading, moments[-1].reading
    pv, load = kwh(m.reading.pv_power for m in moments), kwh(m.reading.load_power for m in moments)
    # The powers that are read are rounded to 0.1 A, the counters are not.
    assert last.energy_today == pytest.approx(pv, abs=0.15 + 0.01 * pv)
    assert last.load_energy_today == pytest.approx(load, abs=0.11)
    assert last.energy_today == pytest.approx(house.today.pv, abs=0.1)
    assert last.energy_total - first.energy_total == pytest.approx(house.account.pv, abs=0.11)
    assert last.load_energy_total - first.load_energy_total == pytest.approx(load, abs=0.11)
    assert last.hours_total - first.hours_total in (23, 24)
    for name, flow in (
        ("grid_import", "grid_import_power"),
        ("grid_export", "grid_export_power"),
        ("battery_charge", "battery_charge_power"),
        ("battery_discharge", "battery_discharge_power"),
    ):
        read = kwh(getattr(m.reading, flow) for m in moments)
        assert read == pytest.approx(getattr(house.account, name), abs=0.06), name


@every_day
def test_counters_never_fall_within_a_day(day: str, seed: int) -> None:
    readings = [moment.reading for moment in lived(day, seed).moments]
    for name in ("energy_today", "energy_total", "load_energy_today", "hours_total"):
        values = [getattr(reading, name) for reading in readings]
        assert values == sorted(values), name


@every_day
def test_the_battery_keeps_its_limits(day: str, seed: int) -> None:
    house, moments = lived(day, seed).house, lived(day, seed).moments
    for moment in moments:
        assert RESERVE - 1e-6 <= moment.charge <= 1
        assert abs(moment.flows.battery) <= MAX_POWER + 1e-6
        assert abs(moment.reading.battery_soc - 100 * moment.charge) <= 0.5
        assert 46 < moment.reading.battery_voltage < 55
    account = house.account
    stored = account.battery_charge * 0.97 - account.battery_discharge / 0.97
    assert moments[-1].charge - DAYS[day].charge == pytest.approx(stored / ENERGY, abs=1e-3)


@every_day
def test_the_night_has_no_sun(day: str, seed: int) -> None:
    for moment in lived(day, seed).moments:
        if moment.time.hour < 4 or moment.time.hour >= 23:
            read = moment.reading
            assert (read.pv_power, read.pv1_voltage, read.pv2_voltage) == (0, 0, 0)
            assert (read.pv1_mode, read.pv2_mode) == ("not connected", "not connected")


@every_day
def test_modes_and_ranges_agree_with_the_powers(day: str, seed: int) -> None:
    for moment in lived(day, seed).moments:
        read, flows = moment.reading, moment.flows
        for voltage, current, mode in (
            (read.pv1_voltage, read.pv1_current, read.pv1_mode),
            (read.pv2_voltage, read.pv2_current, read.pv2_mode),
        ):
            assert (mode == "producing") == (current > 0)
            assert current == 0 or 130 < voltage < 340
        assert (read.battery_mode == "charging") == (read.battery_charge_power > 0)
        assert (read.battery_mode == "discharging") == (read.battery_discharge_power > 0)
        assert (read.grid_direction == "importing") == (flows.grid >= 10)
        assert (read.grid_direction == "exporting") == (flows.grid <= -10)
        assert read.inverter_power <= AC_RATING
        apparent = read.grid_voltage * read.ac_output_current
        assert apparent == pytest.approx(abs(read.inverter_power), abs=14)
        assert 215 < read.grid_voltage < 250
        assert 49.9 < read.grid_frequency < 50.1
        assert 5 < read.temperature < 65
        if read.work_mode == "wait":
            assert (flows.pv, flows.battery, read.work_state) == (0, 0, "standby")
        else:
            assert (read.work_mode, read.work_state) == ("on-grid", "on")
        assert read.errors == ()


@every_day
def test_nothing_in_a_day_is_implausible(day: str, seed: int) -> None:
    plausibility = Plausibility()
    for number, moment in enumerate(lived(day, seed).moments):
        assert plausibility.check(moment.reading, number * STEP) is None


def test_each_day_is_what_its_name_says() -> None:
    pv = {day: lived(day, 1).house.today.pv for day in DAYS}
    assert pv["clear"] > 30 > pv["cloudy"] > 8
    assert 4 > pv["winter"] > 0.3
    clear, winter = lived("clear", 1), lived("winter", 1)
    assert any(m.flows.inverter == pytest.approx(AC_RATING) for m in clear.moments), "clipping"
    assert clear.house.account.grid_export > 15
    assert winter.house.account.grid_import > 3
    cloudy = [m.flows.pv for m in lived("cloudy", 1).moments]
    steps = [abs(a - b) for a, b in zip(cloudy, cloudy[30:], strict=False)]
    assert max(steps) > 1000, "clouds come and go within minutes"
    assert house_at("night", DAYS["night"].start).flows.pv == 0


def test_the_inverter_warms_with_its_losses_and_slowly() -> None:
    temperatures = [m.reading.temperature for m in lived("clear", 1).moments]
    assert temperatures.index(max(temperatures)) * STEP / 3600 > 12
    assert max(temperatures) - min(temperatures) > 15
    assert all(abs(a - b) <= 0.3 for a, b in pairwise(temperatures))


def test_exporting_lifts_the_voltage() -> None:
    def mean(low: float, high: float) -> float:
        volts = [
            m.reading.grid_voltage for m in lived("clear", 1).moments if low <= m.flows.grid < high
        ]
        return sum(volts) / len(volts)

    assert mean(-5000, -3000) > mean(-10, 10) + 2


def test_today_starts_again_at_midnight_and_the_totals_go_on() -> None:
    house = house_at("clear", time(23, 59))
    before = house.values()
    assert before["energy_today"] > 30
    house.advance(75)
    after = house.values()
    assert (after["energy_today"], after["load_energy_today"]) == (0, 0)
    assert after["energy_total"] == before["energy_total"]
    assert after["load_energy_total"] >= before["load_energy_total"]
    assert house.account.pv > 30
    assert (house.today.pv, house.account.pv > 30) == (0, True)
    house.advance(12 * 3600)
    assert house.today.pv > 5
    assert house.account.pv > 30 + house.today.pv - 1e-6


@pytest.mark.parametrize("day", DAYS)
def test_how_often_it_is_looked_at_changes_nothing(day: str) -> None:
    at_once, often, oddly = (house_at(day, time(9, 41), step=5.0) for _ in range(3))
    at_once.advance(7200)
    for second in range(0, 7201, 2):
        often.advance(second)
        often.values()
    for second in (0.1, 3.7, 3.7, 1000.3, 12.0, 6999.9, 7200.0):
        oddly.advance(second)
    assert at_once.values() == often.values() == oddly.values()
    assert at_once.account == often.account == oddly.account
    assert at_once.time == often.time == oddly.time


def test_starting_later_is_the_same_day() -> None:
    early, late = house_at("cloudy", time(8)), house_at("cloudy", time(14))
    early.advance(6 * 3600)
    assert early.values() == late.values()
    assert early.account == late.account


def test_a_seed_is_a_house_of_its_own() -> None:
    noon = datetime.combine(DAYS["cloudy"].date, time(12))
    # Not `house_at`, which knows the same house again.
    one, same, other = (House(DAYS["cloudy"], noon, seed=s, step=STEP) for s in (5, 5, 6))
    assert one.values() == same.values()
    assert one.values() != other.values()


def test_latitude_makes_the_polar_night_and_the_polar_day() -> None:
    winter = house_at("winter", time(23, 50), latitude=75.0)
    assert winter.account.pv == 0
    summer = house_at("clear", time(0, 30), latitude=75.0)
    assert summer.account.pv > 0


def test_a_fault_stops_the_inverter_and_a_warning_does_not() -> None:
    house = house_at("clear", time(12))
    house.error_bits = 1 << 12
    house.advance(60)
    assert (house.flows.pv > 1000, reading_of(house).work_mode) == (True, "on-grid")
    assert reading_of(house).errors == ("internal fan",)
    house.error_bits = 1 << 17 | 1 << 13
    house.advance(120)
    read = reading_of(house)
    assert read.errors == ("over temperature", "grid voltage out of range")
    assert (read.work_state, read.work_mode, read.effective_work_mode) == (
        "abnormal",
        "fault",
        "fault",
    )
    assert (read.pv_power, read.battery_power, read.pv1_mode) == (0, 0, "no power")
    assert read.grid_import_power == pytest.approx(read.load_power + 42, abs=2)
    house.error_bits = 0
    house.advance(180)
    assert (house.flows.pv > 1000, reading_of(house).errors) == (True, ())


def test_a_blackout_leaves_an_island() -> None:
    house = house_at("clear", time(12))
    house.blackout = True
    house.advance(60)
    read = reading_of(house)
    assert (read.grid_voltage, read.grid_frequency, read.grid_power) == (0, 0, 0)
    assert (read.work_mode, read.grid_direction, read.errors) == (
        "off-grid",
        "idle",
        ("utility loss",),
    )
    assert (read.backup_voltage, read.backup_frequency) == (230, 50)
    assert read.backup_power == read.load_power > 0
    assert read.pv_power < 1000 < house_at("clear", time(12, 1)).flows.pv, "nowhere to send it"


def test_an_island_goes_dark_when_the_battery_is_spent() -> None:
    house = house_at("winter", time(0))
    house.blackout = True
    house.advance(8 * 3600)
    read = reading_of(house)
    assert (read.load_power, read.load_mode, read.work_state) == (0, "disconnected", "standby")
    assert (read.backup_voltage, read.inverter_power, read.battery_power) == (0, 0, 0)
    assert house.battery.charge >= RESERVE - 1e-6


def test_places_and_steps_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="latitude"):
        house_at("clear", latitude=91.0)
    for step in (0.0, -5.0, 7.0, 200000.0):
        with pytest.raises(ValueError, match="step"):
            house_at("clear", step=step)


def test_an_account_copies() -> None:
    account = Account()
    account.add(Flows(pv=1000, load=200, grid=-700, battery=-60), 3600)
    copy = account.copy()
    account.add(Flows(load=100, grid=60, battery=50), 3600)
    assert astuple(copy) == pytest.approx((1, 0.2, 0, 0.7, 0.06, 0, 0.04))
    assert astuple(account) == pytest.approx((1, 0.3, 0.06, 0.7, 0.06, 0.05, 0.05))
