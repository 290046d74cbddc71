"""Keeps the books of the inverter that the monitor watches, and has them on disk every minute."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

from kstar_tui.clock import Clock
from kstar_tui.history.archive import Archive
from kstar_tui.history.books import Books
from kstar_tui.history.bucket import MINUTE, Bucket, merged
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.errors import StoreDamaged
from kstar_tui.history.happenings import Happenings
from kstar_tui.history.keeping import HistoryStatus, Keeping
from kstar_tui.history.pending import Pending
from kstar_tui.history.records import Account, Batch, RawFrame, StoredEvent
from kstar_tui.history.store import Store, StoreBusy, StoreError
from kstar_tui.monitor.energy import FLOWS, MJ_PER_KWH, Energy
from kstar_tui.monitor.events import Kind, Severity
from kstar_tui.monitor.update import NAMELESS, Update

FIRST_MOMENT = 1735689600
"""2025-01-01 UTC in s since 1970: a clock that says less was never set."""
_RETRY = 55.0
"""Seconds between two tries to open the database: each save may try, one a minute."""

_log = logging.getLogger(__name__)


class BookKeeper:
    """A ledger of the monitor: `take` every update, `close` at the end.

    The database is opened at the first need, and again after a failure, once a minute at most.
    """

    def __init__(
        self,
        path: Path | str,
        calendar: Calendar,
        *,
        interval: float,
        clock: Clock,
        publishes: bool = False,
        alerts: bool = False,
    ) -> None:
        """Readings come every `interval` s; `path` may be ":memory:". Other processes are told
        whether this one `publishes`, and tells `alerts`."""
        self._path = path
        self._calendar = calendar
        self._interval = interval
        self._clock = clock
        self._publishes = publishes
        self._alerts = alerts
        self._busy: StoreBusy | None = None
        """Who writes instead."""
        self._store: Store | None = None
        self._archive: Archive | None = None
        self._tried: float | None = None
        self._status = HistoryStatus(Keeping.WAITING, str(path))
        self._key: str | None = None
        self._nameless = 0
        self._model = self._serial = ""
        self._saved_minute: int | None = None
        self._saved_monotonic = 0.0
        self._unset_said = False
        self._day: date | None = None
        self._today = Bucket(0)
        self._written: Account | None = None
        self._energy: Energy | None = None
        self._closed = False
        self._begin()

    @property
    def status(self) -> HistoryStatus:
        """How it goes now."""
        return self._status

    @property
    def stands_by(self) -> bool:
        """Another process keeps the books of this inverter, and publishes it."""
        busy = self._busy
        return busy is not None and busy.publishes and busy.key in (None, self._key)

    @property
    def alerts_elsewhere(self) -> bool:
        """Another process keeps the books of this inverter, and tells its alerts."""
        busy = self._busy
        return busy is not None and busy.alerts and busy.key in (None, self._key)

    @property
    def archive(self) -> Archive | None:
        """What is on disk, opened if it can be; None where it cannot."""
        if self._store is None and not self._closed:
            now = self._clock.now().timestamp()
            self._opened(now, self._clock.monotonic())
        return self._archive

    @property
    def store(self) -> Store | None:
        """The database, opened if it can be: for what a demo lived through before it began."""
        return self._store if self.archive is not None else None

    @property
    def key(self) -> str | None:
        """The inverter that is booked; None while it is not known."""
        return self._key

    def take(self, update: Update) -> Energy | None:
        """Book what an update tells; the accounts as they stand on disk."""
        if self._closed:
            return self._energy
        self._identify(update)
        self._pending.events.extend(self._happenings.take(update))
        if update.fresh and update.reading is not None and update.taken is not None:
            self._book(update)
        if self._key is not None and self._due(update):
            self._save(update.at.timestamp(), update.at_monotonic)
        return self._energy

    def hurry(self) -> None:
        """Where another process writes: it may just have let go, so the next update tries."""
        if self._busy is not None:
            self._tried = self._saved_minute = None

    def retime(self, interval: float) -> None:
        """Readings come every `interval` s from now on."""
        self._interval = interval
        self._books.retime(interval)

    def close(self) -> None:
        """Save what is pending and leave the database to others."""
        if self._key is not None and not self._closed:
            self._save(self._clock.now().timestamp(), self._clock.monotonic(), last=True)
        self._let_go()
        self._closed = True

    def _begin(self) -> None:
        self._books = Books(self._calendar, self._interval)
        self._pending = Pending()
        self._happenings = Happenings()

    def _identify(self, update: Update) -> None:
        info = update.info
        if self._key is None:
            self._nameless += update.fresh
            if info is None and self._nameless < NAMELESS:
                return
            self._call_it(update.key)
        elif info is not None and update.key != self._key:
            self._save(update.at.timestamp(), update.at_monotonic, last=True)
            self._begin()
            self._call_it(update.key)
            self._day = self._written = self._energy = self._saved_minute = None
        if info is not None:
            self._model, self._serial = info.model, info.serial

    def _call_it(self, key: str) -> None:
        """This one is booked; others on this machine are told."""
        self._key = key
        if self._store is not None:
            self._store.tell(key, publishes=self._publishes, alerts=self._alerts)

    def _book(self, update: Update) -> None:
        reading, taken, monotonic = update.reading, update.taken, update.taken_monotonic
        if reading is None or taken is None or monotonic is None:
            return
        at = taken.timestamp()
        self._keep(*self._books.take(reading, at, monotonic), at)
        if at >= FIRST_MOMENT:
            self._pending.frames.append(RawFrame(at, reading.raw))
        elif not self._unset_said:
            self._unset_said = True
            _log.warning(
                "the clock of this machine is not set (%s): energy counts, but for no day",
                taken.date(),
            )

    def _keep(self, buckets: list[Bucket], texts: list[str], at: float) -> None:
        for bucket in buckets:
            if bucket.start >= FIRST_MOMENT:
                self._pending.add(bucket)
        events = [
            StoredEvent(at, Kind.COUNTER, "counter", True, Severity.WARNING, text) for text in texts
        ]
        for event in self._happenings.limited(events, self._clock.monotonic()):
            _log.warning("%s", event.text)
            self._pending.events.append(event)

    def _due(self, update: Update) -> bool:
        minute = int(update.at.timestamp() // MINUTE)
        return minute != self._saved_minute or update.at_monotonic - self._saved_monotonic >= MINUTE

    def _save(self, now: float, monotonic: float, *, last: bool = False) -> None:
        """Everything that is pending in one transaction; nothing is raised."""
        self._saved_minute, self._saved_monotonic = int(now // MINUTE), monotonic
        try:
            if not self._opened(now, monotonic, at_once=last):
                self._look(now)
                return
            try:
                self._resume(now)
                self._write(now)
            except StoreDamaged as damage:
                self._replace(damage, now, monotonic)
        except (StoreError, OSError) as error:
            self._failed(str(error), now)

    def _replace(self, damage: StoreDamaged, now: float, monotonic: float) -> None:
        """A new database at once for one that can no longer be read."""
        _log.warning("the history: %s; a new one begins", damage)
        aside = self._store.set_aside if self._store is not None else None
        self._let_go()
        if self._opened(now, monotonic, at_once=True):
            self._status = self._status._replace(set_aside=aside)
            self._resume(now)
            self._write(now)

    def _write(self, now: float) -> None:
        store, pending, key, account = self._store, self._pending, self._key, self._books.account()
        if store is None or key is None or account is None:
            return
        if account == self._written and not pending:
            if self._day != self._calendar.day(now) or self._energy is None:
                self._tell(account, now)
            return
        minutes = [pending.minutes[start] for start in sorted(pending.minutes)]
        if now < FIRST_MOMENT:
            # Its times mean nothing, so neither do those of the events.
            pending.events.clear()
        batch = Batch(
            key,
            now,
            account,
            minutes,
            tuple(pending.frames),
            tuple(pending.events),
            self._model,
            self._serial,
        )
        store.save(batch)
        rows = self._status.rows + len(minutes) + len(batch.frames) + len(batch.events)
        pending.clear()
        self._written = account
        if self._day is not None and self._day == self._calendar.day(now):
            first, end = self._calendar.start(self._day), self._calendar.end(self._day)
            today = [bucket for bucket in minutes if first <= bucket.start < end]
            self._today = merged(self._today.start, [self._today, *today])
        self._tell(account, now)
        if self._status.keeping is Keeping.FAILING:
            _log.warning("the history is written again: %s", self._path)
        aside = store.set_aside or self._status.set_aside
        self._status = HistoryStatus(Keeping.WRITING, str(self._path), rows=rows, set_aside=aside)

    def _tell(self, account: Account, now: float, saved: float | None = None) -> None:
        """The accounts on disk become what is told."""
        day = self._calendar.day(now)
        if day != self._day and self._archive is not None and self._key is not None:
            # As a day: a clock that was wrong may have cost it its minutes.
            first = self._calendar.start(day)
            self._today = self._archive.day(self._key, day) or Bucket(first)
            self._day = day
        totals = zip(FLOWS, account.totals, strict=True)
        self._energy = Energy(
            total={flow: total / MJ_PER_KWH for flow, total in totals},
            today=self._today.energies(),
            day=day,
            observed=self._today.observed / 1000,
            since=self._calendar.local(account.since),
            saved=self._calendar.local(now if saved is None else saved),
        )

    def _resume(self, now: float) -> None:
        """Go on with what is on disk, unless that is what was written from here."""
        store, archive, key = self._store, self._archive, self._key
        if store is None or archive is None or key is None or self._day is not None:
            return
        account = store.account(key)
        mine = self._written
        if mine is not None and (account is None or account.at <= mine.at):
            self._carry(archive, key, account, now)
            return
        first = self._books.first
        if account is not None and (
            self._books.resumed or (first is not None and FIRST_MOMENT <= first < account.at)
        ):
            # Another process has booked in between, this time too.
            self._begin()
        if not self._books.resumed:
            self._keep(*self._books.resume(account), now)
        ended = self._happenings.resume(archive.open_events(key))
        fresh = [e for e in self._pending.events if not (e.begins and self._happenings.is_open(e))]
        self._pending.events.clear()
        self._pending.events.extend([*fresh, *ended])
        if account is not None:
            self._written = account
            self._tell(account, now, account.at)

    def _carry(self, archive: Archive, key: str, account: Account | None, now: float) -> None:
        """The database was opened again; a new one gets this day as it stood, in one minute."""
        today = self._energy.day if self._energy is not None else None
        day = self._calendar.day(now)
        first = self._calendar.start(day)
        self._day = day
        kept = self._today
        self._today = archive.day(key, day) or Bucket(first)
        if account is None and today == day and now >= FIRST_MOMENT:
            self._pending.add(merged(first, [kept]))

    def _opened(self, now: float, monotonic: float, *, at_once: bool = False) -> bool:
        """The database is there and can be written."""
        if self._store is not None and self._store.write:
            return True
        if self._tried is not None and monotonic - self._tried < _RETRY and not at_once:
            return False
        self._tried = monotonic
        try:
            store = Store.open(self._path, self._calendar, now=now)
        except StoreBusy as busy:
            self._watch(busy, now)
            return False
        except (StoreError, OSError) as error:
            self._failed(str(error), now)
            return False
        self._busy = None
        if self._store is not None:
            # The other process is gone: what it booked is on disk, nothing is pending here.
            self._let_go()
            self._begin()
            self._written = None
        self._store, self._archive = store, Archive(store, self._calendar)
        self._day = None
        if self._key is not None:
            self._call_it(self._key)
        if self._status.keeping is Keeping.READING:
            _log.warning("the history is written from here now: %s", self._path)
        if store.set_aside is not None:
            _log.warning("the history could not be read and is set aside as %s", store.set_aside)
        if self._status.keeping is not Keeping.FAILING:
            self._status = HistoryStatus(
                Keeping.WRITING, str(self._path), rows=self._status.rows, set_aside=store.set_aside
            )
        return True

    def _watch(self, busy: StoreBusy, now: float) -> None:
        """Another process writes; where it books the same inverter, nothing is pending here."""
        before, self._busy = self._busy, busy
        if busy.key is not None and busy.key != self._key and self._key is not None:
            if before is None or before.key != busy.key:
                _log.warning(
                    "the history is written by %s for another inverter, and none is kept of %s:"
                    " give it a file of its own with --history FILE",
                    busy.who,
                    self._key,
                )
        elif before is None:
            _log.warning("the history is written by %s, and only read here", busy.who)
        # Not even in memory: after a take-over it would count twice.
        self._begin()
        self._written = None
        try:
            if self._store is None:
                self._store = Store.open(self._path, self._calendar, now=now, write=False)
                self._archive = Archive(self._store, self._calendar)
        except (StoreError, OSError) as error:
            self._failed(str(error), now)
            return
        self._status = HistoryStatus(
            Keeping.READING, str(self._path), pid=busy.pid, rows=self._status.rows
        )

    def _look(self, now: float) -> None:
        """Read what the other process has booked."""
        if self._store is None or self._key is None or self._status.keeping is not Keeping.READING:
            return
        self._pending.clear()
        account = self._store.account(self._key)
        if account is not None:
            self._day = self._energy = None
            self._tell(account, now, account.at)

    def _failed(self, text: str, now: float) -> None:
        self._let_go()
        status = self._status
        if status.keeping is Keeping.FAILING:
            self._status = status._replace(error=text)
            return
        _log.warning("the history cannot be written: %s; it is kept in memory until it can", text)
        self._status = status._replace(keeping=Keeping.FAILING, error=text, since=now, pid=None)

    def _let_go(self) -> None:
        store, self._store, self._archive, self._day = self._store, None, None, None
        if store is not None:
            try:
                store.close()
            except (StoreError, OSError) as error:
                _log.debug("closing the history: %s", error)
