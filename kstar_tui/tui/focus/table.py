"""Tables without lines: a title with column heads, and rows whose numbers stand under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kstar_tui.monitor.energy import Flow
from kstar_tui.protocol.device import SETTING_FIELDS
from kstar_tui.protocol.fields import Field, Source
from kstar_tui.protocol.reading import FIELDS
from kstar_tui.tui.focus.view import FocusView
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import NOTHING, number

GAP = 3
"""Cells between two tables side by side."""
_WIDEST = 48
"""Cells over which the eye still finds from a label to its value."""


class Cell(NamedTuple):
    """A value: a number with a unit behind it, or a word; `field` names it."""

    text: str
    unit: str = ""
    field: str | None = None
    style: str = "text"


class Row(NamedTuple):
    """A label and its values; one value alone may take all columns."""

    label: str
    cells: tuple[Cell, ...]
    wide: bool = False


class Column(NamedTuple):
    """A head, and the cells for numbers and for the units behind them."""

    head: str
    width: int
    unit: int = 0

    @property
    def whole(self) -> int:
        """All its cells."""
        return self.width + (self.unit + 1 if self.unit else 0)


@dataclass(frozen=True, slots=True)
class Block:
    """One table; its rows by importance: a smaller screen shows the first ones."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def height(self) -> int:
        """Lines with its title."""
        return 1 + len(self.rows)


EXTREMES = (Column("now", 7, 2), Column("lowest", 8), Column("highest", 8))
PLAIN = (Column("", 20),)
ENERGY = (Column("today", 8, 3), Column("in all", 9, 3))


def table(
    view: FocusView, title: str, columns: tuple[Column, ...], *rows: Row | tuple[str, str]
) -> Block:
    """A table of rows, or of what is measured, is set or is a state: a label and its field."""
    return Block(
        title, columns, tuple(row if isinstance(row, Row) else _row(view, *row) for row in rows)
    )


def _row(view: FocusView, label: str, field: str) -> Row:
    if field in SETTING_FIELDS:
        return option(view, label, field)
    return (measured if FIELDS[field].unit else worded)(view, label, field)


def measured(view: FocusView, label: str, field: str) -> Row:
    """What is measured now, with the lowest and the highest of today."""
    row = FIELDS[field]
    digits = decimals(row)
    value = view.value(field)
    now = value if isinstance(value, int | float) else None
    cells = (
        Cell(number(now, digits), row.unit or "", field, view.tone("text")),
        Cell(number(view.low(field), digits), "", f"{field}:low", "dim"),
        Cell(number(view.high(field), digits), "", f"{field}:high", "dim"),
    )
    return Row(starred(label, row), cells if row.unit else cells[:1])


def beyond(row: Row, word: str, style: str) -> Row:
    """The row of a value that is too high or too low, in a `word`; as it is where it is empty."""
    if not word:
        return row
    now = row.cells[0]._replace(style=style)
    return Row(f"{now.unit} too {word}", (now, *row.cells[1:]), row.wide)


def worded(view: FocusView, label: str, field: str) -> Row:
    """A state in words; bits that nobody has words for in hex."""
    row, value = FIELDS[field], view.value(field)
    text = NOTHING if value is None else str(value)
    if isinstance(value, int):
        text = f"0x{value:0{2 * row.type.size}x}"
    elif isinstance(value, float):
        text = number(value, row.decimals)
    return Row(starred(label, row), (Cell(text, "", field, view.tone("text")),), wide=True)


def option(view: FocusView, label: str, field: str, switch: tuple[str, str] = ("off", "on")) -> Row:
    """A setting that takes all columns."""
    return Row(label, (setting(view, field, switch),), wide=True)


def setting(view: FocusView, field: str, switch: tuple[str, str] = ("off", "on")) -> Cell:
    """A number of the inverter's settings, or the word for a switch."""
    row = SETTING_FIELDS[field]
    value = None if view.settings is None else getattr(view.settings, field)
    if row.unit is None:
        text = NOTHING if value is None else switch[bool(value)]
        return Cell(text, "", field, view.tone("text"))
    return Cell(number(value, decimals(row)), row.unit, field, view.tone("text"))


def energy(view: FocusView, label: str, flow: Flow) -> Row:
    """kWh of today, and of all days."""
    today, total = view.kwh_today(flow), view.kwh_total(flow)
    return Row(
        label,
        (
            Cell(number(today, 1), "kWh", view.counter(flow, "today"), view.tone("text")),
            Cell(number(total, 1), "kWh", view.counter(flow, "total"), view.tone("text")),
        ),
    )


def since(view: FocusView, label: str) -> tuple[Row, ...]:
    """When the integrated accounts began."""
    # Over MQTT it is not told.
    if view.energy is None or view.energy.since.timestamp() <= 0:
        return ()
    at = view.calendar.local(view.energy.since.timestamp())
    return (Row(label, (Cell(f"{at.day} {at:%b %Y}", "", "since", "dim"),), wide=True),)


def decimals(row: Field) -> int:
    """Digits behind the point; a watt is fine enough for people."""
    return 0 if row.unit == "W" else row.decimals


def starred(label: str, row: Field) -> str:
    """With the sign of what is known from a sister model only."""
    return label if row.source is Source.KSTAR else f"{label}*"


def draw_block(paint: Paint, rect: Rect, block: Block) -> None:
    """The title and as many rows as fit; a word that has no room is cut behind its label."""
    if rect.height < 2:
        return
    paint.put(rect.x, rect.y, block.title[: rect.width], "title")
    ends: list[int] = []
    end = rect.right
    for column in reversed(block.columns):
        ends.insert(0, end)
        end -= column.whole
    for column, last in zip(block.columns, ends, strict=True):
        paint.right(_edge(column, last), rect.y, column.head, "dim")
    for y, row in enumerate(block.rows[: rect.height - 1], rect.y + 1):
        x = paint.put(rect.x, y, row.label, "dim")
        if row.wide:
            cell = row.cells[0]
            room = max(0, rect.right - x - 1)
            last = rect.right
            if cell.unit:
                last -= len(cell.unit) + 1
                paint.put(last + 1, y, cell.unit, "dim")
            paint.right(last, y, cell.text[:room], cell.style, cell.field)
            continue
        for column, last, cell in zip(block.columns, ends, row.cells, strict=False):
            edge = _edge(column, last) if cell.unit or not column.unit else last
            paint.right(edge, y, cell.text, cell.style, cell.field)
            if cell.unit:
                paint.put(edge + 1, y, cell.unit, "dim")


def _edge(column: Column, end: int) -> int:
    return end - (column.unit + 1 if column.unit else 0)


def stack_height(blocks: Sequence[Block]) -> int:
    """Lines of blocks one below the other, with one free line between."""
    return sum(block.height for block in blocks) + max(0, len(blocks) - 1)


def draw_stacks(paint: Paint, rect: Rect, stacks: Sequence[Sequence[Block]]) -> None:
    """Columns of tables, side by side in equal widths."""
    width = (rect.width - GAP * (len(stacks) - 1)) // len(stacks)
    for index, blocks in enumerate(stacks):
        x, y = rect.x + index * (width + GAP), rect.y
        for block in blocks:
            draw_block(
                paint, Rect(x, y, min(width, _WIDEST), min(block.height, rect.bottom - y)), block
            )
            y += block.height + 1
