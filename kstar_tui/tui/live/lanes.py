"""The sparks: solar, house, charge, battery and grid on one time axis.

The battery and the grid have two lanes each, around a zero line: above it what feeds the house
(discharge, import), below it what leaves it (charge, export).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import cycle

from kstar_tui.monitor.trail import Series, Trail
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.axis import time_labels
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import number

LABEL_WIDTH = 10
NOTE_WIDTH = 16
_LOWEST_TOP = 1000.0
"""Watts that a full lane stands for at the least: a fridge is no mountain."""
_CHUNK = 8
"""Cells a span: a column that grows is sent with its seven neighbours, not with its whole lane."""


@dataclass(frozen=True, slots=True)
class _Lane:
    label: str
    series: Series
    style: str
    note: str
    downwards: bool = False
    percent: bool = False


_SOLAR = _Lane("Solar", Series.SOLAR, "solar", "max")
_HOUSE = _Lane("House", Series.HOUSE, "house", "max")
_OUT = _Lane("Battery", Series.DISCHARGE, "discharge", "out")
_IN = _Lane("", Series.CHARGE, "charge", "in", downwards=True)
_IMPORT = _Lane("Grid", Series.IMPORT, "import", "import")
_EXPORT = _Lane("", Series.EXPORT, "export", "export", downwards=True)
_SOC = _Lane("Charge", Series.SOC, "discharge", "now", percent=True)
_ORDER = (_SOLAR, _HOUSE, _SOC, _OUT, _IN, _IMPORT, _EXPORT)
_PAIRED = {_OUT: _IN, _IN: _OUT, _IMPORT: _EXPORT, _EXPORT: _IMPORT}

MIN_HEIGHT = 1 + len(_ORDER)


def lane_heights(rows: int) -> list[int]:
    """Rows for each lane out of what there is: solar and house grow first, pairs together."""
    heights = [1] * len(_ORDER)
    spare = rows - len(_ORDER)
    for group in cycle(((0,), (1,), (3, 4), (5, 6), (2,))):
        if spare < len(group):
            break
        for index in group:
            heights[index] += 1
        spare -= len(group)
    return heights


def draw_lanes(paint: Paint, rect: Rect, view: View) -> None:
    """An axis row of times of day, then the lanes, as high as the room allows."""
    trail = view.trail
    count = rect.width - LABEL_WIDTH - NOTE_WIDTH
    if count < 8 or rect.height < 2 or trail.empty:
        return
    first, minutes = trail.window(count)
    left = rect.x + LABEL_WIDTH
    for column, text in time_labels(first * 60, minutes * 60, count, view.calendar):
        paint.put(left + column, rect.y, text, "dim")
    if (last := trail.from_disk) is not None:
        paint.put(rect.x + 1, rect.y, "from disk", "dim")
        paint.right(rect.right - 1, rect.y, _old((view.now - last).total_seconds()), "dim")
    y = rect.y + 1
    lanes: tuple[_Lane, ...] = _ORDER
    heights = lane_heights(rect.height - 1)
    if rect.height - 1 < len(_ORDER):
        lanes = tuple(lane for lane in _ORDER if not lane.downwards)[: rect.height - 1]
        heights = [1] * len(lanes)
    for lane, height in zip(lanes, heights, strict=True):
        _lane(paint, Rect(left, y, count, height), lane, trail, first, minutes)
        y += height


def _old(seconds: float) -> str:
    minutes = max(0, int(seconds // 60))
    return f"{minutes // 60} h old" if minutes >= 60 else f"{minutes} min old"


def _lane(paint: Paint, rect: Rect, lane: _Lane, trail: Trail, first: int, minutes: int) -> None:
    values = trail.columns(lane.series, first, minutes, rect.width)
    top = 100.0
    if not lane.percent:
        partner = _PAIRED.get(lane)
        other = trail.columns(partner.series, first, minutes, rect.width) if partner else ()
        top = max((value for value in (*values, *other) if value is not None), default=0.0)
        top = max(top, _LOWEST_TOP)
    middle = rect.y + (rect.height - 1) // 2
    paint.put(rect.x - LABEL_WIDTH + 1, middle, lane.label, f"{lane.style}-title")
    rows = bars(values, top, rect.height, paint.glyphs, downwards=lane.downwards)
    inverse = lane.downwards and paint.glyphs.inverse_levels
    for y, row in enumerate(rows, rect.y):
        for x, text, full in row:
            style = f"{lane.style}-inverse" if inverse and not full else lane.style
            paint.put(rect.x + x, y, text, style)
    seen = [value for value in values if value is not None]
    if not seen:
        return
    end = rect.right + NOTE_WIDTH - 1
    if lane.percent:
        figure, unit = number(seen[-1]), "%"
    else:
        peak = trail.peak(lane.series, datetime.fromtimestamp(first * 60, UTC))
        figure, unit = number(peak[0] if peak else None), "W"
    paint.put(rect.right + 1, middle, lane.note, "dim")
    paint.right(end, middle, f"{figure} {unit}", "dim")


def bars(
    values: Sequence[float | None], top: float, height: int, glyphs: Glyphs, *, downwards: bool
) -> list[list[tuple[int, str, bool]]]:
    """Rows of (column, text, drawn as it is): bars from 0 to `top` over `height` cells.

    A column without data is blank; one with a value above zero shows at least the lowest level.
    Bars that hang down are to be drawn inverted, with the rest of the cell as the glyph, except
    where a part says that it stands as it is.
    """
    return _bars(tuple(values), top, height, glyphs, downwards)


# The columns change once a minute, the screen is drawn at every poll.
@lru_cache(maxsize=4 * len(_ORDER))
def _bars(
    values: tuple[float | None, ...], top: float, height: int, glyphs: Glyphs, downwards: bool
) -> list[list[tuple[int, str, bool]]]:
    steps = len(glyphs.levels) - 1
    rows: list[list[tuple[int, str, bool]]] = []
    for row in range(height):
        # How many whole cells lie between the zero line and this row.
        below = row if downwards else height - 1 - row
        cells: list[tuple[str, bool]] = []
        for value in values:
            level = 0
            if value is not None and value > 0 and top > 0:
                filled = max(1, round(value / top * height * steps))
                level = min(steps, max(0, filled - below * steps))
            if not downwards or not glyphs.inverse_levels or level in (0, steps):
                cells.append((glyphs.levels[level], True))
            else:
                cells.append((glyphs.levels[steps - level], False))
        rows.append(_chunks(cells))
    return rows


def _chunks(cells: Sequence[tuple[str, bool]]) -> list[tuple[int, str, bool]]:
    parts: list[tuple[int, str, bool]] = []
    for x, (char, plain) in enumerate(cells):
        if char == " " and plain:
            continue
        if parts:
            start, text, kind = parts[-1]
            if kind is plain and start + len(text) == x and x % _CHUNK:
                parts[-1] = start, text + char, kind
                continue
        parts.append((x, char, plain))
    return parts
