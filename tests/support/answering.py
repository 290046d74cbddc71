"""An inverter that always answers the same, from a thread, for programs in other processes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from kstar_tui.protocol.encode import encode_device_info, encode_running_data, encode_settings
from kstar_tui.protocol.frame import Request, build_reply

_VALUES = {"battery_voltage": 50, "battery_soc": 60, "grid_voltage": 230, "grid_frequency": 50}


def an_inverter(serial: str = "KSE1") -> dict[bytes, bytes]:
    """The answers of one with this serial number, on which nothing ever changes."""
    return {
        Request.RUNNING_DATA.frame: build_reply(0x86, encode_running_data(_VALUES)),
        Request.DEVICE_INFO.frame: build_reply(
            0x82, encode_device_info(model="KSE4000", serial=serial)
        ),
        Request.SETTINGS.frame: build_reply(0x89, encode_settings({"battery_capacity": 200})),
    }


@contextmanager
def answering(answers: Mapping[bytes, bytes], asked: list[bytes] | None = None) -> Iterator[int]:
    """The UDP port on 127.0.0.1 where each of these questions is answered at once; `asked` grows
    with them."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def answer() -> None:
            while True:
                question, asker = sock.recvfrom(2048)
                if not question:
                    return
                if asked is not None:
                    asked.append(question)
                sock.sendto(answers[question], asker)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ender:
                ender.sendto(b"", sock.getsockname())
            thread.join()
