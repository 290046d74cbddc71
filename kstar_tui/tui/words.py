"""Numbers, durations and directions as people read them: no signs, digits that stay in place."""

from __future__ import annotations

from datetime import datetime, timedelta

from kstar_tui.history.keeping import HistoryStatus, Keeping
from kstar_tui.monitor.supply import supply_of
from kstar_tui.monitor.update import LinkState
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.protocol.reading import Reading

DEADBAND = 20
"""Watts under which a flow is shown as idle: the meters' own noise."""

NO_GRID = 50.0
"""Volts under which there is no grid to speak of."""

NOTHING = "—"
_NICE = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def number(value: float | None, decimals: int = 0, width: int = 0) -> str:
    """A number with thin groups of thousands, right-aligned in `width`; a dash for None."""
    if value is None:
        return NOTHING.rjust(width)
    text = f"{value:,.{decimals}f}".replace(",", " ")
    if not any(digit in text for digit in "123456789"):
        text = text.lstrip("-")
    return text.rjust(width)


def nice(value: float) -> float:
    """The next round number from `value` on."""
    power = 1.0
    while power * 10 <= value:
        power *= 10
    return next(power * step for step in _NICE if value <= power * step + 1e-9)


def duration(seconds: float) -> str:
    """The largest one or two units: `8 s`, `41 min`, `3 h 05 min`, `2 days`."""
    seconds = max(0, int(seconds))
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    if hours < 48:
        return f"{hours} h {minutes % 60:02} min"
    return f"{hours // 24} days"


def age(seconds: float, calm: float) -> str:
    """How old data is; `now` within `calm` seconds, so that a healthy screen stands still."""
    if seconds < calm:
        return "now"
    # Seconds in tens: a screen that counted them would be sent every second.
    return f"{duration(seconds if seconds >= 60 else seconds // 10 * 10)} ago"


def moment(at: datetime, now: datetime) -> str:
    """A time of day, with the date where it is not today's; of another year the date alone."""
    if at.date() == now.date():
        return f"{at:%H:%M}"
    if abs(now - at) < timedelta(days=7):
        return f"{at:%a %H:%M}"
    return f"{at:%d %b %H:%M}" if at.year == now.year else f"{at:%d %b %Y}"


def short_name(info: DeviceInfo) -> str:
    """Model and the end of the serial number."""
    tail = f" …{info.serial[-4:]}" if info.serial else ""
    return f"{info.model or 'Inverter'}{tail}"


def left_to(pid: int | None) -> str:
    """Who does here what this process does not."""
    return f"left to process {pid}" if pid is not None else "left to another process"


def battery_word(reading: Reading) -> str:
    """What the battery does, by its current rather than by its mode alone."""
    if reading.battery_charge_power >= DEADBAND:
        return "charging"
    if reading.battery_discharge_power >= DEADBAND:
        return "discharging"
    return "no battery" if reading.battery_mode == "none" else "idle"


def no_grid(reading: Reading) -> bool:
    """The grid is lost: no voltage, whatever else a frame may say."""
    return reading.grid_voltage < NO_GRID


def grid_word(reading: Reading) -> str:
    """What the meter sees: importing, exporting, idle; no grid, or a direction nobody knows."""
    if no_grid(reading):
        return "no grid"
    if reading.grid_power is None:
        return "unknown"
    if reading.grid_power >= DEADBAND:
        return "importing"
    if reading.grid_power <= -DEADBAND:
        return "exporting"
    return "idle"


def solar_word(reading: Reading) -> str:
    """Whether the sun brings anything; the sun is not blamed for a fault."""
    if reading.pv_power >= DEADBAND:
        return "producing"
    return "stopped" if reading.errors else "no sun"


def beyond_supply(info: DeviceInfo | None, reading: Reading | None) -> tuple[str, str]:
    """`high` or `low` for a voltage and a frequency that no public grid should have; empty where
    they are as they should be, or nothing can be said."""
    supply = supply_of(info.country_code) if info is not None else None
    if supply is None or reading is None or no_grid(reading):
        return "", ""
    return (
        supply.voltage.beyond(reading.grid_voltage),
        supply.frequency.beyond(reading.grid_frequency),
    )


def house_word(reading: Reading) -> str:
    """Where the house is fed from, as far as it is not the usual way."""
    return "on backup" if no_grid(reading) else "using"


STATE_STYLES = {
    LinkState.SEARCHING: "warning",
    LinkState.CONNECTING: "warning",
    LinkState.ONLINE: "good",
    LinkState.STALE: "warning",
    LinkState.OFFLINE: "fault",
}


def not_open(status: HistoryStatus) -> tuple[str, str]:
    """What is with a history that is kept and of which there is nothing to show, and why."""
    if status.keeping is not Keeping.READING:
        return "cannot be opened", status.error or ""
    if status.error is None:
        return "is not there yet", "It begins with the first reading."
    return "cannot be read now; it is tried again", status.error
