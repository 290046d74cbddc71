"""A broker that sends what a publisher never asked for: it costs a connection, and no memory."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise

import pytest
from mqtt_helpers import PATIENCE

from kstar_tui.clock import SystemClock
from kstar_tui.mqtt import reasons
from kstar_tui.mqtt.broker import Broker
from kstar_tui.mqtt.connection import MqttConnection

GREETING = b"\x20\x02\x00\x00"
CHUNK = bytes(65536)
MEGABYTE = 1 << 20

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Outages:
    """What a connection says, one after the other."""

    def __init__(self, connection: MqttConnection) -> None:
        self.connection = connection
        self.errors: asyncio.Queue[str] = asyncio.Queue()
        self.ups = 0
        connection.on_change(self.changed)
        connection.on_connected(self.up)

    def changed(self) -> None:
        if self.connection.error is not None:
            self.errors.put_nowait(self.connection.error)

    def up(self) -> None:
        self.ups += 1

    async def next(self) -> str:
        return await asyncio.wait_for(self.errors.get(), PATIENCE)


@pytest.fixture
async def meet() -> AsyncIterator[Callable[..., Awaitable[Outages]]]:
    """Connects to a server that plays a script for every connection."""
    connections: list[MqttConnection] = []
    servers: list[asyncio.Server] = []

    async def begin(
        script: Script, retry: tuple[float, float] = (0.01, 0.02), keepalive: int = 30
    ) -> Outages:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await reader.read(1)
                await script(reader, writer)
                await reader.read()
            except ConnectionError:
                pass
            finally:
                writer.close()

        servers.append(await asyncio.start_server(serve, "127.0.0.1", 0))
        port = servers[-1].sockets[0].getsockname()[1]
        broker = Broker("127.0.0.1", port)
        connection = MqttConnection(broker, SystemClock(), retry=retry, keepalive=keepalive)
        connections.append(connection)
        outages = Outages(connection)
        connection.open("a-client")
        return outages

    yield begin
    for connection in connections:
        await connection.close()
    for server in servers:
        server.close()


async def test_a_packet_without_end_is_not_taken(meet) -> None:
    sent: list[int] = []

    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A PUBLISH of 256 MB, the longest there is.
        writer.write(GREETING + b"\x30\xff\xff\xff\x7f")
        sent.append(0)
        for _ in range(4096):
            writer.write(CHUNK)
            await writer.drain()
            sent[-1] += len(CHUNK)

    tracemalloc.start()
    try:
        outages = await meet(flood)
        for _ in range(3):
            assert await outages.next() == reasons.UNASKED
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    await outages.connection.close()
    assert peak < 4 * MEGABYTE
    # What the kernel holds for a socket is all that ever left.
    assert max(sent) < 32 * MEGABYTE


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(b"\x30\x05\x00\x01a12", id="message"),
        pytest.param(b"\x34\x07\x00\x01a\x00\x0112", id="message of QoS 2"),
        pytest.param(b"\xc0\x00", id="ping"),
        pytest.param(b"\xd0\x00", id="answer to no ping"),
        pytest.param(b"\x40\x02\x00\x01", id="thanks for nothing"),
        pytest.param(b"\x62\x02\x00\x01", id="release of no message"),
        pytest.param(b"\x90\x03\x00\x01\x00", id="subscription"),
        pytest.param(GREETING, id="second greeting"),
        pytest.param(b"\x40\x81\x20" + bytes(4097), id="one byte too long"),
    ],
)
async def test_what_nobody_asked_for_ends_the_connection(packet: bytes, meet) -> None:
    ended = asyncio.Event()

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING + packet * 1000)
        try:
            await reader.read()
        finally:
            ended.set()

    outages = await meet(say, retry=(60, 60))
    assert await outages.next() == reasons.UNASKED
    await asyncio.wait_for(ended.wait(), PATIENCE)
    # However often it greets, a connection is one connection.
    assert outages.ups == 1


async def test_before_any_greeting_it_is_no_broker(meet) -> None:
    async def say(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n" * 10)

    outages = await meet(say)
    assert await outages.next() == reasons.GARBLED


async def test_each_time_it_is_left_alone_for_longer(meet) -> None:
    times: list[float] = []

    async def say(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        times.append(asyncio.get_running_loop().time())
        writer.write(GREETING + b"\x30\x03\x00\x01a")

    outages = await meet(say, retry=(0.02, 0.16))
    for _ in range(6):
        assert await outages.next() == reasons.UNASKED
    pauses = [after - before for before, after in pairwise(times)]
    for pause, least in zip(pauses, (0.04, 0.08, 0.16, 0.16, 0.16), strict=False):
        assert pause >= least


async def test_what_is_owed_is_taken(meet) -> None:
    pinged, heard_again = asyncio.Event(), asyncio.Event()

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(GREETING)
        for _ in range(2):
            # Topic `a` and payload `b` with QoS 1, retained.
            packet = await reader.readexactly(8)
            assert packet[:5] == b"\x33\x06\x00\x01a"
            writer.write(b"\x40\x02" + packet[5:7])
        assert await reader.readexactly(2) == b"\xc0\x00"
        writer.write(b"\xd0\x00")
        pinged.set()
        await reader.readexactly(8)
        heard_again.set()

    outages = await meet(behave, keepalive=1)
    connection, connected = outages.connection, asyncio.Event()
    connection.on_connected(connected.set)
    await connected.wait()
    for _ in range(2):
        await connection.deliver("a", "b", PATIENCE)
    await asyncio.wait_for(pinged.wait(), PATIENCE)
    assert connection.publish("a", "bcd")
    await asyncio.wait_for(heard_again.wait(), PATIENCE)
    assert connection.connected
    assert outages.errors.empty()
