"""The app on a simulated inverter: real UDP on loopback, time in the test's hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from tui_world import HandClock

from kstar_tui.link.client import InverterClient
from kstar_tui.link.search import search
from kstar_tui.simulator.server import Simulator, SimulatorOptions


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, clock: HandClock) -> None:
    """Loopback answers at once or not at all; no test waits for seconds to be sure of it."""
    client = partial(InverterClient, timeout=0.3, tries=2)
    monkeypatch.setattr("kstar_tui.assembly.InverterClient", client)
    monkeypatch.setattr("kstar_tui.tui.search.screen.InverterClient", client)
    monkeypatch.setitem(search.__kwdefaults__, "connect", client)
    monkeypatch.setattr("kstar_tui.tui.app._SEARCH_LISTEN", 0.3)
    # The search asks at the world's own pace: here that is the test's.
    monkeypatch.setattr("kstar_tui.tui.app.SystemClock", lambda: clock)


@pytest.fixture(autouse=True)
def mistakes_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test passes over what the app would endure."""
    monkeypatch.setattr("kstar_tui.tui.app.KstarApp.enduring", False)


@pytest.fixture
async def inverter(clock: HandClock) -> AsyncIterator[Simulator]:
    """A house at noon of a clear day, that lives by the test's clock."""
    async with Simulator(SimulatorOptions(port=0, discovery_port=0), clock) as simulator:
        yield simulator


@pytest.fixture(scope="session", autouse=True)
def styles_are_read_once() -> Iterator[None]:
    """Each app reads the same style sheets: what they say follows from their text and the theme."""
    parse = Stylesheet._parse_rules
    known: dict[object, list[RuleSet]] = {}

    def parse_once(sheet: Stylesheet, *what: Any, **named: Any) -> list[RuleSet]:
        key = what, *sorted(named.items()), *sorted(sheet._variables.items())
        if key not in known:
            known[key] = parse(sheet, *what, **named)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_once)
        yield
