"""A mistake in a screen: told once, kept for the report, and everything goes on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from app_talk import live, live_app, next_poll, see, until
from terminal import Terminal
from tui_world import HandClock

from kstar_tui.report.text import report_text
from kstar_tui.simulator.server import Simulator
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.diagnostics.report import _told
from kstar_tui.tui.live.screen import LiveScreen


@pytest.fixture(autouse=True)
def enduring(mistakes_fail: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KstarApp, "enduring", True)


def fail(*_: object, **__: object) -> None:
    password = "hunter2"
    raise LookupError(f"a mistake of {len(password)}")


@pytest.mark.parametrize("part", ["_take", "_tick", "action_pause", "on_screen_resume"])
async def test_all_goes_on(
    inverter: Simulator, clock: HandClock, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test() as pilot:
        await see(pilot, "polls 1 ")
        with monkeypatch.context() as patch:
            patch.setattr(LiveScreen, part, fail)
            for _ in range(2):
                await next_poll(pilot, clock)
                await pilot.press("space", "5", "1")
            if part == "_tick":
                live(pilot).carefully(live(pilot)._tick)()
            await until(pilot, lambda: app.mishaps, "the mistake")
        said = {note.message for note in app._notifications}
        assert any("A mistake in kstar-tui (LookupError)" in each for each in said)
        assert len(app.mishaps) <= 2, "told once of each place"
        if live(pilot).paused:
            await pilot.press("space")
        await next_poll(pilot, clock)
        assert app.session is not None
        polls = app.session.monitor.latest.polls
        await see(pilot, f"polls {polls} ")
        text = report_text(_told(app, app.session))
        assert "# A mistake in the program" in text
        assert "LookupError: a mistake of 7" in text
        assert "hunter2" not in text
        await pilot.press("q")
    assert app.return_code == 0


async def test_what_says_something_else_each_time_is_told_once(
    inverter: Simulator, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[LookupError] = []

    def fail_anew(*_: object) -> None:
        raised.append(LookupError(f"number {len(raised)}"))
        raise raised[-1]

    app = live_app(inverter, clock)
    async with app.run_test() as pilot:
        await see(pilot, "polls 1 ")
        monkeypatch.setattr(LiveScreen, "_take", fail_anew)
        for _ in range(3):
            await next_poll(pilot, clock)
        await until(pilot, lambda: len(raised) >= 3, "the mistakes")
        assert len(app.mishaps) == 1
        assert "LookupError: number 0" in app.mishaps[0]


CRASH = """
import asyncio, os, sys
from kstar_tui.settings import Settings
from kstar_tui.tui.live.screen import LiveScreen
from kstar_tui.tui.run import run_ui
from kstar_tui.link.interface import Address

def compose(self):
    password = os.environ["SECRET"]
    raise LookupError("half made")

LiveScreen.compose = compose
settings = Settings(history="off")
sys.exit(asyncio.run(run_ui(settings, address=Address("127.0.0.1", 9))))
"""


def test_what_ends_it_after_all_tells_no_secret(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "SECRET": "hunter2"}
    with Terminal([sys.executable, "-c", CRASH], 100, 40, home) as terminal:
        assert terminal.wait_end(30) == 1
        assert b"LookupError" in terminal.raw
        assert b"half made" in terminal.raw
        assert b"hunter2" not in terminal.raw
        assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h")
