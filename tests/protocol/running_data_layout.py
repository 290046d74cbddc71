"""The running-data layout written down a second time, so that a slip in the field table shows.

Rows: name, payload offset, struct letter, divisor. Read docs/protocol.md beside it, not the code.
"""

from __future__ import annotations

import struct

Row = tuple[str, int, str, int]

NUMBERS: tuple[Row, ...] = (
    ("pv1_voltage", 0, "H", 10),
    ("pv1_current", 2, "H", 10),
    ("pv2_voltage", 5, "H", 10),
    ("pv2_current", 7, "H", 10),
    ("battery_voltage", 10, "H", 10),
    ("bms_status", 24, "H", 1),
    ("battery_soc", 26, "B", 1),
    ("grid_voltage", 34, "H", 10),
    ("ac_output_current", 36, "H", 10),
    ("grid_frequency", 40, "H", 100),
    ("backup_voltage", 43, "H", 10),
    ("backup_current", 45, "H", 10),
    ("load_power", 47, "H", 1),
    ("backup_frequency", 49, "H", 100),
    ("temperature", 53, "h", 10),
    ("error_bits", 55, "I", 1),
    ("energy_total", 59, "I", 10),
    ("hours_total", 63, "I", 1),
    ("energy_today", 67, "H", 10),
    ("load_energy_today", 69, "H", 10),
    ("load_energy_total", 71, "I", 10),
    ("inverter_power", 75, "h", 1),
    ("relay_bits", 78, "H", 1),
)
"""In every frame, and zero means zero."""

BLANK_WHEN_ZERO: tuple[Row, ...] = (
    ("battery_2_voltage", 12, "H", 10),
    ("battery_3_voltage", 14, "H", 10),
    ("battery_4_voltage", 16, "H", 10),
    ("battery_2_current", 20, "H", 10),
    ("battery_3_current", 22, "H", 10),
    ("battery_2_soc", 27, "B", 1),
    ("battery_3_soc", 28, "B", 1),
    ("battery_4_soc", 29, "B", 1),
    ("battery_status", 14, "H", 1),
    ("battery_temperature", 16, "h", 10),
    ("battery_charge_limit", 20, "H", 1),
    ("battery_discharge_limit", 22, "H", 1),
    ("battery_soh", 29, "B", 1),
    ("battery_warning_bits", 31, "H", 1),
    ("meter_status", 33, "B", 1),
)
"""In every frame; an inverter that has no such value sends zero."""

LONG_FRAMES_ONLY: tuple[Row, ...] = (
    ("backup_power", 81, "H", 1),
    ("meter_power_factor", 83, "H", 1000),
    ("diagnosis_bits", 89, "I", 1),
)

_BATTERY = {0: "none", 1: "standby", 2: "discharging", 3: "charging"} | {
    4: "waiting to charge",
    5: "waiting to discharge",
}
_PV = {0: "not connected", 1: "no power", 2: "producing"}
_WORK = {0: "check", 1: "wait", 2: "on-grid", 4: "off-grid", 8: "flash", 16: "fault"} | {
    32: "battery standby",
    64: "charging",
    128: "discharging",
}

WORDS: tuple[tuple[str, int, dict[int, str]], ...] = (
    ("pv1_mode", 4, _PV),
    ("pv2_mode", 9, _PV),
    ("battery_mode", 30, _BATTERY),
    ("work_state", 42, {0: "standby", 1: "on", 2: "abnormal", 3: "severe fault"}),
    ("load_mode", 51, {0: "disconnected", 1: "connected"}),
    ("work_mode", 52, _WORK),
    ("effective_work_mode", 77, _WORK),
    ("grid_direction", 80, {0: "idle", 1: "exporting", 2: "importing"}),
)

WORDS_BLANK_WHEN_ZERO: tuple[tuple[str, int, dict[int, str]], ...] = (
    ("battery_2_mode", 31, _BATTERY),
    ("battery_3_mode", 32, _BATTERY),
    ("battery_4_mode", 33, _BATTERY),
)

MAGNITUDES: tuple[Row, ...] = (("battery_current", 18, "h", 10), ("grid_power", 38, "h", 1))
"""Signed on the wire, but the direction is told elsewhere."""

FOLLOWING = frozenset(
    {
        "pv1_power",
        "pv2_power",
        "pv_power",
        "battery_power",
        "battery_charge_power",
        "battery_discharge_power",
        "grid_import_power",
        "grid_export_power",
        "errors",
    }
)
"""Has no place of its own."""


def take(payload: bytes, offset: int, letter: str) -> int:
    """The raw number at an offset."""
    (raw,) = struct.unpack_from(">" + letter, payload, offset)
    return int(raw)


def put(payload: bytearray, offset: int, letter: str, raw: int) -> None:
    """Write a raw number at an offset."""
    struct.pack_into(">" + letter, payload, offset, raw)


def limits(letter: str) -> tuple[int, int]:
    """Smallest and largest raw number of a struct letter."""
    return {"B": (0, 0xFF), "H": (0, 0xFFFF), "h": (-0x8000, 0x7FFF), "I": (0, 0xFFFFFFFF)}[letter]
