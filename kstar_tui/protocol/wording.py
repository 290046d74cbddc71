"""Values and their names as people read them: unit, decimals and words. Pure."""

from __future__ import annotations

from kstar_tui.protocol.fields import Field, Value

NOTHING = "—"
"""What stands for a value that is not known."""
INFO_LABELS = {
    "firmware": "Firmware",
    "model": "Model",
    "manufacturer": "Manufacturer",
    "serial": "Serial number",
    "software": "Software",
    "country": "Grid country",
}
WINDOW_LABELS = {
    "charge_start": "Charge window start",
    "charge_end": "Charge window end",
    "discharge_start": "Discharge window start",
    "discharge_end": "Discharge window end",
}
NOT_SET = "not set"
_DIRECTIONS = {
    "grid_power": ("importing", "exporting"),
    "battery_power": ("discharging", "charging"),
}
"""Words for above and below zero."""


def value_text(row: Field, value: Value) -> str:
    """One value for people: directions in words instead of signs, bits in hex."""
    if value is None:
        return NOTHING
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return value
    if row.unit is None and isinstance(value, int):
        return f"0x{value:0{2 * row.type.size}x}"
    word = ""
    if row.name in _DIRECTIONS:
        above, below = _DIRECTIONS[row.name]
        word = f"{above} " if value > 0 else f"{below} " if value < 0 else ""
        value = abs(value)
    return f"{word}{value:.{row.decimals}f}{f' {row.unit}' if row.unit else ''}"
