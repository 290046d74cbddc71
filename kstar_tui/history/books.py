"""The accounts of one inverter in memory: what each reading adds to them, and when."""

from __future__ import annotations

from kstar_tui.history.bucket import Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.counters import Counters
from kstar_tui.history.integral import Integrator
from kstar_tui.history.records import Account
from kstar_tui.monitor.energy import FLOWS
from kstar_tui.protocol.reading import Reading


class Books:
    """Begins without knowing what is on disk: until `resume` says it, only integrates."""

    def __init__(self, calendar: Calendar, interval: float) -> None:
        self._calendar = calendar
        self._integrator = Integrator(interval)
        self._counters: Counters | None = None
        self._totals = [0] * len(FLOWS)
        self._since: float | None = None
        self._last: tuple[Reading, float, float] | None = None
        self.first: float | None = None
        """s since 1970 of the first reading in it."""

    def retime(self, interval: float) -> None:
        """Readings come every `interval` s from now on."""
        self._integrator.retime(interval)

    @property
    def resumed(self) -> bool:
        """It is known what was on disk."""
        return self._counters is not None

    def take(
        self, reading: Reading, at: float, at_monotonic: float
    ) -> tuple[list[Bucket], list[str]]:
        """What a reading adds, by minutes, and what of it was not counted, in words."""
        self._last = reading, at, at_monotonic
        self.first = at if self.first is None else self.first
        buckets = self._integrator.take(reading, at, at_monotonic)
        for bucket in buckets:
            for index, flow in enumerate(FLOWS):
                if not flow.counted:
                    self._totals[index] += bucket.millijoules(flow)
        counted, texts = self._count(reading, at, at_monotonic)
        return buckets + counted, texts

    def resume(self, account: Account | None) -> tuple[list[Bucket], list[str]]:
        """Go on with an account on disk, None where there is none; what the inverter counted
        since then comes at once where a reading is here already."""
        self._counters = Counters.resume(account, self._calendar)
        if account is not None:
            for index, total in enumerate(account.totals):
                self._totals[index] += total
            self._since = account.since
        return ([], []) if self._last is None else self._count(*self._last)

    def account(self) -> Account | None:
        """The whole as it goes to disk; None while it is not resumed, or before any reading."""
        counters = self._counters
        if counters is None or self._last is None or self._since is None:
            return None
        pv, load, *others = self._totals
        return Account(
            (pv, load, others[0], others[1], others[2], others[3]),
            int(self._since),
            self._last[1],
            counters.pv_counter,
            counters.load_counter,
            counters.hours_counter,
        )

    def _count(
        self, reading: Reading, at: float, at_monotonic: float
    ) -> tuple[list[Bucket], list[str]]:
        if self._counters is None:
            return [], []
        if self._since is None:
            self._since = at
        step = self._counters.take(reading, at, at_monotonic)
        self._totals[0] += step.pv
        self._totals[1] += step.load
        return step.by_minute, step.events
