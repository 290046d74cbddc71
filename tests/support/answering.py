"""An inverter that always answers the same, from a thread, for programs in other processes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def answering(answers: Mapping[bytes, bytes]) -> Iterator[int]:
    """The UDP port on 127.0.0.1 where each of these questions is answered at once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def answer() -> None:
            while True:
                question, asker = sock.recvfrom(2048)
                if not question:
                    return
                sock.sendto(answers[question], asker)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ender:
                ender.sendto(b"", sock.getsockname())
            thread.join()
