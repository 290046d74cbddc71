"""What the tests of the running app share: waiting, reading its screen, starting it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from textual.pilot import Pilot
from tui_world import HandClock

from kstar_tui.settings import Settings
from kstar_tui.simulator.faults import Faults
from kstar_tui.simulator.server import Simulator
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.live.screen import LiveScreen

SIZES = [(80, 24), (120, 40), (200, 60), (44, 12)]
_ROUNDS = 3000
_REST = 0.01


async def until(pilot: Pilot[None], condition: Callable[[], object], what: str = "") -> None:
    """Let the app run until the condition holds; AssertionError with the screen if not."""
    for _ in range(_ROUNDS):
        await pilot.pause()
        if condition():
            await pilot.pause()
            return
        await pilot.pause(_REST)
    raise AssertionError(f"{what or condition} never came:\n{shown(pilot.app)}")


def shown(app: object) -> str:
    """What stands on the screen, the topmost one."""
    assert isinstance(app, KstarApp)
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


async def see(pilot: Pilot[None], *texts: str) -> str:
    """Wait for texts on the screen."""
    await until(pilot, lambda: all(text in shown(pilot.app) for text in texts), f"{texts}")
    return shown(pilot.app)


async def see_no(pilot: Pilot[None], text: str) -> str:
    """Wait until a text has left the screen."""
    await until(pilot, lambda: text not in shown(pilot.app), f"the end of {text!r}")
    return shown(pilot.app)


def live_app(inverter: Simulator, clock: HandClock, **options: object) -> KstarApp:
    """The app on an inverter whose address is known."""
    return KstarApp(Settings(), clock, address=inverter.address, **options)


def around(inverter: Simulator) -> Settings:
    """Settings whose search finds it, and leaves loopback never."""
    assert inverter.discovery_address is not None
    return Settings(
        broadcast=("127.255.255.255",),
        discovery_port=inverter.discovery_address.port,
        port=inverter.address.port,
    )


async def next_poll(pilot: Pilot[None], clock: HandClock, seconds: float = 5.0) -> None:
    """Let the time to the next poll pass, and wait for what it brings."""
    app = pilot.app
    assert isinstance(app, KstarApp)
    session = app.session
    assert session is not None
    polls = session.monitor.latest.polls
    clock.advance(seconds)
    await until(
        pilot,
        lambda: session.monitor.latest.polls > polls and clock.sleeping,
        "the next poll",
    )


def live(pilot: Pilot[None]) -> LiveScreen:
    screen = next(s for s in reversed(pilot.app.screen_stack) if isinstance(s, LiveScreen))
    assert isinstance(screen, LiveScreen)
    return screen


def set_faults(inverter: Simulator, faults: Faults) -> None:
    """From now on the inverter behaves like this."""
    inverter.options = replace(inverter.options, faults=faults)
