"""The topics that kstar.sharp published: one plain number each. Pure: no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # For its name alone: the settings load this at every start.
    from kstar_tui.protocol.reading import Reading

DEFAULT_PREFIX = "sensor/inverter"

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
    values = (
        ("pvpower", _decimal(reading.pv_power, 2)),
        ("grid", _whole(reading.grid_power)),
        ("grid/import", _whole(reading.grid_import_power)),
        ("grid/export", _whole(reading.grid_export_power)),
        ("load", _whole(reading.load_power)),
        ("temp", _degrees(reading.temperature)),
        ("etoday", _decimal(reading.energy_today, 1)),
    )
    return [(f"{prefix}/{name}", text) for name, text in values if text is not None]


def _whole(value: int | None) -> str | None:
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
