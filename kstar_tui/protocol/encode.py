"""Payloads from values: the way back, for the simulator and tests. Nothing here is ever sent to
an inverter; requests are in `frame`."""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct
from struct import error as struct_error

from kstar_tui.protocol.device import SETTING_FIELDS
from kstar_tui.protocol.fields import Field, Value
from kstar_tui.protocol.reading import FIELDS

RUNNING_DATA_SIZE = 83


def encode_running_data(values: Mapping[str, Value], size: int = RUNNING_DATA_SIZE) -> bytes:
    """A running-data payload of `size` bytes holding the given fields; the rest is zero.

    `grid_power` goes in as its magnitude and `battery_current` as given: the directions are
    `grid_direction` and `battery_mode`. Values of fields without a place are left out; ValueError
    for a number too large for its place and for a word that the field does not have.
    """
    return _encode(FIELDS, _RUNNING_DATA, values, size)


def encode_settings(values: Mapping[str, Value], size: int = 40) -> bytes:
    """A settings payload holding the given plain fields; the time windows stay unset."""
    payload = bytearray(_encode(SETTING_FIELDS, _SETTINGS, values, size))
    for hour in (0, 2, 6, 8):
        payload[hour] = 48
    return bytes(payload)


def encode_device_info(
    *, model: str, serial: str, firmware: str = "", manufacturer: str = "", country_code: int = 2
) -> bytes:
    """A device-information payload of 64 bytes, texts padded with spaces and cut to their place."""

    def text(value: str, size: int) -> bytes:
        return value.encode("ascii", "replace")[:size].ljust(size)

    return (
        text(firmware, 5)
        + text(model, 10)
        + text(manufacturer, 16)
        + text(serial, 16)
        + bytes(4)
        + text(firmware, 12)
        + bytes((country_code,))
    )


def _places(table: Mapping[str, Field]) -> dict[str, tuple[Field, Struct, int, int]]:
    return {
        name: (row, Struct(">" + row.type.value), row.offset, row.end)
        for name, row in table.items()
        if row.offset is not None and row.end is not None
    }


_RUNNING_DATA = _places(FIELDS)
_SETTINGS = _places(SETTING_FIELDS)


def _encode(
    table: Mapping[str, Field],
    places: Mapping[str, tuple[Field, Struct, int, int]],
    values: Mapping[str, Value],
    size: int,
) -> bytes:
    payload = bytearray(size)
    for name, value in values.items():
        if name not in places:
            table[name]
            continue
        row, layout, offset, end = places[name]
        if end > size or value is None or isinstance(value, tuple):
            continue
        raw = row.raw(abs(value) if name == "grid_power" and not isinstance(value, str) else value)
        try:
            layout.pack_into(payload, offset, raw)
        except struct_error:
            raise ValueError(f"{name}: {value!r} does not fit into its place") from None
    return bytes(payload)
