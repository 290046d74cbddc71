"""What the messages say: JSON with a key for every value, null where it is not known. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from kstar_tui import __version__
from kstar_tui.monitor.energy import Energy
from kstar_tui.monitor.events import Event
from kstar_tui.monitor.update import Update
from kstar_tui.protocol.reading import FIELDS, Reading

_KWH_DECIMALS = 3
"""Rounding never makes a rising counter fall."""


def state_values(reading: Reading) -> Mapping[str, object]:
    """Every field of the table by name."""
    return reading.values()


def energy_values(energy: Energy) -> dict[str, float]:
    """The twelve counters by name, kWh."""
    return {name: round(kwh, _KWH_DECIMALS) for name, kwh in energy.values().items()}


def state_json(update: Update) -> str:
    """The last reading with its time."""
    reading, taken = update.reading, update.taken or update.at
    values = state_values(reading) if reading is not None else dict.fromkeys(FIELDS)
    return _json({"timestamp": taken.isoformat(timespec="seconds"), **values})


def energy_json(energy: Energy) -> str:
    """The counters as they stand on disk, with the time of that and the local day."""
    stamp = energy.saved.isoformat(timespec="seconds")
    return _json({"timestamp": stamp, "day": str(energy.day), **energy_values(energy)})


def device_json(update: Update, publisher: str, interval: float) -> str:
    """Who the inverter is and how it is set; `publisher` tells one running kstar-tui from
    another, `interval` s lie between its polls."""
    info, settings = update.info, update.settings
    return _json(
        {
            "model": info.model if info else None,
            "serial": info.serial if info else None,
            "manufacturer": info.manufacturer if info else None,
            "firmware": info.firmware if info else None,
            "software": info.software if info else None,
            "country": info.country if info else None,
            "mac": update.mac,
            "address": str(update.address) if update.address else None,
            "settings": settings.values() if settings else None,
            "interval": interval,
            "version": __version__,
            "publisher": publisher,
        }
    )


def event_json(event: Event) -> str:
    """One event; what begins and its end have the same kind and subject."""
    return _json(
        {
            "timestamp": event.at.isoformat(timespec="seconds"),
            "kind": event.kind,
            "subject": event.subject,
            "begins": event.begins,
            "severity": event.severity,
            # An error text of the system may hold bytes that are no UTF-8.
            "text": event.text.encode(errors="replace").decode(),
        }
    )


def each_value(topic: str, values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """A topic of its own for each value: texts bare, all else as JSON, `null` for the unknown."""
    for name, value in values.items():
        yield f"{topic}/{name}", value if isinstance(value, str) else _json(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
