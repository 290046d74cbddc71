"""The topics that kstar.sharp published: one plain number each. Pure: no network."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # For its name alone: the settings load this at every start.
    from kstar_tui.protocol.reading import Reading

DEFAULT_PREFIX = "sensor/inverter"

LEGACY = {
    "pv_power": "pvpower",
    "grid_power": "grid",
    "grid_import_power": "grid/import",
    "grid_export_power": "grid/export",
    "load_power": "load",
    "temperature": "temp",
    "energy_today": "etoday",
}
"""The end of the topic by field."""
_MAX_PREFIX = 200


def parse_prefix(text: str) -> str:
    """The topic prefix itself, when brokers and subscribers can take it; else ValueError."""
    if not text:
        raise ValueError(f"an MQTT prefix cannot be empty; usual is {DEFAULT_PREFIX}")
    if any(c in "+#" for c in text):
        raise ValueError("an MQTT prefix cannot hold the wildcards + and #")
    if text.startswith("$"):
        raise ValueError("an MQTT prefix cannot start with $: such topics are the broker's own")
    if not all(c.isprintable() and not c.isspace() for c in text):
        raise ValueError("an MQTT prefix cannot hold spaces or control characters")
    if not all(text.split("/")):
        raise ValueError("an MQTT prefix cannot start or end with / or hold //")
    if len(text.encode()) > _MAX_PREFIX:
        raise ValueError(f"an MQTT prefix cannot be longer than {_MAX_PREFIX} bytes")
    return text


def legacy_messages(reading: Reading, prefix: str = DEFAULT_PREFIX) -> list[tuple[str, str]]:
    """Topic and payload of each value that the reading holds; a value not known has none."""
    values = ((name, _SPELT[field](getattr(reading, field))) for field, name in LEGACY.items())
    return [(f"{prefix}/{name}", text) for name, text in values if text is not None]


def _whole(value: float | None) -> str | None:
    return None if value is None else str(value)


def _decimal(value: float | None, places: int) -> str | None:
    if value is None:
        return None
    text = f"{value:.{places}f}"
    return text if float(text) else text.removeprefix("-")


def _degrees(value: float | None) -> str | None:
    """Whole degrees, a half away from zero: 22.5 is 23, -2.5 is -3."""
    if value is None:
        return None
    # The inverter measures tenths: counting them keeps 0.5 a half.
    tenths = round(value * 10)
    whole = (abs(tenths) + 5) // 10
    return str(-whole if tenths < 0 else whole)


_SPELT: dict[str, Callable[[float | None], str | None]] = {
    "pv_power": partial(_decimal, places=2),
    "grid_power": _whole,
    "grid_import_power": _whole,
    "grid_export_power": _whole,
    "load_power": _whole,
    "temperature": _degrees,
    "energy_today": partial(_decimal, places=1),
}
