"""Two daemons on one inverter: the one that can be found for longer stays, the other one goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kstar_tui.clock import Clock
from kstar_tui.feed.places import sockets_in
from kstar_tui.link.interface import Address
from kstar_tui.monitor.update import Update

if TYPE_CHECKING:
    # Loaded where there is another one.
    from kstar_tui.feed.wire import Hello

AGAIN = 10.0
"""Seconds after which one is asked again that did not know its inverter yet."""
_PATIENCE = 1.0
"""Seconds in which another one answers: it may just be writing to a slow disk."""


async def who_polls(folders: Sequence[Path], address: Address | None) -> Hello | None:
    """The daemon that polls this address already; any where it is None."""
    hellos = await _others(folders, None)
    return next((hello for hello in hellos if address in (None, hello.address)), None)


class Alone:
    """A subscriber of the monitor that looks for others whenever it is known anew whom it polls."""

    def __init__(self, clock: Clock, folders: Sequence[Path], own: Path | None) -> None:
        """`own` is our socket."""
        self._clock = clock
        self._folders = folders
        self._own = own
        self._known: tuple[object, ...] = ()
        self._news = asyncio.Event()

    def on_update(self, update: Update) -> None:
        """Look again if it is another inverter, or at another address."""
        serial = update.info.serial if update.info is not None else None
        known = serial, update.mac, update.address
        if known != self._known:
            self._known = known
            self._news.set()

    async def outranked(self, hello: Callable[[], Hello]) -> Hello:
        """Returns when there is another one that polls our inverter, and stays: who it is. `hello`
        is what we say of ourselves."""
        undecided = False
        while True:
            await self._wait(AGAIN if undecided else None)
            others = await _others(self._folders, self._own)
            undecided = any(other.key is None for other in others)
            if not others:
                continue
            from kstar_tui.feed.following import is_of

            mine = hello()
            known = mine.address is not None or mine.key is not None
            for other in others:
                if known and is_of(other, mine.address, mine.key) and other.rank < mine.rank:
                    return other

    async def _wait(self, seconds: float | None) -> None:
        """Until it is known anew whom we poll, or for so long."""
        waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._news.wait())]
        if seconds is not None:
            waits.append(asyncio.ensure_future(self._clock.sleep(seconds)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        self._news.clear()


async def _others(folders: Sequence[Path], own: Path | None) -> list[Hello]:
    paths = [path for path in sockets_in(folders).found if path != own]
    if not paths:
        return []
    from kstar_tui.feed.following import ask_daemons

    answers = await ask_daemons(paths, _PATIENCE)
    # A screen makes room by itself.
    return [daemon.hello for daemon in answers.daemons if not daemon.hello.screen]
