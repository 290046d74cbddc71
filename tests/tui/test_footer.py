"""The line of keys: made anew where it would look different, and only there."""

from __future__ import annotations

from typing import ClassVar

from app_talk import until
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.widgets import Button
from textual.widgets._footer import FooterKey

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
    pilot.app.query_one(Footer).call_after_refresh(seen.append, True)
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
