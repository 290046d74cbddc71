"""Screens that one has left: nothing holds them, nor what was drawn for them."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator
from heapq import heapify
from typing import Any

import pytest
from app_talk import live_app, see
from textual._styles_cache import StylesCache
from textual.dom import DOMNode
from textual.widget import Widget
from tui_world import HandClock

from kstar_tui.simulator.server import Simulator

PLACES = {
    "2": "[day]",
    "3": "lowest",
    "4": "lowest",
    "5": "[all]",
    "6": "[frame]",
    "7": "setting",
    "i": "esc",
    "question_mark": "esc",
}


def parts(screen: DOMNode) -> Iterator[weakref.ref[Any]]:
    for node in screen.walk_children(with_self=True):
        yield weakref.ref(node)
        if isinstance(node, Widget):
            yield weakref.ref(node._styles_cache)


def drop_cancelled_timers() -> None:
    """As asyncio does itself when their time has come, a minute later at the most."""
    scheduled: list[asyncio.TimerHandle] = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]
    scheduled[:] = [handle for handle in scheduled if not handle.cancelled()]
    heapify(scheduled)


@pytest.mark.parametrize(("key", "wanted"), PLACES.items())
async def test_nothing_holds_what_was_left(
    inverter: Simulator, clock: HandClock, key: str, wanted: str
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        seen: list[weakref.ref[Any]] = []
        for _ in range(3):
            await pilot.press(key)
            await see(pilot, wanted)
            seen += parts(app.screen)
            await pilot.press("1" if key.isdigit() else "escape")
            await see(pilot, "● online")
        await pilot.pause()
        drop_cancelled_timers()
        gc.collect()
        held = [one for one in (ref() for ref in seen) if one is not None]
        # The last one may be what was last drawn, or had the mouse.
        assert len(held) <= len(seen) / 3, [type(one) for one in held]
        assert any(isinstance(one, StylesCache) for one in (ref() for ref in parts(app.screen)))
