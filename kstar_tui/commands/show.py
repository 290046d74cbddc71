"""Values as people read them: grouped, with unit, decimals and words; and as plain JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kstar_tui.protocol.device import SETTING_FIELDS, DeviceInfo, DeviceSettings
from kstar_tui.protocol.fields import Field, Source, Value
from kstar_tui.protocol.reading import FIELDS, Reading
from kstar_tui.protocol.wording import INFO_LABELS, NOT_SET, NOTHING, WINDOW_LABELS, value_text

_LABEL_WIDTH = max(len(row.label) for row in (*FIELDS.values(), *SETTING_FIELDS.values()))
_MORE_BATTERIES = ("battery_2_", "battery_3_", "battery_4_")


def reading_json(reading: Reading) -> dict[str, object]:
    """Every field of a reading by name, plain: numbers, texts, null, and the list of errors."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in reading.values().items()
    }


def device_json(values: DeviceInfo | DeviceSettings) -> dict[str, object]:
    """Every value of an identity or a settings reply by name."""
    return dict(values.values())


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
    for name, label in INFO_LABELS.items():
        yield _line(label, getattr(info, name) or NOTHING)


def settings_lines(settings: DeviceSettings) -> Iterator[str]:
    """A settings reply in groups, a line for each value."""
    yield "Windows"
    for name, label in WINDOW_LABELS.items():
        yield _line(label, getattr(settings, name) or NOT_SET)
    values = {name: getattr(settings, name) for name in SETTING_FIELDS}
    yield from _grouped(SETTING_FIELDS, values)


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
