"""Whether the monitor goes on: an inverter that is away is asked all the same."""

from __future__ import annotations

from kstar_tui.monitor.monitor import Progress

PATIENCE = 120.0
"""Seconds beyond what was planned within which a poll or a search begins or ends.

A poll takes 20 s at most, and a search among hosts that all answer something, over a minute.
"""


class Movement:
    """Held against what a monitor says of its progress, now and then."""

    def __init__(self) -> None:
        self._last: Progress | None = None
        self._since = 0.0

    def goes_on(self, progress: Progress, now: float) -> bool:
        """False while a step is overdue by more than PATIENCE; `now` in seconds in which a sleep
        is measured, so not those for which the machine was suspended."""
        if progress != self._last:
            self._last, self._since = progress, now
        return now - self._since <= progress.pause + PATIENCE
