"""The simulator at its sockets: what it answers, what it never answers, and where."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack
from datetime import datetime, time
from typing import Any

import pytest
from simulator_talk import HandClock, Talk

from kstar_tui.protocol.device import decode_device_info, decode_settings
from kstar_tui.protocol.discovery import DISCOVERY_TEXT, parse_discovery
from kstar_tui.protocol.frame import GOODWE_MONITOR, Request, build_reply, parse_frame
from kstar_tui.protocol.reading import decode_running_data
from kstar_tui.simulator.battery import CAPACITY_AH, RESERVE
from kstar_tui.simulator.days import named_day
from kstar_tui.simulator.faults import parse_fault
from kstar_tui.simulator.frames import parse_frames, request_frame
from kstar_tui.simulator.house import House
from kstar_tui.simulator.server import Simulator, SimulatorOptions
from kstar_tui.simulator.sockets import EVERYONE, EVERYWHERE, heard_at, own_address


def options(**more: Any) -> SimulatorOptions:
    return SimulatorOptions(**{"port": 0, "discovery_port": None, **more})


async def test_the_three_requests_are_answered(clock: HandClock, talk: Talk) -> None:
    async with Simulator(options(seed=7), clock) as simulator:
        where = simulator.address
        info = decode_device_info(parse_frame(await talk.ask(Request.DEVICE_INFO.frame, where)))
        assert (info.model, info.serial, info.manufacturer) == ("KSE4000", "SIM0000000007", "KSTAR")
        settings = decode_settings(parse_frame(await talk.ask(Request.SETTINGS.frame, where)))
        assert settings.battery_capacity == CAPACITY_AH
        assert settings.battery_soc_minimum == RESERVE * 100
        assert (settings.export_allowed, settings.charge_start) == (True, None)
        frame = parse_frame(await talk.ask(Request.RUNNING_DATA.frame, where))
        assert len(frame.payload) == 83
        reading = decode_running_data(frame)
        assert reading.load_power == simulator.house.values()["load_power"] > 0
        assert simulator.counters.requests == dict.fromkeys(Request, 1)


async def test_time_passes_by_the_clock_alone(clock: HandClock, talk: Talk) -> None:
    house = House(named_day("clear"), clock.now())
    async with Simulator(options(), clock) as simulator:
        for seconds in (0, 0, 3, 60, 7200):
            clock.seconds += seconds
            house.advance(clock.seconds)
            frame = parse_frame(await talk.ask(Request.RUNNING_DATA.frame, simulator.address))
            assert decode_running_data(frame).load_power == house.values()["load_power"]
        assert simulator.house.account == house.account


@pytest.mark.parametrize(
    "sent",
    [
        b"", b"\0", b"AT+Z\r", DISCOVERY_TEXT, b"\xaa\x55", Request.RUNNING_DATA.frame + b"\0",
        Request.RUNNING_DATA.frame[:-1], b"\0" + Request.RUNNING_DATA.frame,
        bytes.fromhex("aa55b07f01070002 36"), bytes.fromhex("aa55b07f0239050001015678 0000"),
        request_frame(Request.RUNNING_DATA, goodwe=True), b"\xff" * 1400,
    ],
)  # fmt: skip
async def test_anything_else_is_counted_and_never_answered(
    sent: bytes, clock: HandClock, talk: Talk
) -> None:
    async with Simulator(options(), clock) as simulator:
        talk.say(sent, simulator.address)
        # The answer to the request behind it shows that nothing came for what was before it.
        await talk.ask(Request.DEVICE_INFO.frame, simulator.address)
        assert (simulator.counters.ignored, simulator.counters.last_ignored) == (1, sent[:64])
        with pytest.raises(BlockingIOError):
            talk.socket.recv(2048)


async def test_a_goodwe_answers_its_own_address_only(clock: HandClock, talk: Talk) -> None:
    async with Simulator(options(goodwe_address=True, model="GW4000-ES"), clock) as simulator:
        talk.say(Request.RUNNING_DATA.frame, simulator.address)
        for request in Request:
            asked = request_frame(request, goodwe=True)
            frame = parse_frame(await talk.ask(asked, simulator.address))
            assert (frame.monitor, frame.request) == (GOODWE_MONITOR, request)
            if request is Request.RUNNING_DATA:
                reading = decode_running_data(frame)
                assert len(frame.payload) == 95
                assert (reading.battery_soh, reading.meter_power_factor) == (98, 0.98)
        assert simulator.counters.ignored == 1


async def test_it_is_discovered_by_broadcast_at_its_data_address(
    clock: HandClock, talk: Talk
) -> None:
    async with Simulator(options(discovery_port=0), clock) as simulator:
        assert simulator.discovery_address is not None
        port = simulator.discovery_address.port
        for host in ("127.255.255.255", "127.0.0.1"):
            talk.say(DISCOVERY_TEXT, (host, port))
            data, sender = await talk.hear()
            assert sender == ("127.0.0.1", port)
            reply = parse_discovery(data)
            assert (reply.claimed_address, reply.name) == ("127.0.0.1", "Solar-WiFi1")
            assert reply.mac == "AC:CF:23:00:00:01"
        talk.say(b"AT+Z\r", ("127.255.255.255", port))
        talk.say(Request.DEVICE_INFO.frame, ("127.0.0.1", port))
        talk.say(DISCOVERY_TEXT, ("127.0.0.1", port))
        await talk.hear()
        assert (simulator.counters.discoveries, simulator.counters.ignored) == (3, 2)


async def test_several_inverters_hear_one_broadcast(clock: HandClock, talk: Talk) -> None:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(Simulator(options(discovery_port=0), clock))
        assert first.discovery_address is not None
        port = first.discovery_address.port
        second = options(
            bind="127.0.0.2", port=first.address.port, discovery_port=port, seed=123456
        )
        await stack.enter_async_context(Simulator(second, clock))
        talk.say(DISCOVERY_TEXT, ("127.255.255.255", port))
        replies = dict([(await talk.hear())[::-1], (await talk.hear())[::-1]])
        assert set(replies) == {("127.0.0.1", port), ("127.0.0.2", port)}
        macs = {parse_discovery(reply).mac for reply in replies.values()}
        assert len(macs) == 2
        serials = set()
        for host in ("127.0.0.1", "127.0.0.2"):
            reply = await talk.ask(Request.DEVICE_INFO.frame, (host, first.address.port))
            serials.add(decode_device_info(parse_frame(reply)).serial)
        assert len(serials) == 2


async def test_without_a_discovery_port_it_is_not_discovered(clock: HandClock) -> None:
    async with Simulator(options(), clock) as simulator:
        assert simulator.discovery_address is None


async def test_a_taken_port_is_an_os_error_and_leaves_nothing_open(clock: HandClock) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            await Simulator(options(port=port), clock).__aenter__()
        broken = Simulator(options(discovery_port=port), clock)
        with pytest.raises(OSError, match="in use"):
            await broken.__aenter__()
        with pytest.raises(RuntimeError, match="not running"):
            _ = broken.address


async def test_its_ports_are_free_again_afterwards(clock: HandClock) -> None:
    async with Simulator(options(discovery_port=0), clock) as simulator:
        port, discovery = simulator.address.port, simulator.discovery_address
        assert discovery is not None
    async with Simulator(options(port=port, discovery_port=discovery.port), clock) as simulator:
        assert simulator.address.port == port


async def test_frames_are_served_in_turn_and_over_again(clock: HandClock, talk: Talk) -> None:
    one, two = (build_reply(0x86, bytes([n]) * 81) for n in (1, 2))
    info, bad = build_reply(0x82, b"x" * 64), one[:-1] + b"\xff"
    text = (
        f"# from a report\n\n{one.hex(' ')}\n{info.hex()}  # who\n{two.hex().upper()}\n{bad.hex()}"
    )
    given = parse_frames(text)
    assert given == (one, info, two, bad)
    async with Simulator(options(frames=given), clock) as simulator:
        running = [await talk.ask(Request.RUNNING_DATA.frame, simulator.address) for _ in range(5)]
        assert running == [one, two, bad, one, two]
        assert await talk.ask(Request.DEVICE_INFO.frame, simulator.address) == info
        settings = await talk.ask(Request.SETTINGS.frame, simulator.address)
        assert parse_frame(settings).request is Request.SETTINGS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no frame"),
        ("# only a comment\n\n", "no frame"),
        ("aa55\nhello", "line 2 is not hex: 'hello'"),
        ("aa5", "line 1 is not hex"),
        ("\n" + "00" * 300, "line 2: 300 bytes"),
    ],
)
def test_frames_that_are_none_are_named_by_line(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_frames(text)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"day": "foggy"}, "clear, cloudy"),
        ({"latitude": 91}, "latitude"),
        ({"speed": 0}, "speed"),
        ({"speed": float("nan")}, "speed"),
        ({"port": 70000}, "port"),
        ({"discovery_port": -1}, "port"),
        ({"bind": "localhost"}, "'localhost' is no IPv4 address"),
    ],
)
def test_options_that_cannot_be_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        options(**wrong)


def test_seeds_have_serial_numbers_and_macs_of_their_own() -> None:
    many = [options(seed=seed) for seed in (0, 1, 2, -5, 10**6, 10**20)]
    assert len({one.serial_number for one in many}) == len({one.mac for one in many}) == 6
    assert all(len(one.serial_number) == 13 and len(one.mac) == 12 for one in many)
    assert options(serial="MINE").serial_number == "MINE"
    clock = options(day="winter", start=time(9, 5), speed=60).clock()
    assert clock.start.replace(tzinfo=None) == datetime(2026, 12, 17, 9, 5)


async def test_faults_of_the_house_show_in_its_frames(clock: HandClock, talk: Talk) -> None:
    faulty = options(faults=parse_fault("error=18,blackout"))
    async with Simulator(faulty, clock) as simulator:
        frame = parse_frame(await talk.ask(Request.RUNNING_DATA.frame, simulator.address))
        assert decode_running_data(frame).errors == ("utility loss", "isolation")


async def test_nothing_is_sent_after_the_end(clock: HandClock, talk: Talk) -> None:
    async with Simulator(options(faults=parse_fault("late=0.05")), clock) as simulator:
        for _ in range(8):
            talk.say(Request.DEVICE_INFO.frame, simulator.address)
        while simulator.counters.requests[Request.DEVICE_INFO] < 8:
            await asyncio.sleep(0)
    at_once = []
    with pytest.raises(TimeoutError):
        while True:
            at_once.append(await talk.hear(0.15))
    assert 0 < len(at_once) < 8


def test_where_a_broadcast_is_heard() -> None:
    assert heard_at(EVERYWHERE) == []
    assert heard_at("127.0.0.5") == ["127.255.255.255"]
    assert heard_at("203.0.113.9") == [EVERYONE]
    assert own_address("127.0.0.1") == "127.0.0.1"
