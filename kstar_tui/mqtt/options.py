"""What is published of an inverter, and where."""

from __future__ import annotations

from typing import NamedTuple

from kstar_tui.mqtt.legacy import DEFAULT_PREFIX
from kstar_tui.mqtt.topics import DEFAULT_BASE, DISCOVERY_PREFIX


class MqttOptions(NamedTuple):
    """What is published, and where: the settings, in short."""

    base: str = DEFAULT_BASE
    legacy: str | None = DEFAULT_PREFIX
    """The first levels of kstar.sharp's topics; None publishes none of them."""
    values: bool = False
    """Each value on a topic of its own, too."""
    discovery: str = "device"
    """`device`, `entities` or `off`."""
    discovery_prefix: str = DISCOVERY_PREFIX
    interval: float = 5.0
    """Seconds between two readings."""
    client_id: str | None = None
