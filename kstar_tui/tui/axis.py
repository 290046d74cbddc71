"""Times of day along an axis of columns."""

from __future__ import annotations

from functools import lru_cache

from kstar_tui.history.calendar import Calendar

_STEPS = (10, 15, 30, 60, 120, 180, 240, 360)
"""Minutes between two labels."""
_LABEL = 5


# An axis stands still for a minute at least, the screen is drawn at every poll.
@lru_cache(maxsize=8)
def time_labels(
    start: int, step: int, count: int, calendar: Calendar, *, gap: int = 8, over: int = 0
) -> tuple[tuple[int, str], ...]:
    """(column, `HH:MM`) in whose column a round local time is; a column is `step` s wide, the
    first of `count` starts at `start` (s since 1970, on a minute).

    Labels are at least `gap` cells apart, and reach at most `over` cells beyond the last column.
    """
    every = next((s for s in _STEPS if s * 60 / step >= gap), _STEPS[-1])
    labels: list[tuple[int, str]] = []
    for column in range(min(count, count + over - _LABEL + 1)):
        begin = start + column * step
        local = calendar.local(begin)
        wait = -(local.hour * 60 + local.minute) % every * 60
        if wait >= step or (labels and column < labels[-1][0] + gap - 1):
            continue
        # Between both the clocks can have been changed.
        local = calendar.local(begin + wait)
        text = f"{local:%H:%M}"
        again = labels and labels[-1][1] == text
        if (local.hour * 60 + local.minute) % every == 0 and not again:
            labels.append((column, text))
    return tuple(labels)
