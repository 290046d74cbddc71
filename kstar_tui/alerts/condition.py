"""One thing that can be so or not, over time. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Moment(NamedTuple):
    """A moment by both clocks: one for people, one for durations."""

    at: datetime
    monotonic: float


class Condition:
    """Active once it was so for `begins_after` s; over once it was not so for `ends_after` s."""

    def __init__(self, *, begins_after: float = 0.0, ends_after: float = 0.0) -> None:
        self.active = False
        self.told = False
        """The world knows that it is so."""
        self.told_at = 0.0
        self._begins_after = begins_after
        self._ends_after = ends_after
        self._so = False
        self._began: Moment | None = None
        self._last = 0.0
        self._gone = 0.0

    @property
    def idle(self) -> bool:
        """There is nothing to remember of it."""
        return not (self.active or self.told or self._so)

    @property
    def since(self) -> datetime | None:
        """When it began to be so, the last time."""
        return None if self._began is None else self._began.at

    def resume(self, since: Moment, told_at: float, now: float) -> None:
        """It was so, and was told of, before all this was forgotten."""
        self.active = self.told = True
        self.told_at = told_at
        self._began, self._last, self._gone = since, now, now

    def lasted(self, now: float) -> float:
        """Seconds for which it has been so by now, or was."""
        if self._began is None:
            return 0.0
        return max(0.0, (now if self._so else self._gone) - self._began.monotonic)

    def see(self, so: bool, now: Moment, began: Moment | None = None) -> None:
        """It is so, perhaps since earlier, or is not. What nobody knows is not seen."""
        if so:
            if not self._so and not self.active:
                self._began = began or now
            self._so, self._last = True, now.monotonic
            if self._began and now.monotonic - self._began.monotonic >= self._begins_after:
                self.active = True
            return
        if self._so:
            self._so, self._gone = False, now.monotonic
        # What comes and goes within that time is one episode.
        if self.active and now.monotonic - self._last >= self._ends_after:
            self.active = False
