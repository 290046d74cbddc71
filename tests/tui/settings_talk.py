"""What the tests of the Settings screen share: an app with a config.toml of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from app_talk import see, shown, until
from textual.pilot import Pilot
from textual.widgets import Input, OptionList
from tui_world import HandClock

from kstar_tui.link.interface import Address
from kstar_tui.settings import ConfigFile, Given, load
from kstar_tui.settings.desk import Desk
from kstar_tui.simulator.server import Simulator
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.settings.editor import Editor
from kstar_tui.tui.settings.screen import SettingsScreen

SECRET = "hunter2"


def desk_at(path: Path, environment: dict[str, str] | None = None, **given: Given) -> Desk:
    """The settings of one file, an environment, and arguments by their keys."""
    config = ConfigFile(path)
    arguments = {key.replace("__", "."): value for key, value in given.items()}
    return Desk(config, partial(load, arguments, environment or {}, config))


def app_at(
    inverter: Simulator,
    clock: HandClock,
    path: Path,
    text: str = "",
    *,
    environment: dict[str, str] | None = None,
    **options: Any,
) -> KstarApp:
    """The app by a config.toml with this text, on an inverter that the file need not name."""
    if text:
        path.write_text(text)
    desk = desk_at(path, environment)
    return KstarApp(desk.load(), clock, address=inverter.address, desk=desk, **options)


def at(inverter: Simulator, more: str = "") -> str:
    """A config.toml that names this inverter."""
    address: Address = inverter.address
    return f'[inverter]\nhost = "{address.host}"\nport = {address.port}\n{more}'


def sentences(app: object) -> str:
    """What stands on the screen without borders and line ends, which may fall anywhere."""
    return re.sub(r"[\s╭╮╰╯│─▁▔▎▊]+", " ", shown(app))


async def read(pilot: Pilot[None], *texts: str) -> str:
    """Wait for sentences on the screen, wherever their lines end."""
    await until(pilot, lambda: all(text in sentences(pilot.app) for text in texts), f"{texts}")
    return shown(pilot.app)


async def open_on(pilot: Pilot[None], key: str) -> SettingsScreen:
    """The Settings screen with this setting selected."""
    app = pilot.app
    assert isinstance(app, KstarApp)
    app.action_setting(key)
    await see(pilot, f" {key} ", "means")
    assert isinstance(app.screen, SettingsScreen)
    return app.screen


async def edit(pilot: Pilot[None], key: str, text: str | None = None) -> Editor:
    """Open the editor of a setting, and type a text in place of what stands there."""
    await open_on(pilot, key)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, Editor), f"the editor of {key}")
    editor = pilot.app.screen
    assert isinstance(editor, Editor)
    await until(pilot, lambda: editor.focused is not None, "its field")
    if text is not None:
        field = editor.query_one(Input)
        await pilot.press("end", "ctrl+u")
        await until(pilot, lambda: field.value == "", "an empty field")
        await pilot.press(*(_KEYS.get(sign, sign) for sign in text))
        await until(pilot, lambda: field.value == text, f"{text!r} typed")
    return editor


async def choose(pilot: Pilot[None], key: str, word: str) -> None:
    """Take a word from the list of a setting."""
    editor = await edit(pilot, key)
    words = editor.query_one(OptionList)
    words.highlighted = words.get_option_index(word)
    await pilot.press("enter")


async def settled(pilot: Pilot[None], condition: Callable[[], object], what: str = "") -> None:
    """Until the editor is gone and something holds."""
    await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen), "the editor's end")
    await until(pilot, condition, what)


_KEYS = {" ": "space", ":": "colon", "/": "slash", "@": "at", ".": "full_stop", "*": "asterisk"}
