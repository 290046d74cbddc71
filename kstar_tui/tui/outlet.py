"""Where a value on the screen is published: the topic, and the key in its JSON."""

from __future__ import annotations

from typing import NamedTuple

from kstar_tui.monitor.update import Update
from kstar_tui.mqtt.legacy import LEGACY
from kstar_tui.mqtt.topics import Topics
from kstar_tui.protocol.device import SETTING_FIELDS
from kstar_tui.protocol.reading import FIELDS
from kstar_tui.settings import Settings

COUNTER = "energy/"
"""The field of a guarded counter begins so: the inverter's own may have the same name."""
_PUBLISHED = ("_today", "_total")
_UNNAMED = "<serial number>"
_OF_DEVICE = {
    "country": "country",
    "model": "model",
    "address": "address",
    "charge_window": "settings.charge_start, settings.charge_end",
    "discharge_window": "settings.discharge_start, settings.discharge_end",
}


class Outlet(NamedTuple):
    """The topics of one inverter as the settings have them, be MQTT on or off."""

    topics: Topics
    on: bool
    values: bool
    """Each value has a topic of its own, too."""
    legacy: str | None
    """The first levels of kstar.sharp's topics; None where none of them are published."""

    @classmethod
    def of(cls, settings: Settings, update: Update) -> Outlet:
        """That of the inverter of an update."""
        key = update.key if update.info is not None else _UNNAMED
        return cls(
            Topics(settings.mqtt_base, key),
            settings.mqtt_url is not None,
            settings.mqtt_values,
            settings.mqtt_prefix if settings.mqtt_legacy else None,
        )

    def lines(self, field: str) -> tuple[str, ...]:
        """Where a field of the screen goes; with MQTT off where it would go, and that it is off."""
        topics = self._topics(field)
        if not topics:
            return ("MQTT: not published",)
        head = "MQTT" if self.on else "MQTT (off)"
        return tuple(f"{head}: {topic}" for topic in topics)

    def _topics(self, field: str) -> list[str]:
        topics = self.topics
        if field in FIELDS:
            found = [self._one(topics.state, field)]
            if self.legacy is not None and field in LEGACY:
                found.append(f"{self.legacy}/{LEGACY[field]}")
            return found
        if field.startswith(COUNTER) and field.endswith(_PUBLISHED):
            return [self._one(topics.energy, field.removeprefix(COUNTER))]
        key = f"settings.{field}" if field in SETTING_FIELDS else _OF_DEVICE.get(field)
        return [] if key is None else [f"{topics.device}, key {key}"]

    def _one(self, topic: str, name: str) -> str:
        return f"{topic}/{name}" if self.values else f"{topic}, key {name}"
