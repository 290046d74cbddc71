"""The daemon: a monitor and a publisher without a face, which says only what went wrong."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TextIO

from kstar_tui import __version__
from kstar_tui.assembly import make_ledger, make_monitor, make_publisher
from kstar_tui.clock import Clock, SystemClock
from kstar_tui.companions import Companions
from kstar_tui.journal import formatter
from kstar_tui.link.container import is_closed_in
from kstar_tui.link.interface import Address
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.mqtt.broker import parse_broker
from kstar_tui.settings import Settings
from kstar_tui.settings.paths import history_path
from kstar_tui.status import Status

if TYPE_CHECKING:
    from kstar_tui.history.ledger import BookKeeper
    from kstar_tui.mqtt.publisher import Publisher

_log = logging.getLogger("kstar_tui.headless")

_STATUS = {
    signal.SIGTERM: Status.DONE,
    signal.SIGHUP: Status.DONE,
    signal.SIGINT: Status.INTERRUPTED,
}
_PATIENCE = 0.7
"""Seconds that a poll under way and the goodbye to the broker have to come to their end."""


async def run_headless(
    settings: Settings,
    clock: Clock | None = None,
    *,
    environ: Mapping[str, str] = os.environ,
    stderr: TextIO | None = None,
    demo: bool = False,
) -> int:
    """Poll and publish until SIGTERM or SIGHUP (then 0) or Ctrl-C (130); 1 if it failed by itself.

    Only the log is written, to `stderr`: one line at the start, one at the end, and what goes
    wrong or comes back in between. What a `demo` measures goes into no database.
    """
    clock = clock or SystemClock()
    handler = logging.StreamHandler(stderr or sys.stderr)
    handler.setFormatter(formatter(environ))
    root = logging.getLogger()
    root.addHandler(handler)
    _log.setLevel(logging.INFO)
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[signal.Signals] = loop.create_future()
    for number in _STATUS:
        # Under nohup it is to stay when the terminal goes.
        if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
            continue
        loop.add_signal_handler(number, _resolve, ended, number)
    try:
        return await _run(settings, clock, ended, demo=demo)
    finally:
        root.removeHandler(handler)


async def _run(
    settings: Settings, clock: Clock, ended: asyncio.Future[signal.Signals], *, demo: bool
) -> int:
    address = Address(settings.host, settings.port) if settings.host else None
    ledger: BookKeeper | None = None
    publisher = make_publisher(settings, clock, lambda: ledger is not None and ledger.stands_by)
    companions = Companions(settings, clock)
    _log.info("kstar-tui %s started: %s", __version__, _doing(settings, demo=demo))
    if publisher is not None and settings.mqtt_accept_any_certificate:
        _log.warning("MQTT: any certificate is accepted: whoever is in between can read along")
    # The database is not needed before the first reading.
    ledger = make_ledger(settings, clock, demo=demo)
    monitor = make_monitor(settings, clock, address, ledger=ledger)
    monitor.subscribe(_Help())
    if publisher is None and ledger is None and not companions:
        _log.warning(
            "MQTT and the history are off, so nothing is done with the readings;"
            " name a broker with --mqtt HOST"
        )
    if publisher is not None:
        await publisher.start()
        monitor.subscribe(publisher.on_update)
    companions.join(monitor)
    polling = asyncio.create_task(monitor.run())
    either: set[asyncio.Future[Any]] = {polling, ended}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if ended.done():
        status, why = _STATUS[ended.result()], ended.result().name
    else:
        status, why = Status.FAILED, "the monitor failed"
        _log.error("the monitor failed", exc_info=polling.exception())
    polling.cancel()
    await companions.leave()
    ending = [polling] if publisher is None else [polling, asyncio.create_task(publisher.stop())]
    await asyncio.wait(ending, timeout=_PATIENCE)
    if ledger is not None:
        ledger.close()
    _log.info("kstar-tui stopped (%s): %s", why, _done(monitor.latest, publisher, ledger))
    return status


def _doing(settings: Settings, *, demo: bool) -> str:
    inverter = (
        f"inverter {Address(settings.host, settings.port)}"
        if settings.host
        else "searching for an inverter"
    )
    mqtt = (
        f"MQTT {parse_broker(settings.mqtt_url).url()} under {settings.mqtt_base}"
        if settings.mqtt_url
        else "MQTT off"
    )
    text = f"{inverter}, every {settings.interval:g} s; {mqtt}; {_place(settings, demo=demo)}"
    if settings.metrics_listen is not None:
        text += f"; metrics on {settings.metrics_listen}"
    return text


def _place(settings: Settings, *, demo: bool) -> str:
    path = history_path(settings)
    if path is None:
        return "history off"
    return f"history in {'memory only' if demo else path}"


def _done(update: Update, publisher: Publisher | None, ledger: BookKeeper | None) -> str:
    text = f"{update.polls} polls, {update.lost} lost"
    if publisher is not None:
        text += f"; MQTT {publisher.sent} readings sent, {publisher.dropped} dropped"
    if ledger is not None:
        status = ledger.status
        text += f"; history {status.rows} rows saved"
        if status.error is not None:
            text += f" ({status.error})"
    return text


def _resolve(ended: asyncio.Future[signal.Signals], number: signal.Signals) -> None:
    if not ended.done():
        ended.set_result(number)


class _Help:
    """Says once what to do when a search has found nothing."""

    NOT_FOUND = (
        "a search reaches neither past a router nor out of a container; if the inverter is on and"
        " in the WiFi, name it with --host ADDRESS"
    )
    CLOSED_IN = (
        "this container has a network of its own, out of which no search comes; name it with"
        " --host ADDRESS or KSTAR_HOST, or let the container have the host's network"
        " (network_mode: host)"
    )

    def __init__(self) -> None:
        self._given = False

    def __call__(self, update: Update) -> None:
        if self._given or update.state is not LinkState.SEARCHING or update.error is None:
            return
        self._given = True
        advice = self.CLOSED_IN if is_closed_in() else self.NOT_FOUND
        _log.warning("no inverter found yet: %s", advice)
