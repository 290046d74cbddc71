"""Name lookups that nobody has to wait for: what hangs in one is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from functools import partial


async def look_up(host: str, port: int) -> str:
    """The first IPv4 address of a name; OSError or UnicodeError where there is none.

    Cancelled, it leaves its thread to end by itself. Threads of the usual executor would be
    waited for at the end of the program, seconds for a name server that is silent.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str] = loop.create_future()

    def tell(hand_over: Callable[[], None]) -> None:
        # The loop may be closed by now: nobody waits any more.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(lambda: None if answer.done() else hand_over())

    def work() -> None:
        try:
            found = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_DGRAM)
            address = str(found[0][4][0])
        except Exception as error:
            tell(partial(answer.set_exception, error))
        else:
            tell(partial(answer.set_result, address))

    threading.Thread(target=work, name="lookup", daemon=True).start()
    return await answer
