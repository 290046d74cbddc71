"""Take the pictures of the real app on the simulator: `python screenshots/take.py [NAME …]`.

Needs the `dev` extra and DejaVu Sans Mono. Each picture is a day lived fast, over UDP on loopback,
in a terminal made of software, stopped at a time of day.
"""

from __future__ import annotations

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "support"))
sys.path.insert(0, str(HERE))


@dataclass(frozen=True)
class Shot:
    """One picture: size in cells, a day and the time on it at which the picture is taken."""

    name: str
    width: int
    height: int
    day: str = "clear"
    start: str = "04:30"
    until: str = "14:32"
    theme: str = "kstar-dark"
    fault: str = ""
    keys: str = ""
    wanted: str = ""
    patience: float = 0.0
    """Seconds that its past takes to be there."""
    silent: str = ""
    """The time of day at which the inverter goes to sleep."""
    first: bool = False
    """Of the first start, which looks for an inverter."""
    environment: tuple[tuple[str, str], ...] = ()


SHOTS = (
    Shot("live-80x24", 80, 24),
    Shot("live-120x40", 120, 40),
    Shot("live-200x60", 200, 60),
    Shot("live-light-120x40", 120, 40, theme="kstar-light", day="cloudy", until="17:10"),
    Shot("live-ansi-80x24", 80, 24, theme="ansi-dark", until="12:05"),
    Shot("live-evening-80x24", 80, 24, start="12:00", until="21:20"),
    Shot("live-fault-80x24", 80, 24, start="10:00", until="12:05", fault="error=0x40000"),
    Shot("live-small-44x12", 44, 12, start="10:00", until="11:00"),
    Shot("history-day-80x24", 80, 24, keys="2,,,,,,,", wanted="observed"),
    Shot("history-day-120x40", 120, 40, keys="2,,,,,,,,,,,,", wanted="observed", until="18:00"),
    Shot("history-month-120x40", 120, 40, keys="2m,,,", wanted="observed", patience=25),
    Shot("battery-80x24", 80, 24, keys="3", wanted="lowest", until="18:00"),
    Shot("battery-120x40", 120, 40, keys="3", wanted="lowest", until="20:30"),
    Shot("grid-120x40", 120, 40, keys="4", wanted="lowest", until="18:00"),
    Shot("grid-200x60", 200, 60, keys="4", wanted="lowest", until="18:00"),
    Shot(
        "events-80x24",
        80,
        24,
        start="10:00",
        until="12:05",
        fault="error=0x40000",
        keys="5",
        wanted="what happened",
    ),
    Shot("diagnostics-80x24", 80, 24, keys="6", wanted="running data"),
    Shot("diagnostics-120x40", 120, 40, keys="6", wanted="running data"),
    Shot("live-offline-80x24", 80, 24, start="10:00", silent="12:30", until="16:40"),
    Shot("live-values-80x24", 80, 24, keys="y\x1b[B\x1b[C\x1b[C", wanted="arrows move"),
    Shot("settings-80x24", 80, 24, start="10:00", until="10:20", keys="7", wanted="means"),
    Shot("settings-120x40", 120, 40, start="10:00", until="10:20", keys="7jjj", wanted="means"),
    Shot("first-start-80x24", 80, 24, start="11:00", first=True, wanted="reads well"),
    Shot("help-80x24", 80, 24, start="10:00", until="10:20", keys="?", wanted="keys and signs"),
)
SPEED = 1000
_OF_THE_PAST = ("2", "3", "4")
"""Keys of the screens that show what was."""
_GROUND = {
    "kstar-light": ("#24292f", "#ffffff"),
    "kstar-dark": ("#d0d7de", "#0d1117"),
    "ansi-dark": ("#d7dae0", "#1e1e1e"),
}


def seconds(text: str) -> int:
    """Of a time of day."""
    at = time.fromisoformat(text)
    return at.hour * 3600 + at.minute * 60


GIVEN = {"inverter.interval": "argument --interval", "history.path": "argument --history"}
"""Where those settings of a picture come from that are not the defaults."""


def play(name: str) -> None:
    """Be the app of a picture: runs in the software terminal."""
    from kstar_tui.clock import Clock, SystemClock
    from kstar_tui.past import Past
    from kstar_tui.settings import TABLE, ConfigFile, Settings
    from kstar_tui.settings.desk import Desk
    from kstar_tui.settings.row import DEFAULT
    from kstar_tui.simulator.days import named_day
    from kstar_tui.simulator.faults import Faults, parse_fault
    from kstar_tui.simulator.server import Simulator, SimulatorOptions
    from kstar_tui.tui.app import KstarApp

    shot = next(shot for shot in SHOTS if shot.name == name)
    options = SimulatorOptions(
        day=shot.day,
        start=time.fromisoformat(shot.start),
        speed=SPEED,
        seed=5678,
        port=0,
        discovery_port=0 if shot.first else None,
        faults=parse_fault(shot.fault) if shot.fault else Faults(),
    )

    async def run(folder: str) -> None:
        # What is told of a file is told from home.
        os.environ["HOME"] = folder
        house = options.clock()
        clock = SystemClock() if shot.first else house
        past = Past(options.serial_number, named_day(shot.day), clock.now(), options.seed)
        async with Simulator(options, house) as simulator:
            settings = Settings(
                interval=150.0,
                history=f"{folder}/history.sqlite",
                sources=dict.fromkeys(TABLE, DEFAULT) | GIVEN,
            )
            if simulator.discovery_address is not None:
                settings = replace(
                    settings,
                    broadcast=("127.255.255.255",),
                    discovery_port=simulator.discovery_address.port,
                    port=simulator.address.port,
                )
            config = ConfigFile(Path(folder, ".config", "kstar-tui", "config.toml"))
            sleeping = asyncio.create_task(fall_silent(simulator, clock))
            app = KstarApp(
                settings,
                clock,
                address=None if shot.first else simulator.address,
                desk=Desk(config, lambda changes=(): replace(settings, **dict(changes))),
                theme=shot.theme,
                calm=1500.0,
                past=past if shot.keys[:1] in _OF_THE_PAST else None,
            )
            await app.run_async()
            sleeping.cancel()

    async def fall_silent(simulator: Simulator, clock: Clock) -> None:
        if not shot.silent:
            return
        await clock.sleep(seconds(shot.silent) - seconds(shot.start))
        simulator.misbehave(Faults(silent=True))

    with TemporaryDirectory() as folder:
        asyncio.run(run(folder))


def take(shot: Shot) -> str:
    """Run the app until its clock shows the time, and keep what the terminal shows."""
    from render import render
    from terminal import Terminal

    command = [sys.executable, __file__, "--play", shot.name]
    with Terminal(command, shot.width, shot.height, dict(shot.environment)) as terminal:

        def late_enough(text: str) -> bool:
            clock = text.split("\n", 1)[0][-5:]
            return len(clock) == 5 and clock[2] == ":" and clock >= shot.until

        if shot.first:
            terminal.wait_for(shot.wanted, 60)
        elif shot.height > 15:
            terminal.wait_for(late_enough, 240)
        else:
            terminal.wait_for("Charge", 60)
            terminal.read_for(5)
        terminal.read_for(shot.patience)
        if shot.keys:
            terminal.send(shot.keys)
            terminal.wait_for(shot.wanted)
            terminal.read_for(0.5)
        foreground, background = _GROUND[shot.theme]
        image = render(terminal.screen, foreground=foreground, background=background)
    image.save(HERE / f"{shot.name}.png", optimize=True)
    return shot.name


def main() -> None:
    """Every picture, or those named."""
    if sys.argv[1:2] == ["--play"]:
        play(sys.argv[2])
        return
    wanted = [shot for shot in SHOTS if not sys.argv[1:] or shot.name in sys.argv[1:]]
    with ThreadPoolExecutor(2) as pool:
        for name in pool.map(take, wanted):
            print(f"{name}.png")


if __name__ == "__main__":
    main()
