"""Which entities are announced: what was known once stays, what no version knows goes."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest
from home_world import energy
from hypothesis import given
from hypothesis import strategies as st
from mqtt_helpers import SERIAL, make_reading, update_with
from paho.mqtt.client import topic_matches_sub

from kstar_tui.monitor.update import Update
from kstar_tui.mqtt.announcer import Announcer, Finding, publisher_of
from kstar_tui.mqtt.discovery import Discovery, Message
from kstar_tui.mqtt.entities import Topic, catalogue
from kstar_tui.mqtt.payloads import device_json
from kstar_tui.mqtt.topics import Topics

NODE = f"kstar_{SERIAL}"
DEVICE = f"homeassistant/device/{NODE}/config"
TOPICS = Topics("kstar", SERIAL)
ASLEEP = update_with(make_reading(battery_temperature=None))
AWAKE = update_with(make_reading(battery_temperature=20.0))
OLDER = {"platform": "sensor", "name": "Older", "unique_id": f"{NODE}_older"}
COUNTERS = {one.id for one in catalogue().values() if one.topic is Topic.ENERGY}


def announcer(*, by_entity: bool = False) -> Announcer:
    return Announcer(Discovery(TOPICS, 5.0, by_entity=by_entity))


def by_itself(one: str, platform: str = "sensor") -> str:
    return f"homeassistant/{platform}/{NODE}/{one}/config"


def together(*ids: str, **more: object) -> bytes:
    """A device's message as an earlier run left it."""
    known = {one: {"platform": catalogue()[one].platform, "name": "x"} for one in ids}
    return json.dumps({"components": {**known, **more}}).encode()


def components(message: Message) -> dict[str, dict[str, object]]:
    assert message.topic == DEVICE
    found = json.loads(message.payload)["components"]
    assert isinstance(found, dict)
    return found


def announced(messages: Iterable[Message]) -> set[str]:
    """The entities in the one message of a device, or those with a message each."""
    messages = list(messages)
    if messages[0].topic == DEVICE:
        assert len(messages) == 1
        return set(components(messages[0]))
    assert all(message.payload for message in messages)
    return {message.topic.split("/")[3] for message in messages}


def test_before_the_first_reading_only_the_reach_is_announced() -> None:
    one = announcer()
    assert not one.learn(update_with(None))
    assert announced(one.messages(update_with(None))) == {"reachable"}


def test_what_the_inverter_does_not_fill_is_not_announced() -> None:
    one = announcer()
    assert one.learn(ASLEEP)
    ids = announced(one.messages(ASLEEP))
    assert {"reachable", "fault", "pv_power", "battery_soc", "inverter_energy_total"} <= ids
    assert not ids & {"battery_temperature", "battery_2_soc", "backup_power", "diagnosis_bits"}
    assert not ids & COUNTERS


def test_a_zero_is_known() -> None:
    one = announcer()
    one.learn(ASLEEP)
    assert ASLEEP.reading is not None
    assert ASLEEP.reading.load_power == 0
    assert "load_power" in announced(one.messages(ASLEEP))


def test_what_is_filled_later_is_news_once() -> None:
    one = announcer()
    one.learn(ASLEEP)
    assert not one.learn(ASLEEP)
    assert one.learn(AWAKE)
    assert not one.learn(AWAKE)
    assert "battery_temperature" in announced(one.messages(AWAKE))


def test_what_was_known_once_stays_when_it_is_missing_later() -> None:
    one = announcer()
    one.learn(AWAKE)
    before = list(one.messages(AWAKE))
    assert not one.learn(ASLEEP)
    assert not one.learn(update_with(None))
    assert list(one.messages(ASLEEP)) == before


def test_the_counters_are_announced_once_the_accounts_are_known() -> None:
    one = announcer()
    one.learn(ASLEEP)
    update = ASLEEP._replace(energy=energy(0.0))
    assert one.learn(update)
    assert not one.learn(update)
    assert announced(one.messages(update)) >= COUNTERS


def test_the_subscriptions_cover_what_is_announced() -> None:
    for by_entity in (False, True):
        one = announcer(by_entity=by_entity)
        one.learn(AWAKE)
        for message in one.messages(AWAKE):
            matched = [topic_matches_sub(sub, message.topic) for sub in one.subscriptions]
            assert any(matched)


@pytest.mark.parametrize("by_entity", [False, True])
def test_what_an_earlier_run_knew_is_kept(by_entity: bool) -> None:
    one = announcer(by_entity=by_entity)
    one.learn(ASLEEP)
    topic = by_itself("battery_temperature") if by_entity else DEVICE
    assert one.retained(topic, together("battery_temperature", "pv_power")) is Finding.NEWS
    ids = announced(one.messages(ASLEEP))
    assert {"battery_temperature", "pv_power"} <= ids
    # It is no news a second time.
    assert one.retained(topic, together("battery_temperature")) is Finding.NOTHING
    assert announced(one.messages(ASLEEP)) == ids


def test_what_is_kept_is_announced_as_this_version_does() -> None:
    one, other = announcer(), announcer()
    one.retained(DEVICE, together("battery_temperature"))
    one.learn(ASLEEP)
    other.learn(AWAKE)
    assert list(one.messages(ASLEEP)) == list(other.messages(ASLEEP))


@pytest.mark.parametrize("by_entity", [False, True])
def test_our_own_messages_are_no_news(by_entity: bool) -> None:
    one = announcer(by_entity=by_entity)
    one.learn(AWAKE)
    before = list(one.messages(AWAKE))
    for message in before:
        assert one.retained(message.topic, message.payload.encode()) is Finding.NOTHING
    assert list(one.messages(AWAKE)) == before


def test_what_no_version_knows_any_more_is_removed_first_and_then_left_out() -> None:
    one = announcer()
    one.learn(ASLEEP)
    usual = list(one.messages(ASLEEP))
    assert one.retained(DEVICE, together("pv_power", older=OLDER)) is Finding.NEWS
    removal, full = one.messages(ASLEEP)
    assert components(removal).pop("older") == {"platform": "sensor"}
    assert components(removal).keys() - {"older"} == components(full).keys()
    assert [full] == usual
    # Once is enough.
    assert list(one.messages(ASLEEP)) == usual


def test_an_entity_by_itself_that_no_version_knows_is_removed_first() -> None:
    one = announcer(by_entity=True)
    one.learn(ASLEEP)
    usual = list(one.messages(ASLEEP))
    older = by_itself("alarm", "binary_sensor")
    assert one.retained(older, json.dumps(OLDER).encode()) is Finding.NEWS
    assert list(one.messages(ASLEEP)) == [Message(older, ""), *usual]
    assert list(one.messages(ASLEEP)) == usual


@pytest.mark.parametrize("by_entity", [False, True])
def test_the_other_way_of_announcing_goes_and_what_it_knew_is_kept(by_entity: bool) -> None:
    one = announcer(by_entity=by_entity)
    one.learn(ASLEEP)
    stale = DEVICE if by_entity else by_itself("battery_temperature")
    payload = together("battery_temperature", older=OLDER)
    assert one.retained(stale, payload) is Finding.STALE
    # However often it comes back.
    assert one.retained(stale, payload) is Finding.STALE
    messages = list(one.messages(ASLEEP))
    assert stale not in {message.topic for message in messages}
    # Its own removal takes along what no version knows.
    ids = announced(messages)
    assert "battery_temperature" in ids
    assert "older" not in ids


def test_an_unknown_entity_of_the_other_way_goes_with_its_message() -> None:
    one = announcer()
    one.learn(ASLEEP)
    assert one.retained(by_itself("older"), json.dumps(OLDER).encode()) is Finding.STALE
    assert "older" not in announced(one.messages(ASLEEP))


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        pytest.param(DEVICE, b"", id="a removed device"),
        pytest.param(DEVICE, b"not JSON", id="no JSON"),
        pytest.param(DEVICE, b"[" * 100_000, id="deep lists"),
        pytest.param(DEVICE, b'{"components": [1]}', id="components in a list"),
        pytest.param(DEVICE, together(older={"platform": "sensor"}), id="a removal"),
        pytest.param(by_itself("pv_power"), b"", id="a removed entity"),
        pytest.param(by_itself("pv_power", "switch"), b"{}", id="a switch"),
        pytest.param("homeassistant/device/other/config", together("pv_power"), id="another's"),
        pytest.param("homeassistant/sensor/other/older/config", b"{}", id="another's entity"),
    ],
)
def test_what_is_not_ours_is_left_alone(topic: str, payload: bytes) -> None:
    for by_entity in (False, True):
        one = announcer(by_entity=by_entity)
        one.learn(ASLEEP)
        usual = list(one.messages(ASLEEP))
        assert one.retained(topic, payload) is Finding.NOTHING
        assert list(one.messages(ASLEEP)) == usual


def test_however_much_is_retained_our_own_is_announced() -> None:
    one = announcer()
    one.learn(ASLEEP)
    usual = list(one.messages(ASLEEP))
    one.retained(DEVICE, together(**{f"older_{number}": OLDER for number in range(5000)}))
    removal, full = one.messages(ASLEEP)
    assert len(components(removal)) <= len(components(full)) + 200
    assert [full] == usual


def test_who_publishes_is_read_from_our_own_message() -> None:
    update: Update = update_with(None)
    assert publisher_of(device_json(update, "abcd1234", 5.0).encode()) == "abcd1234"


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"not JSON", id="no JSON"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b"[" * 100_000, id="deep lists"),
        pytest.param(b"9" * 10_000, id="an endless number"),
        pytest.param(b"null", id="null"),
        pytest.param(b'["publisher"]', id="a list"),
        pytest.param(b'"publisher"', id="a text"),
        pytest.param(b"{}", id="nothing in it"),
        pytest.param(b'{"publisher": null}', id="nobody"),
        pytest.param(b'{"publisher": 12345678}', id="a number"),
        pytest.param(b'{"publisher": ["abcd1234"]}', id="in a list"),
        pytest.param(b'{"publisher": ""}', id="no name"),
        pytest.param(b'{"publisher": "a b"}', id="a space"),
        pytest.param(b'{"publisher": "a\\nb"}', id="a line end"),
        pytest.param(b'{"publisher": "' + b"a" * 33 + b'"}', id="too long"),
    ],
)
def test_a_message_that_does_not_say_who_publishes(payload: bytes) -> None:
    assert publisher_of(payload) is None


@given(st.binary() | st.text().map(lambda name: json.dumps({"publisher": name}).encode()))
def test_whoever_publishes_has_a_short_plain_name(payload: bytes) -> None:
    name = publisher_of(payload)
    assert name is None or (name.isalnum() and len(name) <= 32)
