"""A machine that a test makes up, a clock that waits for nobody, and what was found on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kstar_tui.doctor.examination import Examination
from kstar_tui.doctor.finding import Finding, Result, Section
from kstar_tui.doctor.terminal import Terminal
from kstar_tui.doctor.world import World
from kstar_tui.link.client import InverterClient
from kstar_tui.link.interface import Address
from kstar_tui.link.search import SearchEvent
from kstar_tui.link.targets import Network
from kstar_tui.settings import ConfigFile, Given, Settings
from kstar_tui.settings.table import TABLE
from kstar_tui.simulator.server import Simulator

Simulate = Callable[..., Awaitable[Simulator]]
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
NOBODY = Terminal(there=False, keys=False)
LAN = Network("eth0", "192.168.1.20", 24, "192.168.1.255")


class QuickClock:
    """Every sleep is over at once, and has taken as long as it should."""

    def __init__(self, start: datetime = NOON) -> None:
        self.start = start
        self.slept: list[float] = []
        self.jump = 0.0
        """Seconds by which the wall clock goes wrong."""

    def monotonic(self) -> float:
        return sum(self.slept)

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.monotonic() + self.jump)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


def finder(*events: SearchEvent) -> Callable[[Settings], AsyncIterator[SearchEvent]]:
    """A search with these events."""

    async def find(_settings: Settings) -> AsyncIterator[SearchEvent]:
        for event in events:
            yield event

    return find


def quick_client(address: Address) -> InverterClient:
    """A client that does not wait long for nothing."""
    return InverterClient(address, timeout=0.05)


def arguments(address: Address | None = None, **given: str) -> dict[str, Given]:
    """Settings as arguments: `inverter_host="…"` is inverter.host."""
    values = {next(k for k in TABLE if k.replace(".", "_") == name): v for name, v in given.items()}
    if address is not None:
        values |= {"inverter.host": address.host, "inverter.port": str(address.port)}
    return {key: Given(f"argument --{key}", text) for key, text in values.items()}


def world(
    folder: Path,
    given: Mapping[str, Given] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    networks: Iterable[Network] = (LAN,),
    events: Iterable[SearchEvent] = (),
    clock: QuickClock | None = None,
    polls: int = 10,
) -> World:
    """A machine with one network and nothing else, its files under `folder`."""
    root = folder / "root"
    (root / "etc").mkdir(parents=True, exist_ok=True)
    (root / "etc" / "localtime").touch()
    return World(
        clock=clock or QuickClock(),
        config=ConfigFile(folder / "config.toml"),
        arguments={**arguments(history_path=str(folder / "history.sqlite")), **(given or {})},
        environ=environ or {},
        root=root,
        polls=polls,
        networks=lambda: list(networks),
        find=finder(*events),
        connect=quick_client,
    )


class Outcome:
    """All lines of an examination, by section and name."""

    def __init__(self, examination: Examination) -> None:
        self.status = int(examination.status)
        self.all = examination.findings

    def of(self, section: Section) -> list[Finding]:
        return [finding for where, finding in self.all if where is section]

    def names(self, section: Section) -> list[str]:
        return [finding.name for finding in self.of(section)]

    def one(self, section: Section, name: str) -> Finding:
        (found,) = (finding for finding in self.of(section) if finding.name == name)
        return found

    @property
    def not_well(self) -> list[tuple[Section, str, Result]]:
        bad = (Result.WARNING, Result.PROBLEM)
        return [(where, one.name, one.result) for where, one in self.all if one.result in bad]


async def examined(
    world: World, terminal: Terminal = NOBODY, *, kept: bool | None = True
) -> Outcome:
    """Look at all of it."""
    examination = Examination(world, terminal, clock_is_kept=lambda: kept)
    async for _ in examination.run():
        pass
    return Outcome(examination)


def lines(found: Iterable[Finding]) -> dict[str, Finding]:
    """Findings by name; no name twice."""
    each = list(found)
    by_name = {finding.name: finding for finding in each}
    assert len(by_name) == len(each)
    return by_name
