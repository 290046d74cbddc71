"""A small HTTP server for one document, in the event loop, that nobody can keep busy."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder

from kstar_tui.clock import Clock
from kstar_tui.metrics.collector import InverterCollector
from kstar_tui.monitor.update import Update

PATH = "/metrics"
MAX_AGE = 60.0
"""Seconds after which a reading is no longer the present, where polls are not rarer."""
RETRIES = (1.0, 60.0)
"""Seconds after which a port that was taken is tried again: once soon, as the one who had it may be
leaving, then now and then."""
PATIENCE = 5.0
"""Seconds that an asker has for its question, and as many to take the answer."""
MOST_AT_ONCE = 8
"""Connections; those beyond are closed at once."""
_LONGEST = 8192
"""Bytes of a question."""
_TEXT = "text/plain; charset=utf-8"
_REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    500: "Error",
}

_log = logging.getLogger(__name__)


class MetricsServer:
    """A subscriber of the monitor; `run` serves what it was told last."""

    def __init__(self, clock: Clock, host: str, port: int, *, max_age: float) -> None:
        """Listens on one address of this machine; momentary values go when they are `max_age` s
        old."""
        self._clock = clock
        self._host = host
        self._port = port
        self._collector = InverterCollector(clock, max_age)
        self._registry = CollectorRegistry()
        self._registry.register(self._collector)
        # Memory, processor time and open files of this process, where the system tells.
        ProcessCollector(registry=self._registry)
        self._answering: set[asyncio.Task[None]] = set()
        self._failed = False
        self.listening = asyncio.Event()

    def on_update(self, update: Update) -> None:
        """From now on this is served."""
        self._collector.on_update(update)

    async def run(self) -> None:
        """Serve until cancelled. A port that somebody else has is told once, and tried again."""
        told, tries = False, 0
        while True:
            try:
                server = await asyncio.start_server(
                    self._connected, self._host, self._port, limit=_LONGEST
                )
            except OSError as error:
                tries += 1
                if tries > 1 and not told:
                    told = True
                    _log.warning(
                        "metrics: cannot listen on %s: %s; still trying", self._where, _why(error)
                    )
                await self._clock.sleep(RETRIES[min(tries, len(RETRIES)) - 1])
                continue
            if told:
                _log.warning("metrics: listening on %s now", self._where)
            try:
                self.listening.set()
                await asyncio.get_running_loop().create_future()
            finally:
                server.close()
                for task in self._answering:
                    task.cancel()

    @property
    def _where(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self._port}"

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._answering) >= MOST_AT_ONCE:
            writer.transport.abort()
            return
        self._answering.add(task)
        try:
            async with asyncio.timeout(PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
            async with asyncio.timeout(PATIENCE):
                writer.write(self._answer(head.decode("latin-1")))
                await writer.drain()
                writer.close()
                await writer.wait_closed()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            # Whoever asks badly gets nothing.
            pass
        finally:
            self._answering.discard(task)
            with contextlib.suppress(OSError):
                writer.transport.abort()

    def _answer(self, head: str) -> bytes:
        first, *headers = head.split("\r\n")
        words = first.split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            return _response(400, b"this is no HTTP request\n")
        method, target, _ = words
        if method not in ("GET", "HEAD"):
            return _response(405, b"only GET\n", extra="Allow: GET, HEAD\r\n")
        body = method == "GET"
        if target.partition("?")[0] != PATH:
            status = 200 if target == "/" else 404
            return _response(status, b"kstar-tui: the metrics are at /metrics\n", body=body)
        try:
            accepted = ",".join(_values(headers, "accept"))
            encode, content_type = choose_encoder(accepted)
            return _response(200, encode(self._registry), content_type, body=body)
        except Exception:
            if not self._failed:
                self._failed = True
                _log.exception("making the metrics")
            return _response(500, b"the metrics cannot be made: see kstar-tui's log\n", body=body)


def _values(headers: list[str], wanted: str) -> list[str]:
    each = (line.partition(":") for line in headers)
    return [value.strip() for name, _, value in each if name.lower() == wanted]


def _response(
    status: int, content: bytes, content_type: str = _TEXT, *, extra: str = "", body: bool = True
) -> bytes:
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\n"
        f"Content-Type: {content_type}\r\n"
        f"Content-Length: {len(content)}\r\n"
        f"{extra}Connection: close\r\n\r\n"
    )
    return head.encode("latin-1") + (content if body else b"")


def _why(error: OSError) -> str:
    # asyncio puts the address into it once more.
    return os.strerror(error.errno).lower() if error.errno else str(error)
