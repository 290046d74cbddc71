"""Record a day in a minute: `python screenshots/record.py` writes day.gif.

The real app on the simulator, over UDP on loopback, in a terminal made of software. Needs what
take.py needs.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "support"))
sys.path.insert(0, str(HERE))

SIZE = (80, 24)
START, END = "04:40", "22:40"
SECONDS = 60.0
FRAMES = 80
LAST = 3000
"""Milliseconds for which the evening stands, before it begins again."""
COLOURS = 64
_GROUND = ("#d0d7de", "#0d1117")


def _hours(text: str) -> float:
    at = time.fromisoformat(text)
    return at.hour + at.minute / 60


SPEED = (_hours(END) - _hours(START)) * 3600 / SECONDS


def play() -> None:
    """Be the app: runs in the software terminal."""
    from kstar_tui.settings import Settings
    from kstar_tui.simulator.server import Simulator, SimulatorOptions
    from kstar_tui.tui.app import KstarApp

    options = SimulatorOptions(
        day="clear",
        start=time.fromisoformat(START),
        speed=SPEED,
        seed=5678,
        port=0,
        discovery_port=None,
    )

    async def run(folder: str) -> None:
        clock = options.clock()
        async with Simulator(options, clock) as simulator:
            settings = Settings(
                interval=SPEED * SECONDS / FRAMES, history=f"{folder}/history.sqlite"
            )
            app = KstarApp(settings, clock, address=simulator.address, calm=3600.0)
            await app.run_async()

    with TemporaryDirectory() as folder:
        asyncio.run(run(folder))


def record() -> list[Image.Image]:
    """A picture for each part of the day."""
    from render import render
    from terminal import Terminal

    frames = []
    foreground, background = _GROUND
    with Terminal([sys.executable, __file__, "--play"], *SIZE) as terminal:
        terminal.wait_for("online", 60)
        # Drawing a picture takes time, in which the day goes on: the clock decides what is next.
        step = (_hours(END) - _hours(START)) / FRAMES
        for number in range(1, FRAMES + 1):
            due = _hours(START) + number * step
            terminal.wait_for(lambda text, due=due: _clock(text) >= due, 30)
            frames.append(render(terminal.screen, foreground=foreground, background=background))
    return frames


def _clock(text: str) -> float:
    shown = text.split("\n", 1)[0].rstrip()[-5:]
    try:
        return _hours(shown)
    except ValueError:
        return 0.0


def main() -> None:
    """Record, or be what is recorded."""
    if sys.argv[1:] == ["--play"]:
        play()
        return
    frames = record()
    # One palette for all: colours that changed from picture to picture would flicker.
    palette = frames[len(frames) * 2 // 3].quantize(COLOURS)
    reduced = [frame.quantize(palette=palette, dither=0) for frame in frames]
    path = HERE / "day.gif"
    each = round(SECONDS * 1000 / FRAMES)
    reduced[0].save(
        path,
        save_all=True,
        append_images=reduced[1:],
        duration=[each] * (len(reduced) - 1) + [LAST],
        loop=0,
        optimize=False,
    )
    print(f"{path.name}: {len(reduced)} pictures, {path.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main()
