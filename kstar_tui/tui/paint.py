"""Text placed on a grid of cells, without any toolkit: what a screen shows, as plain values.

Drawing functions put short spans, one a value, so that a canvas can see which of them changed and
send only those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from kstar_tui.tui.glyphs import Glyphs


class Span(NamedTuple):
    """Text from column `x` on, in a style of the palette; `field` names the value it shows."""

    x: int
    text: str
    style: str
    field: str | None = None

    @property
    def end(self) -> int:
        """First column behind the text; every glyph used is one cell wide."""
        return self.x + len(self.text)


_new = tuple.__new__
_column = itemgetter(0)

Line = tuple[Span, ...]
Picture = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Rect:
    """A part of the grid, in cells."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column behind it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First line below it."""
        return self.y + self.height

    def inside(self, horizontal: int = 2, vertical: int = 1) -> Rect:
        """What is left within a border and its padding."""
        return Rect(
            self.x + horizontal,
            self.y + vertical,
            max(0, self.width - 2 * horizontal),
            max(0, self.height - 2 * vertical),
        )


class Paint:
    """A grid that is drawn on once. What falls outside is cut; a later span covers an earlier."""

    def __init__(self, width: int, height: int, glyphs: Glyphs) -> None:
        self.width = width
        self.height = height
        self.glyphs = glyphs
        self._plain = glyphs.ascii_only
        self._lines: list[list[Span]] = [[] for _ in range(max(0, height))]

    @property
    def area(self) -> Rect:
        """The whole grid."""
        return Rect(0, 0, self.width, self.height)

    def put(self, x: int, y: int, text: str, style: str = "text", field: str | None = None) -> int:
        """Place text with its first cell at x, y; returns the column behind it."""
        end = x + len(text)
        if not text or not 0 <= y < self.height:
            return end
        if x < 0 or end > self.width:
            text, x = text[max(0, -x) : max(0, self.width - x)], max(0, x)
            if not text:
                return end
        if not text.isprintable():
            text = printable(text)
        if self._plain:
            text = self.glyphs.spell(text)
        # Hundreds a poll: made without the detour of a NamedTuple's own constructor.
        self._lines[y].append(_new(Span, (x, text, style, field)))
        return end

    def right(
        self, end: int, y: int, text: str, style: str = "text", field: str | None = None
    ) -> int:
        """Place text so that it ends before column `end`; returns its first column."""
        self.put(end - len(text), y, text, style, field)
        return end - len(text)

    def row(
        self,
        y: int,
        x: int,
        end: int,
        parts: Sequence[tuple[str, str] | tuple[str, str, str | None]],
    ) -> None:
        """Place text in a style, and with a field where there is one, part after part, up to
        column `end`."""
        for part in parts:
            field = part[2] if len(part) == 3 else None
            x = self.put(x, y, part[0][: max(0, end - x)], part[1], field)

    def box(self, rect: Rect, title: str = "", border: str = "border", head: str = "title") -> None:
        """A border with a title in its upper edge."""
        if rect.width < 2 or rect.height < 2:
            return
        g = self.glyphs
        last = rect.bottom - 1
        x = self.put(rect.x, rect.y, g.top_left, border)
        if title:
            x = self.put(x, rect.y, f" {title} "[: rect.width - 2], head)
        self.put(x, rect.y, g.horizontal * (rect.right - x - 1) + g.top_right, border)
        for y in range(rect.y + 1, last):
            self.put(rect.x, y, g.vertical, border)
            self.put(rect.right - 1, y, g.vertical, border)
        edge = g.bottom_left + g.horizontal * (rect.width - 2) + g.bottom_right
        self.put(rect.x, last, edge, border)

    def picture(self) -> Picture:
        """The drawing, each line's spans from left to right without overlap."""
        return tuple(_settled(line) for line in self._lines)


def printable(text: str) -> str:
    """The text with a sign for each character that a terminal would obey."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def plain(picture: Picture) -> list[str]:
    """The picture's text alone, a string a line: for tests and for copying."""
    lines = []
    for line in picture:
        text = ""
        for span in line:
            text = text.ljust(span.x) + span.text
        lines.append(text)
    return lines


def _settled(line: list[Span]) -> Line:
    ordered = sorted(line, key=_column)
    end = 0
    for x, text, _, _ in ordered:
        if x < end:
            break
        end = x + len(text)
    else:
        return tuple(ordered)
    # Rare: something was drawn over. The later span wins, cell by cell.
    owner: dict[int, int] = {}
    for index, span in enumerate(line):
        for x in range(span.x, span.end):
            owner[x] = index
    settled: list[Span] = []
    previous = -1
    for x in sorted(owner):
        index = owner[x]
        span = line[index]
        char = span.text[x - span.x]
        if settled and index == previous and settled[-1].end == x:
            settled[-1] = settled[-1]._replace(text=settled[-1].text + char)
        else:
            settled.append(Span(x, char, span.style, span.field))
        previous = index
    return tuple(settled)
