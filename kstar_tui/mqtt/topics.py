"""Where each kind of message goes: everything under `kstar/<serial>/`. Pure: no network."""

from __future__ import annotations

import re
from typing import NamedTuple

DEFAULT_BASE = "kstar"
DISCOVERY_PREFIX = "homeassistant"
"""Where Home Assistant listens unless it was told otherwise."""

ONLINE = "online"
OFFLINE = "offline"
"""The two payloads of both availability topics."""

KEY = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}"
"""What the key of an inverter looks like, as a regular expression."""

_NOT_NODE = r"[^A-Za-z0-9_-]"


class Topics(NamedTuple):
    """The topics of one inverter. `key` is an `Update.key`, cleaned where it came in."""

    base: str
    key: str

    @property
    def root(self) -> str:
        """What all of them begin with."""
        return f"{self.base}/{self.key}"

    @property
    def availability(self) -> str:
        """Whether kstar-tui runs; its will."""
        return f"{self.root}/availability"

    @property
    def inverter(self) -> str:
        """Whether the inverter answers."""
        return f"{self.root}/inverter"

    @property
    def state(self) -> str:
        """One JSON object with every field; below it each value by itself."""
        return f"{self.root}/state"

    @property
    def energy(self) -> str:
        """One JSON object with the twelve counters; below it each by itself."""
        return f"{self.root}/energy"

    @property
    def device(self) -> str:
        """Who the inverter is, and which program publishes."""
        return f"{self.root}/device"

    @property
    def events(self) -> str:
        """What happened, a JSON object each."""
        return f"{self.root}/events"

    @property
    def alert(self) -> str:
        """What somebody should be told of, a JSON object each."""
        return f"{self.root}/alert"

    @property
    def node(self) -> str:
        """The inverter's name in Home Assistant's topics and ids: letters, digits, `_`, `-`."""
        return node_of(self.key)


def node_of(key: str) -> str:
    """The name of an inverter where Home Assistant allows no dots."""
    return f"kstar_{re.sub(_NOT_NODE, '_', key)}"
