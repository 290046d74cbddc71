"""`mqtt clean` at a real broker: what is ours goes, what is anybody else's stays."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from broker_talk import plant, retained, url
from mqtt_helpers import SERIAL, Mosquitto, Subscriber, load_update, mosquitto_in
from program_talk import Program

from kstar_tui.mqtt.cleanup import MOST
from kstar_tui.mqtt.discovery import Discovery
from kstar_tui.mqtt.entities import catalogue
from kstar_tui.mqtt.payloads import device_json
from kstar_tui.mqtt.topics import Topics

OTHER = "192.168.1.50"
FOREIGN = {
    "homeassistant/device/0x00158d/config": '{"origin": {"name": "Zigbee2MQTT"}}',
    "homeassistant/device/kstar_lookalike/config": '{"origin": {"name": "somebody"}}',
    "homeassistant/sensor/kstar_lookalike/power/config": "{}",
    "homeassistant/sensor/0x00158d/power/config": '{"origin": {"name": "kstar-tui"}}',
    "homeassistant/status": "online",
    "sensor/inverter/load": "480",
    f"elsewhere/{SERIAL}/availability": "offline",
}


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    folder = tmp_path / "broker"
    folder.mkdir()
    async with mosquitto_in(folder) as broker:
        yield broker


def published(
    key: str = SERIAL, *, online: bool = False, by_entity: bool = False, base: str = "kstar"
) -> dict[str, str]:
    """What a kstar-tui leaves retained of an inverter."""
    topics = Topics(base, key)
    discovery = Discovery(topics, 5.0, by_entity=by_entity)
    update = load_update(480)
    return {
        **{one.topic: one.payload for one in discovery.announce(update, catalogue())},
        topics.availability: "online" if online else "offline",
        topics.inverter: "offline",
        topics.device: device_json(update, "abcd1234", 5.0),
    }


@pytest.mark.parametrize("version", ["3.1.1", "5"])
@pytest.mark.parametrize("inverter", [(), ("--inverter", SERIAL)])
async def test_the_only_one(
    inverter: tuple[str, ...], version: str, mosquitto: Mosquitto, program: Program
) -> None:
    await mosquitto.start()
    await plant(mosquitto, FOREIGN | published())
    clean = ("mqtt", "clean", "--mqtt-version", version, *inverter)
    done = await program(*clean, environment=url(mosquitto))
    assert (done.status, done.err) == (0, "Removed 4 messages.\n")
    assert done.out.splitlines() == [
        f"{SERIAL}, offline",
        f"  homeassistant/device/kstar_{SERIAL}/config",
        f"  kstar/{SERIAL}/inverter",
        f"  kstar/{SERIAL}/device",
        f"  kstar/{SERIAL}/availability",
    ]
    assert set(await retained(mosquitto)) == set(FOREIGN)
    assert " as kstar-tui-clean-" in mosquitto.log

    done = await program(*clean, environment=url(mosquitto))
    assert (done.status, done.out) == (0, "")
    whose = f" of {SERIAL}" if inverter else ""
    assert done.err == (
        f"Nothing{whose} is retained at 127.0.0.1:{mosquitto.port} under kstar/ and "
        "homeassistant/ that kstar-tui has put there.\n"
    )


async def test_home_assistant_is_told_first(mosquitto: Mosquitto, program: Program) -> None:
    await mosquitto.start()
    await plant(mosquitto, published())
    watcher = Subscriber(mosquitto.port, ("kstar/#", "homeassistant/#"))
    await watcher.ready()
    await watcher.take(4)
    done = await program("mqtt", "clean", environment=url(mosquitto))
    assert done.status == 0
    # The first one is what the command hears its own voice by.
    (marker, *_), *removed = await watcher.take(5)
    watcher.stop()
    assert marker.startswith("kstar/check/")
    assert removed[0][:2] == (f"homeassistant/device/kstar_{SERIAL}/config", "")
    assert {payload for _, payload, *_ in removed} == {""}


async def test_one_message_an_entity(mosquitto: Mosquitto, program: Program) -> None:
    await mosquitto.start()
    ours = published(by_entity=True, base="solar/roof")
    await plant(mosquitto, FOREIGN | ours)
    arguments = ("mqtt", "clean", "--mqtt-base", "solar/roof")
    done = await program(*arguments, environment=url(mosquitto))
    assert (done.status, done.err) == (0, f"Removed {len(ours)} messages.\n")
    count = len(catalogue())
    assert f"  homeassistant/+/kstar_{SERIAL}/+/config: {count} messages\n" in done.out
    assert set(await retained(mosquitto)) == set(FOREIGN)


async def test_only_entities_are_left(mosquitto: Mosquitto, program: Program) -> None:
    await mosquitto.start()
    topics = [topic for topic in published(by_entity=True) if topic.endswith("/config")][:3]
    ours = {topic: published(by_entity=True)[topic] for topic in topics}
    await plant(mosquitto, FOREIGN | ours)
    done = await program("mqtt", "clean", "--json", environment=url(mosquitto))
    assert (done.status, done.err) == (0, "Removed 3 messages.\n")
    assert json.loads(done.out) == {
        "broker": f"127.0.0.1:{mosquitto.port}",
        "found": [{"inverter": SERIAL, "online": False, "topics": sorted(topics)}],
        "removed": sorted(topics),
        "left": [],
    }
    assert set(await retained(mosquitto)) == set(FOREIGN)


async def test_of_several_one_has_to_be_named(mosquitto: Mosquitto, program: Program) -> None:
    await mosquitto.start()
    first, second = published(), published(OTHER, online=True)
    await plant(mosquitto, first | second)
    done = await program("mqtt", "clean", environment=url(mosquitto))
    assert done.status == 2
    assert f"There are several inverters: {OTHER}, {SERIAL}. Say with --inverter" in done.err
    assert f"{OTHER}, online\n" in done.out
    assert f"{SERIAL}, offline\n" in done.out
    assert len(await retained(mosquitto)) == len(first) + len(second)

    done = await program("mqtt", "clean", "--inverter", SERIAL, environment=url(mosquitto))
    assert done.status == 0
    assert set(await retained(mosquitto)) == set(second)


async def test_one_that_is_online_stays_unless_forced(
    mosquitto: Mosquitto, program: Program
) -> None:
    await mosquitto.start()
    ours = published(OTHER, online=True)
    await plant(mosquitto, ours)
    done = await program("mqtt", "clean", "--json", environment=url(mosquitto))
    assert done.status == 1
    assert f"{OTHER} is online: a kstar-tui is running and will announce it again." in done.err
    told = json.loads(done.out)
    assert told["removed"] == []
    assert told["found"][0]["online"] is True
    assert set(await retained(mosquitto)) == set(ours)

    done = await program("mqtt", "clean", "--force", environment=url(mosquitto))
    assert done.status == 0
    assert "will announce it again when it, or Home Assistant, starts" in done.err
    assert await retained(mosquitto) == {}


async def test_a_will_that_came_after_the_cleaning(mosquitto: Mosquitto, program: Program) -> None:
    await mosquitto.start()
    await plant(mosquitto, {f"kstar/{SERIAL}/availability": "offline"})
    done = await program("mqtt", "clean", environment=url(mosquitto))
    assert (done.status, done.err) == (0, "Removed 1 message.\n")
    assert await retained(mosquitto) == {}


async def test_what_may_be_anybodys_is_left_alone(mosquitto: Mosquitto, program: Program) -> None:
    await mosquitto.start()
    await plant(mosquitto, {"home/kitchen/availability": "online", "home/hall/device": "lamp"})
    arguments = ("mqtt", "clean", "--mqtt-base", "home")
    done = await program(*arguments, environment=url(mosquitto))
    assert (done.status, done.out) == (0, "")
    assert "Left alone, as others may have such topics: home/kitchen/availability." in done.err
    assert "kstar-tui mqtt clean --inverter kitchen\n" in done.err
    assert len(await retained(mosquitto)) == 2
    named = await program(
        *arguments, "--inverter", "kitchen", "--force", environment=url(mosquitto)
    )
    assert named.status == 0
    assert set(await retained(mosquitto)) == {"home/hall/device"}


async def test_hostile_messages(mosquitto: Mosquitto, program: Program) -> None:
    await mosquitto.start()
    escape = "\x1b]0;owned\x07"
    origin = '"origin": {"name": "kstar-tui"}'
    hostile: dict[str, str | bytes] = {
        "homeassistant/device/kstar_deep/config": "[" * 100_000,
        "homeassistant/device/kstar_list/config": '[{"origin": 1}]',
        "homeassistant/device/kstar_text/config": '{"origin": "kstar-tui"}',
        "homeassistant/device/kstar_bytes/config": b"\xff\xfe\x00",
        f"homeassistant/device/kstar_{'x' * 65}/config": "{" + origin + "}",
        "homeassistant/device/kstar_a b/config": "{" + origin + "}",
        "homeassistant/device/kstar_\N{RIGHT-TO-LEFT OVERRIDE}/config": "{" + origin + "}",
        "homeassistant/Sensor/kstar_x/power/config": "{" + origin + "}",
        f"kstar/{SERIAL}\N{COMBINING ACUTE ACCENT}/inverter": "online",
        "kstar/-rf/inverter": "online",
        "kstar/../device": '{"publisher": "x"}',
    }
    ours = published() | {f"kstar/{SERIAL}/device": '{"publisher": "' + escape + '"}'}
    await plant(mosquitto, hostile | ours)
    done = await program("mqtt", "clean", environment=url(mosquitto))
    assert done.status == 0
    assert set(await retained(mosquitto)) == set(hostile)
    assert (done.out + done.err).replace("\n", "").isprintable()


async def test_a_message_that_is_too_long_is_no_obstacle_for_the_one_that_is_named(
    mosquitto: Mosquitto, program: Program
) -> None:
    await mosquitto.start()
    await plant(mosquitto, {"homeassistant/device/huge/config": "x" * 200_000} | published())
    done = await program("mqtt", "clean", environment=url(mosquitto))
    assert (done.status, done.out) == (1, "")
    assert "The broker retains more than can be looked through" in done.err
    assert len(await retained(mosquitto)) == 5
    done = await program("mqtt", "clean", "--inverter", SERIAL, environment=url(mosquitto))
    assert done.status == 0
    assert len(await retained(mosquitto)) == 1


async def test_one_on_our_own_topics_is_removed_unseen(
    mosquitto: Mosquitto, program: Program
) -> None:
    await mosquitto.start()
    await plant(mosquitto, {**published(), f"kstar/{SERIAL}/device": "x" * 200_000})
    named = ("mqtt", "clean", "--inverter", SERIAL)
    done = await program(*named, environment=url(mosquitto))
    assert (done.status, done.out) == (0, "")
    assert "Removed unseen: " in done.err
    assert await retained(mosquitto) == {}
    await mosquitto.stop()
    done = await program(*named, environment=url(mosquitto))
    assert (done.status, done.out) == (1, "")
    assert "nothing listens on port" in done.err


async def test_a_house_full_of_devices(mosquitto: Mosquitto, program: Program) -> None:
    await mosquitto.start()
    payload = '{"origin": {"name": "Zigbee2MQTT"}, "filler": "' + "x" * 800 + '"}'
    others = {f"homeassistant/sensor/0x{n:08x}/power/config": payload for n in range(1500)}
    await plant(mosquitto, others | published())
    done = await program("mqtt", "clean", environment=url(mosquitto))
    assert (done.status, done.err) == (0, "Removed 4 messages.\n")
    more = {f"homeassistant/sensor/1x{n:08x}/power/config": "x" for n in range(MOST)}
    await plant(mosquitto, more | published())
    done = await program("mqtt", "clean", environment=url(mosquitto))
    assert (done.status, done.out) == (1, "")
    assert "Name the inverter: kstar-tui mqtt clean --inverter SERIAL" in done.err


async def test_what_may_not_be_written_is_told(
    mosquitto: Mosquitto, program: Program, tmp_path: Path
) -> None:
    acl = tmp_path / "acl"
    rules = "topic readwrite kstar/#\ntopic read homeassistant/#\n"
    acl.write_text(f"user mqtt\n{rules}\nuser watcher\ntopic readwrite #\n")
    acl.chmod(0o600)
    mosquitto.listen(f"acl_file {acl}")
    await mosquitto.start()
    await plant(mosquitto, published())
    done = await program("mqtt", "clean", environment=url(mosquitto))
    assert done.status == 1
    config = f"homeassistant/device/kstar_{SERIAL}/config"
    assert "Removed 3 messages.\n" in done.err
    assert f"did not confirm that 1 of them are gone, of which the first is {config}" in done.err
    assert set(await retained(mosquitto)) == {config}


async def test_what_cannot_even_be_tried(mosquitto: Mosquitto, program: Program) -> None:
    done = await program("mqtt", "clean")
    assert (done.status, done.out) == (2, "")
    assert "No MQTT broker is configured." in done.err
    done = await program("mqtt", "clean", "--inverter", "a/b", environment=url(mosquitto))
    assert (done.status, done.out) == (2, "")
    assert "--inverter 'a/b' is no serial number." in done.err
    await mosquitto.start()
    done = await program("mqtt", "clean", environment=url(mosquitto, "mqtt:hunter2@"))
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        f"kstar-tui: MQTT broker 127.0.0.1:{mosquitto.port}: wrong user or password, or the user is"
        " not authorised. More says: kstar-tui mqtt check.\n"
    )
