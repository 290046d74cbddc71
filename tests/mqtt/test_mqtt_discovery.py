"""Home Assistant's discovery messages, and what is made of those that are found at a broker.

`KSTAR_GOLDEN=write python -m pytest tests/mqtt/test_mqtt_discovery.py` writes the golden file anew.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from golden_text import assert_as_before
from hypothesis import given
from hypothesis import strategies as st
from mqtt_helpers import INFO, SERIAL, update_with

from kstar_tui import __version__
from kstar_tui.mqtt import discovery
from kstar_tui.mqtt.discovery import MOST_GONE, Discovery, Message, expire_after, wanted
from kstar_tui.mqtt.entities import Topic, catalogue
from kstar_tui.mqtt.guarded import MAX_AT_ONCE, MAX_MESSAGE
from kstar_tui.mqtt.topics import Topics

GOLDEN = Path(__file__).parent / "golden" / "discovery.json"
UPDATE = update_with(None)
TOPICS = Topics("kstar", SERIAL)
NODE = f"kstar_{SERIAL}"
BY_DEVICE = Discovery(TOPICS, 5.0)
BY_ENTITY = Discovery(TOPICS, 5.0, by_entity=True)
DEVICE_TOPIC = f"homeassistant/device/{NODE}/config"
SOME = ["battery_soc", "fault", "pv_energy_total", "reachable"]
RUNS = {"topic": f"kstar/{SERIAL}/availability"}
ANSWERS = {"topic": f"kstar/{SERIAL}/inverter"}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
COMPONENT = st.fixed_dictionaries(
    {"platform": st.sampled_from(["sensor", "binary_sensor", "button"]) | JSON},
    optional={"name": JSON, "unique_id": JSON},
)
IDS = st.sampled_from([*SOME, "older", "a/b", "", "x" * 65]) | st.text()
MESSAGES = JSON | st.fixed_dictionaries(
    {"components": st.dictionaries(IDS, COMPONENT | JSON, max_size=6) | JSON}
)


def topic_of(one: str) -> str:
    return f"homeassistant/{catalogue()[one].platform}/{NODE}/{one}/config"


def device_message(messages: list[Message]) -> dict[str, Any]:
    """The one message, as Home Assistant reads it."""
    assert [message.topic for message in messages] == [DEVICE_TOPIC]
    whole = json.loads(messages[0].payload)
    assert isinstance(whole, dict)
    return whole


def components_of(ids: list[str] | set[str], of: Discovery = BY_DEVICE) -> dict[str, Any]:
    components = device_message(of.announce(UPDATE, ids))["components"]
    assert isinstance(components, dict)
    return components


def retained(components: object) -> bytes:
    return json.dumps({"device": {}, "origin": {}, "components": components}).encode()


def test_the_whole_message_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "__version__", "1.2.3")
    whole = device_message(BY_DEVICE.announce(UPDATE, catalogue()))
    pretty = json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True)
    assert_as_before(GOLDEN, pretty.splitlines())


def test_every_entity_has_ids_of_its_own_that_come_from_the_serial_number() -> None:
    components = components_of(set(catalogue()))
    assert components.keys() == catalogue().keys()
    for one, options in components.items():
        assert options["unique_id"] == f"{NODE}_{one}"
        assert options["default_entity_id"] == f"{options['platform']}.kstar_{one}"
        assert "object_id" not in options


def test_unique_ids_do_not_change_with_what_the_user_sets() -> None:
    other = Discovery(Topics("house/roof", SERIAL), 60.0, "ha")
    before = components_of(set(catalogue()))
    after = json.loads(other.announce(UPDATE, catalogue())[0].payload)["components"]
    for one, options in before.items():
        for name in ("unique_id", "default_entity_id"):
            assert after[one][name] == options[name]


def test_a_value_of_the_moment_is_gone_with_the_inverter_and_when_it_is_old() -> None:
    components = components_of(set(catalogue()))
    for one, entity in catalogue().items():
        options = components[one]
        if entity.topic is not Topic.STATE:
            continue
        assert options["state_topic"] == f"kstar/{SERIAL}/state"
        assert options["availability"] == [RUNS, ANSWERS]
        assert options["availability_mode"] == "all"
        rises = options.get("state_class") == "total_increasing"
        assert options.get("expire_after") == (None if rises else 60)


def test_a_counter_stays_through_the_night() -> None:
    components = components_of(set(catalogue()))
    counters = [one for one, entity in catalogue().items() if entity.topic is Topic.ENERGY]
    assert len(counters) == 12
    for one in counters:
        assert components[one]["state_topic"] == f"kstar/{SERIAL}/energy"
        assert components[one]["availability"] == [RUNS]
        assert "expire_after" not in components[one]


def test_whether_the_inverter_answers_does_not_depend_on_whether_it_answers() -> None:
    options = components_of(["reachable"])["reachable"]
    assert options["state_topic"] == f"kstar/{SERIAL}/inverter"
    assert options["availability"] == [RUNS]
    assert "expire_after" not in options


def test_the_fault_has_its_texts_as_attributes() -> None:
    options = components_of(["fault"])["fault"]
    assert options["json_attributes_topic"] == options["state_topic"] == f"kstar/{SERIAL}/state"


@pytest.mark.parametrize(
    ("interval", "seconds"), [(1.0, 60), (5.0, 60), (20.0, 60), (20.5, 62), (60.0, 180)]
)
def test_a_value_expires_after_three_polls_but_never_within_a_minute(
    interval: float, seconds: int
) -> None:
    assert expire_after(interval) == seconds
    options = components_of(["pv_power"], Discovery(TOPICS, interval))["pv_power"]
    assert options["expire_after"] == seconds


def test_the_device_is_told_by_its_serial_number() -> None:
    whole = device_message(BY_DEVICE.announce(UPDATE, SOME))
    assert whole["device"] == {
        "identifiers": [NODE],
        "name": "KSE4000",
        "manufacturer": "KSTAR",
        "model": "KSE4000",
        "serial_number": SERIAL,
        "sw_version": "04041 410-01",
    }
    assert whole["origin"] == {"name": "kstar-tui", "sw_version": __version__}
    assert whole.keys() == {"device", "origin", "components"}


@pytest.mark.parametrize(
    ("firmware", "software", "shown"),
    [("1", "2", "1 2"), ("1", "1", "1"), ("1", "", "1"), ("", "2", "2"), ("", "", None)],
)
def test_the_version_is_that_which_is_known(
    firmware: str, software: str, shown: str | None
) -> None:
    update = UPDATE._replace(info=INFO._replace(firmware=firmware, software=software))
    device = device_message(BY_DEVICE.announce(update, SOME))["device"]
    assert device.get("sw_version") == shown


def test_a_device_that_is_not_known_yet_has_a_name() -> None:
    device = device_message(BY_DEVICE.announce(UPDATE._replace(info=None), SOME))["device"]
    assert device == {"identifiers": [NODE], "name": "KStar inverter"}


def test_an_entity_by_itself_says_the_same_as_in_the_device() -> None:
    whole = device_message(BY_DEVICE.announce(UPDATE, catalogue()))
    messages = {
        message.topic: message.payload for message in BY_ENTITY.announce(UPDATE, catalogue())
    }
    assert messages.keys() == {topic_of(one) for one in catalogue()}
    for one, options in whole["components"].items():
        alone = json.loads(messages[topic_of(one)])
        assert alone.pop("device") == whole["device"]
        assert alone.pop("origin") == whole["origin"]
        # Here the topic says the platform.
        assert {"platform": catalogue()[one].platform, **alone} == options


def test_the_same_entities_make_the_same_messages_in_any_order() -> None:
    for one in (BY_DEVICE, BY_ENTITY):
        assert one.announce(UPDATE, SOME) == one.announce(UPDATE, reversed(SOME))


def test_our_own_messages_pass_our_own_limits() -> None:
    (whole,) = BY_DEVICE.announce(UPDATE, catalogue())
    assert len(whole.payload.encode()) < MAX_MESSAGE / 2
    assert len(BY_ENTITY.announce(UPDATE, catalogue())) < MAX_AT_ONCE / 2
    assert len(catalogue()) < MOST_GONE / 2


def test_an_entity_is_wanted_once_its_field_is_known() -> None:
    assert wanted(set()) == {"reachable"}
    assert wanted({"errors", "pv_power"}) == {"reachable", "fault", "pv_power"}
    assert wanted({"load_energy_total"}) == {"reachable", "inverter_load_energy_total"}
    assert wanted({"energy/load_energy_total"}) == {"reachable", "load_energy_total"}


def test_what_is_gone_is_named_once_more_with_nothing_but_its_platform() -> None:
    gone = {"older": "sensor", "alarm": "binary_sensor"}
    first, second = BY_DEVICE.remove(UPDATE, SOME, gone)
    assert first.topic == second.topic == DEVICE_TOPIC
    assert [second] == BY_DEVICE.announce(UPDATE, SOME)
    before, after = json.loads(first.payload), json.loads(second.payload)
    assert before["components"].pop("older") == {"platform": "sensor"}
    assert before["components"].pop("alarm") == {"platform": "binary_sensor"}
    assert before == after


def test_an_entity_by_itself_is_removed_with_an_empty_message() -> None:
    gone = {"older": "sensor", "alarm": "binary_sensor"}
    assert BY_ENTITY.remove(UPDATE, SOME, gone) == [
        (f"homeassistant/binary_sensor/{NODE}/alarm/config", ""),
        (f"homeassistant/sensor/{NODE}/older/config", ""),
    ]


@pytest.mark.parametrize("one", [BY_DEVICE, BY_ENTITY])
def test_what_we_announce_is_found_again(one: Discovery) -> None:
    found: dict[str, str] = {}
    for message in one.announce(UPDATE, catalogue()):
        found |= one.found(message.topic, message.payload.encode())
    assert found == {entity.id: entity.platform for entity in catalogue().values()}


def test_what_is_being_removed_is_not_found() -> None:
    first, _ = BY_DEVICE.remove(UPDATE, SOME, {"older": "sensor"})
    assert BY_DEVICE.found(first.topic, first.payload.encode()).keys() == set(SOME)
    assert BY_ENTITY.found(topic_of("battery_soc"), b"") == {}


@pytest.mark.parametrize(
    "topic",
    [
        "homeassistant/device/kstar_OTHER/config",
        "homeassistant/sensor/kstar_OTHER/pv_power/config",
        f"other/device/{NODE}/config",
        f"homeassistantX/sensor/{NODE}/pv_power/config",
        f"homeassistant/switch/{NODE}/pv_power/config",
        f"homeassistant/sensor/{NODE}/config",
        f"homeassistant/sensor/{NODE}/a/b/config",
        f"homeassistant/sensor/{NODE}/{'x' * 65}/config",
        f"homeassistant/sensor/{NODE}/ä/config",
        f"homeassistant/sensor/{NODE}/pv_power/config\n",
        f"homeassistant/sensor/{NODE}/pv_power/state",
        f"homeassistant/sensor/{NODE}x/pv_power/config",
        "",
    ],
)
def test_topics_of_others_are_not_ours(topic: str) -> None:
    payload = retained({"older": {"platform": "sensor", "name": "Older"}})
    for one in (BY_DEVICE, BY_ENTITY):
        assert one.found(topic, payload) == {}


def test_signs_in_a_prefix_stand_for_themselves() -> None:
    dotted = Discovery(Topics("kstar", "a.b"), 5.0, "home.assistant/x+")
    topic = "home.assistant/x+/sensor/kstar_a_b/pv_power/config"
    assert dotted.found(topic, b"{}") == {"pv_power": "sensor"}
    assert dotted.found(topic.replace(".", "_"), b"{}") == {}


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"not JSON", id="no JSON"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b"[" * 100_000, id="deep lists"),
        pytest.param(b'{"components":' * 10_000, id="deep objects"),
        pytest.param(b"9" * 10_000, id="an endless number"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'"components"', id="a text"),
        pytest.param(b"{}", id="nothing in it"),
        pytest.param(b'{"components": null}', id="components null"),
        pytest.param(retained([["older", {"platform": "sensor"}]]), id="components in a list"),
        pytest.param(retained("older"), id="components in a text"),
        pytest.param(retained({"older": None}), id="component null"),
        pytest.param(retained({"older": "sensor"}), id="component a text"),
        pytest.param(retained({"older": {"name": "x", "unique_id": "y"}}), id="no platform"),
        pytest.param(
            retained({"older": {"platform": ["sensor"], "name": "x"}}), id="a list of them"
        ),
        pytest.param(
            retained({"older": {"platform": "switch", "name": "x"}}), id="another platform"
        ),
        pytest.param(
            retained({"a/b": {"platform": "sensor", "name": "x"}}), id="a topic for an id"
        ),
        pytest.param(retained({"": {"platform": "sensor", "name": "x"}}), id="no id"),
        pytest.param(retained({"x" * 65: {"platform": "sensor", "name": "x"}}), id="a long id"),
    ],
)
def test_nothing_is_found_in_what_is_not_a_message_of_ours(payload: bytes) -> None:
    assert BY_DEVICE.found(DEVICE_TOPIC, payload) == {}


def test_bad_components_do_not_hide_good_ones() -> None:
    payload = retained(
        {
            "older": {"platform": "sensor", "name": "Older"},
            "none": None,
            "a b": {"platform": "sensor", "name": "Older"},
            "alarm": {"platform": "binary_sensor", "name": "Alarm"},
        }
    )
    assert BY_DEVICE.found(DEVICE_TOPIC, payload) == {"older": "sensor", "alarm": "binary_sensor"}


def test_of_thousands_of_components_only_so_many_are_taken() -> None:
    component = {"platform": "sensor", "name": "x"}
    payload = retained({f"older_{number}": component for number in range(5000)})
    found = BY_DEVICE.found(DEVICE_TOPIC, payload)
    assert list(found) == [f"older_{number}" for number in range(MOST_GONE)]


@given(st.binary() | MESSAGES.map(lambda whole: json.dumps(whole).encode()))
def test_whatever_is_retained_what_is_found_can_be_removed(payload: bytes) -> None:
    found = BY_DEVICE.found(DEVICE_TOPIC, payload)
    for one, platform in found.items():
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", one)
        assert platform in ("sensor", "binary_sensor")
    for of in (BY_DEVICE, BY_ENTITY):
        for message in of.remove(UPDATE, SOME, found):
            assert "+" not in message.topic and "#" not in message.topic
            message.payload.encode()


@given(st.text(), st.binary(min_size=1))
def test_whatever_its_topic_an_entity_is_found_only_under_our_node(
    part: str, payload: bytes
) -> None:
    found = BY_DEVICE.found(f"homeassistant/sensor/{NODE}/{part}/config", payload)
    fits = re.fullmatch(r"[A-Za-z0-9_-]{1,64}", part)
    assert found == ({part: "sensor"} if fits else {})
    assert BY_DEVICE.found(f"homeassistant/sensor/{part}/pv_power/config", payload) == {}
