"""What an inverter is and how it is set: the replies to functions 0x02 and 0x09."""

from typing import Annotated, NamedTuple

from kstar_tui.protocol import codes
from kstar_tui.protocol.fields import Field, Group, Source, Type, Value, compile_decoder, table_of
from kstar_tui.protocol.frame import Frame, FrameError, Rejection, Request, build_reply
from kstar_tui.protocol.text import clean_id, clean_text

MIN_DEVICE_INFO = 64
"""Payload bytes below which a device-information reply is refused."""
MIN_SETTINGS = 34
"""Payload bytes below which a settings reply is refused."""

INFO_PLACES = {
    "firmware": slice(0, 5),
    "model": slice(5, 15),
    "manufacturer": slice(15, 31),
    "serial": slice(31, 47),
    "software": slice(51, 63),
    "country": slice(63, 64),
}
"""Where each value of a device-information payload stands."""
WINDOW_OFFSETS = {"charge_start": 0, "charge_end": 2, "discharge_start": 6, "discharge_end": 8}
"""Where the hour and the minute of each time of day in a settings payload stand."""

_PADDING = b"\0 \xff"
_MASK = ord("X")
_TELLING = 4
"""Bytes from which on a serial number is looked for outside of its place, too."""


class DeviceInfo(NamedTuple):
    """Who an inverter is. Texts are cleaned; an empty one was not filled in."""

    firmware: str
    model: str
    manufacturer: str
    serial: str
    software: str
    country_code: int
    country: str
    raw: bytes = b""
    """The whole frame as it came."""

    def values(self) -> dict[str, Value]:
        """Every value by name."""
        return {name: getattr(self, name) for name in self._fields if name != "raw"}


class DeviceSettings(NamedTuple):
    """How an inverter is set, as it says itself (read only). Windows are `HH:MM` or None if unset."""

    charge_start: str | None
    charge_end: str | None
    discharge_start: str | None
    discharge_end: str | None
    # fmt: off
    charge_power_limit: Annotated[int, Field("Charge power limit", Group.BATTERY, "%", 4, source=Source.GOODWE)]
    discharge_power_limit: Annotated[int, Field("Discharge power limit", Group.BATTERY, "%", 10, source=Source.GOODWE)]
    backup_supply: Annotated[bool, Field("Backup supply", Group.LOAD, None, 12, source=Source.GOODWE)]
    off_grid_charge: Annotated[bool, Field("Off-grid charge", Group.BATTERY, None, 14, source=Source.GOODWE)]
    shadow_scan: Annotated[bool, Field("Shadow scan", Group.PV, None, 16, source=Source.GOODWE)]
    export_allowed: Annotated[bool, Field("Export allowed", Group.GRID, None, 18, source=Source.GOODWE)]
    battery_capacity: Annotated[int, Field("Battery capacity", Group.BATTERY, "Ah", 22, source=Source.GOODWE)]
    charge_voltage_limit: Annotated[float, Field("Charge voltage limit", Group.BATTERY, "V", 24, scale=10, source=Source.GOODWE)]
    charge_current_limit: Annotated[int, Field("Charge current limit", Group.BATTERY, "A", 26, source=Source.GOODWE)]
    discharge_current_limit: Annotated[int, Field("Discharge current limit", Group.BATTERY, "A", 28, source=Source.GOODWE)]
    discharge_voltage_limit: Annotated[float, Field("Discharge voltage limit", Group.BATTERY, "V", 30, scale=10, source=Source.GOODWE)]
    battery_soc_minimum: Annotated[int, Field("Minimum state of charge", Group.BATTERY, "%", 32, Type.U16, source=Source.GOODWE)]
    # fmt: on
    raw: bytes = b""
    """The whole frame as it came, bytes behind the known prefix included."""

    def values(self) -> dict[str, Value]:
        """Every value by name."""
        return {name: getattr(self, name) for name in self._fields if name != "raw"}


SETTING_FIELDS: dict[str, Field] = {row.name: row for row in table_of(DeviceSettings)}
"""The rows of the settings reply that are plain numbers or switches, by name."""

_SWITCHES = ("backup_supply", "off_grid_charge", "shadow_scan", "export_allowed")
_decode = compile_decoder(tuple(SETTING_FIELDS.values()))


def decode_device_info(frame: Frame) -> DeviceInfo:
    """The identity in a device-information reply; FrameError for another function or < 64 bytes."""
    payload = _payload(frame, Request.DEVICE_INFO, MIN_DEVICE_INFO)
    parts = {name: payload[place] for name, place in INFO_PLACES.items()}
    country = parts["country"][0]
    return DeviceInfo(
        firmware=clean_text(parts["firmware"]),
        model=clean_text(parts["model"]),
        manufacturer=clean_text(parts["manufacturer"]),
        serial=clean_id(parts["serial"]),
        software=clean_text(parts["software"]),
        country_code=country,
        country=codes.word(codes.COUNTRIES, country),
        raw=frame.raw,
    )


def decode_settings(frame: Frame) -> DeviceSettings:
    """The settings in a settings reply; FrameError for another function or fewer than 34 bytes."""
    payload = _payload(frame, Request.SETTINGS, MIN_SETTINGS)
    values = _decode(payload)
    for name in _SWITCHES:
        values[name] = bool(values[name])
    for name, at in WINDOW_OFFSETS.items():
        values[name] = _time_of_day(payload[at], payload[at + 1])
    return DeviceSettings(**values, raw=frame.raw)


def mask_serial(frame: Frame, *known: str) -> bytes:
    """A frame as it may be shown to anybody: a serial number in its place is made X, and so is
    that one, or one of those `known`, wherever else it stands; padding stays, and the sum is right
    again."""
    payload = bytearray(frame.payload)
    serials = [serial.encode("latin-1", "replace") for serial in known]
    if frame.request is Request.DEVICE_INFO:
        place = INFO_PLACES["serial"]
        serials.append(bytes(payload[place]).strip(_PADDING))
        payload[place] = bytes(b if b in _PADDING else _MASK for b in payload[place])
    for serial in serials:
        if len(serial) >= _TELLING:
            payload = payload.replace(serial, bytes((_MASK,)) * len(serial))
    if payload == frame.payload:
        return frame.raw
    return build_reply(frame.function, bytes(payload), frame.monitor)


def _payload(frame: Frame, request: Request, minimum: int) -> bytes:
    if frame.request is not request:
        raise FrameError(
            Rejection.FUNCTION, f"function {frame.function:02x} is not {request.reply_function:02x}"
        )
    if len(frame.payload) < minimum:
        raise FrameError(
            Rejection.LENGTH, f"{len(frame.payload)} bytes, at least {minimum} are needed"
        )
    return frame.payload


def _time_of_day(hour: int, minute: int) -> str | None:
    # An unset window says hour 48; 24:00 is the end of a day, and nothing comes after it.
    if hour * 60 + minute > 24 * 60 or minute > 59:
        return None
    return f"{hour:02}:{minute:02}"
