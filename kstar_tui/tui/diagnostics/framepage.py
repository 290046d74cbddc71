"""The frame: its bytes, what they mean, and what is known of the one that is selected."""

from __future__ import annotations

from datetime import datetime
from textwrap import wrap

from kstar_tui.monitor.frames import Seen
from kstar_tui.protocol.fields import Source
from kstar_tui.protocol.frame import PREFIX_SIZE, Request
from kstar_tui.protocol.parts import Kind, Part, parts_of
from kstar_tui.report.frames import NAMES
from kstar_tui.tui.diagnostics.hexrows import (
    CHANGED,
    NARROW,
    WIDE,
    draw_hex,
    hex_rows,
    hex_width,
    part_style,
)
from kstar_tui.tui.diagnostics.view import Cursor, DiagnosticsView
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import number

REQUEST = "request:"
"""The field of a word that chooses a frame begins so."""
PART = "part:"
"""The field of a line of the list begins so."""
_BESIDE = 112
"""Cells from which the list stands beside the bytes."""
_LEAST_LIST = 5
_LEAST_BYTES = 2
"""Bytes for which there has to be room, or they are left out."""
_SIZES = ((100, (27, 26)), (62, (27, 20)), (50, (26, 17)), (0, (17, 13)))
"""By the cells that there are: cells of a label and of a value."""
_PLACE = 7
"""Cells of a place in the payload: `251-254`."""
_GAP = 2


def draw_frame(paint: Paint, rect: Rect, view: DiagnosticsView) -> None:
    """The page from its choice of frames on."""
    _choice(paint, rect, view)
    body = Rect(rect.x, rect.y + 1, rect.width, rect.height - 1)
    seen = view.legible
    if seen is None:
        _nothing(paint, body, view)
        return
    per_row = WIDE if rect.width >= hex_width(WIDE) + 2 else NARROW
    rows, width = len(hex_rows(len(seen.frame.raw), per_row)), hex_width(per_row)
    beside = rect.width >= _BESIDE
    most = body.height if beside else body.height - 1 - _LEAST_LIST
    left = Rect(body.x + 1, body.y, width, max(1, min(rows, most)))
    draw_hex(paint, left, seen, view.parts, view.cursor, per_row)
    if beside:
        under = Rect(left.x, left.bottom + 1, width - 1, body.bottom - left.bottom - 1)
        _detail(paint, under, seen, view)
        x = left.right + _GAP
        _list(paint, Rect(x, body.y, rect.right - 1 - x, body.height), seen, view)
        return
    x = left.right + _GAP
    _detail(paint, Rect(x, body.y, rect.right - 1 - x, left.height), seen, view)
    y = left.bottom
    _list(paint, Rect(body.x + 1, y, rect.width - 2, body.bottom - y), seen, view)


def draw_frame_list(paint: Paint, rect: Rect, view: DiagnosticsView) -> None:
    """Where there is room for a list only: name, value and bytes, a part a line."""
    seen = view.legible
    if seen is None:
        _nothing(paint, rect, view)
        return
    _rows(paint, rect, seen, view, small=True)


def _choice(paint: Paint, rect: Rect, view: DiagnosticsView) -> None:
    x = rect.x + 1
    for request, name in NAMES.items():
        chosen = request is view.request
        text = f"[{name}]" if chosen else f" {name} "
        x = paint.put(x, rect.y, text, "strong" if chosen else "dim", f"{REQUEST}{request.name}")
    if view.seen is None:
        return
    came = f"{_exactly(view.seen.at, view.live)}, {len(view.seen.frame.raw)} bytes"
    if rect.right - 1 - len(came) > x:
        current = view.live.current or view.request is not Request.RUNNING_DATA
        paint.right(rect.right - 1, rect.y, came, "dim" if current else "warning")


def _exactly(at: datetime, live: View) -> str:
    local = live.calendar.local(at.timestamp())
    return f"{local:%H:%M:%S}" if local.date() == live.now.date() else live.moment(at)


def _nothing(paint: Paint, rect: Rect, view: DiagnosticsView) -> None:
    head = f"No {NAMES[view.request]} has come yet."
    lines = [head]
    if view.live.update.error:
        lines += wrap(view.live.update.error, max(10, rect.width - 2))
    elif view.request is not Request.RUNNING_DATA:
        lines.append("It is asked for at the start and after an outage; some never answer it.")
    for y, line in enumerate(lines[: max(0, rect.height - 1)], rect.y + 1):
        paint.put(rect.x + 1, y, line, "text" if line is head else "dim")


def _detail(paint: Paint, rect: Rect, seen: Seen, view: DiagnosticsView) -> None:
    """What is known of the selected part and byte, as much as there is room for."""
    if rect.width < 12:
        return
    lines = detail_lines(seen, view.cursor, view.live)
    y = rect.y
    for text, style in lines:
        for line in wrap(text, rect.width):
            if y >= rect.bottom:
                return
            paint.put(rect.x, y, line, style)
            y += 1


def detail_lines(seen: Seen, cursor: Cursor, live: View) -> list[tuple[str, str]]:
    """What is known of the selected part and byte, the most important first, with styles."""
    part, byte, raw = parts_of(seen.frame)[cursor.part], cursor.byte, seen.frame.raw
    style = part_style(part)
    lines = [
        (part.label, "title" if style in ("text", "dim") else f"{style}-title"),
        (part.text, "strong"),
        (f"{_bytes(part)}: {raw[part.start : part.end].hex(' ')}", "text"),
    ]
    if part.number is not None:
        lines.append((f"= {number(part.number)}, {part.how}", "text"))
    elif part.how:
        lines.append((part.how, "text"))
    if part.kind is Kind.UNKNOWN:
        lines.append(("nobody knows what it means", "text"))
    if part.source is not None:
        lines.append((part.source.value, "dim"))
    value = raw[byte]
    sign = f" {chr(value)!r}" if 0x20 < value < 0x7F else ""
    place = byte if part.kind is Kind.FRAME else byte - PREFIX_SIZE
    lines.append((f"byte {place}: {value} {value:08b}{sign}", "text"))
    moves = seen.moves.get(byte)
    if moves is not None:
        last = _exactly(moves.last, live)
        often = "once" if moves.times == 1 else f"{number(moves.times)} times, last"
        lines.append((f"{CHANGED} changed {often} {last}", "text"))
    if part.name:
        lines.append((part.name, "dim"))
    return lines


def _bytes(part: Part) -> str:
    return f"{'byte' if part.size == 1 else 'bytes'} {part.place}"


def _list(paint: Paint, rect: Rect, seen: Seen, view: DiagnosticsView) -> None:
    if rect.height < 2:
        return
    parts = view.parts
    paint.put(rect.x, rect.y, paint.glyphs.horizontal * rect.width, "border")
    of = f" {view.cursor.part + 1} of {len(parts)} "
    paint.right(rect.right - 1, rect.y, of, "dim")
    if any(part.source is Source.GOODWE for part in parts):
        paint.put(rect.x + 2, rect.y, " * from a GoodWe, not confirmed on a KStar ", "dim")
    _rows(paint, Rect(rect.x, rect.y + 1, rect.width, rect.height - 1), seen, view, small=False)


def first_part(view: DiagnosticsView, count: int, height: int) -> int:
    """The first line of the list that is shown: the selected one is always to be seen."""
    return min(max(0, view.cursor.part - height // 2), max(0, count - height))


def _rows(paint: Paint, rect: Rect, seen: Seen, view: DiagnosticsView, *, small: bool) -> None:
    parts = view.parts
    first = first_part(view, len(parts), rect.height)
    for y, part in enumerate(parts[first : first + rect.height], rect.y):
        index = first + y - rect.y
        chosen = index == view.cursor.part
        field = f"{PART}{index}"
        style, x = part_style(part), rect.x
        if chosen:
            paint.put(x, y, paint.glyphs.arrow_right, "strong", field)
        x += 2
        if not small:
            word = str(part.group or part.kind)
            paint.put(x, y, f"{word:<9}", style, field)
            x += 9
        raw = seen.frame.raw[part.start : part.end]
        _columns(paint, y, x, rect.right, part, raw, chosen=chosen, field=field, small=small)


def _columns(
    paint: Paint,
    y: int,
    x: int,
    end: int,
    part: Part,
    raw: bytes,
    *,
    chosen: bool,
    field: str,
    small: bool,
) -> None:
    """Label, value, place and bytes, in what room there is."""
    star = " *" if part.source is Source.GOODWE else ""
    text = "strong" if chosen else "text"
    if small:
        told = part.text if len(raw) > 2 else f"{part.text}  {raw.hex(' ')}"
        room = end - len(told) - 1 - x
        paint.put(x, y, f"{_cut(part.label, room - len(star))}{star}", "dim", field)
        paint.right(end, y, told, text, field)
        return
    room = end - x
    label, value = next(sizes for least, sizes in _SIZES if room >= least)
    paint.put(x, y, f"{_cut(part.label, label - 1 - len(star))}{star}".ljust(label), text, field)
    x += label
    paint.put(x, y, _cut(part.text, value - 1).rjust(value - 1), text, field)
    x += value
    place = part.place.partition(" ")[0]
    paint.put(x, y, place.rjust(_PLACE), "dim", field)
    x += _PLACE + _GAP
    size = (end - x + 1) // 3
    if size < _LEAST_BYTES:
        return
    if room >= 100:
        size = min(size, 8)
    hexed = raw.hex(" ") if len(raw) <= size else f"{raw[: size - 1].hex(' ')} …"
    paint.put(x, y, hexed, text if chosen else "dim", field)
    if room >= 100:
        x += 26
        paint.put(x, y, part.how[: max(0, end - x)], "dim", field)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: max(0, width - 1)]}…"
