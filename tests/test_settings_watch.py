"""Settings of metrics and alerts: what they may be, and how they are spelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from kstar_tui.settings import TABLE, ConfigFile, SettingsError, load, shown
from kstar_tui.settings.watch_kinds import split_listen


@pytest.mark.parametrize(
    ("text", "value", "where"),
    [
        ("9898", "127.0.0.1:9898", ("127.0.0.1", 9898)),
        ("127.0.0.1:9898", "127.0.0.1:9898", ("127.0.0.1", 9898)),
        ("localhost:9898", "127.0.0.1:9898", ("127.0.0.1", 9898)),
        ("0.0.0.0:1", "0.0.0.0:1", ("0.0.0.0", 1)),
        ("[::1]:65535", "[::1]:65535", ("::1", 65535)),
        ("[::]:9898", "[::]:9898", ("::", 9898)),
    ],
)
def test_where_it_listens(text: str, value: str, where: tuple[str, int]) -> None:
    settings = load(environment={"KSTAR_METRICS": text})
    assert settings.metrics_listen == value
    assert split_listen(value) == where


@pytest.mark.parametrize("text", ["off", "OFF", "no", "false", "0", "none"])
def test_words_for_nowhere(text: str) -> None:
    assert load(environment={"KSTAR_METRICS": text}).metrics_listen is None


@pytest.mark.parametrize("toml", ["9898", '"9898"', '"localhost:9898"'])
def test_in_the_file(toml: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[metrics]\nlisten = {toml}\n")
    assert load(config=ConfigFile(path)).metrics_listen == "127.0.0.1:9898"
    path.write_text("[metrics]\nlisten = false\n")
    assert load(config=ConfigFile(path)).metrics_listen is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (":9898", "an address is four numbers"),
        ("65536", "a port is a whole number from 1 to 65535"),
        ("1.2.3.4", "a port is a whole number"),
        ("1.2.3.4:0", "a port is a whole number"),
        ("host.lan:9898", "an address is four numbers"),
        ("::1:9898", "in brackets"),
        ("[127.0.0.1]:9898", "in brackets"),
        ("[fe80::1%eth0]:9898", "in brackets"),
        ("http://127.0.0.1:9898", "an address is four numbers"),
        ("[127.0.0.1:9898", "in brackets"),
        ("٩٨٩٨", "a port is a whole number"),
    ],
)
def test_what_is_refused(text: str, hint: str) -> None:
    with pytest.raises(SettingsError, match="allowed is a port, an address of this machine") as no:
        load(environment={"KSTAR_METRICS": text})
    assert hint in str(no.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tell", ("tell",)),
        ("/bin/tell --to 'a b' \\$x", ("/bin/tell", "--to", "a b", "$x")),
        ("tell; rm -rf /", ("tell;", "rm", "-rf", "/")),
        ("tell ''", ("tell", "")),
        ("off", ()),
        ("none", ()),
    ],
)
def test_a_command_is_words(text: str, words: tuple[str, ...]) -> None:
    settings = load(environment={"KSTAR_ALERTS_COMMAND": text})
    assert settings.alerts_command == words
    again = shown(settings, TABLE["alerts.command"])
    assert load(environment={"KSTAR_ALERTS_COMMAND": again}).alerts_command == words


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        ("KSTAR_ALERTS_COMMAND", "tell 'x", "a quotation mark is missing"),
        ("KSTAR_ALERTS_COMMAND", "'' x", "its first word is empty"),
        ("KSTAR_ALERTS_COMMAND", "tell 'a\nb'", "a control character"),
        ("KSTAR_ALERTS_BATTERY_LOW", "100", "a whole number from 1 to 99 %, or off"),
        ("KSTAR_ALERTS_BATTERY_LOW", "9.5", "a whole number from 1 to 99 %, or off"),
        ("KSTAR_ALERTS_GRID_LOST", "86401", "from 1 to 86400 s, or off"),
        ("KSTAR_ALERTS_REPEAT", "4", "from 5 to 10080 min, or off"),
        ("KSTAR_ALERTS_QUIET", "22:00", "local times as in 22:00-07:00, or off"),
        ("KSTAR_ALERTS_QUIET", "24:00-07:00", "local times as in"),
        ("KSTAR_ALERTS_QUIET", "22:60-07:00", "local times as in"),
        ("KSTAR_ALERTS_QUIET", "7:00-07:00", "it begins when it ends"),
    ],
)
def test_alerts_that_are_refused(name: str, text: str, hint: str) -> None:
    with pytest.raises(SettingsError, match=f"environment {name}: ") as no:
        load(environment={name: text})
    assert hint in str(no.value)


@pytest.mark.parametrize("toml", ['"tell me"', "[1]", "7", "true"])
def test_a_command_in_the_file_is_a_list(toml: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[alerts]\ncommand = {toml}\n")
    with pytest.raises(SettingsError, match=r"write a list of texts, a word each"):
        load(config=ConfigFile(path))


@pytest.mark.parametrize("toml", ["false", '"off"', "[]", '""'])
def test_no_command_in_the_file(toml: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[alerts]\ncommand = {toml}\n")
    assert load(config=ConfigFile(path)).alerts_command == ()


@pytest.mark.parametrize("toml", ["0", "false", '"off"'])
def test_a_threshold_can_be_off_in_the_file(toml: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[alerts]\nbattery_low = {toml}\nno_data = {toml}\n")
    settings = load(config=ConfigFile(path))
    assert (settings.alerts_battery_low, settings.alerts_no_data) == (0, 0)
    assert shown(settings, TABLE["alerts.battery_low"]) == "off"
