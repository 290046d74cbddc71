"""The flow diagram: four boxes around the inverter, wires with direction and weight."""

from __future__ import annotations

from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.live.hub import inverter_rows
from kstar_tui.tui.live.mix import mix_rows
from kstar_tui.tui.live.panels import (
    battery_rows,
    grid_rows,
    house_rows,
    solar_rows,
)
from kstar_tui.tui.live.rows import draw_rows
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import DEADBAND, battery_word, grid_word

MIN_WIDTH = 60
MIN_HEIGHT = 9
_NARROW = 22
_NARROW_HUB = 15
"""Cells up to which a box has no air between its frame and what is in it."""
_HEAVY, _DOUBLE = 500, 2000


def has_today(height: int) -> bool:
    """The boxes of a diagram of this height have room for the kWh of today."""
    return height >= 14


def draw_flow(paint: Paint, rect: Rect, view: View, *, today: bool = False) -> None:
    """Solar and battery at the left, grid and house at the right, the inverter between them."""
    wire = max(3, min(12, (rect.width - 56) // 6))
    hub_width = max(12, min(24, rect.width // 6 + 2))
    side = (rect.width - hub_width - 2 * wire) // 2
    hub_width = rect.width - 2 * side - 2 * wire
    # The battery has one row more to tell than the others.
    upper = max(4, rect.height // 2)
    lower = rect.height - upper
    if lower < upper:
        upper, lower = lower, upper

    solar = Rect(rect.x, rect.y, side, upper)
    battery = Rect(rect.x, rect.y + upper, side, lower)
    hub = Rect(rect.x + side + wire, rect.y, hub_width, rect.height)
    grid = Rect(hub.right + wire, rect.y, side, upper)
    house = Rect(grid.x, rect.y + upper, side, lower)

    reading = view.reading
    flows = _Flows(view)
    _panel(paint, solar, "Solar", "solar" if flows.solar >= DEADBAND else "dim", view)
    _panel(paint, battery, "Battery", flows.battery_style, view)
    _panel(paint, grid, "Grid", flows.grid_style, view)
    _panel(paint, house, "House", "house", view)
    failing = view.current and reading is not None and bool(reading.errors)
    sign = f"{paint.glyphs.warning} " if failing else ""
    title = f"{sign}{_hub_title(view, hub.width - 4 - len(sign))}"
    paint.box(hub, title, "fault" if failing else "border", view.tone("title"))

    padding = 2 if side > _NARROW else 1
    width = side - 2 * padding
    draw_rows(paint, solar.inside(padding), solar_rows(view, reading, width, today=today))
    rows = battery_rows(view, reading, width, paint.glyphs, today=today)
    draw_rows(paint, battery.inside(padding), rows)
    draw_rows(paint, grid.inside(padding), grid_rows(view, reading, width, today=today))
    draw_rows(paint, house.inside(padding), house_rows(view, reading, width, today=today))
    inside = hub.inside(2 if hub.width > _NARROW_HUB else 1)
    rows = inverter_rows(view, reading, inside.width)
    more = mix_rows(view, inside.width)
    if len(rows) + len(more) <= inside.height:
        rows += more
    shown = min(len(rows), inside.height)
    top = inside.y + (inside.height - shown) // 2
    draw_rows(paint, Rect(inside.x, top, inside.width, shown), rows)

    left, right = solar.right, hub.right
    upper_y, lower_y = solar.y + 1, battery.y + 2
    _wire(paint, left, upper_y, wire, flows.solar, "solar", to_right=True)
    _wire(paint, left, lower_y, wire, flows.battery, flows.battery_style, flows.battery_discharges)
    _wire(paint, right, upper_y, wire, flows.grid, flows.grid_style, to_right=flows.grid_exports)
    _wire(paint, right, lower_y, wire, flows.house, "house", to_right=True)


class _Flows:
    """The four powers in W and where they go; nothing flows while the reading is of the past."""

    def __init__(self, view: View) -> None:
        reading = view.reading if view.current else None
        self.solar = self.battery = self.grid = self.house = 0.0
        self.battery_discharges = self.grid_exports = False
        self.battery_style = self.grid_style = "dim"
        if reading is None:
            return
        self.solar = reading.pv_power
        self.house = float(reading.load_power)
        self.battery = abs(reading.battery_power)
        self.grid = float(abs(reading.grid_power or 0))
        words = {"charging": "charge", "discharging": "discharge"}
        word = battery_word(reading)
        self.battery_discharges = word == "discharging"
        self.battery_style = words.get(word, "dim")
        word = grid_word(reading)
        self.grid_exports = word == "exporting"
        self.grid_style = {"importing": "import", "exporting": "export"}.get(word, "dim")


def weight(watts: float, glyphs: Glyphs) -> str:
    """The line for a power: none under the deadband, thin under 500 W, heavy under 2 kW, double."""
    if watts < DEADBAND:
        return glyphs.wires[0]
    if watts < _HEAVY:
        return glyphs.wires[1]
    return glyphs.wires[2] if watts < _DOUBLE else glyphs.wires[3]


def _wire(
    paint: Paint, x: int, y: int, length: int, watts: float, style: str, to_right: bool
) -> None:
    glyphs = paint.glyphs
    line = weight(watts, glyphs)
    if watts < DEADBAND:
        paint.put(x, y, line * length, "border")
    elif to_right:
        paint.put(x, y, line * (length - 1) + glyphs.arrow_right, style)
    else:
        paint.put(x, y, glyphs.arrow_left + line * (length - 1), style)


def _panel(paint: Paint, rect: Rect, title: str, style: str, view: View) -> None:
    colour = style if view.current else "dim"
    paint.box(rect, title, colour if colour != "dim" else "border", f"{colour}-title")


def _hub_title(view: View, width: int) -> str:
    info = view.update.info
    return (info.model if info and info.model else "Inverter")[:width]
