"""The screen's side: which daemons there are, and what one of them tells."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from kstar_tui.clock import Clock
from kstar_tui.feed.places import short
from kstar_tui.feed.wire import (
    MOST,
    POLL_NOW,
    Frame,
    Hello,
    Message,
    parse_hello,
    parse_message,
)
from kstar_tui.link.interface import Address

PATIENCE = 0.25
"""Seconds in which a daemon says who it is."""
SILENCE = 90.0
"""Seconds without a word, above its interval, after which it is given up: one whose inverter is
away tells of a poll a minute."""

_log = logging.getLogger(__name__)


class Daemon(NamedTuple):
    """One that runs."""

    path: Path
    hello: Hello


class Answers(NamedTuple):
    """Who answered, the one that has run longest first, and which sockets may not be opened."""

    daemons: list[Daemon]
    refused: list[Path]


async def ask_daemons(paths: Iterable[Path], patience: float = PATIENCE) -> Answers:
    """Ask all at once who they are, for `patience` s; whoever says nothing sensible is left out."""
    asked = {asyncio.ensure_future(_greet(path)): path for path in paths}
    if not asked:
        return Answers([], [])
    try:
        done, _ = await asyncio.wait(asked, timeout=patience)
    finally:
        for one in asked:
            one.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
    daemons: list[Daemon] = []
    refused: list[Path] = []
    for one in done:
        error = one.exception()
        if error is None:
            daemons.append(Daemon(asked[one], one.result()))
        elif isinstance(error, PermissionError):
            refused.append(asked[one])
        elif not isinstance(error, OSError | ValueError):
            _log.error("asking a daemon", exc_info=error)
    return Answers(sorted(daemons, key=lambda one: one.hello.rank), sorted(refused))


def is_of(hello: Hello, address: Address | None, key: str | None) -> bool:
    """Whether a daemon polls the inverter at an address or with an `identity`; where nothing of
    ours is known, any is right."""
    if address is None and key is None:
        return True
    same_place = address is not None and hello.address == address
    return same_place or (key is not None and hello.key == key)


class Follower:
    """Follows one daemon, once."""

    def __init__(self, daemon: Daemon, clock: Clock) -> None:
        self._daemon = daemon
        self._clock = clock
        self._writer: asyncio.StreamWriter | None = None
        self.said_goodbye = False
        """It ended after it had told something, and nothing that it told was wrong."""

    def poll_now(self) -> None:
        """Have the inverter asked at once."""
        if self._writer is not None:
            self._writer.write(POLL_NOW)

    async def run(self, take: Callable[[Message], None]) -> None:
        """Hand on what it tells, until it ends, says nothing more or nothing sensible."""
        try:
            async with asyncio.timeout(PATIENCE):
                reader, self._writer = await _open(self._daemon.path)
        except OSError:
            return
        try:
            parse_hello(await self._line(reader, PATIENCE))
            silence = self._daemon.hello.interval + SILENCE
            told = False
            while line := await self._line(reader, silence):
                take(parse_message(line, Frame(self._clock.monotonic(), self._clock.now().tzinfo)))
                told = True
                # However much one says, the rest of the program goes on.
                await asyncio.sleep(0)
            self.said_goodbye = told
        except (OSError, ValueError) as error:
            # TimeoutError is an OSError, WireError a ValueError.
            reason = str(error) or "nothing came"
            _log.warning("process %d is followed no longer: %s", self._daemon.hello.pid, reason)
        finally:
            writer, self._writer = self._writer, None
            writer.close()

    async def _line(self, reader: asyncio.StreamReader, seconds: float) -> bytes:
        """The next whole line; nothing at the end."""
        async with asyncio.timeout(seconds):
            line = await reader.readline()
        return line if line.endswith(b"\n") else b""


async def _greet(path: Path) -> Hello:
    reader, writer = await _open(path)
    try:
        return parse_hello(await reader.readline())
    finally:
        writer.close()


async def _open(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    with short(path) as name:
        return await asyncio.open_unix_connection(name, limit=MOST)
