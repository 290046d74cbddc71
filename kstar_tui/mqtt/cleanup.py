"""What kstar-tui has left at a broker, found and removed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kstar_tui.mqtt.conversation import PATIENCE, Conversation
from kstar_tui.mqtt.discovery import ORIGIN
from kstar_tui.mqtt.topics import DEFAULT_BASE, KEY, OFFLINE, ONLINE, Topics, node_of

MOST = 4000
"""Retained messages at once that are looked through; all of Home Assistant's devices are there."""

_NODE = r"kstar_[A-Za-z0-9_-]{1,64}"
_ID = r"[A-Za-z0-9_-]{1,64}"
_PLATFORM = r"[a-z_]{1,32}"
_REACH = (ONLINE.encode(), OFFLINE.encode())


@dataclass
class Remains:
    """What is retained of one inverter."""

    key: str
    """Its serial number, or what stands for it in the topics."""
    online: bool = False
    """A running kstar-tui says that it publishes it."""
    proven: bool = False
    """Some of it can only be ours."""
    devices: set[str] = field(default_factory=set)
    """Topics of device messages for Home Assistant."""
    entities: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)
    """Topics under our own base."""

    @property
    def topics(self) -> list[str]:
        """All of them, in the order in which they are to go: at first Home Assistant forgets it."""
        return [*sorted(self.devices), *sorted(self.entities), *sorted(self.own, reverse=True)]


class Search:
    """Sorts retained messages by inverter. Topics and payloads are anybody's. Pure."""

    def __init__(self, base: str, prefix: str, wanted: str | None = None) -> None:
        """`wanted` is the only inverter that is looked for, and what bears its name is its."""
        self._wanted = Topics(base, wanted) if wanted is not None else None
        self._base, self._prefix = base, prefix
        start = re.escape(prefix)
        self._device = re.compile(rf"{start}/device/({_NODE})/config")
        self._entity = re.compile(rf"{start}/{_PLATFORM}/({_NODE})/{_ID}/config")
        self._own = re.compile(rf"{re.escape(base)}/({KEY})/(availability|inverter|device)")
        self._found: dict[str, Remains] = {}

    @property
    def filters(self) -> list[str]:
        """The topics to subscribe to."""
        wanted = self._wanted
        node, root = ("+", f"{self._base}/+") if wanted is None else (wanted.node, wanted.root)
        return [
            f"{self._prefix}/device/{node}/config",
            f"{self._prefix}/+/{node}/+/config",
            *(f"{root}/{name}" for name in ("availability", "inverter", "device")),
        ]

    def take(self, topic: str, payload: bytes) -> None:
        """Look at one retained message."""
        if match := self._device.fullmatch(topic):
            if _is_announcement(payload):
                self._of_node(match[1]).devices.add(topic)
        elif match := self._entity.fullmatch(topic):
            if _is_announcement(payload):
                self._of_node(match[1]).entities.add(topic)
        elif match := self._own.fullmatch(topic):
            self._take_own(topic, match[1], match[2], payload)

    def found(self) -> list[Remains]:
        """What is ours, by inverter."""
        return [one for one in self._all() if one.proven or self._wanted is not None]

    def doubtful(self) -> list[Remains]:
        """What may be somebody else's."""
        return [one for one in self._all() if not one.proven and self._wanted is None]

    def _all(self) -> Iterator[Remains]:
        return (self._found[node] for node in sorted(self._found))

    def _of_node(self, node: str) -> Remains:
        remains = self._found.setdefault(node, Remains(node.removeprefix("kstar_")))
        remains.proven = True
        return remains

    def _take_own(self, topic: str, key: str, name: str, payload: bytes) -> None:
        if self._wanted is not None and key != self._wanted.key:
            return
        remains = self._found.setdefault(node_of(key), Remains(key))
        remains.key = key
        remains.own.add(topic)
        if name == "availability":
            remains.online |= payload == _REACH[0]
            # Many programs have such a topic, but not under our name.
            remains.proven |= self._base == DEFAULT_BASE and payload in _REACH
        elif name == "device":
            remains.proven |= "publisher" in _json(payload)
        else:
            remains.proven |= payload in _REACH


async def look(conversation: Conversation, search: Search, marker: str) -> None:
    """Show a search what is retained; BrokenOffError."""
    async for message in conversation.retained(search.filters, marker):
        search.take(message.topic, message.payload)


async def remove(conversation: Conversation, topics: Iterable[str]) -> list[str]:
    """Remove retained messages from topics that were subscribed to; those that the broker did not
    confirm. BrokenOffError."""
    # A dictionary keeps their order.
    left = dict.fromkeys(topics)
    for topic in left:
        conversation.publish(topic, retain=True)
    clock = conversation.connection.clock
    end = clock.monotonic() + PATIENCE
    while left and (message := await conversation.next(end)):
        if message.topic in left and not message.payload:
            del left[message.topic]
            end = clock.monotonic() + PATIENCE
    return list(left)


async def remove_unseen(conversation: Conversation, topics: Topics, prefix: str) -> list[str]:
    """Remove the messages that one inverter has at the most, where they cannot be looked at:
    those topics. BrokenOffError."""
    gone = [f"{prefix}/device/{topics.node}/config", topics.inverter, topics.device]
    for topic in gone:
        conversation.publish(topic, retain=True)
    # Of this one it is awaited that the broker has it, and so the others, too.
    await conversation.connection.deliver(topics.availability, "", PATIENCE)
    return [*gone, topics.availability]


def _is_announcement(payload: bytes) -> bool:
    origin = _json(payload).get("origin")
    return isinstance(origin, dict) and origin.get("name") == ORIGIN


def _json(payload: bytes) -> dict[str, Any]:
    """The JSON object, empty where it is none."""
    try:
        whole = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return whole if isinstance(whole, dict) else {}
