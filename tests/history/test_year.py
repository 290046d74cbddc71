"""Days of a house with everything that goes wrong in them; the whole year is a benchmark."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from simulated_year import BERLIN, check_days, check_told, live_apart

from kstar_tui.history.calendar import Calendar


@pytest.mark.parametrize(
    ("start", "seconds"), [("2026-03-29", 82800), ("2026-10-25", 90000)], ids=["spring", "autumn"]
)
def test_the_day_of_a_clock_change_with_kills_and_gaps(
    tmp_path: Path, start: str, seconds: int
) -> None:
    day = datetime.fromisoformat(start).replace(tzinfo=BERLIN)
    outcome = live_apart(tmp_path, start=day, days=1.2, kills=4, interval=20)
    assert Calendar(BERLIN).seconds(day.date()) == seconds
    check_told(outcome)
    check_days(outcome, tmp_path, day.date(), date(day.year, day.month, day.day + 1))


def test_nights_jumps_of_the_clock_and_many_kills(tmp_path: Path) -> None:
    day = datetime(2026, 6, 1, tzinfo=BERLIN)
    jumps = [(30_000.0, 3600.0), (60_000.0, -1800.0), (100_000.0, -1800.0)]
    outcome = live_apart(
        tmp_path, start=day, days=1.5, kills=6, interval=20, sleeps=True, jumps=jumps
    )
    check_told(outcome)
    check_days(outcome, tmp_path, date(2026, 5, 31), date(2026, 6, 4))
