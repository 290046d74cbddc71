"""One inverter over time: polled, lost, looked for and found again; subscribers are told all."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from kstar_tui.clock import Clock
from kstar_tui.link.events import Found
from kstar_tui.link.interface import Address, Link, LinkError
from kstar_tui.monitor.energy import Ledger
from kstar_tui.monitor.finding import Failures, Find, Search, by_address, is_same, others
from kstar_tui.monitor.identity import Identity
from kstar_tui.monitor.plausibility import Plausibility
from kstar_tui.monitor.question import Question
from kstar_tui.monitor.rescue import Rescue
from kstar_tui.monitor.schedule import Schedule
from kstar_tui.monitor.subscribers import Subscribers
from kstar_tui.monitor.trouble import IMPLAUSIBLE
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.protocol.device import DeviceSettings
from kstar_tui.protocol.reading import Reading

STALE_AFTER = 2
"""Polls lost in a row that make an online inverter stale."""
OFFLINE_AFTER = 3
"""Polls lost in a row that make it unavailable."""

_log = logging.getLogger("kstar_tui.monitor")


class _Taken(NamedTuple):
    reading: Reading
    at: datetime
    at_monotonic: float


class Progress(NamedTuple):
    """What must change with time where an inverter is polled, answer or not."""

    steps: int
    """How many times a poll or a search has begun or ended."""
    pause: float
    """Seconds that were planned from the last end to the next beginning; 0 in a poll."""


class Monitor:
    """Polls until cancelled, whatever the inverter does.

    A poll is lost when no reading is accepted. One that was answered by a reading nobody can
    believe counts as lost too, since what is shown ages all the same; but as the inverter does
    answer, it is asked on the usual beat and neither woken nor looked for.
    """

    def __init__(
        self,
        connect: Callable[[Address], Link],
        clock: Clock,
        *,
        interval: float,
        address: Address | None,
        find: Find | None,
        wake: Callable[[str], Awaitable[None]] | None,
        mac: str | None = None,
        named: bool = True,
        serial: str | None = None,
        ledger: Ledger | None = None,
        ahead: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Polls every `interval` s; without an address `find` must give one (else ValueError).

        With a `serial` number only that inverter will do, wherever it is.
        `named`: a person named the address, so whatever inverter answers there is meant; one
        that a search found (with its `mac`) stands for the inverter that was found there.
        `ledger` is shown every update before any subscriber. `ahead` is awaited before the first
        poll of an inverter that was searched for, when it is known who it is.
        """
        if not interval > 0:
            raise ValueError(f"the interval must be above 0 s, not {interval}")
        if address is None and find is None:
            raise ValueError("without an address there must be a way to find one")
        self._connect = connect
        self._clock = clock
        self._find = find
        self._schedule = Schedule(clock, interval)
        self._rescue = Rescue(clock, find, wake)
        self._subscribers = Subscribers()
        self._ledger = ledger
        self._ahead = ahead
        self._waits = False
        """For `ahead`: nothing is booked yet."""
        self._plausibility = Plausibility()

        self._link = connect(address) if address is not None else None
        self._named = named and address is not None
        self._identity = Identity(mac, self._unexpected, serial)
        self._settings: DeviceSettings | None = None
        self._settings_question = Question(10)
        self._failures = Failures()

        self._state = LinkState.CONNECTING if self._link else LinkState.SEARCHING
        self._since = clock.now()
        self._since_monotonic = clock.monotonic()
        self._reading: Reading | None = None
        self._taken = self._since
        self._taken_monotonic = self._since_monotonic
        self._polls = self._lost = self._lost_in_a_row = 0
        self._unanswered_in_a_row = self._searches = 0
        self._rejected: Counter[str] = Counter()
        self._refused: dict[str, bytes] = {}
        self._retries = 0
        self._error: str | None = None
        self._bugs: set[str] = set()
        self._latest = self._snapshot(fresh=False)

    @property
    def latest(self) -> Update:
        """The newest update; before the first poll, what is known without one."""
        return self._latest

    def subscribe(self, subscriber: Callable[[Update], None]) -> Callable[[], None]:
        """Call it with every update from now on; the returned function ends that."""
        return self._subscribers.add(subscriber)

    def poll_now(self) -> None:
        """Poll (or search) as soon as the inverter has rested; a poll under way answers it."""
        self._schedule.now()

    def retime(self, interval: float) -> None:
        """Poll every `interval` s from now on, beginning at once."""
        self._schedule.retime(interval)

    def book(self, ledger: Ledger | None) -> None:
        """Show every update from now on to this ledger, or to none."""
        self._ledger = ledger

    @property
    def progress(self) -> Progress:
        """How far `run` has come, for whoever watches that it goes on."""
        return Progress(self._schedule.steps, self._schedule.pause)

    async def run(self) -> None:
        """Search if need be, then poll; returns only by cancellation."""
        find = self._find
        try:
            self._publish()
            while self._link is None and find is not None:
                await self._search(find)
            if self._waits and self._ahead is not None:
                await self._ahead()
                self._waits = False
            self._schedule.restart()
            while self._link is not None:
                self._schedule.begin()
                await self._poll(self._link)
                if not self._move():
                    await self._schedule.wait()
                    self._move()
        finally:
            await self._rescue.stop()

    async def _search(self, find: Find) -> None:
        search, meant = Search(), self._identity.meant
        self._schedule.begin()
        try:
            await search.run(find, until=partial(is_same, serial=meant, mac=None))
            error, cause = search.failure, search.cause
        except Exception as problem:
            error = cause = self._unexpected("searching", problem)
        fit = [one for one in search.found if meant is None or is_same(one, meant, None)]
        if fit:
            self._choose(by_address(fit))
            return
        if search.found and meant is not None:
            error = others(search.found, meant)
        if self._failures.is_news(cause, search.strangers):
            _log.warning("%s; searching on", error)
        self._error = error
        self._schedule.end(self._searches)
        self._searches += 1
        self._publish()
        await self._schedule.wait()

    def _choose(self, found: list[Found]) -> None:
        chosen = found[0]
        if len(found) > 1:
            _log.warning(
                "%d inverters answer: %s; taking %s, choose another with --serial NUMBER",
                len(found),
                ", ".join(f"{one.address} ({one.serial or one.name})" for one in found),
                chosen.address,
            )
        self._link = self._connect(chosen.address)
        self._identity.told(chosen.info, chosen.mac)
        self._error = None
        self._waits = self._ahead is not None
        self._enter(LinkState.CONNECTING)
        self._publish()

    async def _poll(self, link: Link) -> None:
        self._polls += 1
        taken: _Taken | None = None
        answered = True
        try:
            taken = await self._read(link)
            if self._identity.comes_first:
                await self._identify(link)
            self._error = self._doubt(taken)
        except LinkError as error:
            answered = False
            self._error = str(error)
        except Exception as error:
            answered = False
            self._error = self._unexpected("polling", error)
        self._unanswered_in_a_row = 0 if answered else self._unanswered_in_a_row + 1
        accepted = taken is not None and self._error is None
        if taken is not None and accepted:
            self._accept(taken)
        else:
            self._lose()
        if self._state is LinkState.OFFLINE and not answered:
            self._schedule.end(max(0, self._unanswered_in_a_row - OFFLINE_AFTER))
            identity = self._identity
            self._rescue.start(link.address, identity.serial, identity.mac, self.poll_now)
        else:
            self._schedule.end(answered=answered)
        self._publish(fresh=accepted)
        if accepted:
            await self._ask_further(link)

    async def _read(self, link: Link) -> _Taken:
        reading = await link.read()
        self._identity.question.poll()
        self._settings_question.poll()
        return _Taken(reading, self._clock.now(), self._clock.monotonic())

    def _accept(self, taken: _Taken) -> None:
        self._reading, self._taken, self._taken_monotonic = taken
        self._lost_in_a_row = 0
        self._rescue.cancel()
        self._enter(LinkState.ONLINE)

    def _lose(self) -> None:
        self._lost += 1
        self._lost_in_a_row += 1
        if self._lost_in_a_row >= OFFLINE_AFTER:
            self._enter(LinkState.OFFLINE)
        elif self._lost_in_a_row >= STALE_AFTER and self._state is LinkState.ONLINE:
            self._enter(LinkState.STALE)

    def _doubt(self, taken: _Taken) -> str | None:
        reason = self._plausibility.check(taken.reading, taken.at_monotonic)
        if reason is None:
            return None
        self._rejected[reason] += 1
        self._refused[reason] = taken.reading.raw
        return f"{IMPLAUSIBLE}{reason}"

    async def _identify(self, link: Link) -> None:
        # Only who can look for the inverter elsewhere may leave its old address to another.
        if await self._identity.ask(link, adopt=self._named or self._find is None):
            # What was believed, measured and set is the other inverter's.
            self._plausibility = Plausibility()
            self._reading = self._settings = None
        if self._identity.question.settled:
            self._settings_question.again()

    async def _ask_further(self, link: Link) -> None:
        """What a reading need not wait for."""
        if self._identity.question.due:
            await self._identify(link)
            self._publish()
        if self._settings_question.due:
            await self._ask_settings(link)

    async def _ask_settings(self, link: Link) -> None:
        try:
            self._settings = await link.settings()
        except LinkError:
            self._settings_question.lost()
            return
        except Exception as error:
            self._settings_question.lost()
            self._unexpected("asking for settings", error)
            return
        self._settings_question.answered()
        self._publish()

    def _move(self) -> bool:
        """Go to the address at which the inverter was found again, if it was."""
        found = self._rescue.take()
        if found is None or self._link is None or found.address == self._link.address:
            return False
        _log.warning("inverter found again at %s, before %s", found.address, self._link.address)
        self._rejected.update(self._link_rejections())
        self._refused |= self._link_refused()
        self._retries += self._link.counters.retries
        self._link = self._connect(found.address)
        self._named = False
        self._identity.moved(found.mac)
        self._publish()
        return True

    def _enter(self, state: LinkState) -> None:
        before, lasted = self._state, self._clock.monotonic() - self._since_monotonic
        if state is before:
            return
        self._state = state
        self._since = self._clock.now()
        self._since_monotonic = self._clock.monotonic()
        where = self._link.address if self._link else "?"
        if state is LinkState.OFFLINE:
            self._identity.doubt()
            _log.warning("inverter at %s is offline: %s", where, self._error)
        elif before is LinkState.OFFLINE:
            _log.warning("inverter at %s is back after %.0f s", where, lasted)
        else:
            _log.info("inverter at %s: %s, before %s", where, state, before)

    def _unexpected(self, doing: str, error: Exception) -> str:
        text = f"{doing} failed: {type(error).__name__}: {error}"
        if text not in self._bugs and len(self._bugs) < 100:
            self._bugs.add(text)
            _log.error("%s", text, exc_info=error)
        return text

    def _link_rejections(self) -> dict[str, int]:
        if self._link is None:
            return {}
        return {str(reason): n for reason, n in self._link.counters.rejections.items()}

    def _link_refused(self) -> dict[str, bytes]:
        if self._link is None:
            return {}
        return {str(reason): data for reason, data in self._link.counters.refused.items()}

    def _publish(self, *, fresh: bool = False) -> None:
        self._latest = self._booked(self._snapshot(fresh=fresh))
        self._subscribers.tell(self._latest)

    def _booked(self, update: Update) -> Update:
        if self._ledger is None or self._waits:
            return update
        try:
            return update._replace(energy=self._ledger.take(update))
        except Exception as error:
            self._unexpected("keeping the history", error)
            return update._replace(energy=self._latest.energy)

    def _snapshot(self, *, fresh: bool) -> Update:
        known = self._reading is not None
        return Update(
            state=self._state,
            since=self._since,
            at=self._clock.now(),
            at_monotonic=self._clock.monotonic(),
            fresh=fresh,
            reading=self._reading,
            taken=self._taken if known else None,
            taken_monotonic=self._taken_monotonic if known else None,
            address=self._link.address if self._link else None,
            mac=self._identity.mac,
            meant=self._identity.meant,
            info=self._identity.info,
            settings=self._settings,
            polls=self._polls,
            lost=self._lost,
            lost_in_a_row=self._lost_in_a_row,
            rejected=dict(self._rejected + Counter(self._link_rejections())),
            refused=self._refused | self._link_refused(),
            retries=self._retries + (self._link.counters.retries if self._link else 0),
            latency=self._link.counters.latency if self._link else None,
            error=self._error,
            next_poll_monotonic=self._schedule.due,
        )
