"""Take the pictures of the real app on the simulator: `python screenshots/take.py [NAME …]`.

Needs the `dev` extra and DejaVu Sans Mono. Each picture is a day lived fast, over UDP on loopback,
in a terminal made of software, stopped at a time of day.
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
    Shot("help-80x24", 80, 24, start="10:00", until="10:20", keys="?", wanted="keys and signs"),
)
SPEED = 400
_OF_THE_PAST = ("2", "3", "4")
"""Keys of the screens that show what was."""
_GROUND = {
    "kstar-light": ("#24292f", "#ffffff"),
    "kstar-dark": ("#d0d7de", "#0d1117"),
    "ansi-dark": ("#d7dae0", "#1e1e1e"),
}


def play(name: str) -> None:
    """Be the app of a picture: runs in the software terminal."""
    from kstar_tui.past import Past
    from kstar_tui.settings import Settings
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
        discovery_port=None,
        faults=parse_fault(shot.fault) if shot.fault else Faults(),
    )

    async def run(folder: str) -> None:
        clock = options.clock()
        past = Past(options.serial_number, named_day(shot.day), clock.start, options.seed)
        async with Simulator(options, clock) as simulator:
            settings = Settings(interval=60.0, history=f"{folder}/history.sqlite")
            app = KstarApp(
                settings,
                clock,
                address=simulator.address,
                theme=shot.theme,
                calm=600.0,
                past=past if shot.keys[:1] in _OF_THE_PAST else None,
            )
            await app.run_async()

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

        if shot.height > 15:
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
