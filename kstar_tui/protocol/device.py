"""What an inverter is and how it is set: the replies to functions 0x02 and 0x09."""

from typing import Annotated, NamedTuple

from kstar_tui.protocol import codes
from kstar_tui.protocol.fields import Field, Group, Source, Type, compile_decoder, table_of
from kstar_tui.protocol.frame import Frame, FrameError, Rejection, Request, build_reply
from kstar_tui.protocol.text import clean_id, clean_text

MIN_DEVICE_INFO = 64
"""Payload bytes below which a device-information reply is refused."""
MIN_SETTINGS = 34
"""Payload bytes below which a settings reply is refused."""

_FIRMWARE, _MODEL, _MANUFACTURER, _SERIAL, _SOFTWARE, _COUNTRY = (
    slice(0, 5),
    slice(5, 15),
    slice(15, 31),
    slice(31, 47),
    slice(51, 63),
    63,
)

_PADDING = b"\0 \xff"
_MASK = ord("X")


class DeviceInfo(NamedTuple):
    """Who an inverter is. Texts are cleaned; an empty one was not filled in."""

    firmware: str
    model: str
    manufacturer: str
    serial: str
    software: str
    country_code: int
    country: str


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


SETTING_FIELDS: dict[str, Field] = {row.name: row for row in table_of(DeviceSettings)}
"""The rows of the settings reply that are plain numbers or switches, by name."""

_SWITCHES = ("backup_supply", "off_grid_charge", "shadow_scan", "export_allowed")
_decode = compile_decoder(tuple(SETTING_FIELDS.values()))


def decode_device_info(frame: Frame) -> DeviceInfo:
    """The identity in a device-information reply; FrameError for another function or < 64 bytes."""
    payload = _payload(frame, Request.DEVICE_INFO, MIN_DEVICE_INFO)
    country = payload[_COUNTRY]
    return DeviceInfo(
        firmware=clean_text(payload[_FIRMWARE]),
        model=clean_text(payload[_MODEL]),
        manufacturer=clean_text(payload[_MANUFACTURER]),
        serial=clean_id(payload[_SERIAL]),
        software=clean_text(payload[_SOFTWARE]),
        country_code=country,
        country=codes.word(codes.COUNTRIES, country),
    )


def decode_settings(frame: Frame) -> DeviceSettings:
    """The settings in a settings reply; FrameError for another function or fewer than 34 bytes."""
    payload = _payload(frame, Request.SETTINGS, MIN_SETTINGS)
    values = _decode(payload)
    for name in _SWITCHES:
        values[name] = bool(values[name])
    return DeviceSettings(
        charge_start=_time_of_day(payload[0], payload[1]),
        charge_end=_time_of_day(payload[2], payload[3]),
        discharge_start=_time_of_day(payload[6], payload[7]),
        discharge_end=_time_of_day(payload[8], payload[9]),
        **values,
    )


def mask_serial(frame: Frame) -> bytes:
    """A frame as it may be shown to anybody: a serial number in it is made X, padding stays, and
    the sum is right again."""
    if frame.request is not Request.DEVICE_INFO:
        return frame.raw
    payload = bytearray(frame.payload)
    payload[_SERIAL] = bytes(b if b in _PADDING else _MASK for b in payload[_SERIAL])
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
