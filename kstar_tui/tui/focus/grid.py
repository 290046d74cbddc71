"""The Grid & load screen: what crosses the meter, what the house takes, and their day."""

from __future__ import annotations

from collections.abc import Callable

from kstar_tui.monitor.energy import Flow
from kstar_tui.monitor.supply import supply_of
from kstar_tui.tui.focus.course import Pair, Trace
from kstar_tui.tui.focus.hours import by_the_hour
from kstar_tui.tui.focus.page import Plan, draw_page
from kstar_tui.tui.focus.table import (
    ENERGY,
    EXTREMES,
    GAP,
    PLAIN,
    Block,
    Cell,
    Column,
    Row,
    beyond,
    energy,
    measured,
    option,
    since,
    table,
)
from kstar_tui.tui.focus.view import FocusView
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.live.rows import Part, draw_rows, label, shortened
from kstar_tui.tui.live.rows import Row as Line
from kstar_tui.tui.live.rows import measured as parts_of
from kstar_tui.tui.paint import Paint, Picture, Rect
from kstar_tui.tui.words import NOTHING, beyond_supply, grid_word, house_word, no_grid, number

_STYLES = {"importing": "import", "exporting": "export", "no grid": "fault"}
_HOURS = (
    (Column("import", 8), Flow.IMPORT.value),
    (Column("export", 8), Flow.EXPORT.value),
    (Column("house", 8), Flow.LOAD.value),
)
_NARROW = 28
"""Cells below which a panel has no air between its frame and what is in it."""
_PAIRS = (
    Pair(
        "Grid",
        Trace(Flow.IMPORT.value, "import", "import"),
        Trace(Flow.EXPORT.value, "export", "export"),
    ),
    Pair("House", Trace(Flow.LOAD.value, "house")),
)


def draw_grid(view: FocusView, width: int, height: int, glyphs: Glyphs) -> Picture:
    """The Grid & load screen for a size."""
    meter, house, output, state = _meter(view), _house(view), _output(view), _state(view)
    counted = _energy(view)
    hours = by_the_hour(view, _HOURS)
    together = Block(house.title, EXTREMES, (*house.rows, *output.rows))
    plan = Plan(
        _hero,
        (4, 5),
        two=([meter], [together]),
        three=([meter], [house, output], [counted, state]),
        five=([meter], [house, output], [counted, state], *([b] for b in hours)),
        tall=([meter, counted], [house, output, state]),
        pairs=_PAIRS,
        lines=_lines,
    )
    return draw_page(view, plan, width, height, glyphs)


def _hero(paint: Paint, rect: Rect, view: FocusView) -> None:
    """Two panels: the grid and the house, each with its day."""
    side = (rect.width - GAP + 2) // 2
    grid = Rect(rect.x, rect.y, side, rect.height)
    house = Rect(rect.right - side, rect.y, side, rect.height)
    padding = 2 if grid.inside().width >= _NARROW else 1
    for at, title, lines in (
        (grid, "Grid", _grid_lines(view, grid.inside(padding).width)),
        (house, "House", _house_lines(view)),
    ):
        style = lines[0].left[0].style if view.live.current else "dim"
        border, head = ("border", "title") if style in ("dim", "warning") else (style, "title")
        paint.box(at, title, border, head)
        draw_rows(paint, at.inside(padding), lines)


def _grid_lines(view: FocusView, width: int) -> list[Line]:
    reading = view.reading
    word = grid_word(reading) if reading else "no data yet"
    power = None if reading is None or reading.grid_power is None else abs(reading.grid_power)
    style = view.tone(_STYLES.get(word, "dim"))
    return [
        Line(
            (Part(word, style, "grid_direction"),),
            parts_of(power, "W", "grid_power", width=6, style=view.tone("strong")),
        ),
        *_both(view, width, ("today", "day"), "kWh", _kwh),
        *_both(view, width, ("most", "most"), "W", _peak),
    ]


def _both(
    view: FocusView,
    width: int,
    heads: tuple[str, str],
    unit: str,
    value: Callable[[FocusView, Flow], Part],
) -> list[Line]:
    """Both directions in one line: by their names, shortened, without air, and at last with the
    short head."""
    head, short = heads
    aligned = (value(view, Flow.IMPORT), value(view, Flow.EXPORT))
    bare = tuple(part._replace(text=part.text.strip()) for part in aligned)

    def line(first: str, come: str, go: str, values: tuple[Part, ...]) -> Line:
        parts = (label(f"{come} "), values[0], label(f"{go} "), values[1], label(f" {unit}"))
        return Line((label(first),), parts)

    return shortened(
        width,
        line(head, "import", "  export", aligned),
        line(head, "imp", "  exp", aligned),
        line(head, "imp", " exp", bare),
        line(short, "imp", " exp", bare),
    )


def _house_lines(view: FocusView) -> list[Line]:
    reading = view.reading
    word = house_word(reading) if reading else "no data yet"
    style = "warning" if reading and no_grid(reading) else "house"
    return [
        Line(
            (Part(word, view.tone(style) if reading else "dim"),),
            parts_of(
                reading.load_power if reading else None,
                "W",
                "load_power",
                width=6,
                style=view.tone("strong"),
            ),
        ),
        Line((label("today"),), (_kwh(view, Flow.LOAD), label(" kWh"))),
        Line((label("most"),), (_peak(view, Flow.LOAD), label(" W"))),
    ]


def _kwh(view: FocusView, flow: Flow) -> Part:
    value = view.kwh_today(flow)
    text = number(value, 1 if value is None or value < 100 else 0, 4)
    return Part(text, view.tone("text"), view.counter(flow, "today"))


def _peak(view: FocusView, flow: Flow) -> Part:
    return Part(number(view.high(flow.value), 0, 5), view.tone("text"), f"{flow.value}:high")


def _meter(view: FocusView) -> Block:
    info = view.update.info
    country = info.country if info else NOTHING
    volts, hertz = beyond_supply(info, view.reading)
    return table(
        view,
        "Grid today",
        EXTREMES,
        ("importing", "grid_import_power"),
        ("exporting", "grid_export_power"),
        beyond(measured(view, "voltage", "grid_voltage"), volts, view.tone("warning")),
        beyond(measured(view, "frequency", "grid_frequency"), hertz, view.tone("warning")),
        Row("grid code", (Cell(country, "", "country", view.tone("text")),), wide=True),
        option(view, "may export*", "export_allowed", ("no", "yes")),
        ("power factor", "meter_power_factor"),
        ("meter status", "meter_status"),
        # By the country alone: told where there is room.
        *_allowed(view),
    )


def _allowed(view: FocusView) -> tuple[Row, ...]:
    info = view.update.info
    supply = supply_of(info.country_code) if info else None
    if supply is None:
        return ()
    (low, high), (slow, fast) = supply
    text = f"{low:g}-{high:g} V  {slow:g}-{fast:g} Hz"
    return (Row("allowed", (Cell(text, "", "grid_allowed", view.tone("text")),), wide=True),)


def _house(view: FocusView) -> Block:
    return table(
        view,
        "House today",
        EXTREMES,
        ("load", "load_power"),
        ("backup", "backup_power"),
        ("  voltage", "backup_voltage"),
        ("  current", "backup_current"),
        ("  frequency", "backup_frequency"),
    )


def _output(view: FocusView) -> Block:
    return table(
        view,
        "Inverter",
        EXTREMES,
        _ac_power(view),
        ("AC current", "ac_output_current"),
        ("temperature", "temperature"),
    )


def _ac_power(view: FocusView) -> Row:
    """Negative while it charges the battery from the grid: a direction, not a sign."""

    def said(value: float | None) -> str:
        return f"in {number(-value)}" if value is not None and value < 0 else number(value)

    field = "inverter_power"
    row = measured(view, "AC out", field)
    value = view.value(field)
    watts = value if isinstance(value, int | float) else None
    now = Cell(number(None if watts is None else abs(watts)), "W", field, view.tone("text"))
    low = row.cells[1]._replace(text=said(view.low(field)))
    high = row.cells[2]._replace(text=said(view.high(field)))
    return Row("AC in" if watts is not None and watts < 0 else row.label, (now, low, high))


def _state(view: FocusView) -> Block:
    return table(
        view,
        "State",
        PLAIN,
        ("load", "load_mode"),
        ("backup supply*", "backup_supply"),
        ("inverter", "work_state"),
        ("mode", "work_mode"),
        ("effective mode", "effective_work_mode"),
        ("relays", "relay_bits"),
    )


def _energy(view: FocusView) -> Block:
    return table(
        view,
        "Energy",
        ENERGY,
        energy(view, "imported", Flow.IMPORT),
        energy(view, "exported", Flow.EXPORT),
        energy(view, "house", Flow.LOAD),
        *since(view, "grid since"),
    )


def _lines(view: FocusView) -> list[Line]:
    grid, house = _grid_lines(view, _NARROW), _house_lines(view)
    head = (Part("Grid   ", "title"), Part("House  ", "title"))
    firsts = [
        Line((name, *lines[0].left), lines[0].right)
        for name, lines in zip(head, (grid, house), strict=True)
    ]
    days = [("imported", Flow.IMPORT), ("exported", Flow.EXPORT), ("house", Flow.LOAD)]
    return firsts + [
        Line((label(f"{word} today"),), (_kwh(view, flow), label(" kWh"))) for word, flow in days
    ]
