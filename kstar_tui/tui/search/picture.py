"""The search for a size: where it asks, which inverters answer, and what else does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from kstar_tui.link.events import Asked, Found, NotAnInverter
from kstar_tui.link.interface import DISCOVERY_PORT, Address
from kstar_tui.monitor.finding import is_same
from kstar_tui.tui.advice import advice
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.paint import Paint, Picture, Rect
from kstar_tui.tui.words import number

ROW = "row:"
"""The field of an inverter that can be taken begins so."""
WIDEST = 100
"""Columns of the block in the middle."""
WELCOME = (
    "It shows where the power of a KStar hybrid inverter goes, and keeps its history. It only "
    "reads: nothing in the inverter is ever changed."
)
_ADVICE = advice(
    "Nothing has answered yet. What usually helps:",
    "your router's list of devices shows its address: press a and type it",
)
_SMALL = 60, 16
_REASON_LINES, _REASON_LINES_MOST = 2, 6
_NO = "(no)"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """One moment of the search."""

    asked: tuple[Asked, ...] = ()
    found: tuple[Found, ...] = ()
    """By address."""
    others: tuple[NotAnInverter, ...] = ()
    selected: int = 0
    current: Address | None = None
    """The inverter that is shown now, where there is one."""
    meant: str | None = None
    """Serial number of the only one that is taken without asking."""
    discovery_port: int = DISCOVERY_PORT
    step: str = ""
    """Where the first start is; then it begins with a welcome."""
    alone: bool = False
    """A single one is taken without asking."""
    advice: bool = False
    problem: str = ""
    """Why nothing can be asked."""


def draw_search(view: SearchView, width: int, height: int, glyphs: Glyphs) -> Picture:
    """The screen as a picture of `width` by `height` cells; any size is drawn somehow."""
    paint = Paint(width, height, glyphs)
    small = width < _SMALL[0] or height < _SMALL[1]
    block = block_of(width, height)
    y = 0 if small else block.y
    if view.step:
        y = _welcome(paint, block, y, view, small=small)
    paint.put(block.x, y, headline(view)[: block.width], "title")
    y += 2 - small
    if not small:
        y = _asked(paint, block, y, view)
    if view.found:
        rows = max(1, height - y - 2 - 3 * bool(view.others and not small))
        y = _inverters(paint, Rect(block.x, y, block.width, rows), view, framed=not small)
    if view.others and y < height:
        _others(paint, Rect(block.x, y, block.width, height - y), view.others)
    elif view.advice and not view.found:
        for line, text in enumerate(_ADVICE, y):
            paint.put(block.x, line, text, "text" if line == y else "dim")
    return paint.picture()


def block_of(width: int, height: int) -> Rect:
    """The part in the middle that texts stand in."""
    inner = max(1, min(width - 2 - 2 * (width >= _SMALL[0]), WIDEST))
    return Rect((width - inner) // 2, 0 if height < 20 else 1 if height < 30 else 3, inner, height)


def headline(view: SearchView) -> str:
    """What goes on, or what can be done."""
    count = len(view.found)
    if view.meant and not any(is_same(one, view.meant, None) for one in view.found):
        if count:
            return f"Still looking for {view.meant}: only others answer"
        return f"Looking for the inverter {view.meant}"
    if not count:
        return "Looking for your inverter"
    if count > 1:
        return f"Found {count} inverters: choose with up, down and enter"
    known = view.alone or view.found[0].address == view.current
    return "Found your inverter" if known else "Found an inverter: enter takes it"


def _welcome(paint: Paint, block: Rect, y: int, view: SearchView, *, small: bool) -> int:
    paint.put(block.x, y, "Welcome to kstar-tui", "strong")
    paint.right(block.right, y, view.step, "dim")
    if small:
        return y + 1
    for text in wrap(WELCOME, block.width):
        y += 1
        paint.put(block.x, y, text, "dim")
    return y + 2


def _asked(paint: Paint, block: Rect, y: int, view: SearchView) -> int:
    if view.problem:
        paint.put(block.x, y, view.problem[: block.width], "fault")
        return y + 2
    most = 2 if block.height < 20 else 4 if block.height < 30 else 8
    # Those of many virtual networks that answered are worth more than the others.
    ranked = sorted(view.asked, key=lambda one: (-_answers(view, one), one.error is not None))
    shown = ranked[:most] if len(ranked) <= most else ranked[: most - 1]
    rows = [
        (
            one.target.interface,
            one.target.local or "",
            f"{'cannot ask' if one.error else 'asked'} {one.target.broadcast}:"
            f"{view.discovery_port}",
        )
        for one in shown
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for (name, local, asked), one in zip(rows, shown, strict=True):
        x = paint.put(block.x + 2, y, name.ljust(widths[0] + 2), "text")
        x = paint.put(x, y, local.ljust(widths[1] + 2 * bool(widths[1])), "dim")
        x = paint.put(x, y, asked.ljust(widths[2] + 2), "dim")
        _answered(paint, x, y, one, _answers(view, one))
        y += 1
    if len(ranked) > len(shown):
        paint.put(block.x + 2, y, f"and {len(ranked) - len(shown)} more networks", "dim")
        y += 1
    return y + 1


def _answered(paint: Paint, x: int, y: int, one: Asked, answers: int) -> None:
    if one.error:
        paint.put(x, y, one.error, "warning")
    elif answers:
        paint.put(x, y, f"{answers} answer{'s' if answers > 1 else ''}", "good")
    else:
        paint.put(x, y, "none yet", "dim")


def _answers(view: SearchView, asked: Asked) -> int:
    everyone: list[Found | NotAnInverter] = [*view.found, *view.others]
    return sum(asked.target in one.via for one in everyone)


def _inverters(paint: Paint, rect: Rect, view: SearchView, *, framed: bool) -> int:
    """A list in a frame; the chosen one is always to be seen."""
    most = rect.height if framed else rect.height + 2
    first = max(0, min(view.selected - most + 1, len(view.found) - most))
    shown = view.found[first : first + most]
    inner = rect.inside(2, 1) if framed else rect
    if framed:
        title = "Inverters" if len(shown) == len(view.found) else f"Inverters, {len(view.found)}"
        paint.box(Rect(rect.x, rect.y, rect.width, len(shown) + 2), title)
    cells = _cells(shown, inner.width - 2, view.current)
    for line, row in enumerate(cells):
        index, y = first + line, inner.y + line
        chosen = index == view.selected
        field = f"{ROW}{shown[line].address}"
        style = "strong" if chosen else "text"
        mark = paint.glyphs.arrow_right if chosen else " "
        text = f"{mark} {row}".ljust(inner.width)[: inner.width]
        paint.put(inner.x, y, text, style, field)
    return inner.y + len(shown) + 2 * framed


def _cells(found: Sequence[Found], width: int, current: Address | None) -> list[str]:
    """Model, serial number, address and proof, in columns as wide as they need to be; what has
    no room is left out from the right."""
    rows: list[list[str]] = []
    for short in (False, True):
        rows = [
            [
                one.model or "Inverter",
                _serial(one, short=short),
                str(one.address),
                "shown now" if one.address == current else _proof(one),
            ]
            for one in found
        ]
        if sum(_widths(rows)) + 6 <= width:
            break
    else:
        rows = [row[:3] for row in rows]
    widths = _widths(rows)
    return ["  ".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True)) for row in rows]


def _widths(rows: list[list[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _serial(found: Found, *, short: bool) -> str:
    serial = found.serial or ""
    return f"…{serial[-4:]}" if short and serial else serial


def _proof(found: Found) -> str:
    if found.reading is None:
        return "says who it is, no reading yet"
    return f"reads well, {number(found.reading.pv_power)} W of sun"


def _others(paint: Paint, rect: Rect, others: Sequence[NotAnInverter]) -> None:
    """What answers and is no inverter, and why; what has no room is counted."""
    names = [(one.name or one.mac or "something")[:20] for one in others]
    left = max(map(len, names)) + max(len(one.host) for one in others) + 4
    indent = len(_NO) + 2 + left
    beside = rect.width - indent >= 28
    width = rect.width - (indent if beside else len(_NO) + 2)
    reasons = _reasons(others, width, rect.height - (not beside) * len(others))
    y = rect.y
    for index, (name, one, reason) in enumerate(zip(names, others, reasons, strict=True)):
        lines = len(reason) + (not beside)
        more = len(others) - index
        if y + lines > rect.bottom - (more > 1):
            text = (
                f"{more} more that answer are no inverters"
                if more > 1
                else "one more that answers is no inverter"
            )
            paint.put(rect.x, min(y, rect.bottom - 1), text, "dim")
            return
        paint.put(rect.x, y, _NO, "warning")
        where = f"{name.ljust(max(map(len, names)))}  {one.host}"
        paint.put(rect.x + len(_NO) + 2, y, where, "text")
        x = rect.x + (indent if beside else len(_NO) + 2)
        for line, text in enumerate(reason, y + (not beside)):
            paint.put(x, line, text, "dim")
        y += lines


def _reasons(others: Sequence[NotAnInverter], width: int, room: int) -> list[list[str]]:
    """Each reason in lines, cut only as far as all of them together have no room."""

    def folded(most: int) -> list[list[str]]:
        texts = (
            wrap(one.reason, max(12, width), max_lines=most, placeholder=" …") for one in others
        )
        return [lines or [""] for lines in texts]

    for most in range(_REASON_LINES_MOST, _REASON_LINES, -1):
        reasons = folded(most)
        if sum(map(len, reasons)) <= room:
            return reasons
    return folded(_REASON_LINES)
