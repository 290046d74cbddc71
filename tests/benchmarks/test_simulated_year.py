"""A whole year of a house, killed two hundred times: what is kept, and how large it gets."""

from __future__ import annotations

import os
import time
from datetime import date, datetime
from pathlib import Path

from simulated_year import BERLIN, check_days, check_told, live

INTERVAL = float(os.environ.get("KSTAR_YEAR_INTERVAL", "5"))
"""Seconds between two readings; the year takes half an hour at 5."""
DAYS = int(os.environ.get("KSTAR_YEAR_DAYS", "365"))


def test_a_year(tmp_path: Path) -> None:
    start = datetime(2026, 1, 1, tzinfo=BERLIN)
    jumps = [(40 * 86400.0, 3600.0), (41 * 86400.0, -3600.0), (200 * 86400.0, 86400.0)]
    jumps += [(201 * 86400.0, -86400.0)]
    began = time.perf_counter()
    kills = round(200 * DAYS / 365)
    outcome = live(
        tmp_path, start=start, days=DAYS, kills=kills, interval=INTERVAL, sleeps=True, jumps=jumps
    )
    size = (tmp_path / "history.sqlite").stat().st_size / 1e6
    print(f"\n{DAYS} days at {INTERVAL:g} s in {time.perf_counter() - began:.0f} s, {size:.1f} MB")
    check_told(outcome)
    check_days(outcome, tmp_path, date(2025, 12, 31), date(2027, 1, 2))
    told = outcome.entries[-1]["total"]
    print("kWh kept", told, "\nkWh true", outcome.truth)
    assert size <= 60
