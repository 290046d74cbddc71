"""The table of settings. The table is the class: every attribute carries its own row."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from inspect import get_annotations
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from kstar_tui.link.interface import DATA_PORT, DISCOVERY_PORT
from kstar_tui.mqtt.legacy import DEFAULT_PREFIX
from kstar_tui.settings.kinds import (
    Broadcasts,
    BrokerUrl,
    Flag,
    Host,
    Kind,
    Number,
    SettingValue,
    Topic,
)
from kstar_tui.settings.use_kinds import Bands, Currency, HistoryFile, Optional

DEFAULT = "default"
"""The source of a setting that nobody gave."""

_PORT = Number(1, 65535)
_PRICE = Optional(Number(0, 100, whole=False))


class Setting(NamedTuple):
    """One row: where a setting can be given, what it may be and what it means."""

    key: str
    """Its place in config.toml."""
    kind: Kind
    help: str
    argument: str
    environment: tuple[str, ...]
    """Names of its variable; an earlier one wins over a later one."""
    metavar: str = ""
    glued: str = ""
    """kstar.sharp's spelling of the argument, to which the value is glued."""
    secret: bool = False
    """Can be given in a file, is masked wherever it is shown."""
    refusable: bool = False
    """Has an argument `--no-…` beside its own that turns it off."""
    name: str = ""
    default: SettingValue = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the program runs with, checked. Intervals in s; secrets are not in its repr."""

    host: Annotated[
        str | None,
        Setting(
            "inverter.host",
            Host(),
            "the inverter's address or host name; without it the network is searched",
            "--host",
            ("KSTAR_HOST", "IP_ADDRESS_INVERTER"),
            "HOST",
            glued="--ip-",
        ),
    ] = None
    port: Annotated[
        int,
        Setting(
            "inverter.port",
            _PORT,
            "the inverter's UDP port for data",
            "--port",
            ("KSTAR_PORT",),
            "PORT",
        ),
    ] = DATA_PORT
    interval: Annotated[
        float,
        Setting(
            "inverter.interval",
            Number(2, 3600, "s", whole=False),
            "seconds between two readings",
            "--interval",
            ("KSTAR_INTERVAL",),
            "SECONDS",
        ),
    ] = 5.0
    discovery_port: Annotated[
        int,
        Setting(
            "discovery.port",
            _PORT,
            "UDP port on which WiFi modules are searched for",
            "--discovery-port",
            ("KSTAR_DISCOVERY_PORT",),
            "PORT",
        ),
    ] = DISCOVERY_PORT
    broadcast: Annotated[
        tuple[str, ...],
        Setting(
            "discovery.broadcast",
            Broadcasts(),
            "broadcast address to search on instead of every interface's own; can be repeated",
            "--broadcast",
            ("KSTAR_BROADCAST",),
            "ADDRESS",
        ),
    ] = ()
    mqtt_url: Annotated[
        str | None,
        Setting(
            "mqtt.url",
            BrokerUrl(),
            "MQTT broker to publish to: a host, a mqtt:// or mqtts:// URL, or off",
            "--mqtt",
            ("KSTAR_MQTT", "MQTT_CONNECTION_STRING"),
            "BROKER",
            glued="--mqtt-",
            secret=True,
        ),
    ] = field(default=None, repr=False)
    mqtt_prefix: Annotated[
        str,
        Setting(
            "mqtt.prefix",
            Topic(),
            "the first levels of the MQTT topics",
            # Not --mqtt-prefix: there kstar.sharp's users glue on the broker's name.
            "--topic-prefix",
            ("KSTAR_MQTT_PREFIX",),
            "TOPIC",
        ),
    ] = DEFAULT_PREFIX
    history: Annotated[
        str,
        Setting(
            "history.path",
            HistoryFile(),
            "file in which the history and the energy accounts are kept, or off",
            "--history",
            ("KSTAR_HISTORY",),
            "PATH",
            refusable=True,
        ),
    ] = ""
    battery_capacity: Annotated[
        float | None,
        Setting(
            "battery.capacity",
            Optional(Number(0.5, 200, "kWh", whole=False)),
            "usable kWh of the battery from 0 to 100 %, for the time to full and to empty",
            "--battery-capacity",
            ("KSTAR_BATTERY_CAPACITY",),
            "KWH",
        ),
    ] = None
    import_price: Annotated[
        float | None,
        Setting(
            "tariff.import_price",
            _PRICE,
            "price of a kWh from the grid",
            "--import-price",
            ("KSTAR_IMPORT_PRICE",),
            "PRICE",
        ),
    ] = None
    export_price: Annotated[
        float | None,
        Setting(
            "tariff.export_price",
            _PRICE,
            "what is paid for a kWh fed into the grid",
            "--export-price",
            ("KSTAR_EXPORT_PRICE",),
            "PRICE",
        ),
    ] = None
    currency: Annotated[
        str,
        Setting(
            "tariff.currency",
            Currency(),
            "what stands behind amounts of money",
            "--currency",
            ("KSTAR_CURRENCY",),
            "SIGN",
        ),
    ] = "€"
    tariff_bands: Annotated[
        tuple[str, ...],
        Setting(
            "tariff.bands",
            Bands(),
            'other prices at local times, as in "22:00-06:00 0.18; 12:00-14:00 0.20 0.05"',
            "--tariff-bands",
            ("KSTAR_TARIFF_BANDS",),
            "BANDS",
        ),
    ] = ()
    headless: Annotated[
        bool,
        Setting(
            "headless",
            Flag(),
            "run without a screen, as a daemon",
            "--headless",
            ("KSTAR_HEADLESS", "SILENT_MODE"),
            glued="--silent-",
        ),
    ] = False
    ascii: Annotated[
        bool,
        Setting(
            "ui.ascii",
            Flag(),
            "draw the screen with ASCII characters only",
            "--ascii",
            ("KSTAR_ASCII",),
        ),
    ] = False

    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Where each setting came from, by key, as people read it."""


def _rows() -> dict[str, Setting]:
    hints: dict[str, Any] = get_annotations(Settings)
    rows: dict[str, Setting] = {}
    for attribute in fields(Settings):
        hint = hints[attribute.name]
        default: Any = attribute.default
        if get_origin(hint) is Annotated:
            row = next(extra for extra in get_args(hint)[1:] if isinstance(extra, Setting))
            rows[row.key] = row._replace(name=attribute.name, default=default)
    return rows


TABLE: Mapping[str, Setting] = MappingProxyType(_rows())
"""Every row by key, in the order of `Settings`."""


def shown(settings: Settings, row: Setting) -> str:
    """The value of a setting for people, secrets masked."""
    return row.kind.show(getattr(settings, row.name))
