"""The History screen as text, beside what it was when somebody looked at it and found it right.

`KSTAR_GOLDEN=write python -m pytest tests/tui/test_history_golden.py` writes the files anew.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from golden_text import assert_as_before
from history_days import HandPast, house_minutes, year_of_days
from tui_world import cells

from kstar_tui.history.calendar import Calendar
from kstar_tui.tui.explain import explain
from kstar_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from kstar_tui.tui.history.figures import read
from kstar_tui.tui.history.period import Reach
from kstar_tui.tui.history.picture import HistoryView, draw_history, room
from kstar_tui.tui.history.sight import Sight

FOLDER = Path(__file__).parent / "golden-history"
CALENDAR = Calendar(UTC)
DAY = date(2026, 6, 18)
NOW = datetime(2026, 6, 18, 19, 30, tzinfo=UTC).timestamp()
MIDNIGHT = CALENDAR.start(DAY)
MINUTES = [
    bucket
    for bucket in house_minutes(MIDNIGHT, 19 * 60 + 30)
    if not 9 * 3600 <= bucket.start - MIDNIGHT < 10 * 3600 + 1800
]
PAST = HandPast(MINUTES, CALENDAR)
YEAR = HandPast(year_of_days(CALENDAR, DAY), CALENDAR)


def view_of(
    past: HandPast,
    reach: Reach,
    width: int,
    cursor: int | None = None,
    hours: tuple[float, float] | None = None,
) -> HistoryView:
    sight = Sight.around(reach, DAY)
    if hours is not None:
        start, end = (MIDNIGHT + int(3600 * hour) for hour in hours)
        sight = Sight(sight.period, (start, end))
    figures = read(past, "k", sight, room=room(width), now=NOW, calendar=CALENDAR)
    return HistoryView(
        sight=sight, today=DAY, now=NOW, calendar=CALENDAR, figures=figures, cursor=cursor
    )


EMPTY = HistoryView(
    sight=Sight.around(Reach.DAY, DAY),
    today=DAY,
    now=NOW,
    calendar=CALENDAR,
    message=("Nothing is recorded yet.", "The first minute is saved when it is over."),
)
CASES: dict[str, tuple[HistoryView, int, int, Glyphs]] = {
    "day-80x24": (view_of(PAST, Reach.DAY, 80, 31), 80, 23, UNICODE),
    "day-120x40": (view_of(PAST, Reach.DAY, 120), 120, 39, UNICODE),
    "day-200x60": (view_of(PAST, Reach.DAY, 200, 100), 200, 59, UNICODE),
    "day-44x12": (view_of(PAST, Reach.DAY, 44), 44, 11, UNICODE),
    "day-ascii-80x24": (view_of(PAST, Reach.DAY, 80, 31), 80, 23, ASCII),
    "hours-80x24": (view_of(PAST, Reach.DAY, 80, 20, (6.75, 12.75)), 80, 23, UNICODE),
    "hours-120x40": (view_of(PAST, Reach.DAY, 120, 70, (17, 20)), 120, 39, UNICODE),
    "week-80x24": (view_of(YEAR, Reach.WEEK, 80, 2), 80, 23, UNICODE),
    "month-80x24": (view_of(YEAR, Reach.MONTH, 80, 9), 80, 23, UNICODE),
    "year-120x40": (view_of(YEAR, Reach.YEAR, 120), 120, 39, UNICODE),
    "empty-80x24": (EMPTY, 80, 23, UNICODE),
}


@pytest.mark.parametrize("name", CASES)
def test_it_looks_as_it_did(name: str) -> None:
    one, width, height, glyphs = CASES[name]
    lines = cells(draw_history(one, width, height, glyphs), width, height)
    assert_as_before(FOLDER / f"{name}.txt", lines)


@pytest.mark.parametrize("name", [name for name in CASES if name != "empty-80x24"])
def test_every_sum_peak_and_value_at_the_cursor_tells_itself(name: str) -> None:
    one, width, height, glyphs = CASES[name]
    explained = set()
    for y, line in enumerate(draw_history(one, width, height, glyphs)):
        for span in line:
            told = span.field and explain(span.field, None)
            if told:
                explained.add(told.field)
            # Below the axis there are no numbers but values, and the times of the cursor.
            elif y >= height - 3 and span.style != "title" and any(map(str.isdigit, span.text)):
                raise AssertionError(span)
    assert {"pv_energy", "battery_discharge_energy", "self_sufficiency"} <= explained


def test_no_file_is_left_over() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(CASES)
