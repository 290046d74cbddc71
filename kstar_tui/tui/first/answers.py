"""What a first start asks for, and the settings that follow from the answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

from kstar_tui.link.events import Found
from kstar_tui.link.interface import DATA_PORT, Address
from kstar_tui.mqtt.broker import Broker, parse_broker, with_credentials
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.settings import TABLE, Settings
from kstar_tui.settings.desk import Desk
from kstar_tui.settings.kinds import SettingValue
from kstar_tui.settings.row import DEFAULT
from kstar_tui.settings.together import check_together

NOW = "chosen now"
"""The source of what was chosen and is not saved."""
_NAMES = ("inverter.host", "inverter.serial", "mqtt.url")
"""Who gave one of these has said what is wanted, and is asked nothing."""


class Inverter(NamedTuple):
    """The one that was chosen."""

    address: Address
    info: DeviceInfo | None = None
    """None where nobody has answered there yet."""
    found: Found | None = None
    """None where its address was typed."""

    @property
    def serial(self) -> str | None:
        """Its serial number, if it said one."""
        return (self.info.serial or None) if self.info else None

    @property
    def name(self) -> str:
        """Model and serial number, as far as they are known."""
        model = (self.info.model if self.info else "") or "Inverter"
        return f"{model}, serial number {self.serial}" if self.serial else model


def is_first_start(settings: Settings, desk: Desk | None) -> bool:
    """Nothing was ever saved, and nobody says from outside what is wanted."""
    if desk is None or any(settings.sources.get(key, DEFAULT) != DEFAULT for key in _NAMES):
        return False
    try:
        return not desk.config.path.exists()
    except OSError:
        return False


def broker_of(text: str, user: str, password: str) -> Broker:
    """The broker that three fields name; ValueError says what is wrong, and nothing secret."""
    broker = parse_broker(text)
    if "://" not in text and (user or password):
        # A bare host stands for user and password `mqtt`, but not for one of the two.
        broker = replace(broker, username=None, password=None)
    return with_credentials(broker, user or None, password or None)


def inverter_changes(inverter: Inverter) -> dict[str, SettingValue]:
    """The keys by which it is found at the next start; None takes one out."""
    host, port = inverter.address
    return {
        "inverter.host": host,
        "inverter.port": None if port == DATA_PORT else port,
        "inverter.serial": inverter.serial,
    }


def broker_changes(broker: Broker | None, settings: Settings) -> dict[str, SettingValue]:
    """The keys of a broker; a user or password that the settings have already stays where it is."""
    if broker is None:
        return {}
    username, password = broker.username, broker.password
    if password == settings.mqtt_password:
        password = None
    if username == settings.mqtt_username and password is None:
        username = None
    bare = replace(broker, username=None, password=None)
    return {
        "mqtt.url": bare.url(masked=False),
        "mqtt.username": username,
        "mqtt.password": password,
    }


def changed(
    settings: Settings, changes: Mapping[str, SettingValue], *, source: str = NOW
) -> Settings:
    """The settings with these keys changed, None being the default; SettingsError where they do
    not go together."""
    values: dict[str, Any] = {}
    sources = dict(settings.sources)
    for key, value in changes.items():
        row = TABLE[key]
        if value is None and sources.get(key, DEFAULT) not in (DEFAULT, NOW):
            # It comes from elsewhere, and goes on to.
            continue
        values[row.name] = row.default if value is None else value
        sources[key] = DEFAULT if value is None else source
    after = replace(settings, **values, sources=MappingProxyType(sources))
    check_together(after)
    return after
