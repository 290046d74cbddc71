"""One value of a picture marked, and a box that tells what it is: a change of the picture alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import NamedTuple

from kstar_tui.tui.explain import Told
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.paint import Line, Paint, Picture, Rect, Span
from kstar_tui.tui.words import NOTHING

HINTS = ("arrows move · y copies, Y with all of this · esc", "arrows · y copy · Y all · esc")
_WIDEST = 100
_LEAST_BOX = 4
"""Lines of a box that has an inside, with the line that is marked."""
_GROUP = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_ACROSS, _DOWN = 6, 4
"""Cells to the side that count as much as a line up or down: going sideways, and up or down."""


class Place(NamedTuple):
    """A value on a picture. `nth` tells it from others of the same field."""

    field: str
    nth: int
    x: int
    y: int
    text: str

    @property
    def end(self) -> int:
        """First column behind it."""
        return self.x + len(self.text)


def places(picture: Picture, is_value: Callable[[str], bool]) -> list[Place]:
    """Every value, line by line, from left to right."""
    seen: Counter[str] = Counter()
    found = []
    for y, line in enumerate(picture):
        for span in line:
            text = span.text.strip()
            if span.field is None or not text or not is_value(span.field):
                continue
            x = span.x + len(span.text) - len(span.text.lstrip())
            found.append(Place(span.field, seen[span.field], x, y, text))
            seen[span.field] += 1
    return found


def again(found: Sequence[Place], before: Place) -> Place | None:
    """The same value on another picture, else what stands nearest to where it was; None where
    there is no value at all."""
    same = [place for place in found if place.field == before.field]
    if same:
        return next((place for place in same if place.nth == before.nth), same[0])
    return min(found, key=lambda place: _far(place, before), default=None)


def beside(found: Sequence[Place], here: Place, direction: str) -> Place:
    """The nearest value `left`, `right`, `up` or `down` of one, itself where there is none; with
    `next` and `previous` in the order of reading, around the end."""
    if direction in ("next", "previous"):
        step = 1 if direction == "next" else -1
        return found[(found.index(here) + step) % len(found)]
    if direction in ("left", "right"):
        to_left = direction == "left"
        beyond = [p for p in found if (p.end <= here.x if to_left else p.x >= here.end)]
        key: Callable[[Place, Place], tuple[int, int]] = _sideways
    else:
        upwards = direction == "up"
        beyond = [p for p in found if (p.y < here.y if upwards else p.y > here.y)]
        key = _upright
    return min(beyond, key=lambda place: key(place, here), default=here)


def _gap(one: Place, other: Place) -> int:
    """Columns between two; 0 where they lie above each other."""
    return max(0, one.x - other.end, other.x - one.end)


def _sideways(place: Place, here: Place) -> tuple[bool, int]:
    # What stands on the same line comes first, however far.
    lines = abs(place.y - here.y)
    return lines > 0, _gap(place, here) + _ACROSS * lines


def _upright(place: Place, here: Place) -> tuple[int, int]:
    return _DOWN * abs(place.y - here.y) + _gap(place, here), abs(place.x - here.x)


def _far(place: Place, here: Place) -> int:
    return _DOWN * abs(place.y - here.y) + abs(place.x - here.x)


def value_of(place: Place, told: Told) -> str:
    """The value as it is copied: without groups of thousands, with its unit."""
    text = _GROUP.sub("", place.text)
    bare = not told.unit or text == NOTHING or text.endswith(told.unit) or not text[-1].isdigit()
    return text if bare else f"{text} {told.unit}"


def all_of(place: Place, told: Told, *more: str) -> str:
    """The value with all that is told of it, a line each."""
    return "\n".join(
        (f"{told.label}: {value_of(place, told)}", told.field, *told.lines, *told.topics, *more)
    )


def marked(
    picture: Picture,
    place: Place,
    told: Told,
    size: tuple[int, int],
    glyphs: Glyphs,
    hints: Sequence[str] = HINTS,
) -> Picture:
    """The picture with a value in reverse and between brackets, and the box."""
    width, height = size
    lines = list(picture) + [()] * (height - len(picture))
    spans = [Span(place.x, place.text, "mark", place.field)]
    if _blank(lines[place.y], place.x - 1) and place.x > 0:
        spans.insert(0, Span(place.x - 1, "[", "mark-edge"))
    if _blank(lines[place.y], place.end) and place.end < width:
        spans.append(Span(place.end, "]", "mark-edge"))
    lines[place.y] = _over(lines[place.y], spans)
    box, rect = _box(place, told, width, height, glyphs, hints)
    for y, line in enumerate(box, rect.y):
        moved = [span._replace(x=span.x + rect.x) for span in line]
        lines[y] = _over(lines[y], moved, rect)
    return tuple(lines)


def _box(
    place: Place, told: Told, width: int, height: int, glyphs: Glyphs, hints: Sequence[str]
) -> tuple[Picture, Rect]:
    """What is told, near the bottom; at the top where it would cover the value."""
    across = min(width, _WIDEST)
    inside = max(1, across - 4)
    value = value_of(place, told)
    texts = (" · ".join(told.lines), *told.topics)
    body = [part for text in texts for part in wrap(text, inside, break_on_hyphens=False)]
    lines = 3 + len(body)
    below, above = height - 1 - place.y, place.y
    room = max(below, above)
    if not room:
        return (), Rect(0, 0, 0, 0)
    if room < _LEAST_BOX:
        # A screen of a few lines: one of them tells the most.
        paint = Paint(width, 1, glyphs)
        paint.put(0, 0, f"{told.title}: {value}  {told.field}".ljust(width), "mark-edge")
        return paint.picture(), Rect(0, height - 1 if below else 0, width, 1)
    lines = min(lines, room)
    x = (width - across) // 2
    # At the top the line that tells how old all of it is stays.
    y = height - lines if lines <= below else min(1, above - lines)
    paint = Paint(across, lines, glyphs)
    area = Rect(0, 0, across, lines)
    paint.box(area, told.title[: across - 6], "mark-edge", "title")
    for line in range(1, lines - 1):
        paint.put(1, line, " " * (across - 2), "text")
    end = paint.put(2, 1, value[:inside], "strong")
    paint.put(end + 3, 1, told.field[: max(0, inside + 2 - end - 3)], "dim")
    for line, text in enumerate(body[: lines - 3], 2):
        paint.put(2, line, text, "text")
    hint = next((hint for hint in hints if len(hint) + 6 < across), "")
    if hint:
        paint.put(2, lines - 1, f" {hint} ", "dim")
    return paint.picture(), Rect(x, y, across, lines)


def _blank(line: Line, x: int) -> bool:
    return not any(s.x <= x < s.end and s.text[x - s.x] != " " for s in line)


def _over(line: Line, spans: Sequence[Span], whole: Rect | None = None) -> Line:
    """A line with spans laid over it; `whole` is covered even between them."""
    covers = [(whole.x, whole.right)] if whole else [(span.x, span.end) for span in spans]
    left = list(line)
    for start, end in covers:
        cut: list[Span] = []
        for span in left:
            if span.end <= start or span.x >= end:
                cut.append(span)
                continue
            if span.x < start:
                cut.append(span._replace(text=span.text[: start - span.x]))
            if span.end > end:
                cut.append(span._replace(x=end, text=span.text[end - span.x :]))
        left = cut
    return tuple(sorted((*left, *spans), key=lambda span: span.x))
