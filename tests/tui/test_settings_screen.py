"""The Settings screen by its keys and the mouse: looked at, edited, saved, and what is refused."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from app_talk import see, see_no, shown, until
from settings_talk import (
    SECRET,
    Somewhere,
    app_at,
    at,
    choose,
    desk_at,
    edit,
    look_for,
    open_on,
    read,
    settled,
    somewhere,
)
from textual.widgets import Input
from tui_world import HandClock

from kstar_tui.settings import TABLE, Given, Settings
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.settings.screen import SettingsScreen


@pytest.fixture(scope="module")
def inverter() -> Iterator[Somewhere]:
    with somewhere() as one:
        yield one


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A short one: what is said of it is to stand on one line."""
    monkeypatch.chdir(tmp_path)
    return Path("config.toml")


def saved(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text()) if path.exists() else {}


def selected(app: object) -> str:
    return next((line for line in shown(app).splitlines() if "▶" in line), "")


async def test_7_lists_all_and_esc_goes_back(
    inverter: Somewhere, clock: HandClock, path: Path
) -> None:
    app = app_at(inverter, clock, path, "[inverter]\ninterval = 7\n")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online", "7 Settings")
        await pilot.press("7")
        text = await read(
            pilot, "inverter.host", "means", f"1 of {len(TABLE)}", "7 s", "config.toml"
        )
        assert "Edit" in text
        names = [key.rpartition(".")[2] for key in TABLE]
        for key, index in (
            ("down", 1),
            ("j", 2),
            ("k", 1),
            ("end", -1),
            ("down", -1),
            ("home", 0),
            ("up", 0),
        ):
            name = names[index]
            await pilot.press(key)
            await until(pilot, lambda name=name: f"▶   {name} " in selected(app), f"{key}: {name}")
        await pilot.press("pagedown")
        await until(pilot, lambda: "   host " not in selected(app), "a page on")
        await pilot.press("pageup")
        await until(pilot, lambda: "▶   host " in selected(app), "and back")
        await pilot.press("question_mark")
        await read(pilot, "Settings: keys and signs", "test a value that is not saved")
        await pilot.press("escape", "escape")
        await see(pilot, "● online", "Solar")
        await pilot.press("7")
        await read(pilot, "means")
        await pilot.press("3")
        await read(pilot, "lowest")
        await pilot.press("7")
        await read(pilot, "means")
        assert len(app.screen_stack) == 3, "the blank one, Live and one on it"


async def test_a_value_is_typed_checked_saved_and_undone(
    inverter: Somewhere, clock: HandClock, path: Path
) -> None:
    app = app_at(inverter, clock, path)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        await edit(pilot, "tariff.import_price")
        await pilot.press(*"1oo")
        await read(pilot, "✕ not allowed; allowed is a number from 0 to 100, or off")
        await pilot.press("enter")
        await read(pilot, "✕ not saved: not allowed; allowed is a number")
        assert not path.exists()
        await pilot.press("backspace", "backspace")
        await read(pilot, "● ok: 1")
        await pilot.press("enter")
        await settled(pilot, lambda: saved(path) == {"tariff": {"import_price": 1}}, "saved")
        await read(pilot, "tariff.import_price is saved in", "It is 1 now.")
        assert app.settings.import_price == 1
        await edit(pilot, "tariff.import_price", "0.28")
        await pilot.press("enter")
        await read(pilot, "It is 0.28 now.")
        for value in (1, None):
            await pilot.press("u")
            await until(pilot, lambda value=value: app.settings.import_price == value, f"{value}")
        assert saved(path) == {}
        await pilot.press("u")
        await read(pilot, "Nothing was changed here.")


async def test_what_does_not_go_together_is_refused(
    inverter: Somewhere, clock: HandClock, path: Path
) -> None:
    app = app_at(inverter, clock, path)
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        await edit(pilot, "discovery.port", "8899")
        await read(pilot, "refused:", "are both 8899")
        await pilot.press("enter")
        await read(pilot, "not saved: refused:", "both 8899")
        assert not path.exists()
        await pilot.press("escape")
        await edit(pilot, "tariff.export_price", "0.1")
        await read(pilot, "is given without", "tariff.import_price; allowed")
        await pilot.press("escape")
        await see_no(pilot, "refused")
    assert not path.exists()


async def test_environment_and_arguments_win_and_it_says_so(
    inverter: Somewhere, clock: HandClock, path: Path
) -> None:
    environment = {"KSTAR_IMPORT_PRICE": "0.5"}
    desk = desk_at(path, environment, mqtt__base=Given("argument --mqtt-base", "pv"))
    app = KstarApp(desk.load(), clock, address=inverter.address, desk=desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        await edit(pilot, "tariff.import_price", "0.3")
        await read(pilot, "environment KSTAR_IMPORT_PRICE wins over config.toml")
        await pilot.press("enter")
        await read(
            pilot, "It is not in force: environment KSTAR_IMPORT_PRICE wins over the file, with 0.5"
        )
        await read(pilot, "which wins over config.toml: 0.3")
        assert saved(path) == {"tariff": {"import_price": 0.3}}
        assert app.settings.import_price == 0.5
        await open_on(pilot, "mqtt.base")
        await read(pilot, "pv, from argument --mqtt-base (default: kstar)")
        await pilot.press("delete")
        await read(pilot, "comes from argument --mqtt-base, not from config.toml")


async def test_no_secret_is_shown_copied_or_lost(
    inverter: Somewhere, clock: HandClock, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f'# old\n[mqtt]\nurl = "mqtt://me:{SECRET}@127.0.0.1:9"\npassword = "{SECRET}"\n'
    app = app_at(inverter, clock, path, text)
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    seen: list[str] = []

    async with app.run_test(size=(120, 40)) as pilot:

        async def look(*texts: str) -> None:
            seen.append(await read(pilot, *texts))

        await see(pilot, "● online")
        for key in ("mqtt.url", "mqtt.password"):
            await open_on(pilot, key)
            await look("***")
            await pilot.press("y")
            await look("A secret is not copied.")
        editor = await edit(pilot, "mqtt.password")
        field = editor.query_one("#field", Input)
        assert field.value == ""
        await look("left empty, it stays as it is")
        await pilot.press("enter")
        await read(pilot, "mqtt.password is as it was: nothing had to be written.")
        assert path.read_text() == text
        editor = await edit(pilot, "mqtt.url")
        field = editor.query_one("#field", Input)
        assert field.value == "mqtt://me:***@127.0.0.1:9"
        # Another port, the mask as it was.
        await pilot.press("end", "backspace", "7")
        await look("ok: mqtt://me:***@127.0.0.1:7")
        await pilot.press("enter")
        url = f"mqtt://me:{SECRET}@127.0.0.1:7"
        await settled(pilot, lambda: app.settings.mqtt_url == url, "the new port")
        await look("passwords masked", "mqtt://me:***@127.0.0.1:7")
        await edit(pilot, "mqtt.url", "mqtt://you:secret9@127.0.0.1:7")
        await look("mqtt://you:•••••••@127.0.0.1:7", "ok: mqtt://you:***@127.0.0.1:7")
        await pilot.press("ctrl+a", "ctrl+shift+a", "ctrl+x")
        await pilot.press("escape")
        await edit(pilot, "mqtt.password", "secret9")
        await look("•••••••", "a new password")
        await pilot.press("enter")
        await settled(pilot, lambda: app.settings.mqtt_password == "secret9")
        await look("mqtt.password is saved in")
    assert saved(path)["mqtt"] == {"url": url, "password": "secret9"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert copied == []
    for word in (SECRET, "secret9"):
        assert word not in "\n".join(seen)
        assert word not in (path.with_name("config.toml.bak")).read_text()


async def test_a_secret_of_the_environment_does_not_get_into_the_file(
    inverter: Somewhere, clock: HandClock, path: Path
) -> None:
    app = app_at(inverter, clock, path, environment={"KSTAR_MQTT": f"mqtt://me:{SECRET}@127.0.0.1"})
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        editor = await edit(pilot, "mqtt.url")
        assert editor.query_one("#field", Input).value == ""
        await pilot.press(*"ha", "enter")
        await settled(pilot, lambda: "mqtt" in saved(path), "saved")
    assert SECRET not in path.read_text()


async def test_a_file_that_cannot_be_written_loses_nothing(
    inverter: Somewhere, clock: HandClock, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_at(inverter, clock, path, "[ui]\nascii = false\n")
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")

        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr("kstar_tui.settings.configfile.tempfile.mkstemp", full)
            editor = await edit(pilot, "tariff.import_price", "0.28")
            await pilot.press("enter")
            await read(pilot, "not saved:", "cannot be written: No space left on")
            assert editor.query_one("#field", Input).value == "0.28"
            assert saved(path) == {"ui": {"ascii": False}}
        await pilot.press("enter")
        await settled(pilot, lambda: app.settings.import_price == 0.28, "saved after all")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_a_folder_that_is_read_only(
    inverter: Somewhere, clock: HandClock, path: Path
) -> None:
    app = app_at(inverter, clock, path)
    path.parent.chmod(0o500)
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await see(pilot, "● online")
            await edit(pilot, "tariff.import_price", "0.28")
            await pilot.press("enter")
            await read(pilot, "not saved:", "Permission denied")
    finally:
        path.parent.chmod(0o700)


async def test_a_file_that_somebody_breaks_is_told_and_left_alone(
    inverter: Somewhere, clock: HandClock, path: Path
) -> None:
    app = app_at(inverter, clock, path, "[tariff]\nimport_price = 0.3\n")
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        path.write_text("[tarif]\n")
        await open_on(pilot, "tariff.import_price")
        await read(pilot, "unknown table tarif", "0.3")
        await edit(pilot, "tariff.import_price", "0.4")
        await read(pilot, "refused:", "Did you mean tariff?")
        await pilot.press("enter", "escape", "delete")
        await read(pilot, "Not saved:", "unknown table tarif")
        assert path.read_text() == "[tarif]\n"
        assert app.settings.import_price == 0.3
        path.write_text("[tariff]\nimport_price = 0.5\n")
        await pilot.press("r")
        await read(pilot, "The file was read again.")
        await until(pilot, lambda: app.settings.import_price == 0.5, "what is in it now")
        await see_no(pilot, "unknown table")


async def test_delete_takes_it_out_and_y_copies(
    inverter: Somewhere, clock: HandClock, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_at(inverter, clock, path, "[battery]\ncapacity = 5\n[ui]\nascii = false\n")
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        await open_on(pilot, "battery.capacity")
        await pilot.press("delete")
        await read(pilot, "battery.capacity is out of", "its default is off")
        assert saved(path) == {"ui": {"ascii": False}}
        assert app.settings.battery_capacity is None
        await pilot.press("backspace")
        await read(pilot, "battery.capacity is at its default.")
        await open_on(pilot, "mqtt.base")
        await pilot.press("y")
        await read(pilot, "Copied, if the terminal allows it.")
        assert copied == ["kstar"]


async def test_the_filter(inverter: Somewhere, clock: HandClock, path: Path) -> None:
    app = app_at(inverter, clock, path)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        await pilot.press("7")
        await read(pilot, f"1 of {len(TABLE)}")
        await pilot.press("slash", *"price kwh")
        text = await read(
            pilot, f"filter: price kwh 2 of {len(TABLE)}", "enter keeps the filter", "export_price"
        )
        assert "username" not in text
        await pilot.press("down")
        await until(pilot, lambda: "export_price" in selected(app), "down works while typing")
        await pilot.press("enter", "k")
        await until(pilot, lambda: "import_price" in selected(app), "and k behind it")
        await pilot.press("escape")
        await read(pilot, f" of {len(TABLE)}", "history")
        assert "import_price" in selected(app), "what was found stays selected"
        await pilot.press("slash", *"zzz")
        await read(pilot, "No setting has this")
        await pilot.press("enter", "y", "t", "delete", "enter", "escape", "escape")
        await see(pilot, "● online")


async def test_the_mouse(inverter: Somewhere, clock: HandClock, path: Path) -> None:
    app = app_at(inverter, clock, path)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        await open_on(pilot, "inverter.host")
        lines = shown(app).splitlines()
        row = next(y for y, line in enumerate(lines) if "  interval " in line)
        await pilot.click(offset=(10, row))
        await until(pilot, lambda: "interval" in selected(app), "a click selects")
        await pilot.click(offset=(10, row))
        await read(pilot, "enter saves")
        await pilot.press("escape")
        await see_no(pilot, "enter saves")


async def test_the_palette_knows_every_setting_and_every_action(
    inverter: Somewhere, clock: HandClock, path: Path
) -> None:
    app = app_at(inverter, clock, path)
    async with app.run_test(size=(100, 40)) as pilot:
        await see(pilot, "● online")
        await look_for(pilot, "setting: mqtt.keepalive")
        await see(pilot, "Setting: mqtt.keepalive", "seconds of silence")
        await pilot.press("enter")
        await see(pilot, " mqtt.keepalive ", "a whole number from 5 to 3600 s")
        await look_for(pilot, "file")
        await read(pilot, "Read the file again", "Key r", "Setting: history.path")
        await pilot.press("escape")
        await edit(pilot, "mqtt.base")
        await look_for(pilot, "bands")
        await see(pilot, "other prices")
        await pilot.press("enter")
        await see(pilot, " tariff.bands ", "means")
        assert isinstance(app.screen, SettingsScreen)


async def test_without_a_file_nothing_can_be_saved(inverter: Somewhere, clock: HandClock) -> None:
    app = KstarApp(Settings(), clock, address=inverter.address)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        await pilot.press("7")
        await read(pilot, "can only be looked at")
        await pilot.press("enter", "delete", "u", "r")
        assert isinstance(app.screen, SettingsScreen)


async def test_keys_and_theme_are_checked_while_they_are_edited(
    inverter: Somewhere, clock: HandClock, path: Path
) -> None:
    app = app_at(inverter, clock, path)
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        await edit(pilot, "ui.keys", "settings.copy=u")
        await read(pilot, "refused:", "both settings.copy and", "settings.undo would be u")
        await pilot.press("backspace", "c", "enter")
        await read(pilot, "It is settings.copy=c now.", "c Copy")
        assert saved(path) == {"ui": {"keys": {"settings.copy": "c"}}}


async def test_a_theme_is_seen_before_and_kept_after(
    inverter: Somewhere, clock: HandClock, path: Path
) -> None:
    app = app_at(inverter, clock, path, environment={}, theme="kstar-dark")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        app.theme = "nord"
        await open_on(pilot, "ui.theme")
        await read(pilot, "Shown now is nord")
        await pilot.press("enter", "down")
        await until(pilot, lambda: app.theme == "rose-pine", "how the next one looks")
        await pilot.press("escape")
        await until(pilot, lambda: app.theme == "nord", "as it was")
        await pilot.press("enter")
        await read(pilot, "ok: nord")
        await pilot.press("enter")
        await settled(pilot, lambda: saved(path) == {"ui": {"theme": "nord"}}, "kept")
        await read(pilot, "It is nord now.")
        assert (app.theme, app.settings.theme) == ("nord", "nord")


async def test_a_choice_and_a_flag(inverter: Somewhere, clock: HandClock, path: Path) -> None:
    app = app_at(inverter, clock, path, at(inverter))
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        await choose(pilot, "headless", "yes")
        await settled(pilot, lambda: saved(path).get("headless") is True, "saved")
        await read(pilot, "It counts from the next start on.")
        await choose(pilot, "mqtt.version", "5")
        await settled(pilot, lambda: app.settings.mqtt_version == "5", "taken over")
        await choose(pilot, "mqtt.discovery", "entities")
        await settled(pilot, lambda: app.settings.mqtt_discovery == "entities", "taken over")
