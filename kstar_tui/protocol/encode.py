"""Payloads from values: the way back, for the simulator and tests. Nothing here is ever sent to
an inverter; requests are in `frame`."""

from __future__ import annotations

import struct
from collections.abc import Mapping

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
    return _encode(FIELDS, values, size)


def encode_settings(values: Mapping[str, Value], size: int = 40) -> bytes:
    """A settings payload holding the given plain fields; the time windows stay unset."""
    payload = bytearray(_encode(SETTING_FIELDS, values, size))
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


def _encode(table: Mapping[str, Field], values: Mapping[str, Value], size: int) -> bytes:
    payload = bytearray(size)
    for name, value in values.items():
        row = table[name]
        if row.offset is None or row.end is None or value is None or isinstance(value, tuple):
            continue
        if row.end > size:
            continue
        raw = row.raw(abs(value) if name == "grid_power" and not isinstance(value, str) else value)
        try:
            struct.pack_into(">" + row.type.value, payload, row.offset, raw)
        except struct.error:
            raise ValueError(f"{name}: {value!r} does not fit into its place") from None
    return bytes(payload)
