"""Clouds and air temperature over a day: smooth, seeded, a function of time alone."""

from __future__ import annotations

from math import cos, pi

from kstar_tui.simulator.days import Day
from kstar_tui.simulator.noise import SmoothNoise
from kstar_tui.simulator.sun import Sky

_WARMEST_HOUR = 15.5


class Weather:
    """The weather of a named day, going on in the same manner on the days after it."""

    def __init__(self, day: Day, seed: int) -> None:
        self._day = day
        self._fronts = SmoothNoise(f"fronts/{seed}", 7200)
        self._clouds = SmoothNoise(f"clouds/{seed}", 1100)
        self._edges = SmoothNoise(f"edges/{seed}", 150)
        self._air = SmoothNoise(f"air/{seed}", 10800)

    def clearness(self, seconds: float) -> float:
        """0 (overcast) to 1 (blue) at this many seconds after the first midnight."""
        wander = (
            0.45 * self._fronts.at(seconds)
            + 0.42 * self._clouds.at(seconds)
            + 0.13 * self._edges.at(seconds)
        )
        return max(0.0, min(1.0, self._day.clearness + 1.6 * self._day.spread * wander))

    def through(self, sky: Sky, seconds: float) -> Sky:
        """What is left of a clear sky: clouds dim the beam and scatter some of it."""
        clear = self.clearness(seconds)
        scattered = self._day.gloom + (1 - self._day.gloom) * clear
        return Sky(sky.beam * clear**1.5, sky.diffuse * scattered)

    def temperature(self, seconds: float) -> float:
        """°C of the air around the inverter."""
        hour = seconds / 3600 % 24
        swing = cos(2 * pi * (hour - _WARMEST_HOUR) / 24)
        return self._day.temperature + self._day.temperature_swing * swing + self._air.at(seconds)
