"""The clocks: what passes on them while the machine sleeps, and how fast."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from kstar_tui.clock import ScaledClock, SystemClock

BOOT = getattr(time, "CLOCK_BOOTTIME", None)


@pytest.mark.skipif(BOOT is None, reason="this system has no clock that counts a suspension")
def test_a_suspension_makes_what_was_measured_before_it_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clocks = {BOOT: 5000.0}
    monkeypatch.setattr(time, "clock_gettime", clocks.__getitem__)
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    clock = SystemClock()
    before = clock.monotonic()
    clocks[BOOT] += 8 * 3600
    assert clock.monotonic() - before == 8 * 3600


def test_where_nothing_counts_it_the_monotonic_clock_serves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    assert SystemClock().monotonic() == 100


def test_the_systems_own_clock_never_goes_back() -> None:
    clock = SystemClock()
    seen = [clock.monotonic() for _ in range(100)]
    assert seen == sorted(seen)
    assert clock.now().tzinfo is not None


def test_a_scaled_day_stands_still_in_a_suspension(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: seconds[0])
    start = datetime(2026, 6, 1, 12, tzinfo=UTC)
    clock = ScaledClock(start, 60)
    seconds[0] += 10
    assert clock.monotonic() == 600
    assert clock.now() == start + timedelta(minutes=10)
