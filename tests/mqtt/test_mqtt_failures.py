"""Why a broker is not reached: every reason in words, told once, and never in the way."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority
from mqtt_helpers import PATIENCE, QUICK, Mosquitto, load_update

from kstar_tui.clock import SystemClock
from kstar_tui.mqtt import reasons
from kstar_tui.mqtt.broker import Broker
from kstar_tui.mqtt.connection import MAX_BACKLOG, MqttConnection
from kstar_tui.mqtt.options import MqttOptions
from kstar_tui.mqtt.publisher import Publisher
from kstar_tui.mqtt.tls import tls_context

Open = Callable[..., MqttConnection]


@pytest.fixture
async def open_connection() -> AsyncIterator[Open]:
    made: list[MqttConnection] = []

    def make(broker: Broker, **options: Any) -> MqttConnection:
        made.append(MqttConnection(broker, SystemClock(), retry=(0.02, 0.05), **options))
        made[-1].open("a-client")
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def until(connection: MqttConnection, condition: Callable[[], object]) -> None:
    changed = asyncio.Event()
    gone = connection.on_change(changed.set)
    async with asyncio.timeout(PATIENCE):
        while not condition():
            changed.clear()
            await changed.wait()
    gone()


async def first_error(connection: MqttConnection) -> str:
    await until(connection, lambda: connection.error)
    return connection.error or ""


def trusting(authority: Authority) -> ssl.SSLContext:
    return tls_context(str(authority.certificate))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def tls_listener(mosquitto: Mosquitto, certificate: Path, key: Path) -> Broker:
    mosquitto.listen(f"certfile {certificate}", f"keyfile {key}")
    return Broker("127.0.0.1", mosquitto.port, "mqtt", "mqtt", tls=True)


async def test_tls_with_a_known_authority(
    mosquitto: Mosquitto, authority: Authority, open_connection: Open
) -> None:
    broker = tls_listener(mosquitto, *authority.issue("IP:127.0.0.1"))
    await mosquitto.start()
    connection = open_connection(broker, tls=trusting(authority))
    await until(connection, lambda: connection.connected)
    assert connection.publish("a", "b")


async def test_an_authority_that_this_system_does_not_know(
    mosquitto: Mosquitto,
    authority: Authority,
    open_connection: Open,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broker = tls_listener(mosquitto, *authority.issue("IP:127.0.0.1"))
    await mosquitto.start()
    connection = open_connection(broker)
    assert "from an authority that this system does not know" in await first_error(connection)
    await mosquitto.logged("New connection", 4)
    assert len(caplog.records) == 1
    assert "authority that this system does not know" in caplog.records[0].message


async def test_a_certificate_for_another_name(
    mosquitto: Mosquitto, authority: Authority, open_connection: Open
) -> None:
    broker = tls_listener(mosquitto, *authority.issue("DNS:elsewhere.example"))
    await mosquitto.start()
    connection = open_connection(broker, tls=trusting(authority))
    said = "its certificate is for another host name than 127.0.0.1"
    assert await first_error(connection) == said


async def test_an_expired_certificate(
    mosquitto: Mosquitto, authority: Authority, open_connection: Open
) -> None:
    broker = tls_listener(mosquitto, *authority.issue("IP:127.0.0.1", days=-1))
    await mosquitto.start()
    connection = open_connection(broker, tls=trusting(authority))
    assert "certificate has expired" in await first_error(connection)


async def test_tls_asked_of_a_port_without_it(mosquitto: Mosquitto, open_connection: Open) -> None:
    await mosquitto.start()
    connection = open_connection(Broker("127.0.0.1", mosquitto.port, tls=True))
    assert "does not speak TLS on this port: use mqtt://" in await first_error(connection)


async def test_no_tls_to_a_port_that_expects_it(
    mosquitto: Mosquitto, authority: Authority, open_connection: Open
) -> None:
    tls_listener(mosquitto, *authority.issue("IP:127.0.0.1"))
    await mosquitto.start()
    connection = open_connection(Broker("127.0.0.1", mosquitto.port))
    assert "or it expects TLS (mqtts://)" in await first_error(connection)


async def scripted(answer: bytes, *, hang_up: bool) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        if not hang_up:
            await reader.read()
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


def port_of(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


async def test_a_web_server(open_connection: Open) -> None:
    async with await scripted(b"HTTP/1.1 400 Bad Request\r\n\r\n", hang_up=True) as server:
        connection = open_connection(Broker("127.0.0.1", port_of(server)))
        assert "it is no MQTT broker" in await first_error(connection)
        await connection.close()


async def test_something_that_never_answers(open_connection: Open) -> None:
    async with await scripted(b"", hang_up=False) as server:
        connection = open_connection(Broker("127.0.0.1", port_of(server)), keepalive=1)
        assert await first_error(connection) == reasons.MUTE
        await connection.close()


async def test_a_broker_that_stops_answering(open_connection: Open) -> None:
    async with await scripted(b"\x20\x02\x00\x00", hang_up=False) as server:
        connection = open_connection(Broker("127.0.0.1", port_of(server)), keepalive=1)
        await until(connection, lambda: connection.connected)
        assert await first_error(connection) == reasons.SILENT
        await connection.close()


async def test_a_broker_that_takes_nothing_more_gets_only_the_latest() -> None:
    done, ended = asyncio.Event(), asyncio.Event()
    taken = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"\x20\x02\x00\x00")
        transport = writer.transport
        assert isinstance(transport, asyncio.ReadTransport)
        transport.pause_reading()
        await done.wait()
        transport.resume_reading()
        while chunk := await reader.read(1 << 20):
            taken.extend(chunk)
        writer.close()
        ended.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        connection = MqttConnection(Broker("127.0.0.1", port_of(server)), SystemClock())
        publisher = Publisher(connection, MqttOptions(legacy="p"))
        await publisher.start()
        publisher.on_update(load_update(1))
        await until(connection, lambda: connection.connected)
        sent = 0
        while connection.ready and sent < 1000:
            connection.publish("filler", "x" * 200_000)
            sent += 1
        assert MAX_BACKLOG - 20 <= sent < 1000
        for load in range(50):
            publisher.on_update(load_update(load))
        assert (publisher.sent, publisher.dropped) == (1, 49)
        begun = time.perf_counter()
        await publisher.stop()
        assert time.perf_counter() - begun < QUICK
        done.set()
        await asyncio.wait_for(ended.wait(), PATIENCE)
    assert taken.count(b"p/load") == 1


async def test_connections_that_come_and_go_are_one_piece_of_news(
    open_connection: Open, caplog: pytest.LogCaptureFixture
) -> None:
    async with await scripted(b"\x20\x02\x00\x00", hang_up=True) as server:
        connection = open_connection(Broker("127.0.0.1", port_of(server)))
        ups = 0

        def count() -> None:
            nonlocal ups
            ups += 1

        connection.on_connected(count)
        await until(connection, lambda: ups > 5)
        await connection.close()
    assert [record.message.partition(": ")[2] for record in caplog.records] == [
        "the connection was lost; still trying",
        "connected",
        "the connection comes and goes: the connection was lost; still trying",
    ]


async def test_the_network_thread_is_started_again_if_it_ends(
    open_connection: Open, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(threading, "excepthook", lambda _: loop.call_soon_threadsafe(ended.set))
    # "Protocol not supported", with nobody listening any more: paho tries 3.1 outside of its
    # own retries, and its thread ends.
    server = await scripted(b"", hang_up=False)
    port = port_of(server)
    server.close()

    async def refuse_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        once.close()
        writer.write(b"\x20\x02\x00\x01")
        writer.close()

    once = await asyncio.start_server(refuse_once, "127.0.0.1", port)
    connection = open_connection(Broker("127.0.0.1", port))
    await asyncio.wait_for(ended.wait(), PATIENCE)

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"\x20\x02\x00\x00")
        await reader.read()
        writer.close()

    async with await asyncio.start_server(accept, "127.0.0.1", port):
        connection.keep_alive()
        assert connection.error == reasons.GARBLED
        connection.keep_alive()
        await until(connection, lambda: connection.connected)
        await connection.close()
    assert caplog.text.count(reasons.GARBLED) == 1


async def test_an_unknown_host(open_connection: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    connection = open_connection(Broker("nowhere.example"))
    assert await first_error(connection) == "unknown host nowhere.example"


async def test_stop_waits_for_no_name_server(
    open_connection: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answered = threading.Event(), threading.Event()

    def hang(*_: object, **__: object) -> None:
        asked.set()
        answered.wait(PATIENCE)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    connection = open_connection(Broker("slow.example"))
    await asyncio.to_thread(asked.wait, PATIENCE)
    begun = time.perf_counter()
    await connection.close()
    taken = time.perf_counter() - begun
    answered.set()
    assert taken < QUICK
    assert connection.error is None


async def test_it_is_opened_once(open_connection: Open) -> None:
    connection = open_connection(Broker("127.0.0.1", 1))
    with pytest.raises(RuntimeError, match="open already"):
        connection.open("another")


async def test_nothing_is_sent_without_a_connection(caplog: pytest.LogCaptureFixture) -> None:
    connection = MqttConnection(Broker("127.0.0.1", 1), SystemClock())
    assert not connection.publish("a", "b")
    connection.keep_alive()
    await connection.close()
    assert not connection.ready
    assert not caplog.records


BROKER = Broker("broker.example", 1883, "me", "tops3cret")


def os_error(number: int) -> OSError:
    return OSError(number, "as the system says")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (socket.gaierror(socket.EAI_NONAME, ""), "unknown host broker.example"),
        (socket.gaierror(socket.EAI_AGAIN, ""), "no name server answers"),
        (os_error(111), "refused: nothing listens on port 1883"),
        (os_error(113), "no route to broker.example"),
        (os_error(101), "no route to broker.example"),
        (os_error(110), "timed out: nothing answers at broker.example"),
        (TimeoutError("timed out"), "timed out: nothing answers"),
        (TimeoutError("_ssl.c:989: The handshake operation timed out"), "TLS handshake timed out"),
        (os_error(104), "closed the connection without an answer"),
        (os_error(99), "as the system says"),
        (OSError(), "the connection failed"),
        (None, "the connection failed"),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), "does not speak TLS"),
        (ssl.SSLError(1, "[SSL] something"), "the TLS handshake failed"),
    ],
)
def test_reasons_in_words(error: BaseException | None, said: str) -> None:
    text = reasons.failure(error, BROKER)
    assert said in text
    assert BROKER.password not in text


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (1, "this version of MQTT"),
        (2, "client id"),
        (3, "not available"),
        (4, "wrong user or password"),
        (5, "wrong user or password"),
        (0x87, "wrong user or password"),
        (77, "code 77"),
    ],
)
def test_refusals_in_words(code: int, said: str) -> None:
    assert said in reasons.refusal(code, BROKER)


async def test_a_loop_that_is_gone_disturbs_no_thread(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mosquitto.start()
    died: list[object] = []
    monkeypatch.setattr(threading, "excepthook", died.append)

    def run() -> None:
        async def connect() -> None:
            MqttConnection(Broker("127.0.0.1", mosquitto.port, "mqtt", "mqtt"), SystemClock()).open(
                "left-behind"
            )

        asyncio.run(connect())

    await asyncio.to_thread(run)
    await mosquitto.logged("left-behind")
    assert not died
    assert logging.getLogger("kstar_tui").handlers == []
