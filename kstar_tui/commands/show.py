"""Values as people read them: grouped, with unit, decimals and words; and as plain JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kstar_tui.protocol.device import SETTING_FIELDS, DeviceInfo, DeviceSettings
from kstar_tui.protocol.fields import Field, Source, Value
from kstar_tui.protocol.reading import FIELDS, Reading

NOTHING = "—"
_INFO_LABELS = {
    "firmware": "Firmware",
    "model": "Model",
    "manufacturer": "Manufacturer",
    "serial": "Serial number",
    "software": "Software",
    "country": "Grid country",
}
_WINDOW_LABELS = {
    "charge_start": "Charge window start",
    "charge_end": "Charge window end",
    "discharge_start": "Discharge window start",
    "discharge_end": "Discharge window end",
}
_LABEL_WIDTH = max(len(row.label) for row in (*FIELDS.values(), *SETTING_FIELDS.values()))
_DIRECTIONS = {
    "grid_power": ("importing", "exporting"),
    "battery_power": ("discharging", "charging"),
}
"""Words for above and below zero."""
_MORE_BATTERIES = ("battery_2_", "battery_3_", "battery_4_")


def reading_json(reading: Reading) -> dict[str, object]:
    """Every field of a reading by name, plain: numbers, texts, null, and the list of errors."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in reading.values().items()
    }


def device_json(values: DeviceInfo | DeviceSettings) -> dict[str, object]:
    """Every value of an identity or a settings reply by name."""
    return values._asdict()


def reading_lines(reading: Reading) -> Iterator[str]:
    """A reading in groups, a line for each value.

    Batteries that are not there are left out, and what only a GoodWe ES is known to say where
    nothing is said.
    """
    values = reading.values()
    # An inverter with one battery repeats its charge where that of the third would be.
    absent = tuple(bank for bank in _MORE_BATTERIES if values[f"{bank}voltage"] is None)
    return _grouped({n: row for n, row in FIELDS.items() if not n.startswith(absent)}, values)


def device_lines(info: DeviceInfo) -> Iterator[str]:
    """An identity, a line for each value."""
    yield "Device"
    for name, label in _INFO_LABELS.items():
        yield _line(label, getattr(info, name) or NOTHING)


def settings_lines(settings: DeviceSettings) -> Iterator[str]:
    """A settings reply in groups, a line for each value."""
    yield "Windows"
    for name, label in _WINDOW_LABELS.items():
        yield _line(label, getattr(settings, name) or "not set")
    values = {name: getattr(settings, name) for name in SETTING_FIELDS}
    yield from _grouped(SETTING_FIELDS, values)


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


def _grouped(table: Mapping[str, Field], values: Mapping[str, Value]) -> Iterator[str]:
    groups = dict.fromkeys(row.group for row in table.values())
    for group in groups:
        yield str(group)
        for name, row in table.items():
            if row.group is group and not (row.source is Source.GOODWE and values[name] is None):
                note = f"  ({row.source})" if row.source is Source.GOODWE else ""
                yield _line(row.label, value_text(row, values[name]) + note)


def _line(label: str, text: str) -> str:
    return f"  {label:<{_LABEL_WIDTH}}  {text}"
