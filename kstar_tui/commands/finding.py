"""Searching for inverters from a command, telling on standard error how it goes."""

from __future__ import annotations

from kstar_tui.assembly import find
from kstar_tui.commands.context import CommandError, Context
from kstar_tui.link.search import LISTEN, Asked, Found
from kstar_tui.monitor.finding import by_address
from kstar_tui.settings import Settings
from kstar_tui.status import Status

NOTHING_ANSWERED = (
    "No inverter answered. It has to be awake (many sleep at night) and in the same network as "
    "this machine: a guest WiFi or one with client isolation, a router in between, or a container "
    "without host networking keeps the question away. Where searching cannot work, look the "
    "address up in the router's list of devices and give it with --host."
)
_NO_NETWORK = (
    "This machine is in no network that could be searched. Connect it, or name the inverter with "
    "--host or a network's broadcast address with --broadcast."
)


async def find_inverters(
    context: Context, settings: Settings, *, listen: float = LISTEN
) -> list[Found]:
    """Every inverter that answers within `listen` s and proves to be one, by address.

    CommandError with NO_INVERTER where there is none.
    """
    found: list[Found] = []
    anywhere = False
    async for event in find(settings, listen=listen):
        if isinstance(event, Found):
            found.append(event)
        elif isinstance(event, Asked):
            anywhere = True
            where = f"{event.target.broadcast} port {settings.discovery_port}"
            said = f"cannot ask: {event.error}" if event.error else "asked"
            context.say(f"{event.target.interface}: {where}: {said}")
        else:
            context.say(f"{event.host} {event.name}".rstrip() + f": {event.reason}")
    if not found:
        raise CommandError(NOTHING_ANSWERED if anywhere else _NO_NETWORK, Status.NO_INVERTER)
    return by_address(found)
