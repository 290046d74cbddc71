"""The daemon: a monitor and what is told of it, without a face, which says only what went wrong."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TextIO

from kstar_tui import __version__
from kstar_tui.clock import Clock, SystemClock
from kstar_tui.daemon.notify import Notifier
from kstar_tui.daemon.overridden import Overridden
from kstar_tui.daemon.parts import Parts
from kstar_tui.daemon.pulse import Pulse
from kstar_tui.daemon.signals import Signals
from kstar_tui.journal import formatter
from kstar_tui.link.container import is_closed_in
from kstar_tui.link.interface import Address
from kstar_tui.monitor.finding import ONLY_OTHERS
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.mqtt.broker import parse_broker
from kstar_tui.presence import Presence, refusal
from kstar_tui.settings import Settings, SettingsError
from kstar_tui.settings.desk import Desk
from kstar_tui.settings.kinds import OFF
from kstar_tui.settings.load import closed_credentials
from kstar_tui.settings.paths import history_path
from kstar_tui.status import Status

_log = logging.getLogger("kstar_tui.headless")

_STATUS = {
    signal.SIGTERM: Status.DONE,
    signal.SIGHUP: Status.DONE,
    signal.SIGINT: Status.INTERRUPTED,
}


async def run_headless(
    settings: Settings,
    clock: Clock | None = None,
    *,
    desk: Desk | None = None,
    environ: Mapping[str, str] = os.environ,
    stderr: TextIO | None = None,
    demo: bool = False,
) -> int:
    """Poll and publish until SIGTERM (then 0) or Ctrl-C (130); 1 if it failed by itself.

    SIGHUP has the settings read again from the `desk`; it ends the daemon where that came from a
    terminal that is gone. Only the log is written, to `stderr`: one line at the start, one at the
    end, and what goes wrong, comes back or is changed in between. What a `demo` measures goes into
    no database.
    """
    stream = stderr or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(environ, stream))
    root = logging.getLogger()
    root.addHandler(handler)
    _log.setLevel(logging.INFO)
    notifier = Notifier(environ)
    if notifier.watchdog is not None:
        # Where it bites, it says where everything stood.
        with suppress(OSError, ValueError, RuntimeError):
            faulthandler.enable(stream)
    pulse = Pulse(environ, notifier, SystemClock())
    if folder := closed_credentials(environ):
        _log.warning(
            "systemd could not hand its credentials over (%s is closed; some containers do not"
            " let it): a password has to be in config.toml here",
            folder,
        )
    try:
        clock = clock or SystemClock()
        parts = Parts(settings, clock, (pulse, _Help()), demo=demo)
        presence: Presence | None = None
        if not demo and settings.attach != OFF:
            if why_not := await refusal(environ, settings):
                _log.error("%s", why_not)
                return Status.FAILED
            presence = Presence(parts, clock, environ)
        return await _run(parts, presence, pulse, notifier, desk)
    finally:
        pulse.close()
        root.removeHandler(handler)


async def _run(
    parts: Parts,
    presence: Presence | None,
    pulse: Pulse,
    notifier: Notifier,
    desk: Desk | None,
) -> int:
    signals = Signals()
    reload = None if desk is None else _Reload(parts, desk)
    _log.info("kstar-tui %s started: %s", __version__, _doing(parts))
    if presence is None:
        await parts.start()
    else:
        await parts.start(presence.begin, presence.make_room)
    _warn(parts)
    pulse.follow(parts)
    beating = asyncio.create_task(pulse.run())
    outranked = asyncio.create_task(presence.outranked()) if presence is not None else None
    notifier.ready()
    number: signal.Signals | None = None
    while True:
        number = await _until(parts, signals, outranked)
        if number is None or signals.ends(number):
            break
        notifier.reloading()
        if reload is None:
            _log.info("SIGHUP: a demonstration has no settings to read again")
        elif await reload() and presence is not None:
            await presence.renew()
        pulse.follow(parts)
        notifier.ready()
    notifier.stopping()
    beating.cancel()
    status, why = _outcome(number, parts, outranked)
    if outranked is not None:
        outranked.cancel()
    await parts.stop()
    if presence is not None:
        # Behind all else: whoever sees it gone takes over what was held here.
        presence.close()
    _log.info("kstar-tui stopped (%s): %s", why, _done(parts))
    return status


async def _until(
    parts: Parts, signals: Signals, outranked: asyncio.Future[str] | None
) -> signal.Signals | None:
    """The next signal; None where it ends without one."""
    coming = asyncio.create_task(signals.next())
    either: set[asyncio.Future[Any]] = {parts.polling, coming}
    if outranked is not None:
        either.add(outranked)
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if coming.done():
        return coming.result()
    coming.cancel()
    return None


def _outcome(
    number: signal.Signals | None, parts: Parts, outranked: asyncio.Future[str] | None
) -> tuple[int, str]:
    if number is not None:
        return _STATUS[number], number.name
    if outranked is not None and outranked.done():
        _log.error("%s", outranked.result())
        return Status.FAILED, "another one polls"
    _log.error("the monitor failed", exc_info=parts.polling.exception())
    return Status.FAILED, "the monitor failed"


class _Reload:
    """Reads the settings again, and says what came of it."""

    def __init__(self, parts: Parts, desk: Desk) -> None:
        self._parts, self._desk = parts, desk
        self._overridden = Overridden(desk)

    async def __call__(self) -> bool:
        """Whether anything is another."""
        try:
            keys = await self._parts.change(self._desk.load())
        except SettingsError as error:
            _log.error("the settings stay as they were: %s", error)
            return False
        vain = self._overridden.news(self._parts.settings)
        more = f"; in the file, but overridden: {', '.join(vain)}" if vain else ""
        _log.info("settings read again, changed: %s%s", ", ".join(keys) or "none", more)
        if keys:
            _warn(self._parts)
        return bool(keys)


def _warn(parts: Parts) -> None:
    """Say what is allowed but hardly meant."""
    if parts.publisher is not None and parts.settings.mqtt_accept_any_certificate:
        _log.warning("MQTT: any certificate is accepted: whoever is in between can read along")
    if parts.settings.alerts_mqtt and parts.publisher is None:
        _log.warning("alerts.mqtt is on, but MQTT is off: nobody is told there")
    if parts.publisher is None and parts.ledger is None and not parts.companions:
        _log.warning(
            "MQTT and the history are off, so nothing is done with the readings;"
            " name a broker with --mqtt HOST"
        )


def _doing(parts: Parts) -> str:
    settings = parts.settings
    inverter = (
        f"inverter {Address(settings.host, settings.port)}"
        if settings.host
        else "searching for an inverter"
    )
    if settings.serial:
        inverter += f" with serial number {settings.serial}"
    mqtt = (
        f"MQTT {parse_broker(settings.mqtt_url).url()} under {settings.mqtt_base}"
        if settings.mqtt_url
        else "MQTT off"
    )
    text = f"{inverter}, every {settings.interval:g} s; {mqtt}; {_place(settings, demo=parts.demo)}"
    if settings.metrics_listen is not None:
        text += f"; metrics on {settings.metrics_listen}"
    if settings.alerts_command:
        text += f"; alerts by {settings.alerts_command[0]}"
    return text


def _place(settings: Settings, *, demo: bool) -> str:
    path = history_path(settings)
    if path is None:
        return "history off"
    return f"history in {'memory only' if demo else path}"


def _done(parts: Parts) -> str:
    update, publisher, ledger = parts.monitor.latest, parts.publisher, parts.ledger
    text = f"{update.polls} polls, {update.lost} lost"
    if publisher is not None:
        text += f"; MQTT {publisher.sent} readings sent, {publisher.dropped} dropped"
    if ledger is not None:
        status = ledger.status
        text += f"; history {status.rows} rows saved"
        if status.error is not None:
            text += f" ({status.error})"
    return text


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
        if update.error.startswith(ONLY_OTHERS):
            # Then the search does reach the network.
            return
        self._given = True
        advice = self.CLOSED_IN if is_closed_in() else self.NOT_FOUND
        _log.warning("no inverter found yet: %s", advice)
