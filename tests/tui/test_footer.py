"""The line of keys: made anew where it would look different, and only there."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar

import pytest
from app_talk import live_app, see, until
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.widgets import Button
from textual.widgets._footer import FooterKey
from tui_world import HandClock

from kstar_tui.simulator.server import Simulator
from kstar_tui.tui.footer import Footer


class Fallible(Button):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("x", "app.act(3)", "Explode")]


class Keys(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "act", "Attach"),
        Binding("b", "act(2)", "Break"),
    ]
    breakable = True
    star = "*"

    def compose(self) -> ComposeResult:
        for name in ("one", "two"):
            yield Button(name, id=name)
        yield Fallible("three", id="three")
        yield Footer(compact=True, show_command_palette=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return True if self.breakable else None

    def action_act(self, number: int = 1) -> None:
        """What the keys do."""

    def get_key_display(self, binding: Binding) -> str:
        return binding.key + self.star


def keys(app: Keys) -> list[FooterKey]:
    return list(app.query(FooterKey))


def words(app: Keys) -> list[tuple[str, str]]:
    return [(key.key_display, key.description) for key in keys(app)]


async def refreshed(pilot: Pilot[None]) -> None:
    """Tell the line of keys that something may have changed, and wait until it has seen to that."""
    seen: list[bool] = []
    pilot.app.screen.refresh_bindings()
    await pilot.pause()
    pilot.app.screen.query_one(Footer).call_after_refresh(seen.append, True)
    await until(pilot, lambda: seen, "the refresh")


async def test_the_same_keys_stay() -> None:
    app = Keys()
    async with app.run_test() as pilot:
        await until(pilot, lambda: len(keys(app)) >= 2, "keys")
        before = keys(app)
        assert all(key.has_class("-compact") for key in before)
        for name in ("two", "one"):
            app.query_one(f"#{name}").focus()
            await refreshed(pilot)
        assert keys(app) == before


async def test_other_keys_and_other_words_are_shown() -> None:
    app = Keys()
    async with app.run_test() as pilot:
        app.query_one("#one").focus()
        await until(pilot, lambda: ("a*", "Attach") in words(app), "keys")
        assert ("x*", "Explode") not in words(app)
        app.query_one("#three").focus()
        await until(pilot, lambda: ("x*", "Explode") in words(app), "the key of the third")
        app.star = "+"
        app.screen.refresh_bindings()
        await until(pilot, lambda: ("a+", "Attach") in words(app), "other words")
        app.breakable = False
        app.screen.refresh_bindings()
        await until(pilot, lambda: all(key.has_class("-disabled") for key in keys(app)), "grey")
        assert len(keys(app)) == 3


@pytest.mark.parametrize("width", [44, 60, 72, 80, 90, 120])
async def test_whole_keys_and_never_without_help(
    inverter: Simulator, clock: HandClock, width: int
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(width, 24)) as pilot:
        await see(pilot, "online")
        for key in "1234567":
            await pilot.press(key)
            await until(pilot, lambda: app.screen.query(FooterKey), "keys")
            await refreshed(pilot)
            check_line(app, width)
        await pilot.press("1")
        await pilot.resize_terminal(50, 20)
        await until(pilot, lambda: lines_up(app, 50), "fewer keys")
        await pilot.resize_terminal(160, 24)
        await until(pilot, lambda: len(app.screen.query(FooterKey)) >= 9, "all keys")
        await refreshed(pilot)
        check_line(app, 160)


def lines_up(app: App[None], width: int) -> bool:
    places = [key.region for key in app.screen.query(FooterKey)]
    return all(one.right <= two.x for one, two in pairwise(places)) and places[-1].right <= width


def check_line(app: App[None], width: int) -> None:
    said = {key.description for key in app.screen.query(FooterKey)}
    assert {"Help", "Quit"} <= said
    assert lines_up(app, width), said
