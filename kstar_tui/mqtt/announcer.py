"""Which entities Home Assistant is told of: those that are filled, and none that are gone. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import Enum

from kstar_tui.monitor.update import Update
from kstar_tui.mqtt.discovery import Discovery, Message, wanted
from kstar_tui.mqtt.entities import catalogue, counter_name
from kstar_tui.mqtt.payloads import energy_values
from kstar_tui.protocol.reading import FIELDS


class Finding(Enum):
    """What a retained discovery message is."""

    NOTHING = "nothing new"
    NEWS = "something to keep or to remove"
    STALE = "the other way of announcing, which cannot stand beside this one: to be removed first"


class Announcer:
    """Remembers what an inverter has filled, and what is retained at the broker of earlier runs.

    A value that is missing today (a temperature of exactly 0 °C, a battery asleep) was announced
    before: it stays. What this version does not know any more goes.
    """

    def __init__(self, discovery: Discovery) -> None:
        self._discovery = discovery
        self._empty = set(FIELDS)
        self._filled: set[str] = set()
        self._counted = False
        self._kept: set[str] = set()
        self._gone: dict[str, str] = {}

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """Where what was announced before is retained."""
        return (self._discovery.device_topic, self._discovery.entity_topics)

    def retime(self, interval: float) -> None:
        """From the next message on `interval` s lie between two states."""
        self._discovery = self._discovery._replace(interval=interval)

    def learn(self, update: Update) -> bool:
        """Look for values that were not known before; whether there were any."""
        before = len(self._filled)
        reading, energy = update.reading, update.energy
        if reading is not None and self._empty:
            known = {name for name in self._empty if getattr(reading, name) is not None}
            self._empty -= known
            self._filled |= known
        if energy is not None and not self._counted:
            self._counted = True
            self._filled |= {counter_name(key) for key in energy_values(energy)}
        return len(self._filled) > before

    def retained(self, topic: str, payload: bytes) -> Finding:
        """Take a retained discovery message."""
        found = self._discovery.found(topic, payload)
        if not found:
            return Finding.NOTHING
        unknown = {one: found[one] for one in found.keys() - catalogue().keys()}
        known = found.keys() - unknown.keys()
        news = bool(unknown) or not known <= wanted(self._filled) | self._kept
        self._kept |= known
        if (topic == self._discovery.device_topic) is self._discovery.by_entity:
            return Finding.STALE
        self._gone |= unknown
        return Finding.NEWS if news else Finding.NOTHING

    def farewell(self) -> Iterable[Message]:
        """What takes everything away that was announced."""
        return self._discovery.empty(sorted(wanted(self._filled) | self._kept))

    def messages(self, update: Update) -> Iterable[Message]:
        """All that is to be retained now, in its order."""
        ids = wanted(self._filled) | self._kept
        gone, self._gone = self._gone, {}
        if gone:
            yield from self._discovery.remove(update, ids, gone)
        if not gone or self._discovery.by_entity:
            yield from self._discovery.announce(update, ids)


def publisher_of(payload: bytes) -> str | None:
    """Which running kstar-tui wrote a `device` message; None where it does not say."""
    try:
        whole = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    name = whole.get("publisher") if isinstance(whole, dict) else None
    return name if isinstance(name, str) and name.isalnum() and len(name) <= 32 else None
