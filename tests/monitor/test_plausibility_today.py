"""Today's counters: midnight costs no reading, and a glitch of them reaches nobody."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from known_houses import known_house
from monitor_world import reading

from kstar_tui.monitor.plausibility import Plausibility
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data
from kstar_tui.simulator.days import DAYS

FELL, JUMPED = "PV energy today fell", "PV energy today jumped"
SUN = {"pv1_voltage": 200.0, "pv1_current": 5.0, "pv1_mode": "producing"}
TODAY = {"energy_today": 21.4, "load_energy_today": 8.3}
MIDNIGHT = {"energy_today": 0.0, "load_energy_today": 0.0}


def verdicts(*readings: Reading, every: float = 5) -> list[str | None]:
    plausibility = Plausibility()
    return [plausibility.check(one, n * every) for n, one in enumerate(readings)]


def test_midnight_is_believed_at_once() -> None:
    evening, night = reading(**TODAY), reading(**MIDNIGHT)
    assert verdicts(evening, night, night) == [None] * 3
    grown = reading(energy_today=0.0, load_energy_today=0.1)
    assert verdicts(evening, grown, grown) == [None] * 3


@pytest.mark.parametrize("every", [2, 30, 300, 600, 3600])
@pytest.mark.parametrize("day", DAYS)
def test_no_midnight_holds_a_reading(day: str, every: int) -> None:
    hours = 2 if every < 300 else 26
    begun, step = datetime.combine(DAYS[day].date, time(23)), 5.0 if every < 300 else 60.0
    house = known_house(DAYS[day], begun, seed=1, step=step)
    plausibility = Plausibility()
    low = high = house.values()["load_energy_today"]
    for at in range(0, hours * 3600, every):
        house.advance(at)
        values = house.values()
        low, high = (f(n, values["load_energy_today"]) for f, n in ((min, low), (max, high)))
        frame = build_reply(0x86, encode_running_data(values))
        assert plausibility.check(decode_running_data(parse_frame(frame)), at) is None
    assert low < 2 < high, "there was a midnight"


@pytest.mark.parametrize("every", [601, 3600, 10 * 3600])
def test_a_midnight_missed_in_a_pause_is_no_doubt(every: float) -> None:
    most = round(30 * every / 3600, 1)
    morning = reading(**SUN, energy_today=min(most, 15.0), load_energy_today=min(most, 8.0))
    assert verdicts(reading(**TODAY), morning, every=every) == [None, None]


@pytest.mark.parametrize(
    "glitch",
    [
        {"energy_today": 21.3},
        {"energy_today": 5.0},
        {"energy_today": 0.0},
        {"energy_today": 0.0, "load_energy_today": 5.0},
        {**MIDNIGHT, **SUN},
        {**MIDNIGHT, "energy_total": 1347.4},
    ],
)
def test_a_fall_that_is_no_midnight_is_held_once(glitch: dict[str, float]) -> None:
    usual, odd = reading(**TODAY), reading(**{**TODAY, **glitch})
    first, held, back = verdicts(usual, odd, usual)
    assert (first, back) == (None, None)
    assert held is not None
    assert verdicts(usual, odd, odd, odd)[2:] == [None, None]


def test_zero_without_a_lifetime_is_held() -> None:
    usual, odd = reading(**TODAY), reading(**MIDNIGHT, energy_total=0, load_energy_total=0)
    assert verdicts(usual, odd, usual) == [None, "PV energy total fell to zero", None]
    # An inverter that never counted one: today's fall is its only sign.
    never = [reading(energy_total=0, energy_today=today) for today in (21.4, 0, 0)]
    assert verdicts(*never) == [None, FELL, None]


@pytest.mark.parametrize("field", ["energy_today", "load_energy_today"])
def test_a_jump_is_held_until_a_second_agrees(field: str) -> None:
    label = {"energy_today": "PV energy today", "load_energy_today": "Load energy today"}[field]
    usual, odd = reading(**TODAY), reading(**{**TODAY, field: 250.0})
    assert verdicts(usual, odd, usual, odd, odd) == [
        None,
        f"{label} jumped",
        None,
        f"{label} jumped",
        None,
    ]
    other = reading(**{**TODAY, field: 300.0})
    assert verdicts(usual, odd, other, odd) == [None, *[f"{label} jumped"] * 3]


def test_the_glitch_that_was_published_once_is_held_in_each_of_its_steps() -> None:
    usual = reading(energy_today=3.8)
    full, zero = reading(energy_today=6553.5), reading(energy_today=0, energy_total=0)
    assert verdicts(usual, full, zero, usual) == [
        None,
        "PV energy today impossible",
        "PV energy total fell to zero",
        None,
    ]


def test_the_limit_is_thirty_kilowatts_and_a_digit() -> None:
    for rise, believed in ((30.1, True), (30.2, False)):
        verdict = verdicts(reading(), reading(energy_today=rise), every=3600)[1]
        assert verdict == (None if believed else JUMPED)


def test_more_today_than_ever_is_not_believed_by_agreement() -> None:
    usual = reading(energy_total=12.0, energy_today=3.8)
    odd = reading(energy_total=12.0, energy_today=500.0)
    above = "PV energy today above PV energy total"
    assert verdicts(usual, odd, odd, odd, usual) == [None, *[above] * 3, None]
    # What never stops is how that inverter counts.
    assert verdicts(*[odd] * 6) == [*[above] * 3, *[None] * 3]
    assert verdicts(reading(energy_total=3.8, energy_today=3.8)) == [None]
