"""What stands in the boxes of the flow around the inverter: solar, battery, grid and house.

Each gives its rows by importance; a smaller screen shows the first ones, a narrower one in fewer
words.
"""

from __future__ import annotations

from datetime import UTC, datetime

from kstar_tui.monitor.battery_time import Estimate
from kstar_tui.monitor.energy import Flow
from kstar_tui.monitor.trail import Series
from kstar_tui.protocol.reading import Reading
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.live.rows import Part, Row, fits, label, measured, shortened
from kstar_tui.tui.live.view import View
from kstar_tui.tui.words import (
    NOTHING,
    battery_word,
    beyond_supply,
    duration,
    grid_word,
    house_word,
    no_grid,
    number,
    solar_word,
)

POWER_WIDTH = 6
_WIDE = 30
"""Cells from which a string, and when the battery is full, have a row of their own."""
_SHORT = {"charging": "charge", "discharging": "discharge", "not connected": "off"}
"""For words that a narrow box has no room for."""
_WAYS = {
    Flow.CHARGE: ("in", "in"),
    Flow.DISCHARGE: ("out", "out"),
    Flow.IMPORT: ("import", "imp"),
    Flow.EXPORT: ("export", "exp"),
}
"""The directions of a pair, and for narrow boxes."""
_TEMPERATURE = ("temperature", "temp")
_PEAKS = {
    Series.IMPORT: ("peak import", "peak imp"),
    Series.EXPORT: ("peak export", "peak exp"),
}


def power(value: float | None, field: str, style: str) -> tuple[Part, Part]:
    """Watts in a fixed width, the number strong."""
    return measured(value, "W", field, width=POWER_WIDTH, style=style)


def solar_rows(
    view: View, reading: Reading | None, width: int, *, today: bool = False
) -> list[Row]:
    """Total, the strings, today's peak and kWh, what each string does."""
    if reading is None:
        return _nothing(view)
    strong, text = view.tone("strong"), view.tone("text")
    word = solar_word(reading)
    rows = [
        Row(
            (Part(word, view.tone("solar" if word == "producing" else "dim")),),
            power(reading.pv_power, "pv_power", strong),
        )
    ]
    strings = (
        ("A", reading.pv1_voltage, reading.pv1_current, reading.pv1_power, "pv1"),
        ("B", reading.pv2_voltage, reading.pv2_current, reading.pv2_power, "pv2"),
    )
    for name, voltage, current, watts, key in strings if width >= _WIDE else ():
        drawn = power(watts, f"{key}_power", text)
        amps = (
            *measured(voltage, "V", f"{key}_voltage", decimals=1, width=5, style=text),
            *measured(current, "A", f"{key}_current", decimals=1, width=5, style=text),
        )
        rows += shortened(width, Row((label(f"{name} "), *amps), drawn), Row((label(name),), drawn))
    if width < _WIDE:
        a, b = (power(string[3], f"{string[4]}_power", text) for string in strings)
        rows += shortened(
            width,
            Row((label("A"), *a), (label("B"), *b)),
            # One unit does for both.
            Row((label("A"), a[0]), (label("B"), *b)),
        )
    rows += _peak(view, width, Series.SOLAR)
    rows += _today(view, width, Flow.PV) if today else []
    modes = (reading.pv1_mode, reading.pv2_mode)
    rows += shortened(
        width,
        *(
            Row(
                (label("A "), Part(first, text, "pv1_mode")),
                (label("B "), Part(second, text, "pv2_mode")),
            )
            for first, second in (modes, tuple(_SHORT.get(mode, mode) for mode in modes))
        ),
    )
    return rows


def battery_rows(
    view: View, reading: Reading | None, width: int, glyphs: Glyphs, *, today: bool = False
) -> list[Row]:
    """State of charge as a bar, direction and power, voltage and current, kWh, limits, health."""
    if reading is None:
        return _nothing(view)
    strong, text = view.tone("strong"), view.tone("text")
    word = battery_word(reading)
    colour = view.tone({"charging": "charge", "discharging": "discharge"}.get(word, "dim"))
    soc = reading.battery_soc
    cells = max(4, width - 7)
    full = min(cells, round(cells * soc / 100))
    watts = reading.battery_charge_power or reading.battery_discharge_power
    field = "battery_discharge_power" if word == "discharging" else "battery_charge_power"
    rows = [
        Row(
            (
                Part(glyphs.bar_full * full, view.tone("discharge")),
                Part(glyphs.bar_empty * (cells - full), "border"),
            ),
            measured(soc, "%", "battery_soc", width=4, style=strong),
        ),
        *shortened(
            width,
            *(
                Row((Part(said, colour, "battery_mode"),), power(watts, field, strong))
                for said in (word, _SHORT.get(word, word))
            ),
        ),
    ]
    volts = measured(reading.battery_voltage, "V", "battery_voltage", decimals=1, style=text)
    amps = measured(reading.battery_current, "A", "battery_current", decimals=1, style=text)
    estimate = view.battery if view.current else None
    if estimate is None:
        rows += shortened(width, Row(volts, amps))
    elif width >= _WIDE:
        rows += [*shortened(width, Row(volts, amps)), _until(estimate, view, width)]
    else:
        end = battery_end(estimate, view)
        rows += shortened(width, Row(volts, end), Row(end))
    rows += _today(view, width, Flow.CHARGE, Flow.DISCHARGE) if today else []
    return [*rows, *_limits(view, width), *_health(view, reading, width)]


def _limits(view: View, width: int) -> list[Row]:
    settings, text = view.update.settings, view.tone("text")
    if settings is None or not settings.battery_capacity:
        return []
    ampere_hours = Part(number(settings.battery_capacity), text, "battery_capacity")
    capacity = (ampere_hours, label(" Ah"))
    reserve = (Part(f"{settings.battery_soc_minimum}", text, "battery_soc_minimum"), label(" %"))
    together = Row((label("capacity"),), (*capacity, label("  reserve "), *reserve))
    return shortened(width, together) or [
        *shortened(width, Row((label("reserve"),), reserve)),
        *shortened(width, Row((label("capacity"),), capacity)),
    ]


def _health(view: View, reading: Reading, width: int) -> list[Row]:
    text = view.tone("text")
    rows = shortened(
        width, Row((label("mode"),), (Part(reading.battery_mode, text, "battery_mode"),))
    )
    heat = reading.battery_temperature
    if heat is not None:
        value = measured(heat, "°C", "battery_temperature", decimals=1, style=text)
        rows += shortened(width, *(Row((label(f"{name}*"),), value) for name in _TEMPERATURE))
    if reading.battery_soh is not None:
        value = measured(reading.battery_soh, "%", "battery_soh", style=text)
        rows += shortened(width, Row((label("health*"),), value))
    return rows


def battery_end(estimate: Estimate, view: View) -> tuple[Part, ...]:
    """`full 15:10`, `empty 22:40` or `reserve 22:40`, to five minutes, with the weekday of another
    day."""
    at = datetime.fromtimestamp((estimate.at.timestamp() + 150) // 300 * 300, UTC)
    bottom = "reserve" if estimate.target else "empty"
    word = "full" if estimate.filling else bottom
    return label(f"{word} "), Part(view.moment(at), view.tone("text"), "battery_end")


def _until(estimate: Estimate, view: View, width: int) -> Row:
    end = battery_end(estimate, view)
    # In tens of minutes: a countdown would be sent every minute.
    left = Part(
        duration(max(600, round(estimate.seconds / 600) * 600)), view.tone("text"), end[1].field
    )
    wordings = (Row(end, (label(about), left)) for about in ("in about ", "in "))
    return next((row for row in wordings if fits(row, width)), Row(end))


def grid_rows(view: View, reading: Reading | None, width: int, *, today: bool = False) -> list[Row]:
    """Direction and power at the meter, voltage and frequency, today's peaks and kWh."""
    if reading is None:
        return _nothing(view)
    strong, text = view.tone("strong"), view.tone("text")
    word = grid_word(reading)
    colours = {"importing": "import", "exporting": "export", "no grid": "fault"}
    colour = view.tone(colours.get(word, "dim"))
    watts = None if reading.grid_power is None else abs(reading.grid_power)
    field = "grid_export_power" if word == "exporting" else "grid_import_power"
    volts, hertz = _supplied(view, reading)
    order = (Series.IMPORT, Series.EXPORT)
    order = order[::-1] if word == "exporting" else order
    peaks = [row for series in order for row in _peak(view, width, series)]
    day = _today(view, width, Flow.IMPORT, Flow.EXPORT) if today else []
    meter = (Part(reading.grid_direction, text, "grid_direction"),)
    return [
        Row((Part(word, colour, "grid_direction"),), power(watts, field, strong)),
        *shortened(width, Row(volts, hertz)),
        # The day is told whole, or behind two peaks half of it would have no room.
        *((*day, *peaks) if len(day) > 1 else (*peaks, *day)),
        *shortened(width, *(Row((label(name),), meter) for name in ("meter says", "meter"))),
    ]


def _supplied(view: View, reading: Reading) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Voltage and frequency, with a word where they are not what a public grid promises."""
    text, warning = view.tone("text"), view.tone("warning")
    volts, hertz = beyond_supply(view.update.info, reading)

    def said(value: float, unit: str, field: str, decimals: int, word: str) -> tuple[Part, ...]:
        style = warning if word else text
        parts = measured(value, unit, field, decimals=decimals, style=style)
        return (*parts, Part(f" {word}", style)) if word else parts

    return (
        said(reading.grid_voltage, "V", "grid_voltage", 1, volts),
        said(reading.grid_frequency, "Hz", "grid_frequency", 2, hertz),
    )


def house_rows(
    view: View, reading: Reading | None, width: int, *, today: bool = False
) -> list[Row]:
    """The load, its peak, the backup output, today's kWh."""
    if reading is None:
        return _nothing(view)
    strong, text = view.tone("strong"), view.tone("text")
    volts = measured(reading.backup_voltage, "V", "backup_voltage", decimals=1, style=text)
    amps = measured(reading.backup_current, "A", "backup_current", decimals=1, style=text)
    hertz = measured(reading.backup_frequency, "Hz", "backup_frequency", decimals=2, style=text)
    backup = measured(reading.backup_power, "W", "backup_power", style=text)
    supply = (Part(reading.load_mode, text, "load_mode"),)
    return [
        Row(
            (Part(house_word(reading), view.tone("warning" if no_grid(reading) else "house")),),
            power(reading.load_power, "load_power", strong),
        ),
        *_peak(view, width, Series.HOUSE),
        *shortened(width, Row((label("backup "), *volts), backup), Row((label("backup"),), backup)),
        *(_today(view, width, Flow.LOAD) if today else []),
        *shortened(width, Row((label("output "), *amps), hertz), Row((label("output"),), amps)),
        *shortened(width, Row((label("supply"),), supply)),
    ]


def _nothing(view: View) -> list[Row]:
    return [Row((), (label(NOTHING),)), Row((label("no data yet"),))]


def _today(view: View, width: int, *flows: Flow) -> list[Row]:
    """`today` and kWh, of a pair both directions, in two rows where one is too narrow; no row
    where they are not known at all."""
    if not all(map(view.kept, flows)):
        return []
    unit = label(" kWh")
    if len(flows) == 1:
        return shortened(width, Row((label("today"),), (_kwh(view, flows[0]), unit)))
    one, other = flows
    pairs = (
        (label(f"{go} "), _kwh(view, one), label(f"  {come} "), _kwh(view, other), unit)
        for go, come in zip(_WAYS[one], _WAYS[other], strict=True)
    )
    return shortened(width, *(Row((label("today"),), pair) for pair in pairs)) or [
        row
        for flow in flows
        for row in shortened(
            width,
            *(Row((label(f"today {way}"),), (_kwh(view, flow), unit)) for way in _WAYS[flow]),
        )
    ]


def _kwh(view: View, flow: Flow) -> Part:
    kwh = number(view.kwh_today(flow), 1, 4)
    return Part(kwh, view.tone("text"), view.counter(flow, "today"))


def _peak(view: View, width: int, series: Series) -> list[Row]:
    """`peak`, of the grid with its direction, when it was and how high."""
    names = _PEAKS.get(series, ("peak",))
    peak = view.trail.peak(series, view.midnight)
    if peak is None or peak[0] <= 0:
        return shortened(width, *(Row((label(name),), (label(NOTHING),)) for name in names))
    watts, at = peak
    field = f"{series.value}:high"
    value = measured(watts, "W", field, style=view.tone("text"))
    dated = Row((label(f"{names[0]} "), Part(view.moment(at), "dim", field)), value)
    return shortened(width, dated, *(Row((label(name),), value) for name in names))
