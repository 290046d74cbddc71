"""The networks of this machine, and whether a search can get out on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address

from kstar_tui.assembly import is_loopback
from kstar_tui.doctor.finding import Finding, note, ok, problem, warning
from kstar_tui.doctor.world import World
from kstar_tui.link.container import Container, Interface, container, interface_kind, is_closed_in
from kstar_tui.link.targets import Network
from kstar_tui.settings import Settings

_NAME_IT = "name the inverter: --host ADDRESS, or KSTAR_HOST in its environment"
_OF_A_HOST = (Interface.WIRED, Interface.WIFI, Interface.CONTAINERS)
"""Kinds that no container has of its own."""


def examine_interfaces(
    world: World, settings: Settings, *, searched: bool = True
) -> Iterator[Finding]:
    """Each network, and what is to be said of all of them; `searched`: an inverter is to be."""
    try:
        found = [(one, interface_kind(one.interface, world.root)) for one in world.networks()]
    except OSError as error:
        yield warning(
            "interfaces",
            f"the system does not tell its networks: {error.strerror or error}",
            f"A search cannot know where to ask; {_NAME_IT}.",
        )
        return
    alone = not any(one.broadcast and not _is_own(one) for one, _ in found)
    for one, kind in found:
        yield _network(one, kind, alone=alone)
    if searched:
        yield from _altogether(world, settings, [kind for _, kind in found])


def _is_own(one: Network) -> bool:
    """Nobody gave this machine the address."""
    return IPv4Address(one.address).is_link_local


def _network(one: Network, kind: Interface, *, alone: bool) -> Finding:
    where = f"{one.interface}{f' ({kind})' if kind else ''}: {one.address}/{one.prefix}"
    facts = {**one._asdict(), "kind": kind.value or None}
    if one.broadcast is None:
        return note("network", f"{where}, without broadcast: nothing is searched there", **facts)
    where += f", broadcast {one.broadcast}"
    if _is_own(one):
        where += ": an address that this machine gave itself"
        if not alone:
            return note("network", where, **facts)
        advice = "No router gave it one. Check cable or WiFi, and the router's DHCP."
        return warning("network", where, advice, **facts)
    if kind is Interface.CONTAINERS:
        return note("network", f"{where}: no inverter is behind it", **facts)
    return ok("network", where, **facts)


def _altogether(world: World, settings: Settings, kinds: Sequence[Interface]) -> Iterator[Finding]:
    told = settings.host is not None or bool(settings.broadcast)
    inside = container(world.root, world.environ)
    if inside is not None:
        yield _contained(inside, world, settings, kinds)
    elif not kinds:
        if settings.host is not None and is_loopback(settings.host):
            yield note("none", "this machine is in no network; the inverter is on itself")
        else:
            yield problem(
                "none",
                "this machine is in no IPv4 network",
                "Connect it to the network that the inverter's WiFi is in.",
            )
    elif all(kind is Interface.CONTAINERS for kind in kinds) and not told:
        yield problem(
            "none",
            "this machine is in no network but those of its containers",
            "Connect it to the network that the inverter's WiFi is in.",
        )


def _contained(
    inside: Container, world: World, settings: Settings, kinds: Sequence[Interface]
) -> Finding:
    said = f"this is a container ({inside.name})"
    if inside.engine and any(kind in _OF_A_HOST for kind in kinds):
        text = f"{said} in the network of its host"
        return ok("container", text, container=inside.name, own=False)
    if not is_closed_in(world.root, world.environ):
        text = f"{said}; whether a search gets out of it cannot be told"
        return note("container", text, container=inside.name, own=None)
    said += " with a network of its own: no search gets out of it"
    if settings.host is not None:
        text = f"{said}, but where the inverter is is known"
        return ok("container", text, container=inside.name, own=True)
    return problem(
        "container",
        f"{said}, and no inverter is named",
        f"Give it its host's network (--network host, or network_mode: host), or {_NAME_IT}"
        " (its router lists the address).",
        container=inside.name,
        own=True,
    )
