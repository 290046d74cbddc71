"""Brokers that go and come back, others who publish the same, earlier versions: nothing is left
wrong and nothing is replayed."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from home_world import (
    ANNOUNCED,
    CONFIG,
    MOMENTARY,
    ROOT,
    Home,
    Start,
    energy,
    loads,
    payload,
    topics,
)
from mqtt_helpers import INFO, SERIAL, Mosquitto

from kstar_tui.monitor.update import LinkState
from kstar_tui.mqtt import reasons

ENTITY = f"homeassistant/sensor/kstar_{SERIAL}"


async def back_after(house: Home, mosquitto: Mosquitto, *, saving: bool) -> None:
    """The broker is away for ten minutes of polls."""
    await mosquitto.stop(saving=saving)
    await house.lost()
    await house.poll(120, every=5.0)
    house.watcher.expect_restart()
    await mosquitto.start()
    await house.watcher.ready()
    await house.connected()


@pytest.mark.parametrize("saving", [True, False], ids=["retained", "forgotten"])
async def test_a_broker_that_was_away_hears_it_all_again_and_nothing_of_the_time_between(
    home: Start, mosquitto: Mosquitto, tmp_path, saving: bool
) -> None:
    mosquitto.listen("persistence true", f"persistence_location {tmp_path}/")
    house = await home()
    await house.introduced()
    await back_after(house, mosquitto, saving=saving)
    kept = await house.said()
    retained = [one for one in kept if one.retained]
    assert sorted(topics(retained)) == (sorted(ANNOUNCED) if saving else [])
    if saving:
        # It was the broker that ended: its clients' wills are its own to tell, or not.
        assert payload(retained, f"{ROOT}/inverter") == "online"
    assert loads(kept) == []
    await house.clock.advance(3)
    said = await house.said()
    assert topics(said) == [*ANNOUNCED, *MOMENTARY, *MOMENTARY]
    assert loads(said) == [120, 120]
    await house.poll(3)
    assert loads(await house.said()) == [1, 2, 3]
    assert house.publisher.status.dropped == 119


async def test_what_is_too_old_on_return_is_not_told_as_new(
    home: Start, mosquitto: Mosquitto
) -> None:
    house = await home()
    await house.introduced()
    await mosquitto.stop()
    await house.lost()
    await house.poll(10)
    await house.clock.advance(61)
    house.watcher.expect_restart()
    await mosquitto.start()
    await house.watcher.ready()
    await house.connected()
    await house.clock.advance(3)
    said = await house.said()
    assert loads(said) == []
    assert topics(said) == [*ANNOUNCED, MOMENTARY[1], MOMENTARY[1]]


async def test_nothing_grows_while_the_broker_is_away(home: Start, mosquitto: Mosquitto) -> None:
    house = await home(legacy="sensor/inverter", values=True)
    await house.introduced()
    await mosquitto.stop()
    await house.lost()
    await house.poll(60)
    # CPython 3.11 keeps 2,000 tuples of 20 items that it has freed, and an Update has as many.
    for _ in range(2000):
        tuple(range(20))
    tracemalloc.start()
    try:
        await house.poll(60)
        before, _ = tracemalloc.get_traced_memory()
        await house.poll(600)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # One reading is more than 2 kB.
    assert after - before < 20_000


@pytest.mark.parametrize("version", [3, 5])
async def test_goodbye_is_the_last_word(
    home: Start, mosquitto: Mosquitto, subscribe, version: int
) -> None:
    house = await home(version=version)
    await house.introduced()
    await house.publisher.stop()
    said = await house.watcher.settled()
    assert [one[:2] for one in said] == [(f"{ROOT}/availability", "offline")]
    late = await subscribe(mosquitto.port, ("#",))
    kept = {topic: text for topic, text, *_ in await late.settled()}
    assert kept[f"{ROOT}/availability"] == "offline"


async def test_another_ones_goodbye_is_corrected_and_no_more(home: Start) -> None:
    house = await home()
    await house.introduced()
    house.watcher.publish(f"{ROOT}/availability", "offline", retain=True)
    await house.until(lambda: any(one.payload == b"offline" for one in house.heard))
    assert [one.payload for one in await house.said()] == ["offline", "online"]
    # It may have said that the inverter is away, too, or announced what an older version knows.
    await house.clock.advance(3.5)
    assert topics(await house.said()) == [*ANNOUNCED, *MOMENTARY, *MOMENTARY]


async def test_two_of_them_on_one_inverter_are_told_of_each_other_once(
    home: Start, caplog: pytest.LogCaptureFixture
) -> None:
    one = await home(instance="11111111")
    await one.introduced()
    assert not one.publisher.status.rival
    other = await home(instance="22222222")
    await other.introduced()
    await one.until(lambda: one.publisher.status.rival)
    # What is retained may be what an earlier run has left.
    assert not other.publisher.status.rival
    one.tell()
    await other.until(lambda: other.publisher.status.rival)
    other.tell()
    await other.said()
    await one.said()
    for house in (one, other):
        await house.poll(3)
        assert f"{ROOT}/device" not in topics(await house.said())
    assert caplog.text.count("another kstar-tui publishes") == 2
    # The one that ends does not end the other.
    await other.publisher.stop()
    await one.until(lambda: any(m.payload == b"offline" for m in one.heard))
    assert payload(await one.said(), f"{ROOT}/availability") == "online"
    assert not one.publisher.status.rival


@pytest.mark.parametrize("goodbye", [True, False])
async def test_one_that_gives_way_to_another_leaves_without_a_word(
    home: Start, mosquitto: Mosquitto, goodbye: bool
) -> None:
    house, other = await home(), await home(instance="another")
    await house.introduced()
    await other.introduced()
    await other.said()
    await house.publisher.stop(goodbye=goodbye)
    # Neither a goodbye nor the will, that it is an accident.
    assert not house.connection.connected
    await mosquitto.logged("disconnected.")
    said = await other.said()
    assert ("offline" in [one.payload for one in said]) is goodbye


async def test_what_another_process_publishes_is_left_to_it(
    home: Start, mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    house = await home()
    house.standby = True
    await house.poll(3)
    assert house.connection.client_id is None
    assert house.publisher.status.standby
    house.standby = False
    assert topics(await house.introduced()) == [*ANNOUNCED, *MOMENTARY, *MOMENTARY]
    ours = house.connection.client_id
    house.standby = True
    await house.poll(3)
    await house.lost()
    # Else the broker would take the next connection for one that pushes this one out.
    await mosquitto.logged(f"Received DISCONNECT from {ours}")
    assert house.publisher.status[:2] == (False, house.publisher.status.broker)
    house.standby = False
    # It was neither a goodbye nor an accident: nobody has said `offline`.
    seen = topics(await house.introduced())
    assert seen == [*ANNOUNCED, *MOMENTARY, *MOMENTARY]
    told = [r.message for r in caplog.records if "another process" in r.message]
    left, back = "MQTT: left to another process", "MQTT: no longer left to another process"
    assert told == [left, back, left, back]


async def test_another_inverter_is_published_under_its_own_name(home: Start) -> None:
    house = await home()
    await house.introduced()
    old = house.connection.client_id
    house.tell(7, info=INFO._replace(serial="OTHER"))
    await house.connected()
    assert house.connection.client_id != old
    await house.clock.advance(3)
    said = await house.said()
    assert (said[0].topic, said[0].payload) == (f"{ROOT}/availability", "offline")
    assert all("/OTHER/" in one.topic or "_OTHER/" in one.topic for one in said[1:])
    assert "kstar/OTHER/state" in topics(said)


@pytest.mark.parametrize("discovery", ["device", "entities", "off"])
async def test_a_name_that_comes_late_leaves_no_ghost(
    home: Start, mosquitto: Mosquitto, subscribe, discovery: str
) -> None:
    house = await home(discovery=discovery)
    await house.poll(3, info=None)
    await house.connected()
    await house.clock.advance(3)
    assert "kstar/127.0.0.1/state" in topics(await house.said())
    house.tell()
    await house.watcher.until("kstar/127.0.0.1/availability", "")
    await house.connected()
    await house.clock.advance(3)
    assert f"{ROOT}/state" in topics(await house.said())
    late = await subscribe(mosquitto.port, ("#",))
    kept = {topic for topic, *_ in await late.settled()}
    assert not [topic for topic in kept if "127" in topic]
    assert f"{ROOT}/availability" in kept


async def test_what_somebody_retained_there_locks_nobody_out(
    home: Start, mosquitto: Mosquitto, subscribe
) -> None:
    await mosquitto.ensure()
    planter = await subscribe(mosquitto.port, ("marker",))
    planter.publish(f"{ROOT}/device", "x" * 200_000, retain=True)
    await planter.settled()
    house = await home()
    house.tell()
    await house.until(lambda: house.connection.last_error == reasons.UNASKED)
    await house.connected()
    await house.clock.advance(3)
    said = [one for one in await house.said() if one.topic in {*ANNOUNCED, *MOMENTARY}]
    assert topics(said)[-6:] == [*ANNOUNCED, *MOMENTARY][-4:] + MOMENTARY


async def test_a_broker_that_takes_nothing_is_told_when_it_does(
    home: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await home(legacy=None)
    await house.introduced()
    ready = type(house.connection).ready
    monkeypatch.setattr(type(house.connection), "ready", False)
    house.watcher.publish("homeassistant/status", "online")
    await house.until(lambda: any("status" in one.topic for one in house.heard))
    await house.watcher.settled()
    await house.clock.advance(30)
    assert await house.said() == []
    monkeypatch.setattr(type(house.connection), "ready", ready)
    await house.clock.advance(2)
    assert topics(await house.said()) == [*ANNOUNCED, *MOMENTARY]


async def test_what_is_sent_is_not_remembered_while_the_inverter_is_away(home: Start) -> None:
    house = await home(values=True)
    await house.introduced()
    for kwh in range(100):
        await house.poll(1, energy=energy(kwh), state=LinkState.OFFLINE, fresh=False)
        await house.said()
    assert len(house.connection._backlog) < 50


async def test_only_what_went_out_counts_as_sent(home: Start) -> None:
    house = await home()
    house.tell()
    await house.connected()
    house.tell()
    assert house.publisher.status.sent == 0
    await house.clock.advance(3)
    assert loads(await house.said()) == [480, 480]
    assert house.publisher.status.sent == 1
    await house.poll(2)
    assert house.publisher.status.sent == 3


async def test_what_an_earlier_version_announced_and_is_gone_is_removed(
    home: Start, mosquitto: Mosquitto, subscribe
) -> None:
    await mosquitto.ensure()
    planter = await subscribe(mosquitto.port, ("#",))
    old = {"platform": "sensor", "unique_id": f"kstar_{SERIAL}_moon_phase"}
    kept = {"platform": "sensor", "unique_id": f"kstar_{SERIAL}_battery_soh"}
    message = {"components": {"moon_phase": old, "battery_soh": kept}}
    planter.publish(CONFIG, json.dumps(message), retain=True)
    await planter.settled()
    house = await home()
    house.tell()
    await house.connected()
    await house.until(lambda: any(one.topic == CONFIG for one in house.heard))
    await house.clock.advance(1)
    configs = [json.loads(one.payload) for one in await house.said() if one.topic == CONFIG]
    removal, whole = (one["components"] for one in configs)
    assert removal["moon_phase"] == {"platform": "sensor"}
    assert removal.keys() - whole.keys() == {"moon_phase"}
    # It is not filled today, but it was.
    assert "state_topic" in whole["battery_soh"]
    assert "battery_soh" in whole


@pytest.mark.parametrize(("before", "after"), [("device", "entities"), ("entities", "device")])
async def test_one_way_of_announcing_gives_way_to_the_other(
    home: Start, before: str, after: str
) -> None:
    first = await home(discovery=before)
    said = await first.introduced()
    announced = {one.topic for one in said if one.topic.startswith("homeassistant/")}
    assert (announced == {CONFIG}) is (before == "device")
    await first.publisher.stop()
    second = await home(discovery=after)
    second.tell()
    await second.connected()
    heard = second.heard
    await second.until(lambda: {one.topic for one in heard if one.retained} >= announced)
    gone = await second.said()
    assert {one.topic for one in gone if not one.payload} == announced
    assert all(not one.payload for one in gone)
    await second.clock.advance(1.9)
    assert await second.said() == []
    await second.clock.advance(0.1)
    new = {one.topic for one in await second.said() if one.topic.startswith("homeassistant/")}
    assert new.isdisjoint(announced)
    assert (new == {CONFIG}) is (after == "device")
    assert len(new) == 1 or f"{ENTITY}/load_power/config" in new
