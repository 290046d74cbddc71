"""How well the inverter is reached, over the last day: a bucket a minute, however long it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate, pairwise
from types import MappingProxyType
from typing import NamedTuple

from kstar_tui.monitor.trail import KEPT_MINUTES, window
from kstar_tui.monitor.update import Update

_MOST_ANSWERS = 60
"""Answers of one minute whose times are kept: polls are at least a second apart."""
_SLOWEST = 60_000
"""Milliseconds that stand for all slower answers."""


class Stretch(NamedTuple):
    """What happened in a stretch of time. Times of answers are in ms; None where there was none."""

    polls: int = 0
    lost: int = 0
    """Polls that brought no reading."""
    retries: int = 0
    """Questions sent again."""
    refused: Mapping[str, int] = MappingProxyType({})
    """Replies and readings that were not taken, by reason."""
    median: float | None = None
    worst: int | None = None

    @property
    def lost_share(self) -> float | None:
        """Lost polls in % of all; None where there was none."""
        return 100 * self.lost / self.polls if self.polls else None


class Refusal(NamedTuple):
    """One reason for which something was not taken."""

    reason: str
    times: int
    """Since the start."""
    last: datetime
    """Wall time at which it was last so."""
    data: bytes | None
    """The newest bytes, where they are known."""


@dataclass(slots=True)
class _Minute:
    polls: int = 0
    lost: int = 0
    retries: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)


class LinkRecord:
    """Takes every update of the monitor of one inverter. Columns are made when asked for.

    Between two polls that lie at most `hold` seconds apart nothing was missed.
    """

    def __init__(self, hold: float = 0.0) -> None:
        self.hold_over(hold)
        self._minutes: dict[int, _Minute] = {}
        self._answers: Counter[int] = Counter()
        self._latest: int | None = None
        self._before: Update | None = None
        self._last_refused: dict[str, datetime] = {}

    def hold_over(self, seconds: float) -> None:
        """From now on polls come at another pace."""
        self._hold_minutes = max(1, -(-seconds // 60))

    def take(self, update: Update) -> None:
        """Book what is new since the update before. Wall time says in which minute it happened."""
        before, self._before = self._before, update
        polls = _since(before.polls if before else 0, update.polls)
        retries = _since(before.retries if before else 0, update.retries)
        refused = {
            reason: more
            for reason, count in update.rejected.items()
            if (more := _since(before.rejected.get(reason, 0) if before else 0, count))
        }
        for reason in refused:
            self._last_refused[reason] = update.at
        if not (polls or retries or refused):
            return
        minute = self._minute(int(update.at.timestamp() // 60))
        minute.polls += polls
        minute.lost += _since(before.lost if before else 0, update.lost)
        minute.retries += retries
        for reason, count in refused.items():
            minute.refused[reason] = minute.refused.get(reason, 0) + count
        if update.fresh and update.latency is not None and len(minute.answers) < _MOST_ANSWERS:
            answer = min(_SLOWEST, round(update.latency * 1000))
            minute.answers.append(answer)
            self._answers[answer] += 1

    def _minute(self, at: int) -> _Minute:
        if self._latest is not None and at < self._latest:
            # The clock was set back: what it said before is not on this axis.
            self._forget(minute for minute in self._minutes if minute > at)
        self._latest = at
        if at not in self._minutes:
            self._minutes[at] = _Minute()
            self._forget(minute for minute in self._minutes if minute < at - KEPT_MINUTES)
        return self._minutes[at]

    def _forget(self, minutes: Iterable[int]) -> None:
        for minute in list(minutes):
            self._answers -= Counter(self._minutes.pop(minute).answers)

    @property
    def whole(self) -> Stretch:
        """All that is kept: the last day, or what there is of it."""
        minutes = self._minutes.values()
        return _together(list(minutes), self._answers)

    @property
    def refusals(self) -> list[Refusal]:
        """Every reason of the run, the most recent first."""
        update = self._before
        if update is None:
            return []
        found = [
            Refusal(reason, count, self._last_refused[reason], update.refused.get(reason))
            for reason, count in update.rejected.items()
            if reason in self._last_refused
        ]
        return sorted(found, key=lambda one: (one.last, one.times), reverse=True)

    def window(self, count: int) -> tuple[int, int]:
        """(first minute since 1970, minutes a column) so that `count` columns show all of it."""
        if self._latest is None or count < 1:
            return 0, 1
        return window(min(self._minutes), self._latest, count)

    def columns(self, first: int, minutes: int, count: int) -> list[Stretch]:
        """`count` stretches of so many `minutes` from minute `first` on."""
        groups: list[list[_Minute]] = [[] for _ in range(count)]
        for at, minute in self._minutes.items():
            if 0 <= (column := (at - first) // minutes) < count:
                groups[column].append(minute)
        return [
            _together(group, Counter(answer for minute in group for answer in minute.answers))
            for group in groups
        ]

    def gaps(self, first: int, minutes: int, count: int) -> list[bool]:
        """Which of the same columns lie between polls, and nobody polled for them."""
        gaps = [False] * count
        polled = sorted(at for at, minute in self._minutes.items() if minute.polls)
        for before, after in pairwise(polled):
            if after - before > self._hold_minutes:
                start, end = (before - first) // minutes + 1, (after - first) // minutes
                for column in range(max(0, start), min(count, end)):
                    gaps[column] = True
        return gaps


def _since(before: int, now: int) -> int:
    return max(0, now - before)


def _together(minutes: list[_Minute], answers: Counter[int]) -> Stretch:
    if not minutes:
        return Stretch()
    refused: Counter[str] = Counter()
    for minute in minutes:
        if minute.refused:
            refused.update(minute.refused)
    return Stretch(
        sum(minute.polls for minute in minutes),
        sum(minute.lost for minute in minutes),
        sum(minute.retries for minute in minutes),
        refused,
        _median(answers),
        max(answers, default=None),
    )


def _median(answers: Counter[int]) -> float | None:
    """Of an even number the mean of the two in the middle."""
    total = answers.total()
    if not total:
        return None
    values = sorted(answers)
    ends = list(accumulate(answers[value] for value in values))

    def nth(n: int) -> int:
        return next(value for value, end in zip(values, ends, strict=True) if end > n)

    return (nth((total - 1) // 2) + nth(total // 2)) / 2
