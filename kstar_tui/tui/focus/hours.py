"""Today by the hour, as numbers: for screens that have room for both these and the chart."""

from __future__ import annotations

from kstar_tui.monitor.energy import JOULES_PER_KWH
from kstar_tui.tui.focus.figures import SOC, Course, Today
from kstar_tui.tui.focus.table import Block, Cell, Column, Row
from kstar_tui.tui.focus.view import FocusView
from kstar_tui.tui.words import number

_HOUR = 3600
_NOT_OBSERVED = "×"


def by_the_hour(view: FocusView, columns: tuple[tuple[Column, str], ...]) -> list[Block]:
    """Two tables, before and after the twelfth hour; `columns` have a field each.

    A flow is told in kWh of the hour, the state of charge in % at its end.
    """
    today = view.today
    if today is None:
        return []
    heads = tuple(column for column, _ in columns)
    fields = tuple(field for _, field in columns)
    rows = [_row(view, today, start, fields) for start in _hours(today.course)]
    return [Block("kWh by hour", heads, tuple(rows[:12])), Block("", heads, tuple(rows[12:]))]


def _hours(course: Course) -> range:
    return range(0, course.count, _HOUR // course.step)


def _row(view: FocusView, today: Today, first: int, fields: tuple[str, ...]) -> Row:
    course = today.course
    last = first + _HOUR // course.step
    begin = course.start + first * course.step
    seconds = course.observed[first:last]
    label = f"{view.calendar.local(begin):%H:%M}"
    if not any(seconds):
        over = begin + _HOUR <= today.read_at
        text = _NOT_OBSERVED if over else ""
        # The unit's place stays free, so that the signs stand under the numbers.
        cells = [Cell(text, " " if field == SOC else "", style="dim") for field in fields]
        return Row(label, tuple(cells))
    cells = []
    for field in fields:
        known = [
            (value, weight)
            for value, weight in zip(course.means[field][first:last], seconds, strict=True)
            if value is not None and weight > 0
        ]
        value: float | None = None
        if known:
            kwh = sum(value * weight for value, weight in known) / JOULES_PER_KWH
            value = known[-1][0] if field == SOC else kwh
        digits, unit = (0, "%") if field == SOC else (2, "")
        cells.append(Cell(number(value, digits), unit, f"{field}:hour"))
    return Row(label, tuple(cells))
