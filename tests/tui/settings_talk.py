"""What the tests of the Settings screen share: an app with a config.toml of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from answering import answering
from app_talk import see, shown, until
from textual.pilot import Pilot
from textual.widgets import Input, OptionList
from tui_world import VALUES, HandClock

from kstar_tui.link.interface import Address
from kstar_tui.protocol.encode import encode_device_info, encode_running_data, encode_settings
from kstar_tui.protocol.frame import Request, build_reply
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


class Somewhere(NamedTuple):
    """An inverter that answers always the same: a house is not needed to look at settings."""

    address: Address


@contextmanager
def somewhere() -> Iterator[Somewhere]:
    """One on loopback, as long as the context lasts."""
    answers = {
        Request.RUNNING_DATA.frame: build_reply(0x86, encode_running_data(VALUES)),
        Request.DEVICE_INFO.frame: build_reply(
            0x82, encode_device_info(model="KSE4000", serial="SIM0000005678")
        ),
        Request.SETTINGS.frame: build_reply(0x89, encode_settings({"battery_capacity": 200})),
    }
    with answering(answers) as port:
        yield Somewhere(Address("127.0.0.1", port))


async def look_for(pilot: Pilot[None], text: str) -> None:
    """Search the command palette, and take what it finds first."""
    await pilot.press("ctrl+p")
    await see(pilot, "Search for an action")
    pilot.app.screen.query_one(Input).value = text


def app_at(
    inverter: Simulator | Somewhere,
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


def at(inverter: Simulator | Somewhere, more: str = "") -> str:
    """A config.toml that names this inverter."""
    address = inverter.address
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
    """Open the editor of a setting, and put a text in place of what stands there."""
    await open_on(pilot, key)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, Editor), f"the editor of {key}")
    editor = pilot.app.screen
    assert isinstance(editor, Editor)
    await until(pilot, lambda: editor.focused is not None, "its field")
    if text is not None:
        field = editor.query_one(Input)
        # A key at a time would be judged as often, and take as long.
        field.value = text
        await pilot.pause()
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
