"""Home Assistant's discovery messages: one for the device, or one for each entity. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from kstar_tui import __version__
from kstar_tui.monitor.update import Update
from kstar_tui.mqtt.entities import BINARY, SENSOR, Entity, Topic, catalogue
from kstar_tui.mqtt.topics import DISCOVERY_PREFIX, Topics

ORIGIN = "kstar-tui"
MOST_GONE = 200
"""Entities of an earlier version that are removed at once; more were never ours."""

_ID = r"[A-Za-z0-9_-]{1,64}"
_EXPIRES_AFTER = 3
_EXPIRES_AT_LEAST = 60


class Message(NamedTuple):
    """A retained message; an empty payload removes what was there."""

    topic: str
    payload: str


class Discovery(NamedTuple):
    """How the entities of one inverter are announced."""

    topics: Topics
    interval: float
    """Seconds between two states."""
    prefix: str = DISCOVERY_PREFIX
    by_entity: bool = False
    """One message an entity, for Home Assistant before 2024.11."""

    @property
    def device_topic(self) -> str:
        """The topic of the device's message."""
        return f"{self.prefix}/device/{self.topics.node}/config"

    @property
    def entity_topics(self) -> str:
        """What matches the topics of the entities' messages."""
        return f"{self.prefix}/+/{self.topics.node}/+/config"

    def announce(self, update: Update, ids: Iterable[str]) -> list[Message]:
        """The messages that announce these entities of the catalogue."""
        entities = [catalogue()[one] for one in sorted(ids)]
        device, origin = _device(self.topics, update), {"name": ORIGIN, "sw_version": __version__}
        if self.by_entity:
            return [
                Message(
                    self._entity_topic(entity.platform, entity.id),
                    _json({**self._options(entity), "device": device, "origin": origin}),
                )
                for entity in entities
            ]
        components = {
            entity.id: {"platform": entity.platform, **self._options(entity)} for entity in entities
        }
        return [self._device_message(device, origin, components)]

    def remove(self, update: Update, ids: Iterable[str], gone: Mapping[str, str]) -> list[Message]:
        """Take away entities that are no longer announced (id → platform), the others stay."""
        if self.by_entity:
            return [Message(self._entity_topic(gone[one], one), "") for one in sorted(gone)]
        (message,) = self.announce(update, ids)
        whole = json.loads(message.payload)
        # Named once more with nothing but its platform a component is removed.
        whole["components"] |= {one: {"platform": gone[one]} for one in sorted(gone)}
        return [Message(message.topic, _json(whole)), message]

    def empty(self, ids: Iterable[str]) -> list[Message]:
        """Take all of it away: these entities, and so the device."""
        if not self.by_entity:
            return [Message(self.device_topic, "")]
        return [Message(self._entity_topic(catalogue()[one].platform, one), "") for one in ids]

    def found(self, topic: str, payload: bytes) -> dict[str, str]:
        """Ids and platforms that a retained message of ours announces; empty where it is none."""
        if topic == self.device_topic:
            return dict(_components(payload))
        match = re.fullmatch(
            rf"{re.escape(self.prefix)}/({SENSOR}|{BINARY})"
            rf"/{re.escape(self.topics.node)}/({_ID})/config",
            topic,
        )
        return {match[2]: match[1]} if match and payload else {}

    def _entity_topic(self, platform: str, entity: str) -> str:
        return f"{self.prefix}/{platform}/{self.topics.node}/{entity}/config"

    def _device_message(
        self, device: dict[str, Any], origin: dict[str, Any], components: dict[str, Any]
    ) -> Message:
        return Message(
            self.device_topic,
            _json({"device": device, "origin": origin, "components": components}),
        )

    def _options(self, entity: Entity) -> dict[str, Any]:
        topics = self.topics
        topic = {
            Topic.STATE: topics.state,
            Topic.ENERGY: topics.energy,
            Topic.INVERTER: topics.inverter,
        }[entity.topic]
        options = {
            "unique_id": f"{topics.node}_{entity.id}",
            "default_entity_id": f"{entity.platform}.kstar_{entity.id}",
            "state_topic": topic,
            **entity.options,
        }
        if "json_attributes_template" in options:
            options["json_attributes_topic"] = topic
        if entity.topic is Topic.STATE:
            if options.get("state_class") != "total_increasing":
                options["expire_after"] = expire_after(self.interval)
            # The values are those of the moment only while both are there.
            options["availability"] = [{"topic": topics.availability}, {"topic": topics.inverter}]
            options["availability_mode"] = "all"
        else:
            options["availability"] = [{"topic": topics.availability}]
        return options


def expire_after(interval: float) -> int:
    """Seconds after which a momentary value is no longer one."""
    return max(round(_EXPIRES_AFTER * interval), _EXPIRES_AT_LEAST)


def wanted(filled: Collection[str]) -> set[str]:
    """The entities whose field or counter is known, and those that need none."""
    return {e.id for e in catalogue().values() if not e.needs or e.needs in filled}


def _device(topics: Topics, update: Update) -> dict[str, Any]:
    info = update.info
    device = {
        "identifiers": [topics.node],
        "name": info.model if info and info.model else "KStar inverter",
        "manufacturer": info.manufacturer if info else "",
        "model": info.model if info else "",
        "serial_number": info.serial if info else "",
        "sw_version": " ".join(dict.fromkeys((info.firmware, info.software))).strip()
        if info
        else "",
    }
    return {key: value for key, value in device.items() if value}


def _components(payload: bytes) -> Iterator[tuple[str, str]]:
    try:
        whole = json.loads(payload)
    except (ValueError, RecursionError):
        return
    components = whole.get("components") if isinstance(whole, dict) else None
    if not isinstance(components, dict):
        return
    count = 0
    for one, options in components.items():
        platform = options.get("platform") if isinstance(options, dict) else None
        # One with nothing but a platform is being removed already.
        if platform not in (SENSOR, BINARY) or len(options) < 2 or not re.fullmatch(_ID, one):
            continue
        count += 1
        if count > MOST_GONE:
            return
        yield one, platform


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
