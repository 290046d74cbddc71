"""Rows of a panel: styled parts pushed to its left and right edge, each value a part of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import number


class Part(NamedTuple):
    """Text in a style; `field` names the value it shows."""

    text: str
    style: str = "text"
    field: str | None = None


class Row(NamedTuple):
    """What stands at the left and what at the right of one line."""

    left: tuple[Part, ...] = ()
    right: tuple[Part, ...] = ()


def measured(
    value: float | None, unit: str, field: str, *, decimals: int = 0, width: int = 0, style: str
) -> tuple[Part, Part]:
    """A number and its unit, apart, so that only the number is sent when it changes."""
    dim = "dim" if unit else style
    return Part(number(value, decimals, width), style, field), Part(f" {unit}" if unit else "", dim)


def label(text: str) -> Part:
    """A dim word before a value."""
    return Part(text, "dim")


def fits(row: Row, width: int) -> bool:
    """The whole row has room in so many cells, one of them between left and right."""
    left, right = row
    room = width - 1 if left and right else width
    # Asked of every wording at every poll: without generators.
    for text, _, _ in left + right:
        room -= len(text)
    return room >= 0


def shortened(width: int, *rows: Row) -> list[Row]:
    """The first of a row's wordings that fits, the longest given first; none where none does."""
    for row in rows:
        if fits(row, width):
            return [row]
    return []


def draw_rows(paint: Paint, rect: Rect, rows: Sequence[Row]) -> None:
    """As many rows as fit. One that is too wide is left out: a value without its word would be
    taken for another."""
    y = rect.y
    for row in rows:
        if y >= rect.bottom:
            return
        if not fits(row, rect.width):
            continue
        x = rect.x
        for part in row.left:
            x = paint.put(x, y, part.text, part.style, part.field)
        x = rect.right - sum(len(part.text) for part in row.right)
        for part in row.right:
            x = paint.put(x, y, part.text, part.style, part.field)
        y += 1
