"""Metrics over real HTTP on loopback: scraped, badly asked, and with the port taken."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from metrics_world import one, scraped, update
from owned_clock import OwnedClock
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics

from kstar_tui.metrics import server as module
from kstar_tui.metrics.server import MOST_AT_ONCE, MetricsServer

PATIENCE = 20.0


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Served:
    """A running server, and ways to ask it."""

    def __init__(self, clock: OwnedClock, port: int) -> None:
        self.port = port
        self.server = MetricsServer(clock, "127.0.0.1", port, max_age=60)
        self.task = asyncio.create_task(self.server.run())

    async def ready(self) -> None:
        await asyncio.wait_for(self.server.listening.wait(), PATIENCE)

    async def said(self, question: bytes) -> bytes:
        """All that comes back until it is closed."""
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                writer.write(question)
                return await reader.read()
            except ConnectionResetError:
                return b""
            finally:
                writer.close()

    async def get(self, target: str, **headers: str) -> tuple[int, dict[str, str], str]:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        answer = await self.said(f"GET {target} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode())
        head, _, body = answer.decode().partition("\r\n\r\n")
        first, *rest = head.split("\r\n")
        found = dict(line.split(": ", 1) for line in rest)
        assert int(found["Content-Length"]) == len(body.encode())
        return int(first.split()[1]), found, body


@pytest.fixture
def clock() -> OwnedClock:
    return OwnedClock()


@pytest.fixture
async def served(clock: OwnedClock) -> AsyncIterator[Served]:
    running = Served(clock, free_port())
    await running.ready()
    yield running
    running.task.cancel()
    with suppress(asyncio.CancelledError):
        await running.task


async def test_a_scrape(served: Served) -> None:
    served.server.on_update(update())
    status, headers, text = await served.get("/metrics")
    assert (status, headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    found = scraped(text)
    assert one(found, "kstar_pv_power_watts") == 3000
    # The process itself, as is usual.
    assert found["process_resident_memory_bytes"]
    assert "# HELP kstar_pv_power_watts PV power in watts\n" in text
    assert "# TYPE kstar_pv_energy_joules_total counter\n" in text


async def test_a_scrape_as_prometheus_does_it(served: Served) -> None:
    served.server.on_update(update())
    accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    status, headers, text = await served.get("/metrics", Accept=accept)
    assert status == 200
    assert headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    families = {family.name: family for family in open_metrics(text)}
    assert families["kstar_polls"].type == "counter"
    assert families["kstar_work_mode"].type == "stateset"
    assert families["kstar_inverter"].type == "info"


@pytest.mark.parametrize(
    ("question", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 200),
        (b"GET /metrics?name[]=x HTTP/1.0\r\n\r\n", 200),
        (b"HEAD /metrics HTTP/1.1\r\n\r\n", 200),
        (b"GET /secret HTTP/1.1\r\n\r\n", 404),
        (b"POST /metrics HTTP/1.1\r\n\r\n", 405),
        (b"GET /metrics\r\n\r\n", 400),
        (b"\xff\x00 \r\n\r\n", 400),
        (b"GET /metrics HTTP/1.1\r\nAccept: " + b"\xff;" * 3000 + b"\r\n\r\n", 200),
    ],
)
async def test_other_questions(served: Served, question: bytes, status: int) -> None:
    answer = await served.said(question)
    assert re.match(rb"HTTP/1\.1 (\d+) ", answer)[1] == b"%d" % status  # type: ignore[index]
    if question.startswith(b"HEAD"):
        assert answer.endswith(b"\r\n\r\n")


async def test_a_question_without_end_is_not_listened_to(served: Served) -> None:
    assert await served.said(b"GET /" + b"x" * 20000) == b""
    assert (await served.get("/metrics"))[0] == 200


async def test_who_says_nothing_is_left(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    assert await served.said(b"GET /metrics HTTP/1.1\r\n") == b""


async def test_nobody_can_take_all_its_connections(served: Served) -> None:
    idle = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(MOST_AT_ONCE)]
    try:
        async with asyncio.timeout(PATIENCE):
            while await served.said(b"GET /metrics HTTP/1.1\r\n\r\n"):
                pass
        idle.pop()[1].close()
        async with asyncio.timeout(PATIENCE):
            while not await served.said(b"GET /metrics HTTP/1.1\r\n\r\n"):
                pass
    finally:
        for _, writer in idle:
            writer.close()


async def test_a_mistake_of_ours_is_told_and_ends_nothing(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    served.server.on_update(update(rejected=None))
    for _ in range(2):
        assert (await served.get("/metrics"))[0] == 500
    assert [record.message for record in caplog.records] == ["making the metrics"]
    served.server.on_update(update())
    assert (await served.get("/metrics"))[0] == 200


async def test_a_port_that_is_taken_is_told_once_and_tried_again(
    clock: OwnedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "kstar_tui.metrics")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        waiting = Served(clock, port)
        for seconds in (0.5, 1, 60, 60):
            await clock.advance(seconds)
        assert not waiting.server.listening.is_set()
        assert [record.message for record in caplog.records] == [
            f"metrics: cannot listen on 127.0.0.1:{port}: address already in use; still trying"
        ]
    await clock.advance(60)
    await waiting.ready()
    assert (await waiting.get("/metrics"))[0] == 200
    assert caplog.records[-1].message == f"metrics: listening on 127.0.0.1:{port} now"
    waiting.task.cancel()
    with suppress(asyncio.CancelledError):
        await waiting.task


async def test_one_who_is_leaving_is_not_worth_a_word(
    clock: OwnedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Another inverter is chosen on the screen: one server ends while the next one begins."""
    first = Served(clock, free_port())
    await first.ready()
    second = Served(clock, first.port)
    await clock.settle()
    first.task.cancel()
    with suppress(asyncio.CancelledError):
        await first.task
    await clock.advance(1)
    await second.ready()
    assert not caplog.records
    second.task.cancel()
    with suppress(asyncio.CancelledError):
        await second.task
