"""Replies: the house's state as frames, or frames from a file served in turn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

from kstar_tui.protocol.encode import (
    RUNNING_DATA_SIZE,
    encode_device_info,
    encode_running_data,
    encode_settings,
)
from kstar_tui.protocol.fields import Value
from kstar_tui.protocol.frame import (
    GOODWE_MONITOR,
    HEADER,
    INVERTER,
    MAX_FRAME,
    MONITOR,
    READ_CONTROL,
    FrameError,
    Request,
    build_reply,
    checksum,
    parse_frame,
)
from kstar_tui.simulator.battery import CAPACITY_AH, MAX_POWER, NOMINAL_VOLTAGE, RESERVE
from kstar_tui.simulator.options import SimulatorOptions

GOODWE_SIZE = 95
"""Payload bytes of a GoodWe ES's running data."""
_COUNTERS = (
    "energy_today",
    "energy_total",
    "load_energy_today",
    "load_energy_total",
    "hours_total",
)
_SETTINGS_SIZE = 86
_MAX_AMPS = round(MAX_POWER / NOMINAL_VOLTAGE)


def request_frame(request: Request, *, goodwe: bool = False) -> bytes:
    """The nine bytes of a request, as an asker at B0 sends them, or one at C0 (a GoodWe's)."""
    asker = GOODWE_MONITOR if goodwe else MONITOR
    body = HEADER + bytes((asker, INVERTER, READ_CONTROL, request.value, 0))
    return body + checksum(body).to_bytes(2, "big")


def parse_frames(text: str) -> tuple[bytes, ...]:
    """Frames from text: hex, one a line, spaces and `#` comments allowed, not checked further.

    ValueError names the line that is not hex or longer than any frame, or says that there is none.
    """
    frames = []
    for number, line in enumerate(text.splitlines(), 1):
        digits = line.partition("#")[0].strip()
        if not digits:
            continue
        try:
            frame = bytes.fromhex(digits)
        except ValueError:
            raise ValueError(f"line {number} is not hex: {digits[:40]!r}") from None
        if len(frame) > MAX_FRAME:
            raise ValueError(f"line {number}: {len(frame)} bytes, a frame has at most {MAX_FRAME}")
        frames.append(frame)
    if not frames:
        raise ValueError("no frame in it: one a line, in hex, is expected")
    return tuple(frames)


class Script:
    """Given frames, served in turn and over again, each to the request that it answers.

    What is no valid frame is served as running data: a bug report's frame is worth seeing refused.
    """

    def __init__(self, frames: Sequence[bytes]) -> None:
        kinds: dict[Request, list[bytes]] = {}
        for frame in frames:
            kinds.setdefault(_answers(frame), []).append(frame)
        self._turns = {request: cycle(kind) for request, kind in kinds.items()}

    def next(self, request: Request) -> bytes | None:
        """The next frame for this request, or None where none was given."""
        turn = self._turns.get(request)
        return None if turn is None else next(turn)


class Replies:
    """Whole reply frames of one simulated inverter."""

    def __init__(self, options: SimulatorOptions) -> None:
        self._options = options
        self._monitor = GOODWE_MONITOR if options.goodwe_address else MONITOR
        self._size = GOODWE_SIZE if options.goodwe_address else RUNNING_DATA_SIZE

    def device_info(self) -> bytes:
        """Who it is."""
        options = self._options
        return self._frame(
            Request.DEVICE_INFO,
            encode_device_info(
                model=options.model,
                serial=options.serial_number,
                firmware=options.firmware,
                manufacturer=options.manufacturer,
            ),
        )

    def settings(self) -> bytes:
        """How it is set: as the simulated battery and house really behave."""
        values: dict[str, Value] = {
            "charge_power_limit": 100,
            "discharge_power_limit": 100,
            "backup_supply": 1,
            "off_grid_charge": 1,
            "shadow_scan": 0,
            "export_allowed": 1,
            "battery_capacity": CAPACITY_AH,
            "charge_voltage_limit": 54.0,
            "charge_current_limit": _MAX_AMPS,
            "discharge_current_limit": _MAX_AMPS,
            "discharge_voltage_limit": 46.0,
            "battery_soc_minimum": round(RESERVE * 100),
        }
        return self._frame(Request.SETTINGS, encode_settings(values, _SETTINGS_SIZE))

    def running_data(self, values: dict[str, Value], *, counters: bool = True) -> bytes:
        """What it measures; without `counters` they are at 0."""
        if not counters:
            values = values | dict.fromkeys(_COUNTERS, 0)
        if self._options.goodwe_address:
            values = _as_goodwe(values)
        return self._frame(Request.RUNNING_DATA, encode_running_data(values, self._size))

    def zeros(self) -> bytes:
        """Running data with nothing in it."""
        return self._frame(Request.RUNNING_DATA, bytes(self._size))

    def foreign(self, values: dict[str, Value]) -> bytes:
        """Running data of another house: valid, plausible, and wrong here in every main value."""
        return self.running_data(
            values
            | {
                "pv1_voltage": 111.1,
                "pv1_current": 1.1,
                "battery_soc": 11,
                "load_power": 11111,
                "grid_power": 1111,
                "grid_direction": "importing",
                "temperature": 11.1,
                "energy_today": 11.1,
                "energy_total": 111111.1,
            }
        )

    def _frame(self, request: Request, payload: bytes) -> bytes:
        return build_reply(request.reply_function, payload, self._monitor)


def _as_goodwe(values: dict[str, Value]) -> dict[str, Value]:
    """The words that a GoodWe ES has where a KStar has more battery banks."""
    kept = {name: value for name, value in values.items() if name != "battery_3_soc"}
    return kept | {
        "bms_status": 0,
        "battery_status": 0x50,
        "battery_temperature": 22.5,
        "battery_charge_limit": _MAX_AMPS,
        "battery_discharge_limit": _MAX_AMPS,
        "battery_soh": 98,
        "meter_status": 1,
        "meter_power_factor": 0.98,
    }


def _answers(frame: bytes) -> Request:
    try:
        return parse_frame(frame).request or Request.RUNNING_DATA
    except FrameError:
        return Request.RUNNING_DATA
