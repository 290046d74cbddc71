"""A search that more answer than can be asked at once: inverters are not hidden by the crowd."""

from __future__ import annotations

import asyncio

import pytest

from kstar_tui.link import search as search_module
from kstar_tui.link.interface import Address, Link, LinkCounters, LinkError
from kstar_tui.link.search import Found, NotAnInverter, SearchEvent, search, targets_for
from kstar_tui.protocol.device import DeviceInfo, DeviceSettings
from kstar_tui.protocol.reading import Reading

LISTEN = 0.15
INVERTER = "127.0.2.1"
PROPER = b"127.0.2.1,ACCF23A1B2C3,Solar-WiFi1"
BARE = b"10.0.0.1"
ODD = b"hello there"
INFO = DeviceInfo("10104", "KSE4000", "KSTAR", "KSE0001", "", 0, "")


class Crowd:
    """Hosts asked without UDP, of which only INVERTER says who it is; nobody speaks before
    `open` is set."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.busy = 0
        self.busiest = 0
        self.open = asyncio.Event()

    def connect(self, address: Address) -> Link:
        return Member(self, address)


class Member:
    def __init__(self, crowd: Crowd, address: Address) -> None:
        self.crowd = crowd
        self.address = address
        self.counters = LinkCounters()

    async def _think(self) -> None:
        crowd = self.crowd
        if self.address.host not in crowd.asked:
            crowd.asked.append(self.address.host)
        crowd.busy += 1
        crowd.busiest = max(crowd.busiest, crowd.busy)
        await crowd.open.wait()
        await asyncio.sleep(0)
        crowd.busy -= 1

    async def identify(self) -> DeviceInfo:
        await self._think()
        if self.address.host != INVERTER:
            raise LinkError("no answer")
        return INFO

    async def read(self) -> Reading:
        await self._think()
        raise LinkError("no answer")

    async def settings(self) -> DeviceSettings:
        raise LinkError("no answer")


def all_of(hosts: list[str], reply: bytes) -> dict[str, list[bytes]]:
    return {host: [reply] for host in hosts}


async def searched(crowd: Crowd, port: int) -> list[SearchEvent]:
    asyncio.get_running_loop().call_later(LISTEN, crowd.open.set)
    targets = targets_for(["127.255.255.255"])
    events = search(targets, discovery_port=port, listen=LISTEN, connect=crowd.connect)
    return [event async for event in events]


async def test_who_answers_best_is_asked_first_and_all_are_asked(
    settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "MAX_PROOFS", 2)
    odd = [f"127.0.1.{n}" for n in range(1, 5)]
    bare = [f"127.0.3.{n}" for n in range(1, 3)]
    hood = await settle(all_of(odd, ODD) | all_of(bare, BARE) | {INVERTER: [PROPER]})
    crowd = Crowd()
    events = await searched(crowd, hood.port)
    assert crowd.asked == [*odd[:2], INVERTER, *bare, *odd[2:]]
    assert crowd.busiest == 2
    assert [event.name for event in events if isinstance(event, Found)] == ["Solar-WiFi1"]
    assert {e.host for e in events if isinstance(e, NotAnInverter)} == {*odd, *bare}


async def test_a_proper_reply_takes_the_place_of_an_odd_one(
    settle, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(search_module, "MAX_PROOFS", 2)
    monkeypatch.setattr(search_module, "MAX_HOSTS", 4)
    odd = [f"127.0.1.{n}" for n in range(1, 9)]
    hood = await settle(all_of(odd, ODD) | {INVERTER: [PROPER]})
    crowd = Crowd()
    events = await searched(crowd, hood.port)
    assert [event.address.host for event in events if isinstance(event, Found)] == [INVERTER]
    assert crowd.asked == [*odd[:2], INVERTER, odd[3]]
    assert caplog.text.count("more than 4 hosts answer the search; the rest is left out") == 1


async def test_a_proper_reply_behind_an_odd_one_moves_a_waiting_host_up(
    settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "MAX_PROOFS", 1)
    odd = [f"127.0.1.{n}" for n in range(1, 4)]
    hood = await settle(all_of(odd, ODD) | {INVERTER: [ODD, PROPER]})
    crowd = Crowd()
    await searched(crowd, hood.port)
    assert crowd.asked == [odd[0], INVERTER, *odd[1:]]
