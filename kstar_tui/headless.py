"""The daemon: a monitor and a publisher without a face, which says only what went wrong."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any, ParamSpec, TextIO, TypeVar

from kstar_tui import __version__
from kstar_tui.assembly import make_monitor, make_publisher
from kstar_tui.clock import Clock, SystemClock
from kstar_tui.link.interface import Address
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.mqtt.broker import parse_broker
from kstar_tui.settings import Settings

if TYPE_CHECKING:
    from kstar_tui.mqtt.publisher import Publisher

_log = logging.getLogger("kstar_tui.headless")

_STATUS = {signal.SIGTERM: 0, signal.SIGINT: 130}
_FAILED = 1
_PATIENCE = 0.7
"""Seconds that a poll under way and the goodbye to the broker have to come to their end."""

P = ParamSpec("P")
T = TypeVar("T")


async def run_headless(
    settings: Settings,
    clock: Clock | None = None,
    *,
    environ: Mapping[str, str] = os.environ,
    stderr: TextIO | None = None,
) -> int:
    """Poll and publish until SIGTERM (then 0) or Ctrl-C (130); 1 if the program itself failed.

    Only the log is written, to `stderr`: one line at the start, one at the end, and what goes
    wrong or comes back in between.
    """
    clock = clock or SystemClock()
    handler = logging.StreamHandler(stderr or sys.stderr)
    handler.setFormatter(_formatter(environ))
    root = logging.getLogger()
    root.addHandler(handler)
    _log.setLevel(logging.INFO)
    loop = asyncio.get_running_loop()
    loop.set_default_executor(_DaemonThreads())
    ended: asyncio.Future[signal.Signals] = loop.create_future()
    for number in _STATUS:
        loop.add_signal_handler(number, _resolve, ended, number)
    try:
        return await _run(settings, clock, ended)
    finally:
        root.removeHandler(handler)


async def _run(settings: Settings, clock: Clock, ended: asyncio.Future[signal.Signals]) -> int:
    address = Address(settings.host, settings.port) if settings.host else None
    monitor = make_monitor(settings, clock, address)
    publisher = make_publisher(settings, clock)
    monitor.subscribe(_Help())
    _log.info("kstar-tui %s started: %s", __version__, _doing(settings))
    if publisher is None:
        _log.warning(
            "MQTT is off, so nothing is done with the readings; name a broker with --mqtt HOST"
        )
    else:
        await publisher.start()
        monitor.subscribe(publisher.on_update)
    polling = asyncio.create_task(monitor.run())
    either: set[asyncio.Future[Any]] = {polling, ended}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if ended.done():
        status, why = _STATUS[ended.result()], ended.result().name
    else:
        status, why = _FAILED, "the monitor failed"
        _log.error("the monitor failed", exc_info=polling.exception())
    polling.cancel()
    ending = [polling] if publisher is None else [polling, asyncio.create_task(publisher.stop())]
    await asyncio.wait(ending, timeout=_PATIENCE)
    _log.info("kstar-tui stopped (%s): %s", why, _done(monitor.latest, publisher))
    return status


def _doing(settings: Settings) -> str:
    inverter = (
        f"inverter {Address(settings.host, settings.port)}"
        if settings.host
        else "searching for an inverter"
    )
    mqtt = (
        f"MQTT {parse_broker(settings.mqtt_url).url()} under {settings.mqtt_prefix}"
        if settings.mqtt_url
        else "MQTT off"
    )
    return f"{inverter}, every {settings.interval:g} s; {mqtt}"


def _done(update: Update, publisher: Publisher | None) -> str:
    text = f"{update.polls} polls, {update.lost} lost"
    if publisher is not None:
        text += f"; MQTT {publisher.sent} readings sent, {publisher.dropped} dropped"
    return text


def _resolve(ended: asyncio.Future[signal.Signals], number: signal.Signals) -> None:
    if not ended.done():
        ended.set_result(number)


class _Help:
    """Says once what to do when a search has found nothing."""

    def __init__(self) -> None:
        self._given = False

    def __call__(self, update: Update) -> None:
        if self._given or update.state is not LinkState.SEARCHING or update.error is None:
            return
        self._given = True
        _log.warning(
            "no inverter found yet: a search reaches neither past a router nor out of a"
            " container; if the inverter is on and in the WiFi, name it with --host ADDRESS"
        )


class _DaemonThreads(ThreadPoolExecutor):
    """One daemon thread a job: an unanswered name lookup must not hold up the end for seconds,
    as the threads of the usual executor do, which Python waits for."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run it in a thread of its own."""
        future: Future[T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=work, name="lookup", daemon=True).start()
        return future


class _PlainFormatter(logging.Formatter):
    """Local time, then the level where it is a warning or worse."""

    def format(self, record: logging.LogRecord) -> str:
        """One record, a traceback on lines of its own."""
        at = datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="seconds")
        level = f"{record.levelname.lower()}: " if record.levelno >= logging.WARNING else ""
        return f"{at} {level}{super().format(record)}"


class _JournalFormatter(logging.Formatter):
    """The journal knows the time; it takes the priority from the front of every line."""

    def format(self, record: logging.LogRecord) -> str:
        """One record, each of its lines with its priority."""
        levels = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (0, 7))
        priority = next(number for level, number in levels if record.levelno >= level)
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).splitlines())


def _formatter(environ: Mapping[str, str]) -> logging.Formatter:
    return _JournalFormatter() if environ.get("JOURNAL_STREAM") else _PlainFormatter()
