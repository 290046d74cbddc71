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
from kstar_tui.tui.axis import time_labels
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import DEADBAND, nice, number

LABEL_WIDTH = 10
NOTE_WIDTH = 16
_SCALE_WIDTH = 8
_SCALE_FROM = 100
"""Cells from which there is room for what a full lane stands for."""
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


_SOLAR = _Lane("Solar", Series.SOLAR, "solar", "peak")
_HOUSE = _Lane("House", Series.HOUSE, "house", "peak")
_OUT = _Lane("Battery", Series.DISCHARGE, "discharge", "out")
_IN = _Lane("", Series.CHARGE, "charge", "in", downwards=True)
_IMPORT = _Lane("Grid", Series.IMPORT, "import", "import")
_EXPORT = _Lane("", Series.EXPORT, "export", "export", downwards=True)
_SOC = _Lane("Charge", Series.SOC, "discharge", "", percent=True)
_ORDER = (_SOLAR, _HOUSE, _SOC, _OUT, _IN, _IMPORT, _EXPORT)
_PAIRED = {_OUT: _IN, _IN: _OUT, _IMPORT: _EXPORT, _EXPORT: _IMPORT}

GAP = "×"
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
    scaled = rect.width >= _SCALE_FROM
    left = rect.x + LABEL_WIDTH + (_SCALE_WIDTH if scaled else 0)
    count = rect.right - left - NOTE_WIDTH
    if count < 8 or rect.height < 2 or trail.empty:
        return
    first, minutes = trail.window(count)
    gaps = unseen(trail, first, minutes, count)
    for column, text in time_labels(first * 60, minutes * 60, count, view.calendar):
        paint.put(left + column, rect.y, text, "dim")
    draw_source(paint, rect, view)
    y = rect.y + 1
    lanes: tuple[_Lane, ...] = _ORDER
    heights = lane_heights(rect.height - 1)
    if rect.height - 1 < len(_ORDER):
        lanes = tuple(lane for lane in _ORDER if not lane.downwards)[: rect.height - 1]
        heights = [1] * len(lanes)
    for lane, height in zip(lanes, heights, strict=True):
        area = Rect(left, y, count, height)
        top = _top(trail, lane, (first, minutes, count), scaled=scaled)
        paint.put(rect.x + 1, _middle(area), lane.label, f"{lane.style}-title")
        if scaled:
            _scale(paint, area, lane, top)
        _lane(paint, area, lane, trail, (first, minutes), top, gaps)
        y += height


def draw_source(paint: Paint, rect: Rect, view: View) -> None:
    """That all of it is from disk, and how old that is; nothing once a reading has come."""
    if (last := view.trail.from_disk) is not None:
        paint.put(rect.x + 1, rect.y, "from disk", "dim")
        old = _old((view.now - last).total_seconds())
        paint.right(rect.right - 1, rect.y, old, "dim", "age")


def unseen(trail: Trail, first: int, minutes: int, count: int) -> list[bool]:
    """Which columns between the first and the last reading have none."""
    house = trail.columns(Series.HOUSE, first, minutes, count)
    seen = [column for column, value in enumerate(house) if value is not None]
    start, end = (seen[0], seen[-1]) if seen else (0, 0)
    return [value is None and start < column < end for column, value in enumerate(house)]


def _old(seconds: float) -> str:
    minutes = max(0, int(seconds // 60))
    return f"{minutes // 60} h old" if minutes >= 60 else f"{minutes} min old"


def _top(trail: Trail, lane: _Lane, columns: tuple[int, int, int], *, scaled: bool) -> float:
    """What a full lane stands for; where people can read it, a round number."""
    if lane.percent:
        return 100.0
    both = (lane.series, _PAIRED[lane].series) if lane in _PAIRED else (lane.series,)
    # What is 0 or unknown raises nothing.
    highs = (max(filter(None, trail.columns(each, *columns)), default=0.0) for each in both)
    top = max(_LOWEST_TOP, *highs)
    return nice(top) if scaled else top


def _middle(rect: Rect) -> int:
    return rect.y + (rect.height - 1) // 2


def _lane(
    paint: Paint,
    rect: Rect,
    lane: _Lane,
    trail: Trail,
    window: tuple[int, int],
    top: float,
    gaps: Sequence[bool],
) -> None:
    g = paint.glyphs
    values = trail.columns(lane.series, *window, rect.width)
    if not lane.downwards:
        for x, text in gap_runs(gaps):
            paint.put(rect.x + x, rect.bottom - 1, text, "dim")
    inverse = lane.downwards and g.inverse_levels
    drawn = values if lane.percent else without_noise(values)
    if lane.percent:
        # Full is one step short of the lane above, which would seem to stand on it.
        cells = rect.height * (len(g.levels) - 1)
        top *= cells / (cells - 1)
    rows = bars(drawn, top, rect.height, g, downwards=lane.downwards)
    for y, row in enumerate(rows, rect.y):
        for x, text, full in row:
            style = f"{lane.style}-inverse" if inverse and not full else lane.style
            paint.put(rect.x + x, y, text, style)
    seen = [value for value in values if value is not None]
    if seen:
        notes = Rect(rect.right, _middle(rect), NOTE_WIDTH, 1)
        _note(paint, notes, lane, trail, window[0], seen)


def without_noise(values: Sequence[float | None]) -> list[float | None]:
    """What the meters see where nothing flows draws nothing."""
    return [0.0 if value is not None and value < DEADBAND else value for value in values]


def _note(
    paint: Paint, rect: Rect, lane: _Lane, trail: Trail, first: int, seen: list[float]
) -> None:
    if lane.percent:
        figure, unit, of = f"{min(seen):.0f} to {max(seen):.0f}", "%", "span"
    else:
        peak = trail.peak(lane.series, datetime.fromtimestamp(first * 60, UTC))
        figure, unit, of = number(peak[0] if peak else None), "W", "shown"
    # Tens of kilowatts leave three letters for the word.
    whole = len(lane.note) + len(figure) + len(unit) + 2 <= rect.width - 2
    paint.put(rect.x + 1, rect.y, lane.note if whole else lane.note[:3], "dim")
    end = paint.right(rect.right - 1, rect.y, f" {unit}", "dim")
    paint.right(end, rect.y, figure, "dim", f"{lane.series}:{of}")


def _scale(paint: Paint, rect: Rect, lane: _Lane, top: float) -> None:
    """What the end of the lane stands for, and a line along it."""
    g = paint.glyphs
    labelled = rect.bottom - 1 if lane.downwards else rect.y
    for y in range(rect.y, rect.bottom):
        tick = g.axis_vertical if y == labelled else g.vertical
        paint.put(rect.x - 1, y, tick, "border")
    text = "100 %" if lane.percent else f"{top / 1000:g} kW"
    paint.right(rect.x - 1, labelled, text, "dim")


def gap_runs(gaps: Sequence[bool]) -> list[tuple[int, str]]:
    """(column, signs) where nothing was observed."""
    runs: list[tuple[int, str]] = []
    for column, gap in enumerate(gaps):
        if gap and runs and runs[-1][0] + len(runs[-1][1]) == column:
            runs[-1] = runs[-1][0], runs[-1][1] + GAP
        elif gap:
            runs.append((column, GAP))
    return runs


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
