"""What the inverter measures at one moment: the field table and the `Reading` it makes.

The table is the class: every attribute carries its own row. Offsets are into the payload of
function 0x86 (docs/protocol.md); rows without one follow from others.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from kstar_tui.protocol import codes
from kstar_tui.protocol.fields import Field, Group, Source, Type, Value, compile_decoder, table_of
from kstar_tui.protocol.frame import Frame, FrameError, Rejection, Request

MIN_RUNNING_DATA = 81
"""Payload bytes below which a running-data reply is refused."""

_PV, _BATTERY, _GRID = Group.PV, Group.BATTERY, Group.GRID
_LOAD, _INVERTER, _ENERGY = Group.LOAD, Group.INVERTER, Group.ENERGY
_GOODWE = Source.GOODWE
_U8, _I16, _U32 = Type.U8, Type.I16, Type.U32


# Written out below: for so many fields the generated methods cost 2 ms at every start.
@dataclass(frozen=True, init=False, eq=False, repr=False)
class Reading:
    """One set of measurements. Powers W, voltages V, currents A, energies kWh; None = not known.

    Grid power is positive on import, battery power positive on discharge; the split pairs are
    never negative.
    """

    # fmt: off
    pv1_voltage: Annotated[float, Field("PV string 1 voltage", _PV, "V", 0, scale=10)]
    pv1_current: Annotated[float, Field("PV string 1 current", _PV, "A", 2, scale=10)]
    pv1_power: Annotated[float, Field("PV string 1 power", _PV, "W", scale=100)]
    pv1_mode: Annotated[str, Field("PV string 1 state", _PV, None, 4, _U8, codes=codes.PV_MODES)]
    pv2_voltage: Annotated[float, Field("PV string 2 voltage", _PV, "V", 5, scale=10)]
    pv2_current: Annotated[float, Field("PV string 2 current", _PV, "A", 7, scale=10)]
    pv2_power: Annotated[float, Field("PV string 2 power", _PV, "W", scale=100)]
    pv2_mode: Annotated[str, Field("PV string 2 state", _PV, None, 9, _U8, codes=codes.PV_MODES)]
    pv_power: Annotated[float, Field("PV power", _PV, "W", scale=100)]

    battery_voltage: Annotated[float, Field("Battery voltage", _BATTERY, "V", 10, scale=10)]
    battery_current: Annotated[float, Field("Battery current", _BATTERY, "A", 18, _I16, 10, magnitude=True)]
    battery_power: Annotated[float, Field("Battery power", _BATTERY, "W", scale=100)]
    battery_charge_power: Annotated[float, Field("Battery charge power", _BATTERY, "W", scale=100)]
    battery_discharge_power: Annotated[float, Field("Battery discharge power", _BATTERY, "W", scale=100)]
    battery_soc: Annotated[int, Field("State of charge", _BATTERY, "%", 26, _U8)]
    battery_mode: Annotated[str, Field("Battery mode", _BATTERY, None, 30, _U8, codes=codes.BATTERY_MODES)]
    bms_status: Annotated[int, Field("BMS status bits", _BATTERY, None, 24)]
    battery_2_voltage: Annotated[float | None, Field("Battery 2 voltage", _BATTERY, "V", 12, scale=10, blank=0)]
    battery_2_current: Annotated[float | None, Field("Battery 2 current", _BATTERY, "A", 20, scale=10, blank=0)]
    battery_2_soc: Annotated[int | None, Field("Battery 2 state of charge", _BATTERY, "%", 27, _U8, blank=0)]
    battery_2_mode: Annotated[str | None, Field("Battery 2 mode", _BATTERY, None, 31, _U8, codes=codes.BATTERY_MODES, blank=0)]
    battery_3_voltage: Annotated[float | None, Field("Battery 3 voltage", _BATTERY, "V", 14, scale=10, blank=0)]
    battery_3_current: Annotated[float | None, Field("Battery 3 current", _BATTERY, "A", 22, scale=10, blank=0)]
    battery_3_soc: Annotated[int | None, Field("Battery 3 state of charge", _BATTERY, "%", 28, _U8, blank=0)]
    battery_3_mode: Annotated[str | None, Field("Battery 3 mode", _BATTERY, None, 32, _U8, codes=codes.BATTERY_MODES, blank=0)]
    battery_4_voltage: Annotated[float | None, Field("Battery 4 voltage", _BATTERY, "V", 16, scale=10, blank=0)]
    battery_4_soc: Annotated[int | None, Field("Battery 4 state of charge", _BATTERY, "%", 29, _U8, blank=0)]
    battery_4_mode: Annotated[str | None, Field("Battery 4 mode", _BATTERY, None, 33, _U8, codes=codes.BATTERY_MODES, blank=0)]
    battery_status: Annotated[int | None, Field("Battery status word", _BATTERY, None, 14, blank=0, source=_GOODWE)]
    battery_temperature: Annotated[float | None, Field("Battery temperature", _BATTERY, "°C", 16, _I16, 10, blank=0, source=_GOODWE)]
    battery_charge_limit: Annotated[int | None, Field("Charge current limit", _BATTERY, "A", 20, blank=0, source=_GOODWE)]
    battery_discharge_limit: Annotated[int | None, Field("Discharge current limit", _BATTERY, "A", 22, blank=0, source=_GOODWE)]
    battery_soh: Annotated[int | None, Field("State of health", _BATTERY, "%", 29, _U8, blank=0, source=_GOODWE)]
    battery_warning_bits: Annotated[int | None, Field("Battery warning bits", _BATTERY, None, 31, blank=0, source=_GOODWE)]

    grid_voltage: Annotated[float, Field("Grid voltage", _GRID, "V", 34, scale=10)]
    grid_frequency: Annotated[float, Field("Grid frequency", _GRID, "Hz", 40, scale=100)]
    grid_power: Annotated[int | None, Field("Grid power", _GRID, "W", 38, _I16, magnitude=True)]
    grid_import_power: Annotated[int | None, Field("Grid import power", _GRID, "W")]
    grid_export_power: Annotated[int | None, Field("Grid export power", _GRID, "W")]
    grid_direction: Annotated[str, Field("Grid direction", _GRID, None, 80, _U8, codes=codes.GRID_DIRECTIONS)]
    meter_status: Annotated[int | None, Field("Meter status", _GRID, None, 33, _U8, blank=0, source=_GOODWE)]
    meter_power_factor: Annotated[float | None, Field("Meter power factor", _GRID, None, 83, scale=1000, source=_GOODWE)]

    load_power: Annotated[int, Field("Load power", _LOAD, "W", 47)]
    load_mode: Annotated[str, Field("Load state", _LOAD, None, 51, _U8, codes=codes.LOAD_MODES)]
    backup_voltage: Annotated[float, Field("Backup voltage", _LOAD, "V", 43, scale=10)]
    backup_current: Annotated[float, Field("Backup current", _LOAD, "A", 45, scale=10)]
    backup_frequency: Annotated[float, Field("Backup frequency", _LOAD, "Hz", 49, scale=100)]
    backup_power: Annotated[int | None, Field("Backup power", _LOAD, "W", 81)]

    inverter_power: Annotated[int, Field("Inverter AC power", _INVERTER, "W", 75, _I16)]
    ac_output_current: Annotated[float, Field("Inverter AC current", _INVERTER, "A", 36, scale=10)]
    temperature: Annotated[float, Field("Inverter temperature", _INVERTER, "°C", 53, _I16, 10)]
    work_state: Annotated[str, Field("Work state", _INVERTER, None, 42, _U8, codes=codes.WORK_STATES)]
    work_mode: Annotated[str, Field("Work mode", _INVERTER, None, 52, _U8, codes=codes.WORK_MODES)]
    effective_work_mode: Annotated[str, Field("Effective work mode", _INVERTER, None, 77, _U8, codes=codes.WORK_MODES)]
    relay_bits: Annotated[int, Field("Relay control bits", _INVERTER, None, 78)]
    error_bits: Annotated[int, Field("Error bits", _INVERTER, None, 55, _U32)]
    errors: Annotated[tuple[str, ...], Field("Errors", _INVERTER)]
    diagnosis_bits: Annotated[int | None, Field("Diagnosis bits", _INVERTER, None, 89, _U32, source=_GOODWE)]

    energy_today: Annotated[float, Field("PV energy today", _ENERGY, "kWh", 67, scale=10)]
    energy_total: Annotated[float, Field("PV energy total", _ENERGY, "kWh", 59, _U32, 10)]
    load_energy_today: Annotated[float, Field("Load energy today", _ENERGY, "kWh", 69, scale=10)]
    load_energy_total: Annotated[float, Field("Load energy total", _ENERGY, "kWh", 71, _U32, 10)]
    hours_total: Annotated[int, Field("Running hours", _ENERGY, "h", 63, _U32)]
    # fmt: on

    raw: bytes
    """The whole frame as it came, bytes behind the known prefix included."""

    def __init__(self, **values: Any) -> None:
        """Every field and `raw` by name; TypeError for others, or if one is missing."""
        if values.keys() != _NAMES:
            wrong = ", ".join(sorted(values.keys() ^ _NAMES))
            raise TypeError(f"a Reading has each of its fields and no other: {wrong}")
        self.__dict__.update(values)

    def __eq__(self, other: object) -> bool:
        return self.__dict__ == other.__dict__ if isinstance(other, Reading) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        known = (f"{name}={value!r}" for name, value in self.values().items() if value is not None)
        return f"Reading({', '.join(known)})"

    def values(self) -> dict[str, Value]:
        """Every field of the table by name, in order."""
        return {name: getattr(self, name) for name in FIELDS}


FIELDS: dict[str, Field] = {row.name: row for row in table_of(Reading)}
"""The field table, by name, in the order of `Reading`."""

_NAMES = frozenset((*FIELDS, "raw"))
_decode = compile_decoder(tuple(FIELDS.values()))
_BANKS = tuple((f"battery_{n}_voltage", f"battery_{n}_soc") for n in (2, 3, 4))


def decode_running_data(frame: Frame) -> Reading:
    """The reading in a running-data reply; FrameError for another function or under 81 bytes."""
    if frame.request is not Request.RUNNING_DATA:
        raise FrameError(Rejection.FUNCTION, f"function {frame.function:02x} is not running data")
    if len(frame.payload) < MIN_RUNNING_DATA:
        raise FrameError(
            Rejection.LENGTH,
            f"{len(frame.payload)} bytes of running data, at least {MIN_RUNNING_DATA} are needed",
        )
    values = _decode(frame.payload)
    _follow(values, frame.payload)
    values["raw"] = frame.raw
    # As the constructor does, but without copying so many values.
    reading = object.__new__(Reading)
    object.__setattr__(reading, "__dict__", values)
    return reading


def _follow(values: dict[str, Any], payload: bytes) -> None:
    # Whole numbers until the last division: 162.1 V at 0.7 A is 113.47 W, not 113.46999.
    def raw(offset: int) -> int:
        return payload[offset] << 8 | payload[offset + 1]

    pv1 = raw(0) * raw(2)
    pv2 = raw(5) * raw(7)
    values["pv1_power"] = pv1 / 100
    values["pv2_power"] = pv2 / 100
    values["pv_power"] = (pv1 + pv2) / 100

    current = raw(18)
    battery = raw(10) * (current if current < 0x8000 else 0x10000 - current) / 100
    mode = payload[30]
    charge = battery if mode == codes.BATTERY_CHARGING else 0.0
    discharge = battery if mode == codes.BATTERY_DISCHARGING else 0.0
    values["battery_charge_power"] = charge
    values["battery_discharge_power"] = discharge
    values["battery_power"] = discharge - charge

    # An inverter with one battery sends its charge again where that of the third would be.
    for voltage, charge_state in _BANKS:
        if values[voltage] is None:
            values[charge_state] = None

    direction = payload[80]
    meter = values["grid_power"]
    if direction in codes.GRID_DIRECTIONS:
        grid_import = meter if direction == codes.GRID_IMPORTING else 0
        grid_export = meter if direction == codes.GRID_EXPORTING else 0
        values["grid_import_power"] = grid_import
        values["grid_export_power"] = grid_export
        values["grid_power"] = grid_import - grid_export
    else:
        # A direction that nobody knows must not become a wrong sign.
        values["grid_power"] = None

    values["errors"] = codes.error_texts(values["error_bits"]) if values["error_bits"] else ()
