"""Which of the inverters that a search found is meant, and why none was found, in words."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from ipaddress import IPv4Address

from kstar_tui.link.events import Asked, Found, NotAnInverter, SearchEvent
from kstar_tui.protocol.text import same_serial

Find = Callable[[], AsyncIterator[SearchEvent]]

ONLY_OTHERS = "only other inverters answered"
"""How it begins where inverters are found, but not the one that is meant."""
_NAMED = 3
"""Hosts that are no inverter named one by one in a sentence."""


class Search:
    """One whole search: what was found, and what else answered."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self._asked: list[Asked] = []
        self._strangers: list[NotAnInverter] = []

    async def run(self, find: Find, *, until: Callable[[Found], bool] | None = None) -> None:
        """Collect events to the end, or up to an inverter for which `until` is true."""
        events = find()
        try:
            await self._collect(events, until)
        finally:
            # Left early, a search would go on sending until it is collected as garbage.
            if isinstance(events, AsyncGenerator):
                await events.aclose()

    async def _collect(
        self, events: AsyncIterator[SearchEvent], until: Callable[[Found], bool] | None
    ) -> None:
        async for event in events:
            if isinstance(event, Found):
                self.found.append(event)
                if until is not None and until(event):
                    return
            elif isinstance(event, Asked):
                self._asked.append(event)
            else:
                self._strangers.append(event)

    @property
    def failure(self) -> str:
        """Why there is no inverter: where was asked, what could not be, who else answered."""
        asked = sorted({one.target.broadcast for one in self._asked if one.error is None})
        parts = [
            f"no inverter answered on {', '.join(asked)}" if asked else "no network to search on"
        ]
        parts += sorted(
            f"{one.target.interface} {one.target.broadcast}: {one.error}"
            for one in self._asked
            if one.error is not None
        )
        strangers = sorted(self._strangers, key=lambda one: (_number(one.host), one.host))
        parts += [f"{one.host} {one.reason}" for one in strangers[:_NAMED]]
        if len(strangers) > _NAMED:
            parts.append(f"{len(strangers) - _NAMED} more are no inverters")
        return "; ".join(parts)

    @property
    def cause(self) -> object:
        """What `failure` says of the networks, in a form that compares."""
        return sorted({(*one.target, one.error or "") for one in self._asked}, key=repr)

    @property
    def strangers(self) -> frozenset[str]:
        """Hosts that answered but are not what is looked for."""
        return frozenset(
            [one.host for one in self._strangers] + [one.address.host for one in self.found]
        )


class Failures:
    """Whether another search that failed is worth a line: the networks are others, or a host
    answered that did not before. Counts, order and a host that comes and goes are not."""

    def __init__(self) -> None:
        self._cause: object = None
        self._strangers: set[str] = set()

    def is_news(self, cause: object, strangers: Iterable[str]) -> bool:
        """Compare with the failures before, and remember this one."""
        if cause != self._cause:
            self._cause, self._strangers = cause, set(strangers)
            return True
        new = set(strangers) - self._strangers
        self._strangers |= new
        return bool(new)


def by_address(found: Sequence[Found]) -> list[Found]:
    """Lowest address first, as numbers, each address once."""
    each = {one.address: one for one in found}
    return sorted(each.values(), key=lambda one: (_number(one.address.host), one.address))


def others(found: Sequence[Found], serial: str) -> str:
    """That inverters were found, but not the one with this serial number."""
    listed = ", ".join(
        f"{one.address} ({one.serial or 'no serial number'})" for one in by_address(found)
    )
    return f"{ONLY_OTHERS} the search for {serial}: {listed}"


def is_same(found: Found, serial: str | None, mac: str | None) -> bool:
    """The inverter with this serial number or, where either side has none, with this MAC."""
    if serial and found.serial:
        return same_serial(found.serial, serial)
    return mac is not None and found.mac == mac


def _number(host: str) -> int:
    try:
        return int(IPv4Address(host))
    except ValueError:
        # A name sorts behind every address.
        return 1 << 32
