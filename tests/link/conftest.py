"""Scripted inverters on loopback, closed behind each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from scripted_inverter import Answer, Neighbourhood, ScriptedInverter, truthful

Start = Callable[..., Awaitable[ScriptedInverter]]
Settle = Callable[[dict[str, list[bytes]]], Awaitable[Neighbourhood]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts an inverter: `await start(answer, host, port)`."""
    running: list[ScriptedInverter] = []

    async def begin(
        answer: Answer | None = None, host: str = "127.0.0.1", port: int = 0
    ) -> ScriptedInverter:
        running.append(await ScriptedInverter.start(answer or truthful(), host, port))
        return running[-1]

    yield begin
    for inverter in running:
        inverter.close()


@pytest.fixture
async def settle() -> AsyncIterator[Settle]:
    """Starts what hears discovery: `await settle({host: [reply, …]})`."""
    running: list[Neighbourhood] = []

    async def begin(replies: dict[str, list[bytes]]) -> Neighbourhood:
        running.append(await Neighbourhood.start(replies))
        return running[-1]

    yield begin
    for hood in running:
        hood.close()
