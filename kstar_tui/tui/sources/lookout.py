"""Looks for the daemon that a screen is to follow."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kstar_tui.clock import Clock
from kstar_tui.daemon.barred import barred_by
from kstar_tui.feed.places import sockets_in
from kstar_tui.link.interface import Address
from kstar_tui.settings import Settings
from kstar_tui.settings.paths import history_path

if TYPE_CHECKING:
    # Loaded where there is one.
    from kstar_tui.feed.following import Daemon
    from kstar_tui.feed.wire import Hello

LOOK_EVERY = 2.0
"""Seconds between two looks."""
_AGAIN = 10.0
"""Seconds after which one is asked again that was not the right one."""
_SHUNNED = 60.0
"""Seconds after which one is tried again that could not be followed."""

_log = logging.getLogger(__name__)

Fits = Callable[["Hello"], bool]


class Lookout:
    """Looks into some folders; without any it never finds one."""

    def __init__(self, clock: Clock, folders: Sequence[Path]) -> None:
        self.closed: Path | None = None
        """What may not be looked into or opened: there may be one all the same."""
        self.ours: Path | None = None
        """Our own socket, at which nobody is looked for."""
        self._clock = clock
        self._folders = folders
        self._asked: dict[Path, float] = {}

    def __bool__(self) -> bool:
        """Whether it looks at all."""
        return bool(self._folders)

    async def look(self, fits: Fits) -> Daemon | None:
        """The daemon that fits, of several the one that has run longest; within 0.3 s."""
        sockets = sockets_in(self._folders)
        self.closed = next(iter(sockets.closed), self.closed)
        now = self._clock.monotonic()
        self._asked = {path: at for path, at in self._asked.items() if path in sockets.found}
        due = [
            path
            for path in sockets.found
            if path != self.ours and now >= self._asked.get(path, now)
        ]
        if not due:
            return None
        from kstar_tui.feed.following import ask_daemons

        answers = await ask_daemons(due)
        self.closed = next(iter(answers.refused), self.closed)
        found = next((one for one in answers.daemons if fits(one.hello)), None)
        # One that does not know its inverter yet soon will; the right one may have to be found
        # again, when it has read its settings anew.
        soon = {one.path for one in answers.daemons if one is found or one.hello.key is None}
        self._asked |= {path: now + (0 if path in soon else _AGAIN) for path in due}
        return found

    def shun(self, path: Path) -> None:
        """For a while not this one, should it still be there: it ended in the middle."""
        self._asked[path] = self._clock.monotonic() + _SHUNNED

    async def wait(self, fits: Fits, looked: Callable[[], None] = lambda: None) -> Daemon:
        """Look every LOOK_EVERY s, until there is one; for ever where there are no folders.
        `looked` is called after each look that found none."""
        failed = False
        while self._folders:
            await self._clock.sleep(LOOK_EVERY)
            try:
                found = await self.look(fits)
            except Exception:
                # It goes without a daemon, too.
                if not failed:
                    _log.exception("daemons cannot be looked for")
                failed, found = True, None
            if found is not None:
                return found
            looked()
        never: asyncio.Future[Daemon] = asyncio.get_running_loop().create_future()
        return await never


def serves(hello: Hello, settings: Settings) -> bool:
    """Whether nothing is lost that these settings ask for: a daemon is there to do it all, another
    screen may keep or publish less."""
    if not hello.screen:
        return True
    from kstar_tui.presence import publishes_to

    path = history_path(settings)
    return publishes_to(settings) in (None, hello.publishes) and (
        path is None or str(path.absolute()) == hello.history
    )


class BarredError(Exception):
    """A daemon runs here that this user may not attach to; in words for people."""


async def first_daemon(
    clock: Clock, folders: Sequence[Path], address: Address | None, settings: Settings
) -> Daemon | None:
    """The daemon that polls an address, or any where none is named: before the screen is there.

    BarredError where there is none, but one that may not be asked which inverter it polls.
    """

    def fits(hello: Hello) -> bool:
        return (address is None or hello.address == address) and serves(hello, settings)

    lookout = Lookout(clock, folders)
    daemon = await lookout.look(fits)
    if daemon is None and lookout.closed is not None:
        barred = barred_by(lookout.closed)
        raise BarredError(
            f"{barred.what[0].upper()}{barred.what[1:]}. To attach: {barred.advice} Two programs"
            " that ask one inverter disturb each other; to ask it from here all the same:"
            " kstar-tui --attach off."
        )
    return daemon
