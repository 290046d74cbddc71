"""A screen that rests while another one lies on it."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen
from textual.timer import Timer

from kstar_tui.tui.forget import forget_drawn
from kstar_tui.tui.mishaps import Enduring

TRY_AGAIN = 5.0
"""Seconds after which what could not be read is tried again."""


class RestingScreen(Enduring, Screen[None]):
    """Its timers stand still meanwhile. Whatever such a screen hears, a timer or a message, Textual
    answers by repainting all that lies on it: so it is told nothing, and asks when it is shown."""

    def __init__(self) -> None:
        super().__init__()
        self._timers_that_rest: list[Timer] = []

    def every(self, seconds: float, look: Callable[[], None]) -> None:
        """Call it again and again while the screen is on top; at most once a second."""
        self._timers_that_rest.append(self.set_interval(max(1.0, seconds), self.carefully(look)))

    def on_unmount(self) -> None:
        """One has left it."""
        forget_drawn()

    def on_screen_suspend(self) -> None:
        """Something lies on it."""
        for timer in self._timers_that_rest:
            timer.pause()

    def on_screen_resume(self) -> None:
        """It is on top."""
        for timer in self._timers_that_rest:
            timer.resume()
