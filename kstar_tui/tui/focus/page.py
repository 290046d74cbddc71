"""How both screens are laid out: a header, panels of what matters, tables, the day's chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kstar_tui.monitor.update import LinkState
from kstar_tui.tui.focus.course import Pair, draw_course, least_height
from kstar_tui.tui.focus.table import ENERGY, Block, Row, draw_stacks, stack_height
from kstar_tui.tui.focus.view import FocusView
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.live.rows import Part, draw_rows, label
from kstar_tui.tui.live.rows import Row as Line
from kstar_tui.tui.live.status import draw_header, draw_status, state_glyph
from kstar_tui.tui.live.today import draw_advice
from kstar_tui.tui.paint import Paint, Picture, Rect
from kstar_tui.tui.words import STATE_STYLES, age

MIN_WIDTH, MIN_HEIGHT = 60, 15
_TWO = 78
"""Cells from which there are two tables side by side."""
_THREE = 116
"""Cells from which there are three tables side by side."""
_FIVE = 194
"""Cells from which the hours stand beside them."""
_LEAST_ROWS = 6
"""Lines of tables for which a chart is left out."""
TALL = 36

Stacks = Sequence[Sequence[Block]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a page consists of; its tables for two columns and few lines (narrow: one below the
    other), for two and many lines, for three columns and for five."""

    hero: Callable[[Paint, Rect, FocusView], None]
    hero_lines: tuple[int, int]
    """On a low screen, and on a tall one."""
    two: Stacks
    tall: Stacks
    three: Stacks
    five: Stacks
    pairs: tuple[Pair, ...]
    lines: Callable[[FocusView], list[Line]]
    """What is said first where there is room for a list only."""


def draw_page(view: FocusView, plan: Plan, width: int, height: int, glyphs: Glyphs) -> Picture:
    """The screen as a picture of `width` by `height` cells; any size is drawn somehow."""
    paint = Paint(width, height, glyphs)
    if width < MIN_WIDTH or height < MIN_HEIGHT:
        draw_rows(paint, paint.area, _list(paint, view, plan))
        return paint.picture()
    tall = height >= TALL
    draw_header(paint, Rect(0, 0, width, 1), view.live)
    status = 2 if tall else 1
    draw_status(paint, Rect(0, height - status, width, status), view.live)
    body = Rect(0, 1, width, height - 1 - status)
    hero = plan.hero_lines[tall]
    plan.hero(paint, Rect(1, body.y, width - 2, hero), view)
    air = 1 if tall else 0
    y = body.y + hero + air
    stacks = _stacks(plan, width, tall=tall)
    room = body.bottom - y
    if room - least_height(plan.pairs) >= _LEAST_ROWS:
        room -= least_height(plan.pairs) + air
    lines = min(max(map(stack_height, stacks)), room)
    draw_stacks(paint, Rect(2, y, width - 4, lines), stacks)
    y += lines + air
    chart = Rect(0, y, width, body.bottom - y)
    if view.reading is None and view.update.error is not None:
        draw_advice(paint, chart, view.live)
    else:
        draw_course(paint, chart, view, plan.pairs)
    return paint.picture()


def _stacks(plan: Plan, width: int, *, tall: bool) -> Stacks:
    if width >= _FIVE and tall:
        return plan.five
    if width >= _THREE:
        return plan.three
    if width < _TWO:
        return ([block for stack in plan.two for block in stack],)
    return plan.tall if tall else plan.two


def _list(paint: Paint, view: FocusView, plan: Plan) -> list[Line]:
    """One value a line: the state, faults, what matters, then every other row."""
    live, update = view.live, view.update
    state = f"{state_glyph(update.state, paint.glyphs)} {update.state}"
    old = "" if live.age is None else age(live.age, live.calm)
    aged = (Part(old, "dim", "age"),) if len(state) + len(old) < paint.width else ()
    lines = [Line((Part(state[: paint.width], STATE_STYLES[update.state]),), aged)]
    if live.current and view.reading is not None:
        faults = (f"FAULT {error}"[: paint.width] for error in view.reading.errors)
        lines += [Line((Part(fault, "alarm"),)) for fault in faults]
    if update.error and update.state is not LinkState.ONLINE:
        lines.append(Line((label(update.error[: paint.width]),)))
    if view.reading is None:
        return lines
    lines += plan.lines(view)
    # The day's kWh are among what matters.
    tables = (block for stack in plan.tall for block in stack if block.columns is not ENERGY)
    return lines + [_line(row) for block in tables for row in block.rows]


def _line(row: Row) -> Line:
    cell = row.cells[0]
    unit = (label(f" {cell.unit}"),) if cell.unit else ()
    return Line((label(row.label),), (Part(cell.text, cell.style, cell.field), *unit))
