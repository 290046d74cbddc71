"""A house lived through for days or a year: the real monitor, energy and store code, killed again
and again, on a clock that is never waited for."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kstar_tui.history.archive import Archive
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.ledger import BookKeeper
from kstar_tui.history.store import Store
from kstar_tui.link.interface import Address, LinkCounters, LinkError
from kstar_tui.monitor.energy import FLOWS, Flow
from kstar_tui.monitor.monitor import Monitor
from kstar_tui.monitor.update import Update
from kstar_tui.protocol.device import DeviceInfo, DeviceSettings
from kstar_tui.protocol.frame import parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data
from kstar_tui.simulator.days import named_day
from kstar_tui.simulator.frames import Replies
from kstar_tui.simulator.house import House
from kstar_tui.simulator.options import SimulatorOptions

BERLIN = ZoneInfo("Europe/Berlin")
_INFO = DeviceInfo("10104", "KSE4000", "KSTAR", "SIMYEAR000001", "", 2, "Germany")
_DAY = 86400


class JumpClock:
    """Sleeping is done at once; only its second passes. `jumps` are (second, seconds off)."""

    def __init__(self, start: datetime, jumps: list[tuple[float, float]]) -> None:
        self.time = 0.0
        self._start = start
        self._jumps = jumps

    def monotonic(self) -> float:
        return self.time

    def now(self) -> datetime:
        off = sum(seconds for at, seconds in self._jumps if at <= self.time)
        return (self._start + timedelta(seconds=self.time + off)).astimezone(BERLIN)

    async def sleep(self, seconds: float) -> None:
        self.time += max(0.0, seconds)
        await asyncio.sleep(0)


class HouseLink:
    """The inverter of a house: it sleeps at night, misses polls, and sends zeros when it wakes."""

    def __init__(self, life: Life, address: Address) -> None:
        self.address = address
        self.counters = LinkCounters()
        self._life = life

    async def identify(self) -> DeviceInfo:
        return _INFO

    async def settings(self) -> DeviceSettings:
        raise LinkError("not told")

    async def read(self) -> Reading:
        life = self._life
        now = life.clock.time
        life.house.advance(now)
        if now >= life.ends:
            os.kill(os.getpid(), signal.SIGKILL)
        hour = now / 3600 % 24
        if life.sleeps and hour < 4:
            raise LinkError("asleep")
        chance = life.chance.random()
        if chance < 0.01:
            raise LinkError("lost")
        if chance < 0.012:
            life.silent_until = now + life.chance.uniform(20, 900)
        if now < life.silent_until:
            raise LinkError("no answer")
        zeros = chance > 0.998
        frame = life.replies.zeros() if zeros else life.replies.running_data(life.house.values())
        return decode_running_data(parse_frame(frame))


@dataclass
class Life:
    """One run of the program, from its start to its kill."""

    house: House
    clock: JumpClock
    ends: float
    chance: random.Random
    journal: Path
    replies: Replies
    interval: float
    sleeps: bool
    jumps: list[tuple[float, float]]
    silent_until: float = 0.0
    truth: list[float] = field(default_factory=lambda: [0.0] * 6)
    """kWh of the house's own account over the intervals that were observed, since the start."""

    def run(self, database: Path) -> None:
        """Live until killed."""
        book = BookKeeper(database, Calendar(BERLIN), interval=self.interval, clock=self.clock)
        monitor = Monitor(
            lambda address: HouseLink(self, address),
            self.clock,
            interval=self.interval,
            address=Address("127.0.0.1"),
            find=None,
            wake=None,
            ledger=book,
        )
        monitor.subscribe(self._watch())
        asyncio.run(monitor.run())

    def _watch(self) -> Callable[[Update], None]:
        last: tuple[float, list[float]] | None = None
        saved: datetime | None = None

        def watch(update: Update) -> None:
            nonlocal last, saved
            if not update.fresh or update.taken_monotonic is None:
                return
            account = self.house.account
            now = [
                account.pv,
                account.load,
                account.grid_import,
                account.grid_export,
                account.battery_charge,
                account.battery_discharge,
            ]
            at = update.taken_monotonic
            if last is not None and at - last[0] <= 3 * self.interval:
                jumped = any(last[0] < when <= at for when, _ in self.jumps)
                if not jumped:
                    for i in range(6):
                        self.truth[i] += now[i] - last[1][i]
            last = at, now
            energy = update.energy
            if energy is not None and energy.saved != saved:
                saved = energy.saved
                entry = {
                    "time": at,
                    "truth": self.truth,
                    "total": [energy.total[flow] for flow in FLOWS],
                    "today": [energy.today[flow] for flow in FLOWS],
                    "day": str(energy.day),
                }
                with self.journal.open("a") as journal:
                    journal.write(json.dumps(entry) + "\n")

        return watch


@dataclass(frozen=True)
class Outcome:
    """What the lives left behind."""

    entries: list[dict[str, object]]
    """Every save in order, as it was told."""
    truth: list[float]
    """kWh that were observed and had been saved when each life ended."""


def live_apart(folder: Path, **how: Any) -> Outcome:
    """`live` in a process that has no threads: it forks."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(live, folder, **how).result()


def live(
    folder: Path,
    *,
    start: datetime,
    days: float,
    kills: int,
    interval: float = 5.0,
    seed: int = 1,
    sleeps: bool = False,
    jumps: list[tuple[float, float]] | None = None,
) -> Outcome:
    """Live for so many days from a local midnight on, killed so many times in between."""
    chance = random.Random(seed)
    ends = [*sorted(chance.uniform(0, days * _DAY) for _ in range(kills)), days * _DAY]
    jumps = jumps or []
    house = House(named_day("cloudy"), start.replace(tzinfo=None), seed=seed, step=interval)
    replies = Replies(SimulatorOptions(serial="SIMYEAR000001"))
    clock = JumpClock(start.astimezone(UTC), jumps)
    truth = [0.0] * 6
    entries: list[dict[str, object]] = []
    for number, end in enumerate(ends):
        journal = folder / f"journal-{number}"
        life = Life(
            house,
            clock,
            end,
            random.Random(f"{seed}/{number}"),
            journal,
            replies,
            interval,
            sleeps,
            jumps,
        )
        child = os.fork()
        if child == 0:
            try:
                life.run(folder / "history.sqlite")
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        if os.WTERMSIG(status) != signal.SIGKILL:
            raise AssertionError(f"life {number} ended by itself with {status}")
        if journal.exists():
            told = [json.loads(line) for line in journal.read_text().splitlines()]
            entries += told
            for i in range(6):
                truth[i] += told[-1]["truth"][i]
        # The house lived on while the program was killed and started again.
        clock.time = end + 20
        house.advance(clock.time)
    return Outcome(entries, truth)


def check_told(outcome: Outcome) -> None:
    """No counter ever fell, and the integrated ones are what the house itself counted."""
    told: list[Any] = [entry["total"] for entry in outcome.entries]
    for one, other in pairwise(told):
        assert all(b >= a for a, b in zip(one, other, strict=True)), "a lifetime counter fell"
    entries: list[Any] = outcome.entries
    for before, after in pairwise(entries):
        # A clock that is set back comes to the same day again.
        if before["day"] == after["day"]:
            pairs = zip(before["today"], after["today"], strict=True)
            assert all(new >= old - 1e-9 for old, new in pairs), "a day's counter fell"
    for flow, kept, true in zip(FLOWS, told[-1], outcome.truth, strict=True):
        if not flow.counted:
            assert abs(kept - true) <= 0.005 * true + 0.01, (flow, kept, true)


def check_days(outcome: Outcome, folder: Path, first: date, last: date) -> None:
    """The days on disk add up to the account, whichever tier is asked."""
    calendar = Calendar(BERLIN)
    store = Store.open(folder / "history.sqlite", calendar, now=calendar.end(last), write=False)
    archive = Archive(store, calendar)
    (inverter,) = archive.inverters()
    days = archive.days(inverter.key, first, last)
    whole = archive.total(inverter.key, calendar.start(first), calendar.end(last))
    account = store.account(inverter.key)
    assert account is not None
    for flow, total in zip(FLOWS, account.totals, strict=True):
        by_day = sum(bucket.millijoules(flow) for _, bucket in days)
        assert whole.millijoules(flow) == by_day
        if not flow.counted:
            assert by_day == total, flow
    measured = whole.measured(Flow.PV)
    assert abs(measured - outcome.truth[0]) <= 0.005 * outcome.truth[0]
    store.close()
