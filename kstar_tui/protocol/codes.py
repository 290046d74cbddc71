"""Numbers that stand for words: modes, error bits and country codes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

UNKNOWN = "unknown"
"""The word for a code that no table knows."""

Codes = Mapping[int, str]


def _codes(words: dict[int, str]) -> Codes:
    return MappingProxyType(words)


PV_MODES = _codes({0: "not connected", 1: "no power", 2: "producing"})
BATTERY_MODES = _codes(
    {
        0: "none",
        1: "standby",
        2: "discharging",
        3: "charging",
        4: "waiting to charge",
        5: "waiting to discharge",
    }
)
BATTERY_DISCHARGING = 2
BATTERY_CHARGING = 3

GRID_DIRECTIONS = _codes({0: "idle", 1: "exporting", 2: "importing"})
GRID_EXPORTING = 1
GRID_IMPORTING = 2

WORK_STATES = _codes({0: "standby", 1: "on", 2: "abnormal", 3: "severe fault"})
LOAD_MODES = _codes({0: "disconnected", 1: "connected"})
WORK_MODES = _codes(
    {
        0: "check",
        1: "wait",
        2: "on-grid",
        4: "off-grid",
        8: "flash",
        16: "fault",
        32: "battery standby",
        64: "charging",
        128: "discharging",
    }
)

ERROR_BITS = _codes(
    {
        0: "GFCI device check",
        1: "AC HCT check",
        3: "DCI consistency",
        4: "GFCI consistency",
        6: "GFCI device",
        7: "relay device",
        8: "AC HCT",
        9: "utility loss",
        10: "ground current",
        11: "DC bus high",
        12: "internal fan",
        13: "over temperature",
        14: "utility phase",
        15: "PV over voltage",
        16: "external fan",
        17: "grid voltage out of range",
        18: "isolation",
        19: "DC injection high",
        20: "backup overload",
        22: "grid frequency consistency",
        23: "grid voltage consistency",
        25: "relay check",
        27: "phase angle",
        28: "DSP communication",
        29: "grid frequency out of range",
        30: "EEPROM read/write",
        31: "internal communication",
    }
)

COUNTRIES = _codes(
    {
        0: "Italy",
        1: "Czech Republic",
        2: "Germany",
        3: "Spain",
        4: "Greece",
        5: "Denmark",
        6: "Belgium",
        7: "Romania",
        8: "UK G83",
        9: "Australia",
        10: "France",
        11: "China",
        12: "60 Hz default",
        13: "Poland",
        14: "South Africa",
        16: "Brazil",
        17: "Thailand MEA",
        18: "Thailand PEA",
        19: "Mauritius",
        20: "Holland",
        21: "UK G59/3",
        22: "China special",
        23: "French 50 Hz",
        24: "French 60 Hz",
        25: "Australia Ergon",
        26: "Australia Energex",
        27: "Holland 16/20 A",
        28: "Korea",
        30: "Austria",
        31: "India",
        32: "50 Hz default",
        34: "Philippines",
        35: "Ireland",
    }
)


def word(codes: Codes, code: int) -> str:
    """The word for a code, `unknown` where the table has none."""
    return codes.get(code, UNKNOWN)


def error_texts(bits: int) -> tuple[str, ...]:
    """The names of the bits set in a 32-bit error word, lowest bit first."""
    return tuple(ERROR_BITS.get(bit, f"error bit {bit}") for bit in range(32) if bits >> bit & 1)
