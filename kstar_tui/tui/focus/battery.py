"""The Battery screen: how full, what it does, what it may, and its day."""

from __future__ import annotations

from kstar_tui.monitor.battery_time import NO_BATTERY
from kstar_tui.monitor.energy import Flow
from kstar_tui.tui.focus.charge import draw_hero, hero_lines
from kstar_tui.tui.focus.course import Pair, Trace
from kstar_tui.tui.focus.figures import SOC
from kstar_tui.tui.focus.hours import by_the_hour
from kstar_tui.tui.focus.page import Plan, draw_page
from kstar_tui.tui.focus.table import (
    ENERGY,
    EXTREMES,
    PLAIN,
    Block,
    Cell,
    Column,
    Row,
    energy,
    measured,
    setting,
    since,
    table,
    worded,
)
from kstar_tui.tui.focus.view import FocusView
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.paint import Picture
from kstar_tui.tui.words import NOTHING

_LIMITS = (Column("charging", 8, 2), Column("discharging", 9, 2))
_HOURS = (
    (Column("in", 7), Flow.CHARGE.value),
    (Column("out", 7), Flow.DISCHARGE.value),
    (Column("charge", 7, 1), SOC),
)
_PAIRS = (
    Pair("Charge", Trace(SOC, "discharge"), percent=True),
    Pair(
        "Battery",
        Trace(Flow.DISCHARGE.value, "discharge", "discharge"),
        Trace(Flow.CHARGE.value, "charge", "charge"),
    ),
)


def draw_battery(view: FocusView, width: int, height: int, glyphs: Glyphs) -> Picture:
    """The Battery screen for a size."""
    now, limits, state = _now(view), _limits(view), _state(view)
    counted, others = _energy(view), _others(view)
    hours = by_the_hour(view, _HOURS)
    first = Block(now.title, now.columns, (*now.rows, *state.rows))
    # The others stand where there is most room for them.
    left, middle, right = (others[i : i + 1] for i in range(3))
    plan = Plan(
        draw_hero,
        (4, 6),
        two=([first], [limits]),
        three=([now, *left], [limits, *middle], [counted, state, *right]),
        five=([now, *left], [limits, *middle], [counted, state, *right], *([b] for b in hours)),
        tall=([now, state, *left, *right], [limits, counted, *middle]),
        pairs=_PAIRS,
        lines=hero_lines,
    )
    return draw_page(view, plan, width, height, glyphs)


def _now(view: FocusView) -> Block:
    return table(
        view,
        "Today",
        EXTREMES,
        ("charge", "battery_soc"),
        ("charging", "battery_charge_power"),
        ("discharging", "battery_discharge_power"),
        ("voltage", "battery_voltage"),
        ("current", "battery_current"),
        ("temperature", "battery_temperature"),
        ("health", "battery_soh"),
    )


def _state(view: FocusView) -> Block:
    return table(
        view,
        "State",
        PLAIN,
        ("mode", "battery_mode"),
        ("BMS status", "bms_status"),
        ("status word", "battery_status"),
        ("warnings", "battery_warning_bits"),
    )


def _limits(view: FocusView) -> Block:
    """What the battery allows now, and how the inverter is set."""
    text = view.tone("text")

    def both(name: str, ending: str) -> Row:
        return Row(name, (setting(view, f"charge_{ending}"), setting(view, f"discharge_{ending}")))

    now = Row(
        "allowed now",
        tuple(
            Cell(measured(view, "", field).cells[0].text, "A", field, text)
            for field in ("battery_charge_limit", "battery_discharge_limit")
        ),
    )
    return table(
        view,
        "Limits*",
        _LIMITS,
        now,
        both("current", "current_limit"),
        both("voltage", "voltage_limit"),
        both("power", "power_limit"),
        Row("window", (_window(view, "charge"), _window(view, "discharge"))),
        ("capacity", "battery_capacity"),
        ("reserve", "battery_soc_minimum"),
        ("off-grid charge", "off_grid_charge"),
    )


def _window(view: FocusView, way: str) -> Cell:
    settings = view.settings
    start = getattr(settings, f"{way}_start", None)
    end = getattr(settings, f"{way}_end", None)
    text = NOTHING if start is None or end is None else f"{start}–{end}"
    if settings is not None and text == NOTHING:
        text = "not set"
    return Cell(text, "", f"{way}_window", view.tone("text"))


def _energy(view: FocusView) -> Block:
    return table(
        view,
        "Energy",
        ENERGY,
        energy(view, "charged", Flow.CHARGE),
        energy(view, "discharged", Flow.DISCHARGE),
        *since(view, "in all since"),
    )


def _others(view: FocusView) -> list[Block]:
    """Batteries 2 to 4, where there are any."""
    blocks = []
    for bank in (2, 3, 4):
        voltage = view.value(f"battery_{bank}_voltage")
        # A sister model has other, small numbers in the same bytes.
        if not isinstance(voltage, int | float) or voltage < NO_BATTERY:
            continue
        rows = [
            measured(view, "charge", f"battery_{bank}_soc"),
            measured(view, "voltage", f"battery_{bank}_voltage"),
        ]
        if bank < 4:
            rows.append(measured(view, "current", f"battery_{bank}_current"))
        rows.append(worded(view, "mode", f"battery_{bank}_mode"))
        blocks.append(Block(f"Battery {bank}", EXTREMES, tuple(rows)))
    return blocks
