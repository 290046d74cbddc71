"""Word to the service manager that started us (sd_notify), where one did."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Mapping

PATIENCE = 1.0
"""Seconds that a manager may take to accept a message."""

_log = logging.getLogger("kstar_tui.headless")


class Notifier:
    """Says nothing where nobody listens."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._address = _address(environ.get("NOTIFY_SOCKET", ""))
        self._status: str | None = None
        self._failed = False
        self.watchdog = None if self._address is None else _watchdog(environ)
        """Seconds of silence after which we would be ended; None where we may be silent."""

    @property
    def heard(self) -> bool:
        """Somebody listens."""
        return self._address is not None

    def ready(self) -> None:
        """It runs, or runs with new settings."""
        self._say("READY=1")

    def reloading(self) -> None:
        """Settings are read again; `ready` is its end."""
        # The clock is the manager's choice: it compares.
        moment = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._say("RELOADING=1", f"MONOTONIC_USEC={moment}")

    def stopping(self) -> None:
        """The end has begun."""
        self._say("STOPPING=1")

    def alive(self) -> None:
        """Feed the watchdog."""
        self._say("WATCHDOG=1")

    def status(self, text: str) -> None:
        """How it goes, in a line for people; only a new one is sent."""
        if text != self._status:
            self._status = text
            # A line end would begin another word.
            self._say(f"STATUS={' '.join(text.split())}")

    def _say(self, *lines: str) -> None:
        if self._address is None:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.settimeout(PATIENCE)
                sock.sendto("\n".join(lines).encode(), self._address)
        except OSError as error:
            if not self._failed:
                self._failed = True
                _log.warning("the service manager cannot be told how it goes: %s", error)


def _address(text: str) -> str | None:
    """A path, or a name in the abstract name space; None for anything else."""
    if text.startswith("@"):
        return f"\0{text[1:]}"
    return text if text.startswith("/") else None


def _watchdog(environ: Mapping[str, str]) -> float | None:
    meant = environ.get("WATCHDOG_PID") or str(os.getpid())
    text = environ.get("WATCHDOG_USEC", "")
    if meant != str(os.getpid()) or not (text.isascii() and text.isdigit()) or not int(text):
        return None
    return int(text) / 1e6
