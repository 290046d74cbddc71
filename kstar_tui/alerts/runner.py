"""The user's own program, run for each alert: one at a time, never by a shell, never for long."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from kstar_tui.alerts.alert import Alert

TIMEOUT = 30.0
"""Seconds that it may take."""
MOST_WAITING = 20
"""Alerts that wait for their turn; older ones are dropped."""
_GRACE = 2.0
"""Seconds from the first request to end to the one that nobody can refuse."""
_HASTE = 0.2
"""The same, where kstar-tui itself is to end."""
_LONGEST_OUTPUT = 4096
_LONGEST_VALUE = 500
_PREFIX = "KSTAR_ALERT_"
_OF_THE_SERVICE = frozenset(
    {
        *("NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "CREDENTIALS_DIRECTORY"),
        *("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"),
    }
)
"""What is between systemd and kstar-tui alone."""

_log = logging.getLogger(__name__)


class Runner:
    """`add` never waits; `run` works until cancelled. A failure is logged once until it is over."""

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        *,
        secrets: frozenset[str] = frozenset(),
        timeout: float = TIMEOUT,
    ) -> None:
        """The words of the command; `secrets` are variables of `environ` that it does not get."""
        first, *rest = command
        self._command = (at_home(first), *rest)
        kept = secrets | _OF_THE_SERVICE
        self._environ = {
            name: value
            for name, value in environ.items()
            if name not in kept and not name.startswith(_PREFIX)
        }
        self._timeout = timeout
        self._waiting: deque[Alert] = deque()
        self._current: Alert | None = None
        self._news = asyncio.Event()
        self._failing = False
        self._overflowed = False

    def add(self, alert: Alert) -> None:
        """Run it for this alert as soon as it is its turn."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            if not self._overflowed:
                self._overflowed = True
                _log.warning("alerts: more than %d wait; the oldest are dropped", MOST_WAITING)
        self._waiting.append(alert)
        self._news.set()

    @property
    def unsaid(self) -> list[Alert]:
        """Those for which it was not run to its end yet, in their order."""
        return [*([self._current] if self._current is not None else []), *self._waiting]

    async def run(self) -> None:
        """One after the other until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                self._current = self._waiting.popleft()
                self._judge(await self._call(self._current))
                self._current = None
            self._overflowed = False

    def _judge(self, failure: str | None) -> None:
        if failure is not None and not self._failing:
            _log.warning("alerts: %s: %s", self._command[0], failure)
        elif failure is None and self._failing:
            _log.warning("alerts: %s works again", self._command[0])
        self._failing = failure is not None

    async def _call(self, alert: Alert) -> str | None:
        """Why it failed; None where it did what it should."""
        nothing = asyncio.subprocess.DEVNULL
        with Output() as output:
            try:
                process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=nothing,
                    stdout=output.end,
                    stderr=output.end,
                    env=self._environ | alert_environment(alert),
                    # So that all that it starts can be ended with it, and no terminal is its own.
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                return f"cannot be run: {getattr(error, 'strerror', None) or error}"
            output.listen()
            status = await self._ended(process)
            said = " ".join(_clean(output.said().decode("utf-8", "replace")).split())
        if said:
            _log.debug("alerts: %s said: %s", self._command[0], said)
        if status is None:
            return f"took longer than {self._timeout:g} s, and was ended"
        if status:
            ended = f"ended with status {status}" if status > 0 else f"ended by signal {-status}"
            return f"{ended}{f': {said}' if said else ''}"
        return None

    async def _ended(self, process: asyncio.subprocess.Process) -> int | None:
        """Its status; None where it had to be ended."""
        try:
            async with asyncio.timeout(self._timeout):
                return await process.wait()
        except TimeoutError:
            await _end(process, _GRACE)
            return None
        except asyncio.CancelledError:
            await _end(process, _HASTE)
            raise


class Output:
    """What a program says: its first words; the rest is heard, lest it wait for a listener.

    A pipe of our own: the loop's would keep us waiting for whatever the program leaves running.
    """

    def __init__(self) -> None:
        self.end: int
        """For the program."""
        self._ours, self.end = os.pipe()
        os.set_blocking(self._ours, False)
        self._loop = asyncio.get_running_loop()
        self._said = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.remove_reader(self._ours)
        os.close(self._ours)
        self._close_end()

    def listen(self) -> None:
        """The program runs, and has its end."""
        self._close_end()
        self._loop.add_reader(self._ours, self._read)

    def said(self) -> bytes:
        """All that is there, up to some kB."""
        while self._read():
            pass
        return bytes(self._said)

    def _read(self) -> bool:
        """Whether there was anything."""
        try:
            data = os.read(self._ours, 65536)
        except BlockingIOError:
            return False
        if not data:
            self._loop.remove_reader(self._ours)
        self._said += data[: _LONGEST_OUTPUT - len(self._said)]
        return bool(data) and len(self._said) < _LONGEST_OUTPUT

    def _close_end(self) -> None:
        if self.end >= 0:
            os.close(self.end)
            self.end = -1


def alert_environment(alert: Alert) -> dict[str, str]:
    """What the program is told: plain, short texts without control characters."""
    values = {
        "STAGE": alert.stage.value,
        "KIND": alert.kind.value,
        "SUBJECT": alert.subject,
        "SEVERITY": alert.severity.value,
        "TEXT": alert.text,
        "AT": alert.at.isoformat(timespec="seconds"),
        "SINCE": alert.since.isoformat(timespec="seconds"),
        "SERIAL": alert.serial,
        "MODEL": alert.model,
    }
    return {f"{_PREFIX}{name}": _clean(value)[:_LONGEST_VALUE] for name, value in values.items()}


def _clean(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


async def _end(process: asyncio.subprocess.Process, grace: float) -> None:
    """Ask it and all that it started to end, and then do not ask."""
    _signal(process, signal.SIGTERM)
    try:
        async with asyncio.timeout(grace):
            await process.wait()
    except TimeoutError:
        pass
    # What it started may have stayed.
    _signal(process, signal.SIGKILL)
    await process.wait()


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def at_home(word: str) -> str:
    """A program's path, with ~ as the home folder that it is."""
    try:
        return str(Path(word).expanduser()) if word.startswith("~") else word
    except RuntimeError:
        return word
