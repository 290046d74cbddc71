"""What stands in the boxes of the flow: solar, battery, grid, house and the inverter itself.

Each gives its rows by importance; a smaller screen shows the first ones.
"""

from __future__ import annotations

from datetime import UTC, datetime

from kstar_tui.monitor.battery_time import Estimate
from kstar_tui.monitor.energy import Flow
from kstar_tui.monitor.trail import Series
from kstar_tui.protocol.reading import Reading
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.live.rows import Part, Row, label, measured
from kstar_tui.tui.live.today import WORDS
from kstar_tui.tui.live.view import View
from kstar_tui.tui.words import (
    NOTHING,
    STATE_STYLES,
    age,
    battery_word,
    duration,
    grid_word,
    house_word,
    no_grid,
    number,
    solar_word,
)

POWER_WIDTH = 6


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
    if width < 30:
        a, b = strings
        rows.append(
            Row(
                (label("A"), *power(a[3], "pv1_power", text)),
                (label("B"), *power(b[3], "pv2_power", text)),
            )
        )
    for name, voltage, current, watts, key in strings if width >= 30 else ():
        rows.append(
            Row(
                (
                    label(f"{name} "),
                    *measured(voltage, "V", f"{key}_voltage", decimals=1, width=5, style=text),
                    *measured(current, "A", f"{key}_current", decimals=1, width=5, style=text),
                ),
                power(watts, f"{key}_power", text),
            )
        )
    rows.append(_peak(view, "peak", Series.SOLAR))
    rows += _today(view, Flow.PV) if today else []
    rows.append(
        Row(
            (label("A "), Part(reading.pv1_mode, text, "pv1_mode")),
            (label("B "), Part(reading.pv2_mode, text, "pv2_mode")),
        )
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
        Row((Part(word, colour, "battery_mode"),), power(watts, field, strong)),
    ]
    volts = measured(reading.battery_voltage, "V", "battery_voltage", decimals=1, style=text)
    amps = measured(reading.battery_current, "A", "battery_current", decimals=1, style=text)
    estimate = view.battery if view.current else None
    if estimate is None or width >= 30:
        rows.append(Row(volts, amps))
    else:
        rows.append(Row(volts, battery_end(estimate, view)))
    if estimate is not None and width >= 30:
        rows.append(_until(estimate, view, width))
    rows += _today(view, Flow.CHARGE, Flow.DISCHARGE) if today else []
    settings = view.update.settings
    if settings is not None and settings.battery_capacity:
        reserve = settings.battery_soc_minimum
        rows.append(
            Row(
                (label("capacity"),),
                (
                    Part(number(settings.battery_capacity), text, "battery_capacity"),
                    label(" Ah  reserve "),
                    Part(f"{reserve}", text, "battery_soc_minimum"),
                    label(" %"),
                ),
            )
        )
    rows.append(Row((label("mode"),), (Part(reading.battery_mode, text, "battery_mode"),)))
    if reading.battery_temperature is not None:
        rows.append(
            Row(
                (label("temperature*"),),
                measured(
                    reading.battery_temperature,
                    "°C",
                    "battery_temperature",
                    decimals=1,
                    style=text,
                ),
            )
        )
    if reading.battery_soh is not None:
        rows.append(
            Row((label("health*"),), measured(reading.battery_soh, "%", "battery_soh", style=text))
        )
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
    room = width - sum(len(part.text) for part in (*end, left)) - 1
    about = next((word for word in ("in about ", "in ", "") if len(word) <= room), "")
    return Row(end, (label(about), left))


def grid_rows(view: View, reading: Reading | None, *, today: bool = False) -> list[Row]:
    """Direction and power at the meter, voltage and frequency, today's peaks and kWh."""
    if reading is None:
        return _nothing(view)
    strong, text = view.tone("strong"), view.tone("text")
    word = grid_word(reading)
    colours = {"importing": "import", "exporting": "export", "no grid": "fault"}
    colour = view.tone(colours.get(word, "dim"))
    watts = None if reading.grid_power is None else abs(reading.grid_power)
    field = "grid_export_power" if word == "exporting" else "grid_import_power"
    peaks = [_peak(view, "peak import", Series.IMPORT), _peak(view, "peak export", Series.EXPORT)]
    return [
        Row((Part(word, colour, "grid_direction"),), power(watts, field, strong)),
        Row(
            measured(reading.grid_voltage, "V", "grid_voltage", decimals=1, style=text),
            measured(reading.grid_frequency, "Hz", "grid_frequency", decimals=2, style=text),
        ),
        *(peaks[::-1] if word == "exporting" else peaks),
        *(_today(view, Flow.IMPORT, Flow.EXPORT) if today else []),
        Row((label("meter says"),), (Part(reading.grid_direction, text, "grid_direction"),)),
    ]


def house_rows(view: View, reading: Reading | None, *, today: bool = False) -> list[Row]:
    """The load, its peak, the backup output, today's kWh."""
    if reading is None:
        return _nothing(view)
    strong, text = view.tone("strong"), view.tone("text")
    return [
        Row(
            (Part(house_word(reading), view.tone("warning" if no_grid(reading) else "house")),),
            power(reading.load_power, "load_power", strong),
        ),
        _peak(view, "peak", Series.HOUSE),
        Row(
            (
                label("backup "),
                *measured(reading.backup_voltage, "V", "backup_voltage", decimals=1, style=text),
            ),
            measured(reading.backup_power, "W", "backup_power", style=text),
        ),
        *(_today(view, Flow.LOAD) if today else []),
        Row(
            (
                label("output "),
                *measured(reading.backup_current, "A", "backup_current", decimals=1, style=text),
            ),
            measured(reading.backup_frequency, "Hz", "backup_frequency", decimals=2, style=text),
        ),
        Row(
            (label("supply"),),
            (Part(reading.load_mode, text, "load_mode"),),
        ),
    ]


def inverter_rows(view: View, reading: Reading | None, width: int) -> list[Row]:
    """Work mode, AC power and current, temperature, running hours; first of all what is wrong:
    the faults, or that the values are of the past."""
    state = view.update.state
    if reading is None:
        return [Row(), Row((label(state.value),))]
    text = view.tone("text")
    wrong: list[Row] = []
    if not view.current:
        wrong = [Row((Part(state.value, STATE_STYLES[state]),)), *_past(view, width)]
    elif reading.errors:
        wrong = [Row((Part(error[:width], "fault", "errors"),)) for error in reading.errors]
    mode_style = view.tone("fault" if reading.errors else "text")
    mode = "fault" if reading.errors else reading.work_mode
    # Negative while it charges the battery from the grid: a direction, not a sign.
    way = "out" if reading.inverter_power >= 0 else "in"
    ac_power = abs(reading.inverter_power)
    amps = reading.ac_output_current
    named = (Row((Part(mode, mode_style, "work_mode"),)),)
    return [
        *((*wrong, *named) if not view.current else (*named, *wrong)),
        Row(
            (label(f"AC {way}" if width > 14 else way),),
            measured(ac_power, "W", "inverter_power", style=text),
        ),
        Row(
            (label("temp"),),
            measured(reading.temperature, "°C", "temperature", decimals=1, style=text),
        ),
        Row((label("ran"),), measured(reading.hours_total, "h", "hours_total", style=text)),
        Row(
            (label("current" if width > 14 else "AC"),),
            measured(amps, "A", "ac_output_current", decimals=1, style=text),
        ),
        Row((label("state"),), (Part(reading.work_state, text, "work_state"),)),
    ]


def _nothing(view: View) -> list[Row]:
    return [Row((), (label(NOTHING),)), Row((label("no data yet"),))]


def _past(view: View, width: int) -> list[Row]:
    old = "" if view.age is None else age(view.age, view.calm)
    fitting = next((text for text in (old, old.removesuffix(" ago")) if len(text) <= width), "")
    return [Row((Part(fitting, "warning", "age"),))] if fitting else []


_TODAY = {Flow.CHARGE: "in ", Flow.DISCHARGE: "out "}


def _today(view: View, *flows: Flow) -> list[Row]:
    """`today` and kWh, of a pair both directions; no row where they are not known at all."""
    if not all(map(view.kept, flows)):
        return []
    right: list[Part] = []
    for flow in flows:
        kwh = number(view.kwh_today(flow), 1, 5)
        word = _TODAY.get(flow, WORDS[flow] if len(flows) > 1 else "")
        right += [
            label(f"{'  ' if right else ''}{word}"),
            Part(kwh, view.tone("text"), view.counter(flow, "today")),
        ]
    return [Row((label("today"),), (*right, label(" kWh")))]


def _peak(view: View, name: str, series: Series) -> Row:
    peak = view.trail.peak(series, view.midnight)
    if peak is None or peak[0] <= 0:
        return Row((label(name),), (label(NOTHING),))
    watts, at = peak
    return Row(
        (label(f"{name} "), Part(view.moment(at), "dim", f"{series.value}:high")),
        measured(watts, "W", f"{series.value}:high", style=view.tone("text")),
    )
