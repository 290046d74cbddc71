"""The table of settings. The table is the class: every attribute carries its own row."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from inspect import get_annotations
from types import MappingProxyType
from typing import Annotated, Any, get_args, get_origin

from kstar_tui.settings.kinds import Flag, Number
from kstar_tui.settings.look_kinds import AUTO, Keys, ThemeName
from kstar_tui.settings.row import Setting
from kstar_tui.settings.table_link import LinkSettings
from kstar_tui.settings.table_mqtt import MqttSettings
from kstar_tui.settings.table_watch import WatchSettings
from kstar_tui.settings.use_kinds import LOCAL, Attach, Bands, Currency, HistoryFile, Optional

_PRICE = Optional(Number(0, 100, whole=False))


# The attributes of what stands last among the bases come first.
@dataclass(frozen=True, kw_only=True)
class Settings(WatchSettings, MqttSettings, LinkSettings):
    """What the program runs with, checked. Intervals in s; secrets are not in its repr."""

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
    attach: Annotated[
        str,
        Setting(
            "attach",
            Attach(),
            "where a screen gets its data: from a daemon of this machine if there is one (local), "
            "from what one publishes to a broker (mqtt://HOST), or by itself (off)",
            "--attach",
            ("KSTAR_ATTACH",),
            "WHERE",
            secret=True,
        ),
    ] = field(default=LOCAL, repr=False)
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
    theme: Annotated[
        str,
        Setting(
            "ui.theme",
            ThemeName(),
            "colours of the screen: a theme's name, or auto to suit the terminal",
            "--theme",
            ("KSTAR_THEME",),
            "NAME",
        ),
    ] = AUTO
    keys: Annotated[
        tuple[str, ...],
        Setting(
            "ui.keys",
            Keys(),
            "other keys for actions of the screen, by the action's name",
            "",
            ("KSTAR_KEYS",),
        ),
    ] = ()

    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Where each setting came from, by key, as people read it."""


def _rows() -> dict[str, Setting]:
    hints: dict[str, Any] = {}
    for owner in reversed(Settings.__mro__):
        hints |= get_annotations(owner)
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
