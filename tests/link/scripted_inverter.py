"""An inverter that answers by script over real UDP, and records every byte that it was sent."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable, Iterable
from typing import cast

from kstar_tui.protocol.discovery import DISCOVERY_TEXT
from kstar_tui.protocol.encode import encode_device_info, encode_running_data, encode_settings
from kstar_tui.protocol.frame import MONITOR, Request, build_reply

VALUES = {
    "pv1_voltage": 162.1,
    "pv1_current": 0.7,
    "battery_voltage": 50.6,
    "battery_soc": 71,
    "grid_voltage": 235.1,
    "grid_frequency": 49.92,
    "load_power": 315,
    "energy_total": 1347.5,
    "hours_total": 3911,
    "load_energy_total": 1665.6,
    "temperature": 30.1,
}

Answer = Callable[[bytes, int], Iterable[bytes]]
"""The datagrams that answer a request; the number counts requests from 0."""


def running_data(monitor: int = MONITOR, **values: float) -> bytes:
    """A running-data reply with some values changed."""
    return build_reply(0x86, encode_running_data({**VALUES, **values}), monitor)


def device_info(serial: str = "KSE0001", model: str = "KSE4000") -> bytes:
    """A device-information reply."""
    return build_reply(0x82, encode_device_info(model=model, serial=serial))


def settings(capacity: int = 200) -> bytes:
    """A settings reply."""
    return build_reply(0x89, encode_settings({"battery_capacity": capacity}))


def truthful(serial: str = "KSE0001") -> Answer:
    """Answers each of the three requests, and nothing else."""
    replies = {
        Request.DEVICE_INFO.frame: device_info(serial),
        Request.RUNNING_DATA.frame: running_data(),
        Request.SETTINGS.frame: settings(),
    }
    return lambda data, _: [replies[data]] if data in replies else []


def silent(_data: bytes, _number: int) -> Iterable[bytes]:
    """Answers nothing."""
    return ()


class ScriptedInverter(asyncio.DatagramProtocol):
    """One data socket; `received` holds each datagram with its sender."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.received: list[tuple[bytes, tuple[str, int]]] = []
        self.transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def start(
        cls, answer: Answer, host: str = "127.0.0.1", port: int = 0
    ) -> ScriptedInverter:
        loop = asyncio.get_running_loop()
        _, inverter = await loop.create_datagram_endpoint(
            lambda: cls(answer), local_addr=(host, port)
        )
        return inverter

    @property
    def address(self) -> tuple[str, int]:
        assert self.transport is not None
        host, port = self.transport.get_extra_info("sockname")
        return host, port

    @property
    def data(self) -> list[bytes]:
        return [data for data, _ in self.received]

    @property
    def ports(self) -> list[int]:
        return [sender[1] for _, sender in self.received]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        number = len(self.received)
        self.received.append((data, addr))
        assert self.transport is not None
        for reply in self.answer(data, number):
            self.transport.sendto(reply, addr)

    def close(self) -> None:
        assert self.transport is not None
        self.transport.close()


class Neighbourhood(asyncio.DatagramProtocol):
    """Everything that hears the discovery text on loopback: `replies` by host, sent from there."""

    def __init__(self, replies: dict[str, list[bytes]]) -> None:
        self.replies = replies
        self.heard: list[bytes] = []
        self.askers: set[tuple[str, int]] = set()
        self._sockets: dict[str, socket.socket] = {}
        self.transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def start(cls, replies: dict[str, list[bytes]]) -> Neighbourhood:
        loop = asyncio.get_running_loop()
        _, hood = await loop.create_datagram_endpoint(
            lambda: cls(replies), local_addr=("127.255.255.255", 0), allow_broadcast=True
        )
        return hood

    @property
    def port(self) -> int:
        assert self.transport is not None
        port: int = self.transport.get_extra_info("sockname")[1]
        return port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.append(data)
        self.askers.add(addr)
        for host, replies in self.replies.items():
            if host not in self._sockets:
                sock = self._sockets[host] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                sock.bind((host, 0))
            for reply in replies:
                self._sockets[host].sendto(reply, addr)

    def close(self) -> None:
        assert self.transport is not None
        self.transport.close()
        for sock in self._sockets.values():
            sock.close()


async def _serve(serial: str, data_port: int, discovery_port: int) -> None:
    # In a namespace of the test's own: every address is meant.
    await ScriptedInverter.start(truthful(serial), "0.0.0.0", data_port)
    reply = f"0.0.0.0,ACCF23A1B2C3,{serial}".encode()
    await ScriptedInverter.start(
        lambda data, _: [reply] if data == DISCOVERY_TEXT else [], "0.0.0.0", discovery_port
    )
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
