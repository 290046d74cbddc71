"""Other keys for actions: which there are, what is refused, and what the screens then say."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from app_talk import see, see_no, until
from golden_text import assert_as_before
from textual.binding import Binding
from textual.screen import ModalScreen, Screen
from tui_world import HandClock

from kstar_tui.settings import Settings, SettingsError
from kstar_tui.simulator.server import Simulator
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.help import HelpScreen
from kstar_tui.tui.keys import Action, actions, keymap_of, load_screens, spoken
from kstar_tui.tui.themes import NAMES, theme_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
PLACE = "/etc/config.toml"
_HEAD = "| action | keys | |"


_ALL = """
import json
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.keys import actions, load_screens
load_screens()
print(json.dumps(actions(KstarApp)))
"""


def run_alone(code: str) -> str:
    """What it prints in a process in which nothing else is loaded."""
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def keys(*pairs: str) -> Settings:
    return Settings(keys=pairs, sources={"ui.keys": PLACE})


def test_every_action_stands_in_the_document() -> None:
    """KSTAR_GOLDEN=write writes the table anew; what an action does can be said better then."""
    text = DOCUMENT.read_text(encoding="utf-8")
    head, table = text[: text.index(_HEAD)], text[text.index(_HEAD) :]
    said = dict(re.findall(r"^\| `([a-z_.]+)` \| .*? \| (.*) \|$", table, re.M))
    known = list(said)
    found = {name: Action(*action) for name, action in json.loads(run_alone(_ALL)).items()}

    def place(name: str) -> tuple[int, int]:
        screen = name.partition(".")[0]
        near = [index for index, other in enumerate(known) if other.partition(".")[0] == screen]
        where = known.index(name) if name in known else len(known)
        return (near[0] if near else len(known)), where

    rows = []
    for name in sorted(found, key=place):
        keys = " ".join(f"`{key.strip()}`" for key in found[name].keys.split(","))
        rows.append(f"| `{name}` | {keys} | {said.get(name) or found[name].description.lower()} |")
    assert_as_before(DOCUMENT, [*f"{head}{_HEAD}\n".splitlines(), "|---|---|---|", *rows])


def test_an_action_of_a_screen_that_is_not_loaded_yet_is_known() -> None:
    code = """
from kstar_tui.settings import Settings
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.keys import keymap_of
print(keymap_of(Settings(keys=("diagnostics.copy=c",)), KstarApp))
"""
    assert run_alone(code) == "{'diagnostics.copy': 'c'}\n"


def test_help_knows_the_keys_of_a_screen_that_came_later() -> None:
    code = """
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.keys import actions, load_screens
before = "diagnostics.up" in actions(KstarApp)
load_screens()
print(before, "diagnostics.up" in actions(KstarApp))
"""
    assert run_alone(code) == "False True\n"


def test_every_binding_of_ours_has_a_name() -> None:
    load_screens()
    names = actions(KstarApp)
    assert {"app.quit", "live.pause", "go.events", "events.filter", "settings.edit"} <= set(names)
    for owner in (KstarApp, *Screen.__subclasses__(), *ModalScreen.__subclasses__()):
        if owner.__module__.startswith("kstar_tui."):
            for binding in vars(owner).get("BINDINGS", ()):
                assert isinstance(binding, Binding), owner
                assert binding.id, f"{owner}: {binding.action}"


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (("live.pauze=p",), r"names live\.pauze, and there is no such action\. Did you mean live"),
        (("live.pause=spce",), r"the key spce, and there is no such key\. Did you mean space\?"),
        (("live.pause=shift+p",), r"the key shift\+p, which is written P\."),
        (("live.pause=q",), r"both live\.pause and app\.quit would be q on the Live screen"),
        (("live.pause=question_mark",), r"both live\.pause and app\.help would be \?"),
        (("live.pause=ctrl+c",), r"both live\.pause and app\.interrupt would be \^c"),
        (("events.filter=y",), r"both events\.filter and events\.copy would be y on the Events"),
        (("app.quit=d",), r"both \w+\.\w+ and app\.quit would be d on the (History|Search) screen"),
        (("go.events=3",), r"both go\.battery and go\.events would be 3"),
    ],
)
def test_what_is_refused(pairs: tuple[str, ...], message: str) -> None:
    with pytest.raises(SettingsError, match=message) as caught:
        keymap_of(keys(*pairs), KstarApp)
    assert str(caught.value).startswith(PLACE)


@pytest.mark.parametrize(
    "pairs",
    [
        ("live.pause=p",),
        ("live.pause=r", "live.poll=space"),
        ("app.quit=Q,ctrl+x", "live.search=f5"),
        # The same key on two screens that are never one.
        ("events.filter=t",),
        ("editor.test=f2",),
        ("live.pause=ü",),
    ],
)
def test_what_goes(pairs: tuple[str, ...]) -> None:
    assert keymap_of(keys(*pairs), KstarApp) == dict(pair.split("=") for pair in pairs)


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("q", "q"),
        ("question_mark", "?"),
        ("comma", ","),
        ("space", "space"),
        ("up", "up"),
        ("escape", "esc"),
        ("ctrl+p", "^p"),
        ("shift+left", "shift+left"),
        ("+", "+"),
        ("F", "F"),
        ("f5", "f5"),
    ],
)
def test_keys_as_people_call_them(key: str, word: str) -> None:
    assert spoken(key) == word


def test_a_theme_that_there_is_not() -> None:
    settings = Settings(theme="nrod", sources={"ui.theme": PLACE})
    with pytest.raises(SettingsError, match=rf"{PLACE}: ui.theme is 'nrod'.* Did you mean nord\?"):
        theme_of(settings, {})
    assert theme_of(Settings(theme="nord"), {}) == "nord"
    assert theme_of(Settings(), {"TERM": "xterm"}) == "ansi-dark"
    assert {"ansi-dark", "ansi-light", "kstar-dark", "kstar-light", "nord"} <= set(NAMES)


async def test_another_key_is_heard_and_shown(inverter: Simulator, clock: HandClock) -> None:
    settings = keys("app.quit=ctrl+x", "live.pause=p,w", "go.events=e", "app.palette=f4")
    app = KstarApp(settings, clock, address=inverter.address)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online", "e Events", "^x Quit")
        await pilot.press("space", "q", "5")
        await see_no(pilot, "paused")
        assert app.is_running
        for key in ("p", "w"):
            await pilot.press(key)
            await (see(pilot, "‖ paused") if key == "p" else see_no(pilot, "paused"))
        await pilot.press("question_mark")
        text = await see(pilot, "keys and signs")
        assert re.search(r"p w +Pause", text)
        assert re.search(r"\^x +Quit", text)
        assert re.search(r"f4 +Every action", text)
        assert re.search(r"1 2 3 4 e .*7 +Live, History", text)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, HelpScreen))
        await pilot.press("f4")
        await see(pilot, "Search for an action")
        await pilot.press(*"pause")
        await see(pilot, "(key p)")
        await pilot.press("escape")
        await pilot.press("e")
        await see(pilot, "[all]")
        await pilot.press("ctrl+x")
        await until(pilot, lambda: not app.is_running)


def test_wrong_keys_are_told_before_a_screen_opens(clock: HandClock) -> None:
    with pytest.raises(SettingsError, match="no such action"):
        KstarApp(keys("no.such=p"), clock)
