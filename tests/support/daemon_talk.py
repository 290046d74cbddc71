"""Daemons as processes of their own, and what is said to them and by them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

PATIENCE = 30.0
"""Seconds after which something awaited has failed."""
QUICK = 3.0
"""Seconds within which a signal ends the program."""
ROOT = Path(__file__).resolve().parent.parent.parent


class Daemon:
    """A running `python -m kstar_tui`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []

    async def line(self, containing: str) -> str:
        """The next line of the log that holds this text."""
        assert self.process.stderr is not None
        async with asyncio.timeout(PATIENCE):
            while raw := await self.process.stderr.readline():
                self.lines.append(raw.decode().rstrip("\n"))
                if containing in self.lines[-1]:
                    return self.lines[-1]
        raise AssertionError(f"ended without {containing!r}: {self.lines}")

    async def end(self, number: signal.Signals | None) -> int:
        """Signal it, unless that was done, and return its status; it must be quick."""
        begun = time.perf_counter()
        if number is not None:
            self.process.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            stdout, stderr = await self.process.communicate()
        assert time.perf_counter() - begun < QUICK
        assert stdout == b""
        self.lines += stderr.decode().splitlines()
        assert self.process.returncode is not None
        return self.process.returncode


class Daemons:
    """Starts daemons that know nothing of this machine's settings, and have no terminal."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.runtime = home / "runtime"
        self._made: list[Daemon] = []

    async def __call__(
        self,
        *arguments: str,
        code: str = "",
        before: Callable[[], None] = lambda: None,
        **environment: str,
    ) -> Daemon:
        """One more; `before` is called in its process first, `code` runs instead of the program."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        own = {"HOME": str(self.home), "TZ": "UTC", "RUNTIME_DIRECTORY": str(self.runtime)}

        def prepare() -> None:
            # Where the tests run under nohup it is ignored, and would be by the daemon.
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
            os.setsid()
            before()

        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *(["-c", code] if code else ["-m", "kstar_tui"]),
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=ROOT,
            env=kept | own | environment,
            preexec_fn=prepare,
        )
        self._made.append(Daemon(process))
        return self._made[-1]

    async def end_all(self) -> None:
        """Kill those that still run."""
        for daemon in self._made:
            if daemon.process.returncode is None:
                daemon.process.kill()
                await daemon.process.communicate()


@asynccontextmanager
async def daemons(home: Path) -> AsyncIterator[Daemons]:
    """What starts daemons, which end with the block."""
    made = Daemons(home)
    try:
        yield made
    finally:
        await made.end_all()
