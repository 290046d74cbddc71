"""A frame as rows of hex: payload offsets at the left, bytes in the colour of their group."""

from __future__ import annotations

from typing import NamedTuple

from kstar_tui.monitor.frames import Seen
from kstar_tui.protocol.fields import Group
from kstar_tui.protocol.frame import CHECKSUM_SIZE, PREFIX_SIZE
from kstar_tui.protocol.parts import Kind, Part
from kstar_tui.tui.diagnostics.view import Cursor
from kstar_tui.tui.paint import Paint, Rect

BYTE = "byte:"
"""The field of a byte begins so; its number counts from the frame's first one."""
LABEL = 6
_CELL = 3
WIDE, NARROW = 16, 8
CHANGED = "~"
"""Stands in front of a byte that was another in the frame before."""

_STYLES = {
    Group.PV: "solar",
    Group.BATTERY: "discharge",
    Group.GRID: "import",
    Group.LOAD: "house",
    Group.INVERTER: "export",
    Group.ENERGY: "charge",
}


class HexRow(NamedTuple):
    """Bytes `start` up to `end` of the frame, and what stands at their left."""

    label: str
    start: int
    end: int


def part_style(part: Part) -> str:
    """The colour of what a part is about; bytes that nobody knows stand out where they are not
    zero."""
    if part.group is not None:
        return _STYLES[part.group]
    return "text" if part.kind is Kind.UNKNOWN and part.text != "zero" else "dim"


def hex_width(per_row: int) -> int:
    """Cells of a row."""
    return LABEL + per_row * _CELL + 1


def hex_rows(size: int, per_row: int) -> list[HexRow]:
    """The rows of a frame of `size` bytes: what is in front, the payload, the sum."""
    end = size - CHECKSUM_SIZE
    payload = [
        HexRow(str(start - PREFIX_SIZE), start, min(start + per_row, end))
        for start in range(PREFIX_SIZE, end, per_row)
    ]
    return [HexRow("head", 0, PREFIX_SIZE), *payload, HexRow("sum", end, size)]


def first_row(rows: list[HexRow], byte: int, height: int) -> int:
    """The first row shown, so that the byte is to be seen."""
    at = next((i for i, row in enumerate(rows) if row.start <= byte < row.end), 0)
    return min(max(0, at - height // 2), max(0, len(rows) - height))


def draw_hex(
    paint: Paint, rect: Rect, seen: Seen, parts: tuple[Part, ...], cursor: Cursor, per_row: int
) -> None:
    """The rows, as many as there is room for; the selected part in brackets, its byte inverse."""
    raw = seen.frame.raw
    owners: dict[int, Part] = {}
    for part in parts:
        for byte in range(part.start, part.end):
            # Where two meanings share a byte it has the colour of the confirmed one.
            owners.setdefault(byte, part)
    chosen = parts[cursor.part]
    rows = hex_rows(len(raw), per_row)
    first = first_row(rows, cursor.byte, rect.height)
    for y, row in enumerate(rows[first : first + rect.height], rect.y):
        paint.right(rect.x + LABEL - 2, y, row.label, "dim")
        x = rect.x + LABEL - 1
        for byte in range(row.start, row.end):
            inside = chosen.start <= byte < chosen.end
            if inside and byte in (chosen.start, row.start):
                paint.put(x, y, "[", "strong")
            elif byte in seen.changed and not (byte == chosen.end and byte != row.start):
                paint.put(x, y, CHANGED, "warning")
            style = part_style(owners[byte])
            if byte == cursor.byte:
                style = "dim-inverse" if style == "text" else f"{style}-inverse"
            elif inside:
                style = f"{style}-title" if style != "text" else "title"
            paint.put(x + 1, y, f"{raw[byte]:02x}", style, f"{BYTE}{byte}")
            x += _CELL
            if inside and byte + 1 in (chosen.end, row.end):
                paint.put(x, y, "]", "strong")
