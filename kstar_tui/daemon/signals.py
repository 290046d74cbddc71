"""The signals of a daemon: two that end it, and one that does or does not."""

from __future__ import annotations

import asyncio
import os
import signal

ENDING = (signal.SIGTERM, signal.SIGINT)


class Signals:
    """Taken from the making on, in the running event loop, and handed out in their order."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._came: asyncio.Queue[signal.Signals] = asyncio.Queue()
        self._at_a_terminal = _terminal()
        for number in (*ENDING, signal.SIGHUP):
            # Under nohup it is to stay when the terminal goes.
            if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue
            loop.add_signal_handler(number, self._came.put_nowait, number)

    async def next(self) -> signal.Signals:
        """The next one."""
        return await self._came.get()

    def ends(self, number: signal.Signals) -> bool:
        """Whether it is to end the program. SIGHUP is where the terminal in which the program was
        started is gone, and to read the settings again everywhere else."""
        return number in ENDING or (self._at_a_terminal and not _terminal())


def _terminal() -> bool:
    """Whether there is a terminal that a person could end this process from."""
    try:
        handle = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    os.close(handle)
    return True
