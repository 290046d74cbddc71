"""Times of day along an axis of columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_STEPS = (10, 15, 30, 60, 120, 180, 240, 360)
_LABEL = 5


def time_labels(
    first: int, minutes: int, columns: int, now: datetime, *, gap: int = 8
) -> list[tuple[int, str]]:
    """(column, `HH:MM`) at round local times; a column is `minutes` wide, the first starts at
    minute `first` since 1970; labels are at least `gap` cells apart."""
    step = next((s for s in _STEPS if s / minutes >= gap), _STEPS[-1])
    labels: list[tuple[int, str]] = []
    for column in range(columns - _LABEL + 1):
        at = datetime.fromtimestamp((first + column * minutes) * 60, UTC).astimezone(now.tzinfo)
        wait = -(at.hour * 60 + at.minute) % step
        if wait < minutes and (not labels or column >= labels[-1][0] + gap - 1):
            labels.append((column, f"{at + timedelta(minutes=wait):%H:%M}"))
    return labels
