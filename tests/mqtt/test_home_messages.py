"""What Home Assistant is told, when, and in which order: at a real broker, on owned time."""

from __future__ import annotations

import json

import pytest
from home_world import (
    ANNOUNCED,
    BIRTH,
    CONFIG,
    MOMENTARY,
    ROOT,
    Start,
    energy,
    loads,
    payload,
    topics,
)
from mqtt_helpers import Mosquitto, make_reading

from kstar_tui.monitor.energy import FLOWS
from kstar_tui.monitor.update import LinkState
from kstar_tui.mqtt.publisher import BIRTH as BIRTH_SECONDS
from kstar_tui.protocol.reading import FIELDS


@pytest.mark.parametrize("version", [3, 5])
async def test_what_exists_comes_first_and_what_is_momentary_comes_twice(
    home: Start, version: int
) -> None:
    house = await home(version=version)
    house.tell(480)
    await house.connected()
    assert await house.said() == []
    await house.clock.advance(0.9)
    assert await house.said() == []
    await house.clock.advance(0.1)
    said = await house.said()
    assert topics(said) == [*ANNOUNCED, *MOMENTARY]
    assert payload(said, f"{ROOT}/availability") == payload(said, f"{ROOT}/inverter") == "online"
    assert loads(said) == [480]
    await house.clock.advance(1.9)
    assert await house.said() == []
    await house.clock.advance(0.1)
    assert topics(await house.said()) == MOMENTARY
    await house.clock.advance(3600)
    assert await house.said() == []


async def test_what_lasts_is_retained_and_what_is_momentary_is_not(
    home: Start, mosquitto: Mosquitto, subscribe
) -> None:
    house = await home()
    await house.introduced()
    late = await subscribe(mosquitto.port, ("#",))
    assert sorted(one[0] for one in await late.settled()) == sorted(ANNOUNCED)


async def test_what_the_messages_hold(home: Start) -> None:
    house = await home()
    said = await house.introduced()
    state = json.loads(payload(said, f"{ROOT}/state"))
    assert state.keys() == {"timestamp", *FIELDS}
    assert state["pv_power"] == 1234.56
    assert state["battery_soh"] is None
    counters = json.loads(payload(said, f"{ROOT}/energy"))
    names = {f"{flow.energy}_{period}" for flow in FLOWS for period in ("total", "today")}
    assert counters.keys() == {"timestamp", "day", *names}
    assert all(counters[name] == 5.0 for name in names)
    device = json.loads(payload(said, f"{ROOT}/device"))
    assert (device["model"], device["publisher"]) == ("KSE4000", "abcd1234")
    components = json.loads(payload(said, CONFIG))["components"]
    # Every topic that Home Assistant is told of is one that is published.
    told = {one["state_topic"] for one in components.values()}
    assert told == {f"{ROOT}/state", f"{ROOT}/energy", f"{ROOT}/inverter"}
    for one in components.values():
        field = one.get("value_template", "").removeprefix("{{ value_json.").removesuffix(" }}")
        where = counters if one["state_topic"] == f"{ROOT}/energy" else state
        assert field in where or one["state_topic"] == f"{ROOT}/inverter" or "errors" in field


async def test_a_poll_is_one_state_and_counters_that_stand_still_are_told_once_a_minute(
    home: Start,
) -> None:
    house = await home()
    await house.introduced()
    await house.poll(60)
    said = await house.said()
    assert loads(said) == list(range(1, 61))
    # Five minutes.
    assert 4 <= topics(said).count(f"{ROOT}/energy") <= 5
    assert set(topics(said)) == set(MOMENTARY)


async def test_counters_that_move_are_told_at_once(home: Start) -> None:
    house = await home()
    await house.introduced()
    for kwh in (5.1, 5.1, 5.2):
        await house.poll(1, energy=energy(kwh))
    said = await house.said()
    told = [json.loads(one.payload) for one in said if one.topic == f"{ROOT}/energy"]
    assert [one["pv_energy_total"] for one in told] == [5.1, 5.2]


async def test_a_poll_that_brought_nothing_is_no_state(home: Start) -> None:
    house = await home()
    await house.introduced()
    await house.poll(3, fresh=False)
    assert await house.said() == []


async def test_an_inverter_that_sleeps_keeps_its_counters(home: Start) -> None:
    house = await home()
    await house.introduced()
    await house.poll(24, state=LinkState.OFFLINE, fresh=False)
    said = await house.said()
    assert payload(said, f"{ROOT}/inverter") == "offline"
    assert topics(said).count(f"{ROOT}/inverter") == 1
    assert topics(said).count(f"{ROOT}/energy") == 2
    assert loads(said) == []
    await house.poll(1)
    said = await house.said()
    assert payload(said, f"{ROOT}/inverter") == "online"
    assert loads(said) == [1]


async def test_events_are_told_once(home: Start) -> None:
    house = await home()
    await house.introduced()
    await house.poll(2, state=LinkState.OFFLINE, fresh=False)
    events = [one for one in await house.said() if one.topic == f"{ROOT}/events"]
    told = [json.loads(one.payload) for one in events]
    assert [(one["kind"], one["subject"], one["begins"]) for one in told] == [
        ("link", "offline", True)
    ]


async def test_home_assistants_birth_is_answered_once_with_everything(home: Start) -> None:
    house = await home()
    await house.introduced()
    for _ in range(2):
        house.watcher.publish(BIRTH, "online")
    await house.until(lambda: sum(one.topic == BIRTH for one in house.heard) == 2)
    await house.said()
    # By chance, here half of the time.
    await house.clock.advance(BIRTH_SECONDS / 2 - 0.1)
    assert await house.said() == []
    await house.clock.advance(0.1)
    assert topics(await house.said()) == [*ANNOUNCED, *MOMENTARY]
    await house.clock.advance(2)
    assert topics(await house.said()) == MOMENTARY


async def test_a_birth_that_is_retained_or_a_goodbye_is_no_birth(
    home: Start, mosquitto: Mosquitto, subscribe
) -> None:
    await mosquitto.ensure()
    planter = await subscribe(mosquitto.port, ("#",))
    planter.publish(BIRTH, "online", retain=True)
    await planter.settled()
    house = await home()
    await house.introduced()
    await house.until(lambda: [one.topic for one in house.heard].count(BIRTH) == 1)
    planter.publish(BIRTH, "offline")
    await house.until(lambda: [one.topic for one in house.heard].count(BIRTH) == 2)
    await house.said()
    await house.clock.advance(30)
    assert await house.said() == []


async def test_a_field_that_is_filled_later_is_announced_then(home: Start) -> None:
    house = await home()
    said = await house.introduced()
    before = json.loads(payload(said, CONFIG))["components"]
    assert "load_power" in before
    assert "battery_soh" not in before
    await house.poll(1, reading=make_reading(load_power=480, battery_soh=55))
    await house.clock.advance(0)
    said = await house.said()
    after = json.loads(payload(said, CONFIG))["components"]
    assert after.keys() - before.keys() == {"battery_soh"}
    assert set(loads(said)) == {480}


async def test_each_value_by_itself(home: Start) -> None:
    house = await home(values=True)
    said = {one.topic: one.payload for one in await house.introduced()}
    assert said[f"{ROOT}/state/load_power"] == "480"
    assert said[f"{ROOT}/state/battery_soh"] == "null"
    assert said[f"{ROOT}/energy/pv_energy_total"] == "5.0"
    assert {f"{ROOT}/state/{name}" for name in FIELDS} <= said.keys()


async def test_other_levels_and_no_discovery(home: Start) -> None:
    house = await home(base="solar/roof", discovery="off")
    said = await house.introduced()
    assert all(one.topic.startswith("solar/roof/KSE4000X12345678/") for one in said)
    house.watcher.publish(BIRTH, "online")
    await house.watcher.settled()
    await house.clock.advance(10)
    assert await house.said() == []


async def test_kstar_sharps_topics_stand_beside_ours(home: Start) -> None:
    house = await home(legacy="sensor/inverter")
    await house.introduced()
    await house.poll(1)
    said = await house.said()
    assert "sensor/inverter/load" in topics(said)
    assert f"{ROOT}/state" in topics(said)


@pytest.mark.parametrize("discovery", ["device", "off"])
async def test_another_interval_is_announced_on_the_same_connection(
    home: Start, discovery: str
) -> None:
    house = await home(discovery=discovery)
    before = await house.introduced()
    house.publisher.retime(30)
    await house.clock.advance(0)
    said = await house.said()
    announced = [one for one in ANNOUNCED if discovery == "device" or one != CONFIG]
    assert topics(said) == [*announced, *MOMENTARY]
    assert payload(said, f"{ROOT}/availability") == "online"
    assert json.loads(payload(said, f"{ROOT}/device"))["interval"] == 30
    if discovery == "device":
        for each, seconds in ((before, 60), (said, 90)):
            power = json.loads(payload(each, CONFIG))["components"]["pv_power"]
            assert power["expire_after"] == seconds
    await house.clock.advance(3600)
    assert topics(await house.said()) == MOMENTARY


async def test_an_interval_that_is_another_before_the_connection_stands(home: Start) -> None:
    house = await home()
    house.publisher.retime(30)
    said = await house.introduced()
    assert topics(said) == [*ANNOUNCED, *MOMENTARY, *MOMENTARY]
    assert json.loads(payload(said, f"{ROOT}/device"))["interval"] == 30
    assert json.loads(payload(said, CONFIG))["components"]["pv_power"]["expire_after"] == 90
