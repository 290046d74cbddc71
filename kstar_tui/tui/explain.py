"""What a value on the screen is, in the lines of its tooltip."""

from __future__ import annotations

from kstar_tui.monitor.energy import FLOWS
from kstar_tui.protocol.device import SETTING_FIELDS
from kstar_tui.protocol.fields import Field, Source
from kstar_tui.protocol.reading import FIELDS, Reading

_TODAY = {"low": "lowest today", "high": "highest today", "hour": "in this hour of today"}
_OTHER = {
    "charge_window": "Charge window\nof the settings, by the inverter's own clock",
    "discharge_window": "Discharge window\nof the settings, by the inverter's own clock",
    "country": "Country whose grid code applies\nof the device information",
}


def explain(field: str, reading: Reading | None) -> str | None:
    """Name, unit, raw bytes and origin of a value; None for what is none.

    `field` is of the field table, a setting, or a counter in kWh; `:low`, `:high` and `:hour`
    behind it mean of today.
    """
    name, _, extreme = field.partition(":")
    row = FIELDS.get(name)
    if row is not None:
        lines = [_head(row), name]
        if extreme:
            lines.append(_TODAY.get(extreme, extreme))
        elif row.offset is not None and row.end is not None and reading is not None:
            raw = reading.raw[7:-2][row.offset : row.end].hex(" ")
            lines.append(f"bytes {row.offset}-{row.end - 1}: {raw}")
        else:
            lines.append("follows from other values")
        return "\n".join((*lines, *_origin(row)))
    setting = SETTING_FIELDS.get(name)
    if setting is not None and setting.offset is not None and setting.end is not None:
        place = f"bytes {setting.offset}-{setting.end - 1} of the settings"
        return "\n".join((_head(setting), name, place, *_origin(setting)))
    return _OTHER.get(name) or _counter(name)


def _head(row: Field) -> str:
    return row.label if row.unit is None else f"{row.label}, {row.unit}"


def _origin(row: Field) -> tuple[str, ...]:
    return () if row.source is Source.KSTAR else (f"({row.source.value})",)


def _counter(name: str) -> str | None:
    for flow in FLOWS:
        for period in ("today", "total"):
            if name == f"{flow.energy}_{period}":
                how = "counted by the inverter" if flow.counted else "integrated from readings"
                words = flow.energy.replace("_", " ").capitalize()
                return f"{words} {period}, kWh\n{name}\n{how}"
    return None
