"""The link: how polls went, over the last day on one axis, and what was refused and why."""

from __future__ import annotations

from textwrap import wrap

from kstar_tui.monitor.quality import Refusal, Stretch
from kstar_tui.tui.axis import time_labels
from kstar_tui.tui.diagnostics.view import DiagnosticsView
from kstar_tui.tui.history.chart import GUTTER, NOTES, Grid, Half, Panel, draw_panels
from kstar_tui.tui.live.status import state_glyph
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import STATE_STYLES, duration, number

_PANELS = 4
_TALLEST = 9
"""Rows of a panel beyond which there is nothing more to see."""
_LEAST = 2 * _PANELS + 1
_SECOND = 40
"""Column in which the second half of the figures begins, at the least."""
_DATA_FROM = 78
"""Cells from which the newest refused bytes have room."""

Figure = tuple[str, str, str]
"""Name, value, style."""


def draw_link(paint: Paint, rect: Rect, view: DiagnosticsView) -> None:
    """Figures, the chart, and the table of reasons below."""
    left, right = figures(view)
    second = max(_SECOND, rect.width // 2)
    for y, (name, value, style) in enumerate(left, rect.y):
        sign = f"{state_glyph(view.live.update.state, paint.glyphs)} " if y == rect.y else ""
        paint.put(rect.x + 1, y, name, "dim")
        paint.put(rect.x + 10, y, f"{sign}{value}"[: second - 11], style)
    for y, (name, value, style) in enumerate(right, rect.y):
        paint.put(rect.x + second, y, name, "dim")
        paint.put(rect.x + second + 10, y, value[: rect.width - second - 11], style)
    y = rect.y + max(len(left), len(right))
    if view.live.update.error:
        for line in wrap(view.live.update.error, rect.width - 2)[:2]:
            paint.put(rect.x + 1, y, line, "warning")
            y += 1
    reasons = view.quality.refusals
    tall = rect.height >= 30
    y += 1 if tall else 0
    air = 1 if tall else 0
    room = rect.bottom - y - air
    table = min(len(reasons) + 1, max(2, room - _LEAST))
    chart = min(room - table, _TALLEST * _PANELS + _PANELS)
    if chart >= _LEAST and rect.width >= GUTTER + NOTES + 12:
        _chart(paint, Rect(rect.x, y, rect.width, chart), view)
        y += chart + air
    _reasons(paint, Rect(rect.x + 1, y, rect.width - 2, rect.bottom - y), view, reasons)


def draw_link_list(paint: Paint, rect: Rect, view: DiagnosticsView) -> None:
    """Where there is room for a list only."""
    left, right = figures(view)
    lines: list[Figure] = [*left, *right]
    if view.live.update.error:
        lines.append(("", view.live.update.error, "warning"))
    lines += [(number(one.times), one.reason, "text") for one in view.quality.refusals]
    for y, (name, value, style) in zip(range(rect.y, rect.bottom), lines, strict=False):
        paint.put(rect.x, y, name, "dim")
        paint.put(rect.x + 9, y, value[: max(0, rect.width - 9)], style)


def figures(view: DiagnosticsView) -> tuple[list[Figure], list[Figure]]:
    """How it goes as numbers: of the polls, and of the answers."""
    update, whole = view.live.update, view.quality.whole
    since = view.live.moment(update.since)
    lost = f"{number(update.lost)}{_share(update.lost, update.polls)}"
    if update.lost_in_a_row > 1:
        lost += f", now {number(update.lost_in_a_row)} in a row"
    left = [
        ("state", f"{update.state} since {since}", STATE_STYLES[update.state]),
        ("polls", number(update.polls), "text"),
        ("lost", lost, "text"),
        ("retries", number(update.retries), "text"),
    ]
    last = "—" if update.latency is None else f"{update.latency * 1000:.0f} ms"
    known = whole.median is not None
    right = [
        ("asked at", str(update.address or "—"), "text"),
        ("answer", f"{last} the last", "text"),
        ("median", f"{whole.median:.0f} ms in the last day" if known else "—", "text"),
        ("worst", f"{number(whole.worst)} ms in the last day" if known else "—", "text"),
    ]
    return left, right


def _share(part: int, of: int) -> str:
    if not part or not of:
        return ""
    share = 100 * part / of
    return f" ({'under 0.1' if share < 0.1 else f'{share:.1f}'} %)"


def _chart(paint: Paint, rect: Rect, view: DiagnosticsView) -> None:
    count = rect.width - GUTTER - NOTES
    first, minutes = view.quality.window(count)
    columns = view.quality.columns(first, minutes, count)
    grid = Grid(rect.x + GUTTER, count)
    gaps = view.quality.gaps(first, minutes, count)
    body = Rect(rect.x, rect.y, rect.width, rect.height - 1)
    draw_panels(paint, body, grid, panels(columns), gaps, None)
    for column, text in time_labels(first * 60, minutes * 60, count, view.live.calendar):
        paint.put(grid.left(column), rect.bottom - 1, text, "dim")
    span = duration(60 * minutes)
    paint.right(rect.right - 1, rect.bottom - 1, f"{span} each", "dim")


def panels(columns: list[Stretch]) -> list[Panel]:
    """Lost polls in %, questions asked again, replies refused, and the times of answers."""
    shares = [column.lost_share for column in columns]
    refused = [sum(column.refused.values()) for column in columns]
    medians = [column.median for column in columns]
    lost = sum(column.lost for column in columns)
    retries = sum(column.retries for column in columns)
    worst = max((column.worst for column in columns if column.worst is not None), default=None)
    counts = [None if not column.polls else float(column.retries) for column in columns]
    return [
        Panel("Lost", Half("", "fault", shares, f"{number(lost)} lost"), unit="%", top=100.0),
        Panel(
            "Retries",
            Half(
                "", "warning", counts, f"{number(retries)} {'retry' if retries == 1 else 'retries'}"
            ),
            unit="",
            least=4.0,
        ),
        Panel(
            "Refused",
            Half("", "export", [float(n) for n in refused], f"{number(sum(refused))} refused"),
            unit="",
            least=4.0,
        ),
        Panel(
            "Answer",
            Half("", "import", medians, "" if worst is None else f"to {number(worst)} ms"),
            unit="ms",
            least=100.0,
        ),
    ]


def _reasons(paint: Paint, rect: Rect, view: DiagnosticsView, reasons: list[Refusal]) -> None:
    if rect.height < 1:
        return
    if not reasons:
        paint.put(rect.x, rect.y, "nothing was refused since the start", "dim")
        return
    wide = min(34, max(len(one.reason) for one in reasons) + 1)
    paint.put(rect.x, rect.y, "refused since the start", "dim")
    paint.right(rect.x + wide + 8, rect.y, "times", "dim")
    paint.put(rect.x + wide + 10, rect.y, "last", "dim")
    if rect.width >= _DATA_FROM:
        paint.put(rect.x + wide + 22, rect.y, "newest bytes", "dim")
    room = rect.height - 1
    shown = reasons if len(reasons) <= room else reasons[: max(0, room - 1)]
    for y, one in enumerate(shown, rect.y + 1):
        _reason(paint, Rect(rect.x, y, rect.width, 1), one, wide, view.live)
    if len(shown) < len(reasons) and room:
        more = f"and {len(reasons) - len(shown)} more reasons; w writes all of them into a report"
        paint.put(rect.x, rect.bottom - 1, more[: rect.width], "dim")


def _reason(paint: Paint, rect: Rect, one: Refusal, wide: int, live: View) -> None:
    paint.put(rect.x, rect.y, one.reason[: wide - 1], "text")
    paint.right(rect.x + wide + 8, rect.y, number(one.times), "text")
    last = live.moment(one.last)
    x = paint.put(rect.x + wide + 10, rect.y, f"{last:<12}", "text")
    if rect.width >= _DATA_FROM and one.data:
        size = (rect.right - x + 1) // 3
        cut = one.data if len(one.data) <= size else one.data[: max(0, size - 1)]
        rest = " …" if len(cut) < len(one.data) else ""
        paint.put(x, rect.y, f"{cut.hex(' ')}{rest}", "dim")
