"""Theme and keys as settings, and settings as they would be if they were saved."""

from __future__ import annotations

import json
import tomllib
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kstar_tui.settings import TABLE, ConfigFile, Given, SettingsError, load, save_config
from kstar_tui.settings.desk import Desk
from kstar_tui.settings.row import as_data

KEYS = TABLE["ui.keys"].kind


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ()),
        (" ; ", ()),
        ("live.pause=p", ("live.pause=p",)),
        (" app.quit = q , x ;go.events=F;", ("app.quit=q,x", "go.events=F")),
        ("a.b=?; a.c=+; a.d==; a.e=-", ("a.b=?", "a.c=+", "a.d==", "a.e=-")),
        ("a.b=ctrl+shift+f5,space,ü", ("a.b=ctrl+shift+f5,space,ü",)),
        ("a.b=x,x", ("a.b=x",)),
    ],
)
def test_keys_as_text(text: str, value: tuple[str, ...]) -> None:
    assert KEYS.parse(text) == value
    assert KEYS.show(value) == "none" if not value else KEYS.parse(KEYS.show(value)) == value


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("live.pause", "write it like live.pause=p"),
        ("pause=p", "an action is named like live.pause"),
        ("Live.Pause=p", "an action is named like live.pause"),
        ("a.b=p;a.b=q", "a.b is there twice"),
        ("a.b=", "a key of a.b is one sign"),
        ("a.b=p,", "a key of a.b is one sign"),
        ("a.b=two words", "a key of a.b is one sign"),
        ("a.b=ctrl+", "a key of a.b is one sign"),
        ("a.b=\x1b", "a key of a.b is one sign"),
        (";".join(f"a.b{n}=p" for n in range(300)), "more than 200"),
    ],
)
def test_keys_that_are_refused(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        KEYS.parse(text)


@pytest.mark.parametrize(
    ("toml", "value"),
    [
        ('[ui.keys]\n"live.pause" = "p"\n', ("live.pause=p",)),
        ('[ui.keys]\nlive.pause = "p"\napp.quit = ["q", "x"]\n', ("live.pause=p", "app.quit=q,x")),
        ("[ui]\nkeys = {}\n", ()),
        ('[ui]\nkeys = "live.pause=p"\n', ("live.pause=p",)),
    ],
)
def test_keys_in_the_file(toml: str, value: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(toml)
    assert load(config=ConfigFile(path)).keys == value


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[ui.keys]\nlive.pause = 5\n", "write the keys in quotes"),
        ("[ui]\nkeys = 5\n", r"write a table \[ui.keys\]"),
        ('[ui.keys]\n"live.pause" = "p q"\n', "a key of live.pause is one sign"),
        ("[ui]\ntheme = true\n", "write it in quotes"),
        ('[ui]\ntheme = "no theme"\n', "allowed is auto, or a theme's name"),
        ('[ui.kezs]\na = "b"\n', "Did you mean ui.keys"),
    ],
)
def test_what_the_file_may_not_say(toml: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(toml)
    with pytest.raises(SettingsError, match=message):
        load(config=ConfigFile(path))


def test_keys_stay_a_table_when_something_else_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[ui.keys]\nlive.pause = "p"\n')
    save_config({"ui.theme": "nord"}, path)
    saved = tomllib.loads(path.read_text())
    assert saved == {"ui": {"theme": "nord", "keys": {"live.pause": "p"}}}
    assert "[ui.keys]" in path.read_text()
    assert load(config=ConfigFile(path)).keys == ("live.pause=p",)


def test_keys_are_an_object_in_json() -> None:
    data = as_data(TABLE["ui.keys"], ("live.pause=p", "app.quit=q,x"))
    assert json.loads(json.dumps(data)) == {"live.pause": "p", "app.quit": "q,x"}


def desk(path: Path, environment: dict[str, str] | None = None, **arguments: str) -> Desk:
    given = {key: Given("argument", text) for key, text in arguments.items()}
    config = ConfigFile(path)
    return Desk(config, partial(load, given, environment or {}, config))


def test_what_would_be_is_what_is_after_saving(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[inverter]\nhost = "10.0.0.1"\n')
    of = desk(path, {"KSTAR_INTERVAL": "30"})
    changes: dict[str, Any] = {"inverter.host": None, "inverter.port": 9, "inverter.interval": 7.0}
    would = of.load(changes=changes)
    assert path.read_text() == '[inverter]\nhost = "10.0.0.1"\n'
    assert of.save(changes) is None
    assert of.load() == would
    assert of.load().sources == would.sources
    assert (would.host, would.port, would.interval) == (None, 9, 30.0)
    assert would.sources["inverter.port"] == str(path)
    assert would.sources["inverter.host"] == "default"
    assert would.sources["inverter.interval"] == "environment KSTAR_INTERVAL"
    assert of.written() == {"inverter.port": 9, "inverter.interval": 7.0}


def test_what_would_not_go_together_is_refused_before_it_is_saved(tmp_path: Path) -> None:
    of = desk(tmp_path / "config.toml", {"KSTAR_DISCOVERY_PORT": "5000"})
    with pytest.raises(SettingsError, match="are both 5000"):
        of.load(changes={"inverter.port": 5000})
    assert not (tmp_path / "config.toml").exists()
