"""Where there is room beside the diagram: today's kWh as bars, those of all days, the shares."""

from __future__ import annotations

from kstar_tui.monitor.energy import Flow
from kstar_tui.tui.live.today import (
    WORDS,
    Figure,
    draw_figures,
    share_figures,
    total_figures,
)
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import number

_STYLES = {
    Flow.PV: "solar",
    Flow.LOAD: "house",
    Flow.IMPORT: "import",
    Flow.EXPORT: "export",
    Flow.CHARGE: "charge",
    Flow.DISCHARGE: "discharge",
}
_NAME, _TODAY, _GAP, _TOTAL = 12, 7, 4, 9
_SHARE = 16
"""Cells for the name of a share."""
_LEAST_SCALE = 1.0
"""kWh that the longest bar stands for at the least: a tenth of one is no full bar."""


def energy_lines(view: View) -> int:
    """Lines of a box that has room for all of it, the money in one of them."""
    shares, money = _followed(view, ascii_only=False)
    return 2 + sum(map(view.kept, WORDS)) + len(shares) + bool(money)


def draw_energy(paint: Paint, rect: Rect, view: View) -> None:
    """A box with a line for each flow, and below them the shares and the money."""
    paint.box(rect, "Today, kWh")
    inside = rect.inside()
    if view.reading is None:
        paint.put(inside.x, inside.y, "no data yet", "dim")
        return
    known = [flow for flow in WORDS if view.kept(flow)]
    totals = {figure.word: figure for figure in total_figures(view)}
    shown = {flow: round(view.kwh_today(flow) or 0.0, 1) for flow in known}
    most = max([_LEAST_SCALE, *shown.values()])
    paint.right(rect.right - 2, rect.y, " in all ", "title")
    cells = inside.width - _NAME - _TODAY - _TOTAL - _GAP
    y = inside.y
    for flow in known:
        if y == inside.bottom:
            return
        kwh = view.kwh_today(flow)
        paint.put(inside.x, y, WORDS[flow], _STYLES[flow])
        x = inside.x + _NAME + _TODAY
        field = view.counter(flow, "today")
        paint.right(x, y, number(kwh, 1), view.tone("strong"), field)
        full = round(cells * shown[flow] / most)
        paint.put(x + _GAP, y, paint.glyphs.bar_full * full, view.tone(_STYLES[flow]))
        total = totals[WORDS[flow]]
        text = number(total.value, total.decimals)
        paint.right(inside.right, y, text, view.tone("text"), total.field)
        y += 1
    shares, money = _followed(view, ascii_only=paint.glyphs.ascii_only)
    rows = _rows(shares, money, inside.bottom - y)
    # A line of air where there is room for all that follows.
    first = y + (inside.bottom - y > len(rows))
    for y, figures in enumerate(rows, first):
        if len(figures) == 1:
            _share(paint, inside, y, figures[0], view)
        else:
            draw_figures(paint, inside.x, y, inside.right, "", figures, view)


def _followed(view: View, *, ascii_only: bool) -> tuple[list[Figure], list[Figure]]:
    """What follows from the energies: shares, and money; without a history how long it ran."""
    if view.update.energy is None:
        return [figure for figure in total_figures(view) if figure.unit == "h"], []
    figures = share_figures(view, ascii_only=ascii_only)
    shares = [figure for figure in figures if figure.unit == "%"]
    return shares, figures[len(shares) :]


def _rows(shares: list[Figure], money: list[Figure], room: int) -> list[list[Figure]]:
    """A line for each figure; where there are fewer lines, more figures in each."""
    each = [[figure] for figure in shares]
    wordings = (
        [*each, *([figure] for figure in money)],
        [*each, money],
        [shares, money],
        [[*shares, *money]],
    )
    fitting = ([row for row in rows if row] for rows in wordings)
    return next((rows for rows in fitting if len(rows) <= room), [])


def _share(paint: Paint, rect: Rect, y: int, figure: Figure, view: View) -> None:
    g = paint.glyphs
    paint.put(rect.x, y, figure.word, "dim")
    end = rect.x + _NAME + _TODAY
    text = number(figure.value, figure.decimals)
    start = paint.right(end, y, text, view.tone("text"), figure.field)
    if start <= rect.x + len(figure.word):
        # A long word has the number behind it.
        start = rect.x + _SHARE
        end = paint.put(start, y, text, view.tone("text"), figure.field)
    paint.put(end + 1, y, figure.unit, "dim")
    if figure.unit != "%" or figure.value is None:
        return
    x = rect.x + _NAME + _TODAY + _GAP
    cells = rect.right - x
    full = round(cells * figure.value / 100)
    # Of the sun's energy, and of the house's.
    style = "solar" if figure.field == "self_consumption" else "house"
    paint.put(x, y, g.bar_full * full, view.tone(style))
    paint.put(x + full, y, g.bar_empty * (cells - full), "border")
