"""What was asked where, every reply, and why it was or was not an inverter."""

from __future__ import annotations

from collections.abc import AsyncIterator

from kstar_tui.assembly import is_loopback
from kstar_tui.doctor.finding import Finding, note, ok, problem, warning
from kstar_tui.doctor.world import World
from kstar_tui.link.search import Asked, Found, NotAnInverter
from kstar_tui.link.targets import GIVEN
from kstar_tui.monitor.finding import by_address, is_same, others
from kstar_tui.settings import Settings

_NOBODY = (
    "Is the inverter awake (many sleep at night), and is this machine in the same network? A guest"
    " WiFi, client isolation, a router in between or a container's own network keep the question"
    " away. Where a search cannot work, take the address from the router's list of devices and"
    " name it with --host."
)
_STRANGERS = (
    "If one of them is your inverter: its WiFi stick answers, but the inverter behind it does not."
    " At night that is normal. By day see that no other program asks it, and take the stick out for"
    " a minute."
)
_NOWHERE = (
    "Connect this machine to the inverter's network, name the inverter with --host, or a network's"
    " broadcast address with --broadcast."
)
_OTHERS = (
    "Is its number right (it is on the label of the inverter), and is it awake? If one of those"
    " found is meant: kstar-tui config set inverter.serial NUMBER"
)


class Searching:
    """One search and what came of it."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.meant: list[Found] = []
        """Those that will do, by address: all, or those with the serial number of the settings."""
        self.asked = False
        """Somewhere at least; so an inverter has been talked to just now."""

    async def examine(self, world: World, settings: Settings) -> AsyncIterator[Finding]:
        """A line for each question and reply, then what follows from them."""
        host = settings.host
        if host is not None and is_loopback(host) and not settings.broadcast:
            yield note("skipped", "not needed: the inverter is on this machine itself")
            return
        strangers: list[NotAnInverter] = []
        try:
            async for event in world.find(settings):
                if isinstance(event, Asked):
                    self.asked = self.asked or event.error is None
                    yield _asked(event, settings.discovery_port)
                elif isinstance(event, Found):
                    self.found.append(event)
                    yield _found(event)
                else:
                    strangers.append(event)
                    yield _stranger(event)
        except OSError as error:
            # Told with the interfaces: the system does not say where could be asked.
            yield note("failed", f"the search came to no end: {error.strerror or error}")
        serial, found = settings.serial, by_address(self.found)
        self.meant = [one for one in found if serial is None or is_same(one, serial, None)]
        if not found:
            yield self._nobody(settings, strangers)
        elif serial is not None and not self.meant:
            yield _only_others(settings, serial, found)
        elif host is None and len(self.meant) > 1:
            yield warning(
                "several",
                f"{len(self.meant)} inverters answered: the one with the lowest address is taken",
                "Name the one that is meant: kstar-tui config set inverter.host ADDRESS",
                count=len(self.meant),
            )

    def _nobody(self, settings: Settings, strangers: list[NotAnInverter]) -> Finding:
        if not self.asked:
            text, advice = "nowhere could be asked", _NOWHERE
        elif strangers:
            text, advice = "who answered is no inverter", _STRANGERS
        else:
            text, advice = "nobody answered", _NOBODY
        if settings.host is not None:
            return note("nobody", f"{text}; none is needed, as inverter.host names the inverter")
        return problem("nobody", text, advice)


def _only_others(settings: Settings, serial: str, found: list[Found]) -> Finding:
    """Inverters are found, but not the one that is meant: it is searched for until it answers."""
    text, facts = others(found, serial), {"serial": serial, "count": len(found)}
    if settings.host is not None:
        text += "; none is needed, as inverter.host names the inverter"
        return note("others", text, **facts)
    return problem("others", f"{text}: kstar-tui reads none of them", _OTHERS, **facts)


def _asked(event: Asked, port: int) -> Finding:
    target = event.target
    interface = "" if target.interface == GIVEN else f"{target.interface}: "
    where = f"{interface}{target.broadcast} port {port}"
    facts = {**target._asdict(), "port": port, "error": event.error}
    if event.error is None:
        return ok("asked", f"{where}: asked", **facts)
    return warning(
        "asked",
        f"{where}: cannot be asked: {event.error}",
        "Look at the interfaces above, and at a firewall of this machine.",
        **facts,
    )


def _found(one: Found) -> Finding:
    who = " ".join(part for part in (one.model, one.serial) if part) or "does not say who it is"
    text = f"{one.address} {one.name}".rstrip() + f": an inverter, {who}"
    if one.reading is None:
        text += "; it sent no reading yet"
    return ok(
        "found",
        text,
        address=one.address.host,
        port=one.address.port,
        mac=one.mac,
        name=one.name or None,
        serial=one.serial,
        model=one.model,
        reading=one.reading is not None,
    )


def _stranger(one: NotAnInverter) -> Finding:
    text = f"{one.host} {one.name}".rstrip() + f": no inverter: {one.reason}"
    return note(
        "stranger", text, address=one.host, mac=one.mac, name=one.name or None, reason=one.reason
    )
