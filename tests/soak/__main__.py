"""Real time with random faults around a daemon with everything on, and a screen attached to it.

python tests/soak --minutes 60 --seed 1
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path

import tomli_w

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))

from broker import CLIENT_ID, Broker
from inverter import Inverter
from processes import Course, look
from terminal import Terminal

EVERY = 15.0
"""Seconds between two looks at the processes."""
TOLERANCE = 0.1001
"""kWh: the step of the inverter's counters."""
MOST_GROWTH = 0.05
LINES_A_FAULT = 4
"""Lines of the log that one fault may bring: gone, why, back, and an alert."""


class Soak:
    """One daemon, one screen, and what is done to them."""

    def __init__(self, folder: Path, minutes: float, seed: int) -> None:
        self.folder = folder
        self.seconds = minutes * 60
        self.begun = time.monotonic()
        self.chance = random.Random(f"soak/{seed}")
        self.inverter = Inverter(seed, self.say)
        self.broker = Broker(seed, folder, self.say)
        self.config = folder / "kstar-tui" / "config.toml"
        self.log = folder / "daemon.log"
        self.database = folder / "history.sqlite"
        self.environment = {
            "HOME": str(folder),
            "TZ": "UTC",
            "XDG_CONFIG_HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PATH": "/usr/bin:/bin",
        }
        self.reloads = 0
        self.scrapes = 0
        self.wrong: list[str] = []

    @property
    def after(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.begun

    def say(self, text: str) -> None:
        """One line of what is done."""
        print(f"{self.after / 60:5.1f} min  {text}", flush=True)

    async def run(self) -> int:
        """0 if all held."""
        self._configure()
        async with self.inverter, self.broker:
            with self.log.open("ab") as log:
                daemon = subprocess.Popen(
                    [sys.executable, "-m", "kstar_tui", "--headless"],
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stderr=log,
                )
            try:
                # The daemon is there before a screen asks for it.
                await asyncio.sleep(10)
                begins = self.inverter.counted()
                self.flowed = self.inverter.flowed()
                command = [sys.executable, "-m", "kstar_tui"]
                with Terminal(command, 120, 40, self.environment) as screen:
                    await self._live(daemon, screen)
                    self._judge_screen(screen)
            finally:
                daemon.send_signal(signal.SIGTERM)
                status = daemon.wait(20)
            self._expect(status == 0, f"the daemon ended with {status}")
            self._judge(begins, self.inverter.counted())
        for line in self.wrong:
            print(f"WRONG: {line}")
        return 1 if self.wrong else 0

    def _configure(self) -> None:
        self.config.parent.mkdir()
        self.told = self.folder / "told"
        settings = {
            "inverter": {"host": "127.0.0.1", "port": self.inverter.address.port, "interval": 5},
            "mqtt": {
                "url": f"mqtt://127.0.0.1:{self.broker.port}",
                "client_id": CLIENT_ID,
                "values": True,
            },
            "history": {"path": str(self.database)},
            "metrics": {"listen": str(self.broker.port + 1)},
            "alerts": {
                "command": ["/usr/bin/tee", "-a", str(self.told)],
                "mqtt": True,
                "no_data": 1,
                "grid_lost": 10,
            },
        }
        self.config.write_text(tomli_w.dumps(settings))

    async def _live(self, daemon: subprocess.Popen[bytes], screen: Terminal) -> None:
        self.courses = Course("daemon"), Course("screen attached")
        seen = asyncio.Event()
        reading = asyncio.create_task(self._read(screen, seen))
        # The last minutes are fine, so that the end can be compared.
        end = self.seconds - min(180.0, self.seconds / 4)
        faults = [
            asyncio.create_task(self._trouble(self.inverter.fail_for, end)),
            asyncio.create_task(self._trouble(self.broker.fail_for, end)),
            asyncio.create_task(self._reload(daemon, end)),
        ]
        while self.after < self.seconds:
            await asyncio.sleep(EVERY)
            for course, process in zip(self.courses, (daemon, screen.process), strict=True):
                if process.poll() is not None:
                    self.wrong.append(f"{course.name} ended with {process.returncode}")
                    self.seconds = 0.0
                    continue
                course.looks.append(look(process.pid, self.after))
            await asyncio.to_thread(self._scrape)
        seen.set()
        for task in faults:
            task.cancel()
        for result in await asyncio.gather(*faults, reading, return_exceptions=True):
            self._expect(
                result is None or isinstance(result, asyncio.CancelledError), f"soak: {result!r}"
            )

    async def _trouble(self, fail_for: Callable[[float], Awaitable[None]], end: float) -> None:
        while True:
            await asyncio.sleep(self.chance.uniform(10, 90))
            seconds = self.chance.uniform(10, 90)
            if self.after + seconds > end:
                return
            await fail_for(seconds)

    async def _reload(self, daemon: subprocess.Popen[bytes], end: float) -> None:
        """Settings that change while it runs."""
        while True:
            await asyncio.sleep(self.chance.uniform(200, 500))
            if self.after > end:
                return
            settings = tomllib.loads(self.config.read_text())
            settings["mqtt"]["values"] = not settings["mqtt"]["values"]
            settings["alerts"]["battery_low"] = self.chance.randint(5, 20)
            self.config.write_text(tomli_w.dumps(settings))
            daemon.send_signal(signal.SIGHUP)
            self.reloads += 1
            self.say("daemon: settings read again")

    async def _read(self, screen: Terminal, seen: asyncio.Event) -> None:
        keys = "1234567"
        while not seen.is_set():
            await asyncio.to_thread(screen.read_for, 1.0)
            # Somebody who looks at something else every other minute.
            if self.chance.random() < 1 / 120:
                screen.send(self.chance.choice(keys))

    def _scrape(self) -> None:
        address = f"http://127.0.0.1:{self.broker.port + 1}/metrics"
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                self._expect(b"kstar_" in answer.read(), "metrics without any of ours")
                self.scrapes += 1
        except OSError as error:
            self.wrong.append(f"metrics after {self.after:.0f} s: {error}")

    def _judge_screen(self, screen: Terminal) -> None:
        screen.send("1")
        screen.read_for(12.0)
        self._expect("Solar" in screen.text, "the screen shows something else:\n" + screen.text)
        print(screen.text)
        screen.send("q")
        for _ in range(10):
            if screen.process.poll() is None:
                screen.read_for(1.0)
        self._expect(screen.process.poll() == 0, "the screen did not end by q")

    def _judge(self, begins: dict[str, float], ends: dict[str, float]) -> None:
        lines = self.log.read_text().splitlines()
        faults = self.inverter.done.total() + self.broker.done.total() + self.reloads
        for course in self.courses:
            print(course.summary())
            self._expect(course.growth() <= MOST_GROWTH, f"{course.name}: memory grows")
        print(f"faults: inverter {dict(self.inverter.done)}, broker {dict(self.broker.done)}")
        print(f"reloads {self.reloads}, scrapes {self.scrapes}")
        print(f"messages: {self.broker.messages.total()}")
        print(f"log: {len(lines)} lines, {self.log.stat().st_size} bytes; the last: {lines[-1]}")
        self._expect(len(lines) <= LINES_A_FAULT * faults + 10, "the log is long")
        self._expect(not self.broker.fell, f"counters fell: {self.broker.fell}")
        for name, end in ends.items():
            told = self.broker.energy.get(name, 0.0)
            print(f"{name}: from {begins[name]:.1f} to {end:.1f} kWh; published {told:.1f}")
            self._expect(abs(told - end) <= TOLERANCE, f"{name}: {told}, the inverter has {end}")
        for name, kwh in self.inverter.flowed().items():
            told = self.broker.energy.get(f"{name}_energy_total", 0.0)
            flowed = kwh - self.flowed[name]
            print(f"{name}: published {told:.3f} kWh of {flowed:.3f} that flowed, gaps included")
            # What nobody saw is not made up; what the meter's noise adds is little.
            self._expect(told <= flowed * 1.02 + 0.02, f"{name}: more than flowed")
        with sqlite3.connect(self.database) as connection:
            (check,) = connection.execute("PRAGMA integrity_check").fetchone()
            print(f"database: {check}, {self.database.stat().st_size / 1024:.0f} kB")
            self._expect(check == "ok", f"the database: {check}")

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.wrong.append(otherwise)


def main() -> int:
    """For the command line."""
    parser = argparse.ArgumentParser(prog="python tests/soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a new folder for log and database")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if options.keep is not None:
            place = options.keep.absolute()
            place.mkdir(parents=True)
        return asyncio.run(Soak(place, options.minutes, options.seed).run())


if __name__ == "__main__":
    sys.exit(main())
