"""Stacked panels on one axis: bars from a zero line up, and in pairs also down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from kstar_tui.tui.live.lanes import bars
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import nice

GUTTER = 8
NOTES = 12
UNSAVED = 120
"""Seconds after which a column without anything is a gap: a minute is saved when it is over."""
_SHORT = {"import": "imp", "export": "exp", "charge": "in", "discharge": "out"}
_TICKS_FROM = 6
"""Rows from which half of the scale has a label too."""

Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Half:
    """What stands on, or hangs from, a zero line."""

    word: str
    style: str
    values: Values
    note: str
    field: str | None = None
    """What the note is of."""
    unit: str = ""
    """What stands behind the note."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A chart with its own value axis. `unit` is of `values` divided by `scale`."""

    name: str
    up: Half
    down: Half | None = None
    unit: str = "kWh"
    scale: float = 1.0
    least: float = 1.0
    """What the axis spans at the least."""
    top: float | None = None
    """What the axis spans, where that is fixed."""

    @property
    def halves(self) -> tuple[Half, ...]:
        return (self.up,) if self.down is None else (self.up, self.down)

    @property
    def ceiling(self) -> float:
        """A round value above the largest."""
        if self.top is not None:
            return self.top
        seen = [v for half in self.halves for v in half.values if v is not None]
        return nice(max([self.least, *seen]))


@dataclass(frozen=True, slots=True)
class Grid:
    """Where slots stand: `width` cells each and `gap` between, `count` of them from `x`."""

    x: int
    count: int
    width: int = 1
    gap: int = 0

    @property
    def pitch(self) -> int:
        return self.width + self.gap

    @property
    def cells(self) -> int:
        """All of them together."""
        return self.count * self.pitch - self.gap

    def left(self, index: int) -> int:
        """The first cell of a slot."""
        return self.x + index * self.pitch

    def at(self, x: int) -> int | None:
        """The slot that a column of the screen belongs to."""
        index = (x - self.x) // self.pitch
        return index if 0 <= index < self.count else None

    def spread(self, values: Values) -> Values:
        """A value for each cell; nothing between the slots."""
        if self.pitch == 1:
            return values
        return [v for value in values for v in (*[value] * self.width, *[None] * self.gap)]


def heights(panels: Sequence[Panel], rows: int) -> list[list[int]]:
    """Rows for each half of each panel; the first panels grow first."""
    parts = [[2] if panel.down is None else [1, 1] for panel in panels]
    spare = rows - sum(map(sum, parts))
    for part in cycle(parts):
        if spare < len(part):
            break
        spare -= len(part)
        part[:] = [height + 1 for height in part]
    return parts


def reach(height: int) -> float:
    """How many of its cells the ceiling of a half takes: up to the middle of the outermost, where
    label and line are; a single one is too short for that."""
    return height - 0.5 if height > 1 else height


def draw_panels(
    paint: Paint,
    rect: Rect,
    grid: Grid,
    panels: Sequence[Panel],
    gaps: Sequence[bool],
    cursor: int | None,
    *,
    lines: bool = True,
) -> None:
    """All panels, one below the other; `gaps` says which slots were not observed, `lines` lead
    from the labels of the axis."""
    spare = rect.height - 4 * len(panels)
    air = 1 if spare >= len(panels) else 0
    y = rect.y
    for panel, parts in zip(
        panels, heights(panels, rect.height - air * (len(panels) - 1)), strict=True
    ):
        area = Rect(rect.x, y, rect.width, sum(parts))
        _axis(paint, area, grid, panel, parts, lines=lines)
        _panel(paint, area, grid, panel, parts, gaps, cursor)
        y += sum(parts) + air


def _panel(
    paint: Paint,
    rect: Rect,
    grid: Grid,
    panel: Panel,
    parts: list[int],
    gaps: Sequence[bool],
    cursor: int | None,
) -> None:
    g = paint.glyphs
    if cursor is not None:
        middle = grid.left(cursor) + grid.width // 2
        for y in range(rect.y, rect.bottom):
            paint.put(middle, y, g.vertical, "strong")
    zero = rect.y + parts[0] - 1
    for index, gap in enumerate(gaps):
        if gap:
            paint.put(grid.left(index), zero, "×" * grid.width, "dim")
    y = rect.y
    for half, height in zip(panel.halves, parts, strict=True):
        downwards = half is panel.down
        top = panel.ceiling * height / reach(height)
        rows = bars(grid.spread(half.values), top, height, paint.glyphs, downwards=downwards)
        for line, row in enumerate(rows, y):
            for x, text, full in row:
                hangs = downwards and g.inverse_levels and not full
                paint.put(grid.x + x, line, text, f"{half.style}-inverse" if hangs else half.style)
        left = rect.right - NOTES + 1
        shown = [bool(half.word), bool(half.note)]
        if height < sum(shown):
            _beside(paint, left, y, half)
        else:
            line = rect.bottom - sum(shown) if downwards else y
            if shown[0]:
                paint.put(left, line, half.word, half.style)
            if shown[1]:
                _note(paint, left, line + shown[0], half)
        y += height


def _beside(paint: Paint, x: int, y: int, half: Half) -> None:
    """Word and note in one line; where they have no room, the word alone."""
    short = _SHORT.get(half.word, half.word)
    if len(short) + 1 + len(half.note) + len(half.unit) < NOTES:
        x = paint.put(x, y, f"{short} ", half.style)
        _note(paint, x, y, half)
    else:
        paint.put(x, y, half.word, half.style)


def _note(paint: Paint, x: int, y: int, half: Half) -> None:
    room = NOTES - 1 - len(half.unit)
    x = paint.put(x, y, half.note[:room], "dim", half.field)
    paint.put(x, y, half.unit, "dim")


def _axis(
    paint: Paint, rect: Rect, grid: Grid, panel: Panel, parts: list[int], *, lines: bool
) -> None:
    g = paint.glyphs
    top = panel.ceiling
    labels = {rect.y: top}
    if parts[0] >= _TICKS_FROM:
        labels[rect.y + parts[0] - 1 - int(reach(parts[0]) / 2)] = top / 2
    if panel.down is not None:
        labels[rect.bottom - 1] = top
    elif parts[0] > 3:
        labels[rect.bottom - 1] = 0.0
    for y in range(rect.y, rect.bottom):
        value = labels.get(y)
        if value is not None:
            text = f"{value / panel.scale:g} {panel.unit}" if value else "0"
            paint.right(grid.x - 1, y, text, "dim")
            if value and lines and parts[0] > 1 and not g.ascii_only:
                paint.put(grid.x, y, "┈" * grid.cells, "border")
        tick = g.axis_vertical if value is not None else g.vertical
        paint.put(grid.x - 1, y, tick, "border")
    name = rect.y + (parts[0] if panel.down is not None and parts[0] == 1 else 1)
    if name == rect.bottom - 1 and panel.down is not None:
        name = rect.y
        room = grid.x - 1 - rect.x
        paint.put(rect.x, name, panel.name[:room].ljust(room), f"{panel.up.style}-title")
    else:
        paint.put(rect.x, name, panel.name, f"{panel.up.style}-title")
