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
from kstar_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from kstar_tui.tui.history.figures import read
from kstar_tui.tui.history.period import Period, Reach
from kstar_tui.tui.history.picture import HistoryView, draw_history, room

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


def view_of(past: HandPast, reach: Reach, width: int, cursor: int | None = None) -> HistoryView:
    period = Period.around(reach, DAY)
    figures = read(past, "k", period, room=room(width), now=NOW, calendar=CALENDAR)
    return HistoryView(
        period=period, today=DAY, now=NOW, calendar=CALENDAR, figures=figures, cursor=cursor
    )


EMPTY = HistoryView(
    period=Period.around(Reach.DAY, DAY),
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


def test_no_file_is_left_over() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(CASES)
