"""A terminal made of software: runs a program in a pty, and keeps its screen and its bytes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import pyte


class Terminal:
    """Use as a context manager; the program is killed at the end if it still runs."""

    def __init__(
        self,
        command: Sequence[str],
        width: int = 80,
        height: int = 24,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.screen = pyte.Screen(width, height)
        self.raw = bytearray()
        self._text = ""
        self._stream = pyte.ByteStream(self.screen)
        self._command = list(command)
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "TZ": os.environ.get("TZ", "UTC"),
            **(environment or {}),
        }

    def __enter__(self) -> Self:
        self._master, slave = pty.openpty()
        self._resize()
        self.process = subprocess.Popen(
            self._command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=self._environment,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        if self.screen.dirty:
            self._text = "\n".join(line.rstrip() for line in self.screen.display)
            self.screen.dirty.clear()
        return self._text

    def send(self, keys: str) -> None:
        """Type these characters."""
        os.write(self._master, keys.encode())

    def resize(self, width: int, height: int) -> None:
        """Another window size, as a window manager would give it."""
        self.screen.resize(height, width)
        self._resize()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGWINCH)

    def wait_for(self, condition: str | Callable[[str], bool], seconds: float = 60.0) -> str:
        """Read until a text stands on the screen (or a condition holds); AssertionError if not."""
        wanted = condition if callable(condition) else lambda text: condition in text
        deadline = time.monotonic() + seconds
        while not wanted(self.text):
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"{condition!r} did not appear within {seconds} s:\n{self.text}"
                )
            if not self._read(0.2) and self.process.poll() is not None:
                raise AssertionError(f"the program ended early:\n{self.text}")
        return self.text

    def read_for(self, seconds: float) -> int:
        """Read whatever comes for this long; returns how many bytes that was."""
        before = len(self.raw)
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._read(left)
        return len(self.raw) - before

    def wait_end(self, seconds: float = 20.0) -> int:
        """Read until the program ends; returns its exit status."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(0.1)
        while self._read(0.05):
            pass
        return self.process.wait(timeout=0.1)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:
            # The other side has closed: that is how Linux says it.
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)

    def _resize(self) -> None:
        size = struct.pack("HHHH", self.screen.lines, self.screen.columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)


def told_polls(terminal: Terminal) -> int:
    """How often whoever polls has polled, as a screen tells it."""
    found = re.search(r"polls (\d+)", terminal.text)
    return int(found[1]) if found else 0
