"""Who polls: a daemon where one runs, else this program; they take turns without a gap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from kstar_tui.clock import Clock
from kstar_tui.daemon.barred import barred_by
from kstar_tui.link.events import Found
from kstar_tui.link.interface import Address
from kstar_tui.runtime import is_of_system
from kstar_tui.settings import Settings
from kstar_tui.settings.paths import history_path
from kstar_tui.tui.sources.lookout import Lookout, serves
from kstar_tui.tui.sources.offer import Offer
from kstar_tui.tui.sources.own import Own
from kstar_tui.tui.sources.relay import Relay
from kstar_tui.tui.sources.source import Source

if TYPE_CHECKING:
    # Loaded where there is a daemon.
    from kstar_tui.feed.following import Daemon
    from kstar_tui.feed.wire import Hello
    from kstar_tui.monitor.searched import SearchLog
    from kstar_tui.tui.sources.attached import Attached

GRACE = 3.0
"""Seconds in which a daemon that ended may be back: one that is restarted."""
_GLANCE = 0.5

Told = Callable[[str], None]


class Turns:
    """Runs one source after another; `told` is told in words of each turn."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        lookout: Lookout,
        *,
        address: Address | None,
        found: Found | None,
        daemon: Daemon | None,
        demo: bool,
        watch: bool,
        told: Told,
        searched: SearchLog | None = None,
    ) -> None:
        """Begins with the `daemon`, else by polling at `address`, which may have been `found`.
        With `watch` there is but the broker that the settings name."""
        self._settings = settings
        self._clock = clock
        self._lookout = lookout
        self._address = address
        self._named = address is not None and found is None
        self._serial = found.serial if found is not None else settings.serial
        self._told = told
        self._searched = searched
        self._warned = False
        self._daemon = daemon
        self._offer: Offer | None = None
        source: Source
        if watch:
            from kstar_tui.tui.sources.watched import Watched

            source = Watched(settings, clock, told)
        elif daemon is not None:
            source = _attached(daemon, clock)
        else:
            mac = found.mac if found else None
            source = Own(
                settings,
                clock,
                address,
                mac=mac,
                named=self._named,
                demo=demo,
                searched=searched,
            )
        self.relay = Relay(source)

    async def run(self, changed: Callable[[], None]) -> None:
        """Run until cancelled; `changed` tells of the broker."""
        if self._daemon is not None:
            self._told(f"Attached to {_name(self._daemon)}, which polls the inverter.")
        while True:
            source = self.relay.source
            if isinstance(source, Own):
                await self._poll(source, changed)
            elif self._daemon is not None:
                await self._follow(cast("Attached", source), self._daemon, changed)
            else:
                await source.run(self.relay.take, changed)

    async def _poll(self, own: Own, changed: Callable[[], None]) -> None:
        # Before the first question: it may not be needed.
        daemon = await self._lookout.look(self._fits)
        if daemon is None:
            self._warn()
            daemon = await self._poll_until_found(own, changed)
        own.close()
        self._turn_to(daemon)
        self._told(f"Attached to {_name(daemon)}, which polls the inverter now.")

    async def _poll_until_found(self, own: Own, changed: Callable[[], None]) -> Daemon:
        offer = Offer(own, self._settings, self._clock, self.relay.take, changed)
        if self._lookout:
            await offer.open()
        self._offer, self._lookout.ours = offer, offer.path
        polling = asyncio.ensure_future(own.run(offer.take, offer.changed))
        looking = asyncio.ensure_future(self._lookout.wait(self._fits, self._warn))
        try:
            await asyncio.wait((polling, looking), return_when=asyncio.FIRST_COMPLETED)
            if looking.done():
                own.goodbye = not self._publishes_the_same(looking.result().hello)
        finally:
            for one in (polling, looking):
                one.cancel()
            # What it held is free before anything else goes on, here or in another screen.
            await asyncio.gather(polling, looking, return_exceptions=True)
            offer.close()
            self._offer = self._lookout.ours = None
        if not polling.cancelled():
            polling.result()
        return looking.result()

    async def _follow(self, source: Attached, daemon: Daemon, changed: Callable[[], None]) -> None:
        await source.run(self.relay.take, changed)
        if not source.said_goodbye:
            self._lookout.shun(daemon.path)
        back = await self._soon_back()
        if back is not None:
            self._turn_to(back)
            if back.hello.pid != daemon.hello.pid:
                self._told(f"Attached to {_name(back)}, in the place of {daemon.hello.pid}.")
            return
        known = self.relay.latest
        address = known.address or self._address
        named = self._named and address == self._address
        own = Own(
            self._settings,
            self._clock,
            address,
            mac=known.mac,
            named=named,
            searched=self._searched,
        )
        self._daemon = None
        self.relay.turn_to(own)
        self._told(
            f"Process {daemon.hello.pid} is gone: the inverter is polled from here now"
            f"{self._kept_elsewhere(daemon)}."
        )

    def _turn_to(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self.relay.turn_to(_attached(daemon, self._clock))

    async def _soon_back(self) -> Daemon | None:
        end = self._clock.monotonic() + GRACE
        while self._clock.monotonic() < end:
            await self._clock.sleep(_GLANCE)
            found = await self._lookout.look(self._fits)
            if found is not None:
                return found
        return None

    def _fits(self, hello: Hello) -> bool:
        from kstar_tui.feed.following import is_of
        from kstar_tui.feed.wire import identity

        if self._offer is not None and self._offer.hello().rank < hello.rank:
            # That screen comes to this one.
            return False
        if not serves(hello, self._settings):
            return False
        known = self.relay.latest
        key = identity(known) or self._serial
        return is_of(hello, known.address or self._address, key)

    def _publishes_the_same(self, hello: Hello) -> bool:
        from kstar_tui.presence import publishes_to

        return hello.publishes is not None and hello.publishes == publishes_to(self._settings)

    def _warn(self) -> None:
        closed = self._lookout.closed
        if closed is not None and not self._warned:
            self._warned = True
            barred = barred_by(closed)
            self._told(
                f"Both may ask the inverter, which disturbs it: {barred.what}. To attach:"
                f" {barred.advice}"
            )

    def _kept_elsewhere(self, daemon: Daemon) -> str:
        """Where it is recorded from now on, if not in the history of the daemon."""
        path = history_path(self._settings)
        if daemon.hello.history in (None, str(path and path.absolute())):
            return ""
        if path is None:
            return ", and not recorded"
        return f", and recorded in your own history until it is back: {path}"


def _name(daemon: Daemon) -> str:
    process = f"process {daemon.hello.pid}"
    return f"the system's daemon, {process}" if is_of_system(daemon.path.parent) else process


def _attached(daemon: Daemon, clock: Clock) -> Attached:
    from kstar_tui.tui.sources.attached import Attached

    return Attached(daemon, clock)
