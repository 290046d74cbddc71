"""The Settings screen for a size: all settings by section, and what one of them means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap

from kstar_tui.settings.row import DEFAULT
from kstar_tui.tui.apply import is_simulated
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.paint import Paint, Picture, Rect
from kstar_tui.tui.settings.rows import Entry, facts, short_source

ROW = "row:"
"""The field of a line begins so."""
_SMALL = 60, 14
_WIDE = 150
"""Columns from which the meaning stands beside the list."""
_WIDEST = 100
"""Columns in which a text is read comfortably."""
_HEAD = 10
"""Columns of the headings of what is told of a setting."""
_MOST_SAID = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsView:
    """One moment of the screen."""

    now: datetime
    entries: Sequence[Entry] = ()
    """Those that are listed."""
    count: int = 0
    """How many there are."""
    selected: int = 0
    place: str = ""
    """The path of config.toml; empty where nothing can be saved."""
    file: str = "config.toml"
    filter: str = ""
    note: str = ""
    """What holds as long as the screen is open."""
    said: tuple[tuple[str, str], ...] = ()
    """Sentences on what was done last, each with its style."""
    demo: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    list: Rect
    detail: Rect
    said: Rect


def rows_shown(view: SettingsView, width: int, height: int) -> int:
    """Lines of the list that have room."""
    return _plan(view, width, height).list.height


def draw_settings(view: SettingsView, width: int, height: int, glyphs: Glyphs) -> Picture:
    """The screen as a picture of `width` by `height` cells; any size is drawn somehow."""
    paint = Paint(width, height, glyphs)
    plan = _plan(view, width, height)
    _header(paint, view)
    _list(paint, plan.list, view)
    if plan.detail.height and view.entries:
        _detail(paint, plan.detail, view)
    for y, (text, style) in enumerate(_said(view, plan.said.width), plan.said.y):
        if y < plan.said.bottom:
            paint.put(plan.said.x, y, text, style)
    return paint.picture()


def _plan(view: SettingsView, width: int, height: int) -> _Plan:
    inside = max(1, width - 2)
    if width < _SMALL[0] or height < _SMALL[1]:
        said = min(len(list(_said(view, inside))), max(0, height - 3))
        body = Rect(0, 1, width, max(1, height - 1 - said))
        return _Plan(body, Rect(0, body.bottom, width, 0), Rect(1, body.bottom, inside, said))
    said = max(1, min(_MOST_SAID, len(list(_said(view, inside)))))
    bottom = height - said
    if width >= _WIDE:
        half = width * 6 // 10
        body = Rect(0, 2, half, bottom - 2)
        detail = Rect(half + 2, 2, width - half - 3, bottom - 2)
    else:
        detail_lines = 8 if height < 30 else 10
        body = Rect(0, 2, width, max(1, bottom - 2 - detail_lines))
        detail = Rect(1, body.bottom, inside, bottom - body.bottom)
    return _Plan(body, detail, Rect(1, bottom, inside, said))


def _said(view: SettingsView, width: int) -> Iterator[tuple[str, str]]:
    for text, style in view.said:
        for line in wrap(text, max(10, width), break_on_hyphens=False):
            yield line, style


def _header(paint: Paint, view: SettingsView) -> None:
    x = paint.put(1, 0, "Settings", "title") + 2
    end = paint.right(paint.width - 1, 0, f"{view.now:%H:%M}", "text") - 2
    if view.filter:
        text = f"filter: {view.filter}  {len(view.entries)} of {view.count}"
        paint.put(x, 0, text[: max(0, end - x)], "strong")
    elif view.note:
        paint.put(x, 0, _cut(view.note, end - x), "warning")
    else:
        paint.put(x, 0, _cut(view.place, end - x), "dim")


def _lines(entries: Sequence[Entry]) -> list[str | int]:
    """Headings, and the numbers of the entries under them."""
    lines: list[str | int] = []
    section = None
    for index, entry in enumerate(entries):
        if entry.section != section:
            section = entry.section
            lines.append(section)
        lines.append(index)
    return lines


def _list(paint: Paint, rect: Rect, view: SettingsView) -> None:
    small = rect.y < 2
    if not view.entries:
        paint.put(3, rect.y, "No setting has this in its name or meaning."[: rect.width], "text")
        return
    names = max(len(entry.name) for entry in view.entries) + 7
    sources = 0 if small else min(34 if rect.width >= 110 else 25, rect.width // 3)
    value_end = rect.width - 1 - sources
    if not small:
        paint.put(5, 1, "setting", "dim")
        paint.put(names, 1, "value", "dim")
        paint.put(value_end, 1, "from", "dim")
    lines = _lines(view.entries)
    at = lines.index(view.selected) if view.selected in lines else 0
    first = min(max(0, at - rect.height // 2), max(0, len(lines) - rect.height))
    if 0 < first < at:
        top, following = lines[first : first + 2]
        if isinstance(top, int) and isinstance(following, int):
            # Whose these are has scrolled away.
            lines[first] = view.entries[top].section
    for y, line in enumerate(lines[first : first + rect.height], rect.y):
        if isinstance(line, str):
            paint.put(3, y, line[: max(0, rect.width - 3)], "title")
            continue
        _row(paint, y, view, line, (names, value_end, rect.width - 1))


def _row(
    paint: Paint, y: int, view: SettingsView, index: int, columns: tuple[int, int, int]
) -> None:
    g, entry = paint.glyphs, view.entries[index]
    x, value_end, end = columns
    name = f"{ROW}{index}"
    chosen = index == view.selected
    if chosen:
        paint.put(1, y, g.arrow_right, "strong", name)
    if entry.running is not None and not (view.demo and is_simulated(entry.key)):
        # Not what runs now: what is told of it says why.
        paint.put(3, y, "!", "warning", name)
    unset = entry.source == DEFAULT
    style = "strong" if chosen else "text"
    paint.put(5, y, entry.name.ljust(x - 5), style, name)
    room = max(0, value_end - x - 1)
    value = "strong" if chosen else "dim" if unset else "text"
    paint.put(x, y, _cut(entry.value, room).ljust(room + 1), value, name)
    source = _cut(short_source(entry, view.file), end - value_end)
    paint.put(value_end, y, source, "dim" if unset else "text", name)


def _detail(paint: Paint, rect: Rect, view: SettingsView) -> None:
    index = min(view.selected, len(view.entries) - 1)
    entry = view.entries[index]
    paint.put(rect.x, rect.y, paint.glyphs.horizontal * rect.width, "border")
    paint.put(rect.x + 2, rect.y, f" {entry.key} ", "title")
    paint.right(rect.right - 1, rect.y, f" {index + 1} of {len(view.entries)} ", "dim")
    y = rect.y + 1
    width = max(10, min(_WIDEST, rect.width - _HEAD))
    for head, text in facts(entry, view.place, view.file, demo=view.demo):
        style = "warning" if head == "applies" and text.startswith("not ") else "text"
        for line, part in enumerate(wrap(text, width, break_on_hyphens=False)):
            if y >= rect.bottom:
                return
            if not line:
                paint.put(rect.x, y, head, "dim")
            paint.put(rect.x + _HEAD, y, part, style)
            y += 1


def _cut(text: str, room: int) -> str:
    if len(text) <= room:
        return text
    return f"{text[: room - 1]}…" if room > 1 else ""
