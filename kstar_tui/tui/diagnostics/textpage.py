"""Pages of lines under headings: the last search, and MQTT, history, versions and terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import NamedTuple

from kstar_tui.monitor.searched import Searched
from kstar_tui.tui.details import sections
from kstar_tui.tui.diagnostics.answers import asked_line, found_line, other_line
from kstar_tui.tui.diagnostics.view import DiagnosticsView, Line, Section
from kstar_tui.tui.paint import Paint, Rect

_TWO, _THREE = 76, 150
"""Cells from which there are two and three columns."""
_NAME = 15
_WIDEST = 110
"""Columns in which a text is read comfortably."""
_LEAST_VALUE = 16
"""Cells below which a value goes under its name."""


class _Text(NamedTuple):
    indent: int
    text: str
    style: str = "text"


_Row = tuple[_Text, ...]
_Block = tuple[str, Sequence[Line]]


class _Page(NamedTuple):
    columns: list[list[_Row]]
    width: int
    """Cells of a column."""


def draw_text(paint: Paint, rect: Rect, view: DiagnosticsView) -> None:
    """The page of the view's section, from the line on to which it is scrolled."""
    page = _page(view, rect.width)
    longest = max(map(len, page.columns))
    if longest > rect.height:
        # The last line says that there is more.
        last = rect.bottom - 1
        rect = Rect(rect.x, rect.y, rect.width, rect.height - 1)
        first = min(view.scroll, longest - rect.height)
        below = longest - first - rect.height
        words = f"lines: {first} above, {below} below"
        paint.right(rect.right - 1, last, words, "warning")
    else:
        first = 0
    for number, column in enumerate(page.columns):
        x = rect.x + 1 + number * page.width
        for y, row in enumerate(column[first : first + rect.height], rect.y):
            for indent, text, style in row:
                paint.put(x + indent, y, text[: max(0, page.width - 1 - indent)], style)


def most_scroll(view: DiagnosticsView, width: int, height: int) -> int:
    """The line from which on all that is left fits into `height`."""
    longest = max(map(len, _page(view, width).columns))
    return 0 if longest <= height else longest - height + 1


def _page(view: DiagnosticsView, width: int) -> _Page:
    if view.section is Section.DISCOVERY:
        return _Page([list(_search(view, width - 2))], width - 1)
    told = sections(view.live)
    settings, program = view.about[:1], view.about[1:]
    kept: list[_Block] = [(name, told[name]) for name in ("MQTT", "History")]
    kept += settings
    inverter: list[_Block] = [("Inverter", told["Inverter"])]
    stacks: list[list[_Block]]
    if width >= _THREE:
        stacks = [kept, inverter, [*program]]
    elif width >= _TWO:
        stacks = [[*kept, *inverter], [*program]]
    else:
        stacks = [[*kept, *inverter, *program]]
    each = (width - 1) // len(stacks)
    return _Page([list(_blocks(stack, each - 2)) for stack in stacks], each)


def _blocks(blocks: Iterable[_Block], width: int) -> Iterator[_Row]:
    for index, (title, lines) in enumerate(blocks):
        if index:
            yield ()
        yield (_Text(0, title, "title"),)
        for name, value in lines:
            yield from _pair(name, value, width)


def _pair(name: str, value: str, width: int) -> Iterator[_Row]:
    """A name with its value beside it, in as many lines as that takes."""
    room = width - _NAME - 1
    if room < _LEAST_VALUE:
        yield (_Text(1, name, "dim"),)
        yield from ((_Text(2, part),) for part in _parts(value, max(8, width - 2)))
        return
    first, *rest = _parts(value, room)
    yield _Text(1, name, "dim"), _Text(1 + _NAME, first)
    yield from ((_Text(1 + _NAME, part),) for part in rest)


def _parts(text: str, width: int) -> list[str]:
    # Paths and names are read better in one piece.
    return wrap(text, width, break_on_hyphens=False) or [""]


def _search(view: DiagnosticsView, width: int) -> Iterator[_Row]:
    searched = view.searched
    if searched is None:
        yield (_Text(0, "No search was made in this run."),)
        why = "The inverter's address was given." if view.named else "None was needed so far."
        yield from _prose(f"{why} s searches; this inverter stays until you choose.", width)
        return
    began = view.live.moment(searched.began)
    state = "" if searched.over else ", which goes on"
    head = f"The last search{state}: at {began}, because {searched.why}. s searches again."
    yield from _prose(head, width)
    yield ()
    yield (_Text(0, "Asked", "title"),)
    if searched.error:
        yield from _wrapped(f"cannot search: {searched.error}", width, "warning")
    elif not searched.asked:
        yield (_Text(1, "no network to ask on", "dim"),)
    for asked in searched.asked:
        yield from _wrapped(asked_line(asked), width, "warning" if asked.error else "text")
    yield ()
    yield (_Text(0, "Answered", "title"),)
    yield from _answers(searched, width)


def _answers(searched: Searched, width: int) -> Iterator[_Row]:
    for found in searched.found:
        yield from _wrapped(found_line(found), width, "good")
        if found.mac or found.name:
            yield (_Text(3, " ".join(filter(None, (found.name, found.mac))), "dim"),)
    for other in searched.others:
        yield from _wrapped(other_line(other), width)
        if other.mac:
            yield (_Text(3, other.mac, "dim"),)
    if not searched.found and not searched.others:
        yield (_Text(1, "nobody" if searched.over else "nobody yet", "dim"),)


def _prose(text: str, width: int) -> Iterator[_Row]:
    yield from ((_Text(0, part),) for part in wrap(text, max(10, min(width, _WIDEST))))


def _wrapped(text: str, width: int, style: str = "text") -> Iterator[_Row]:
    """In one line its columns stay where they are; what does not fit goes on below."""
    room = max(10, width - 2)
    if len(text.rstrip()) <= room:
        yield (_Text(1, text.rstrip(), style),)
        return
    for index, part in enumerate(wrap(" ".join(text.split()), room - 2)):
        yield (_Text(3 if index else 1, part, style),)
