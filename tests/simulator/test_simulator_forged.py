"""Forged senders: a simulator is nobody's way to flood a stranger, itself or another simulator."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from simulator_talk import HandClock, Talk

from kstar_tui.protocol.discovery import DISCOVERY_TEXT
from kstar_tui.protocol.frame import Request
from kstar_tui.simulator import server
from kstar_tui.simulator.faults import parse_fault
from kstar_tui.simulator.options import SimulatorOptions
from kstar_tui.simulator.server import Simulator
from kstar_tui.simulator.sockets import EVERYWHERE, own_address

ASKED = Request.RUNNING_DATA.frame
Sent = list[tuple[bytes, tuple[str, int]]]


def options(**more: Any) -> SimulatorOptions:
    return SimulatorOptions(**{"port": 0, "discovery_port": 0, **more})


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What a simulator would have sent, in place of its going out."""
    datagrams: Sent = []

    def note(_self: Simulator, _by: object, data: bytes, to: tuple[str, int], _s: float) -> None:
        datagrams.append((data, to))

    monkeypatch.setattr(Simulator, "_send", note)
    return datagrams


@pytest.mark.parametrize(
    ("host", "answered"),
    [
        ("127.0.0.1", True),
        ("192.168.1.20", True),
        ("10.1.2.3", True),
        ("172.16.0.1", True),
        ("8.8.8.8", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
    ],
)
async def test_only_neighbours_are_answered(
    host: str, answered: bool, clock: HandClock, sent: Sent
) -> None:
    async with Simulator(options(), clock) as simulator:
        simulator._on_data(ASKED, (host, 40123))
        simulator._on_discovery(DISCOVERY_TEXT, (host, 40123))
        assert [to for _, to in sent] == [(host, 40123)] * 2 * answered
        assert simulator.counters.ignored == 2 * (not answered)


async def test_it_does_not_talk_to_itself(clock: HandClock, sent: Sent) -> None:
    async with Simulator(options(faults=parse_fault("echo,foreign")), clock) as simulator:
        assert simulator.discovery_address is not None
        for _, port in (simulator.address, simulator.discovery_address):
            simulator._on_data(ASKED, ("127.0.0.1", port))
            simulator._on_discovery(DISCOVERY_TEXT, ("127.0.0.1", port))
        assert sent == []
        assert simulator.counters.ignored == 4


@pytest.mark.parametrize(("port", "echoes"), [(8899, False), (48899, False), (40123, True)])
async def test_no_echo_goes_where_another_simulator_listens(
    port: int, echoes: bool, clock: HandClock, sent: Sent
) -> None:
    async with Simulator(options(faults=parse_fault("echo")), clock) as simulator:
        for _ in range(20):
            simulator._on_data(ASKED, ("127.0.0.1", port))
            simulator._on_discovery(DISCOVERY_TEXT, ("127.0.0.1", port))
    datagrams = [data for data, _ in sent]
    assert len(datagrams) >= 40
    assert (ASKED in datagrams, DISCOVERY_TEXT in datagrams) == (echoes, echoes)


async def test_late_replies_are_bounded(
    clock: HandClock, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MAX_LATER", 3)
    async with Simulator(options(faults=parse_fault("late=0.05")), clock) as simulator:
        for _ in range(40):
            simulator._on_data(ASKED, talk.socket.getsockname())
        assert len(simulator._later) == 3
        heard = 0
        with pytest.raises(TimeoutError):
            while True:
                await talk.hear(0.3)
                heard += 1
        # About half come at once; of the others only three were kept.
        assert 3 < heard < 40
        assert simulator._later == set()
        await asyncio.sleep(0)


async def test_a_sender_whom_no_route_leads_to_gets_nothing(
    clock: HandClock, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Simulator(options(), clock) as simulator:
        object.__setattr__(simulator.options, "bind", EVERYWHERE)
        monkeypatch.setattr(server, "own_address", lambda _towards: None)
        simulator._on_discovery(DISCOVERY_TEXT, ("10.1.2.3", 40123))
        assert sent == []


def test_where_no_route_leads() -> None:
    # A broadcast address, which a socket may not be connected to without asking for it.
    assert own_address("127.255.255.255") is None
