"""Where nothing is ever sent, whatever a user or a name server says."""

from __future__ import annotations

import asyncio
import socket

import pytest

from kstar_tui.link.client import InverterClient
from kstar_tui.link.interface import Address, LinkError
from kstar_tui.link.search import search, wake
from kstar_tui.link.targets import targets_for
from kstar_tui.link.udp import resolve

EVERYONE = ".".join(["255"] * 4)

NOWHERE = [
    ("224.0.0.1", "a multicast address"),
    ("239.1.2.3", "a multicast address"),
    ("0.0.0.0", "no address of a network"),
    ("0.1.2.3", "no address of a network"),
    ("240.0.0.1", "a reserved address"),
    ("255.255.255.254", "a reserved address"),
]
NO_HOST = [*NOWHERE, (EVERYONE, "a broadcast address")]


@pytest.fixture
async def name_server(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The names there are; everything sent while it is used fails the test."""
    names: dict[str, str] = {}

    def look_up(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", (names[host], port))]

    async def never(*_: object) -> int:
        raise AssertionError("something was sent")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(asyncio.get_running_loop(), "sock_sendto", never)
    return names


@pytest.mark.parametrize(("address", "reason"), NO_HOST)
async def test_a_name_that_means_no_host_is_not_asked(
    address: str, reason: str, name_server: dict[str, str]
) -> None:
    name_server["kse.lan"] = address
    said = rf"'kse\.lan' is {address}, which is {reason}: nothing is ever sent there"
    client = InverterClient(Address("kse.lan", 40001), timeout=5, tries=1)
    with pytest.raises(LinkError, match=said):
        await client.read()
    with pytest.raises(LinkError, match=said):
        await wake("kse.lan", 40001)
    assert (client.counters.unanswered, client.counters.tries) == (1, 0)


@pytest.mark.parametrize(("address", "reason"), NO_HOST)
async def test_nor_is_the_address_itself(address: str, reason: str) -> None:
    with pytest.raises(LinkError, match=f"^{address} is {reason}: nothing"):
        await resolve(address, 40001, 1)


async def test_a_name_of_a_host_is_its_address(name_server: dict[str, str]) -> None:
    name_server["kse.lan"] = "192.168.1.50"
    assert await resolve("kse.lan", 40001, 5) == ("192.168.1.50", 40001)


@pytest.mark.parametrize(("address", "reason"), NOWHERE)
def test_nothing_is_broadcast_where_no_network_is(address: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{address} is {reason}; nothing is ever sent there"):
        targets_for(["192.168.1.255", address])


def test_every_network_and_loopback_can_be_broadcast_to() -> None:
    given = [EVERYONE, "127.255.255.255", "10.0.0.255"]
    assert [target.broadcast for target in targets_for(given)] == given


async def test_no_discovery_text_goes_to_the_port_for_data() -> None:
    with pytest.raises(ValueError, match="port 8899 is for data"):
        await wake("127.0.0.1", 8899)
    with pytest.raises(ValueError, match="port 8899 is for data"):
        async for _ in search([], discovery_port=8899, data_port=40001):
            pass
