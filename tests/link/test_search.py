"""The search over real UDP on the loopback broadcast address: who is found, who is named."""

from __future__ import annotations

import asyncio
import errno
import socket
from functools import partial

import pytest
from scripted_inverter import ScriptedInverter, silent, truthful

from kstar_tui.link import search as search_module
from kstar_tui.link.client import InverterClient
from kstar_tui.link.interface import Address, LinkError
from kstar_tui.link.search import (
    Asked,
    Found,
    NotAnInverter,
    SearchEvent,
    Target,
    search,
    targets_for,
    wake,
)
from kstar_tui.protocol.discovery import DISCOVERY_TEXT
from kstar_tui.protocol.frame import Request

LOOPBACK = targets_for(["127.255.255.255"])
LISTEN = 0.15
HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")

connect = partial(InverterClient, timeout=0.1)


def reply(host: str, name: str = "Solar-WiFi1") -> bytes:
    return f"{host},ACCF23A1B2C{host[-1]},{name}".encode()


async def collect(discovery_port: int, data_port: int, **options: object) -> list[SearchEvent]:
    arguments: dict[str, object] = {"listen": LISTEN, "connect": connect, **options}
    targets = arguments.pop("targets", LOOPBACK)
    events = search(targets, discovery_port=discovery_port, data_port=data_port, **arguments)
    return [event async for event in events]


def free_port() -> int:
    """A data port that is free on every host of the neighbourhood."""
    while True:
        sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in HOSTS]
        port = 0
        try:
            for host, sock in zip(HOSTS, sockets, strict=True):
                sock.bind((host, port))
                port = sock.getsockname()[1]
        except OSError as error:
            assert error.errno == errno.EADDRINUSE
        else:
            return port
        finally:
            for sock in sockets:
                sock.close()


async def test_several_inverters_and_strangers(start, settle) -> None:
    port = free_port()
    await start(truthful("KSE0001"), "127.0.0.1", port)
    await start(truthful("KSE0002"), "127.0.0.2", port)
    logger = await start(silent, "127.0.0.3", port)
    await start(silent, "127.0.0.4", port)
    hood = await settle(
        {
            # The address in the text is not to be trusted.
            "127.0.0.1": [b"10.9.8.7,ACCF23A1B2C1,Solar-WiFi1"],
            "127.0.0.2": [reply("127.0.0.2"), reply("127.0.0.2"), reply("127.0.0.2", "again")],
            "127.0.0.3": [reply("127.0.0.3", "Deye")],
            "127.0.0.4": [b"dongle@sn,dtls_port:8899,GW1234"],
        }
    )
    events = await collect(hood.port, port)
    assert events[0] == Asked(LOOPBACK[0], None)
    found = sorted((e for e in events if isinstance(e, Found)), key=lambda e: e.address)
    assert [(e.address, e.mac, e.name, e.serial) for e in found] == [
        (Address("127.0.0.1", port), "AC:CF:23:A1:B2:C1", "Solar-WiFi1", "KSE0001"),
        (Address("127.0.0.2", port), "AC:CF:23:A1:B2:C2", "Solar-WiFi1", "KSE0002"),
    ]
    assert [e.reading.load_power for e in found if e.reading] == [315, 315]
    others = sorted((e for e in events if isinstance(e, NotAnInverter)), key=lambda e: e.host)
    assert [e.host for e in others] == ["127.0.0.3", "127.0.0.4"]
    assert others[0].mac == "AC:CF:23:A1:B2:C3"
    assert others[0].reason == (
        "answers discovery, but not an inverter's questions"
        f" (3 tries of 0.1 s to 127.0.0.3:{port}: no answer)"
    )
    assert len(events) == 5
    assert [e.via for e in (*found, *others)] == [tuple(LOOPBACK)] * 4
    # The question was repeated, from one ephemeral port; each host was proved once.
    assert hood.heard == [DISCOVERY_TEXT] * 3
    assert len(hood.askers) == 1
    assert logger.data == [Request.RUNNING_DATA.frame] * 3 + [Request.DEVICE_INFO.frame] * 3


async def test_an_inverter_without_a_reading_is_found(start, settle) -> None:
    honest = truthful("KSE0001")
    inverter = await start(
        lambda data, n: honest(data, n) if data == Request.DEVICE_INFO.frame else []
    )
    hood = await settle({"127.0.0.1": [reply("127.0.0.1")]})
    events = await collect(hood.port, inverter.address[1])
    assert [(e.serial, e.reading) for e in events if isinstance(e, Found)] == [("KSE0001", None)]


async def test_an_inverter_that_does_not_say_who_it_is_is_found(start, settle) -> None:
    honest = truthful("KSE0001")
    inverter = await start(
        lambda data, n: honest(data, n) if data == Request.RUNNING_DATA.frame else []
    )
    hood = await settle({"127.0.0.1": [reply("127.0.0.1")]})
    events = await collect(hood.port, inverter.address[1])
    (found,) = (e for e in events if isinstance(e, Found))
    assert (found.info, found.serial, found.model) == (None, None, None)
    assert found.reading is not None
    assert found.reading.load_power == 315
    assert len(events) == 2


async def test_who_answers_in_two_places_is_counted_in_both(start, settle) -> None:
    inverter = await start(truthful("KSE0001"))
    hood = await settle({"127.0.0.1": [reply("127.0.0.1")]})
    other = LOOPBACK[0]._replace(interface="lo:2", local="127.0.0.1")
    events = await collect(hood.port, inverter.address[1], targets=[LOOPBACK[0], other])
    (found,) = (e for e in events if isinstance(e, Found))
    assert set(found.via) == {LOOPBACK[0], other}


async def test_an_echo_is_silence(settle) -> None:
    hood = await settle({"127.0.0.1": [DISCOVERY_TEXT]})
    assert await collect(hood.port, free_port()) == [Asked(LOOPBACK[0], None)]


async def test_an_odd_reply_is_a_hint_too(start, settle) -> None:
    inverter = await start()
    hood = await settle({"127.0.0.1": [b"hello there"]})
    events = await collect(hood.port, inverter.address[1])
    assert [(e.mac, e.name) for e in events if isinstance(e, Found)] == [(None, "")]


async def test_an_odd_reply_from_no_inverter_is_named(start, settle) -> None:
    stranger = await start(silent)
    hood = await settle({"127.0.0.1": [b"hello \x1b[31mthere"]})
    events = await collect(hood.port, stranger.address[1])
    (other,) = (e for e in events if isinstance(e, NotAnInverter))
    assert other.reason.startswith("answers with not a discovery reply: 'hello")
    assert "and not an inverter's questions (" in other.reason
    assert "\x1b" not in other.reason


async def test_a_proper_reply_behind_an_odd_one_names_the_host(start, settle) -> None:
    inverter = await start()
    hood = await settle({"127.0.0.1": [b"+ERR=-1", reply("127.0.0.1", "Late")]})
    events = await collect(hood.port, inverter.address[1])
    assert [(e.mac, e.name) for e in events if isinstance(e, Found)] == [
        ("AC:CF:23:A1:B2:C1", "Late")
    ]


async def test_what_cannot_be_asked_is_said_and_the_rest_goes_on(start, settle) -> None:
    inverter = await start()
    hood = await settle({"127.0.0.1": [reply("127.0.0.1")]})
    # 192.0.2.0/24 is nobody's: no socket can be bound there.
    gone = Target("gone0", "192.0.2.1", "192.0.2.255")
    events = await collect(hood.port, inverter.address[1], targets=[gone, *LOOPBACK])
    assert Asked(gone, "no longer an address of this machine") in events
    assert [e.serial for e in events if isinstance(e, Found)] == ["KSE0001"]


async def test_a_send_that_is_not_permitted_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refused(*_: object) -> int:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_sendto", refused)
    (event,) = await collect(40001, 40002)
    assert isinstance(event, Asked)
    assert event.error is not None
    assert event.error.startswith("not permitted to send there")


async def test_no_targets_end_at_once() -> None:
    assert await collect(40001, 40002, targets=[]) == []


async def test_proofs_run_while_it_listens(start, settle) -> None:
    inverter = await start()
    hood = await settle({"127.0.0.1": [reply("127.0.0.1")]})
    events = search(LOOPBACK, discovery_port=hood.port, data_port=inverter.address[1], listen=60)
    async with asyncio.timeout(10):
        async for event in events:
            if isinstance(event, Found):
                break
    await events.aclose()
    # Closed early: nothing of it is left running, and nothing more is sent.
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert hood.heard == [DISCOVERY_TEXT]


async def test_hosts_are_bounded(
    start, settle, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(search_module, "MAX_HOSTS", 3)
    port = free_port()
    hood = await settle({f"127.0.1.{n}": [reply("127.0.1.1")] for n in range(1, 9)})
    events = await collect(hood.port, port, connect=partial(InverterClient, timeout=0.05, tries=1))
    assert len([e for e in events if isinstance(e, NotAnInverter)]) == 3
    assert caplog.text.count("the rest is left out") == 1


@pytest.mark.parametrize(("discovery", "data"), [(8899, 8899), (0, 8899), (48899, 70000)])
async def test_impossible_ports_are_refused(discovery: int, data: int) -> None:
    with pytest.raises(ValueError, match="port"):
        await collect(discovery, data)


async def test_wake_sends_the_text_to_one_port(start) -> None:
    arrived = asyncio.Event()

    def answer(_data: bytes, _number: int) -> tuple[bytes, ...]:
        arrived.set()
        return ()

    module = await start(answer)
    await wake("127.0.0.1", module.address[1])
    async with asyncio.timeout(5):
        await arrived.wait()
    assert module.data == [DISCOVERY_TEXT]
    assert module.ports[0] not in (8899, 48899)


async def test_wake_never_broadcasts() -> None:
    with pytest.raises(LinkError, match=r"cannot wake 127\.255\.255\.255:40001: not permitted"):
        await wake("127.255.255.255", 40001)


async def test_a_whole_session_sends_three_frames_and_one_text(start, settle) -> None:
    inverter: ScriptedInverter = await start()
    data_port = inverter.address[1]
    hood = await settle({"127.0.0.1": [reply("127.0.0.1")]})
    command_port = await start(silent, "127.0.0.1", hood.port)
    await collect(hood.port, data_port)
    client = connect(Address("127.0.0.1", data_port))
    await client.identify()
    await client.read()
    await client.settings()
    await wake("127.0.0.1", hood.port)
    inverter.answer = silent
    for ask in (client.read, client.identify, client.settings):
        with pytest.raises(LinkError):
            await ask()
    assert set(inverter.data) == {request.frame for request in Request}
    assert set(hood.heard) == {DISCOVERY_TEXT}
    assert command_port.data == [DISCOVERY_TEXT]
