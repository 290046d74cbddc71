"""Settings of the history and of money: their spellings, what is refused, where the file is."""

from __future__ import annotations

from pathlib import Path

import pytest

from kstar_tui.commands.arguments import parse_arguments
from kstar_tui.settings import ConfigFile, Given, Settings, SettingsError, load, shown
from kstar_tui.settings.paths import history_path
from kstar_tui.settings.table import TABLE


@pytest.mark.parametrize("word", ["off", "OFF", "no", "false", "0", "none"])
def test_words_for_no_history(word: str) -> None:
    settings = load(environment={"KSTAR_HISTORY": word})
    assert settings.history == "off"
    assert history_path(settings) is None


def test_history_in_a_file_that_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/users/someone")
    assert history_path(load(environment={"KSTAR_HISTORY": "~/h"})) == Path("/users/someone/h")


def test_history_in_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    path = history_path(Settings())
    assert path is not None
    assert path.parts[-2:] == ("kstar-tui", "history.sqlite")
    assert shown(Settings(), TABLE["history.path"]) == "in the data folder"


def test_a_home_folder_that_there_is_not() -> None:
    settings = load(environment={"KSTAR_HISTORY": "~nosuchuser/h"})
    with pytest.raises(SettingsError, match="KSTAR_HISTORY: ~nosuchuser/h: there is no such home"):
        history_path(settings)


def test_no_history_is_a_switch_and_the_last_word_counts() -> None:
    for words, value in (
        (["--no-history"], "off"),
        (["--history", "/a"], "/a"),
        (["--no-history", "--history", "/a"], "/a"),
        (["--history", "/a", "--no-history"], "off"),
    ):
        settings = load(parse_arguments(words).settings)
        assert settings.history == value
    assert settings.sources["history.path"] == "argument --no-history"


def test_history_false_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[history]\npath = false\n")
    assert load(config=ConfigFile(path, named=True)).history == "off"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("KSTAR_HISTORY", "a\nb", "allowed is a path, or off to keep none"),
        ("KSTAR_BATTERY_CAPACITY", "0.4", "a number from 0.5 to 200 kWh, or off"),
        ("KSTAR_IMPORT_PRICE", "101", "a number from 0 to 100, or off"),
        ("KSTAR_CURRENCY", "123456789", "a text of 1 to 8 signs"),
        ("KSTAR_CURRENCY", "a b", "a text of 1 to 8 signs"),
        ("KSTAR_TARIFF_BANDS", "22:10-06:00 1", "times are on quarters of an hour"),
        ("KSTAR_TARIFF_BANDS", "22:00-25:00 1", "times are from 00:00 to 24:00"),
        ("KSTAR_TARIFF_BANDS", "1:00-3:00 1; 2:45-4:00 1", "two bands hold at 02:45"),
        ("KSTAR_TARIFF_BANDS", "cheap at night", 'write it like "22:00-06:00 0.18"'),
        ("KSTAR_TARIFF_BANDS", "1:00-3:00 101", "a price is from 0 to 100"),
    ],
)
def test_what_is_refused(name: str, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(environment={name: text, **({} if "IMPORT" in name else {"KSTAR_IMPORT_PRICE": "1"})})
    assert str(caught.value).startswith(f"environment {name}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("tariff.import_price", "0,28", 0.28),
        ("tariff.import_price", "0,285", 0.285),
        ("tariff.import_price", "1,234", 1.234),
        ("battery.capacity", "10,24", 10.24),
        ("inverter.interval", "2,5", 2.5),
        ("tariff.bands", "22:00-06:00 0,18; 6:00-8:00 0,3 0,05", None),
    ],
)
def test_a_decimal_comma(key: str, text: str, value: float | None) -> None:
    row = TABLE[key]
    given = {"tariff.import_price": Given("argument", "1"), key: Given("argument", text)}
    wanted = ("22:00-06:00 0.18", "06:00-08:00 0.3 0.05") if value is None else value
    assert getattr(load(given), row.name) == wanted
    price = {"KSTAR_IMPORT_PRICE": "1"}
    assert getattr(load(environment=price | {row.environment[0]: text}), row.name) == wanted


@pytest.mark.parametrize(
    ("key", "text", "hint"),
    [
        ("inverter.interval", "2,500", "a comma is a decimal comma here"),
        ("tariff.import_price", "0,2,8", ""),
        ("tariff.import_price", ",28", ""),
        ("tariff.import_price", "0,", ""),
        ("inverter.port", "8,899", "allowed is a whole number"),
        ("alerts.repeat", "60,0", "allowed is a whole number"),
    ],
)
def test_a_comma_that_could_mean_something_else(key: str, text: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load({key: Given("argument", text)})
    assert hint in str(caught.value)


def test_in_the_file_a_number_is_a_number(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[tariff]\nimport_price = "0,28"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="write it without quotes"):
        load(config=ConfigFile(path, named=True))


@pytest.mark.parametrize(
    ("key", "text"), [("tariff.bands", "22:00-06:00 0.18"), ("tariff.export_price", "0")]
)
def test_prices_need_an_import_price(key: str, text: str) -> None:
    given = {key: Given("argument", text)}
    with pytest.raises(SettingsError, match=f"{key} is given without tariff.import_price"):
        load(given)
    assert load(given | {"tariff.import_price": Given("argument", "0")}).import_price == 0


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("local", "local", "local"),
        (" LOCAL ", "local", "local"),
        *((word, "off", "off") for word in ("off", "no", "false", "0", "none")),
        ("mqtt://broker.lan", "mqtt://broker.lan:1883", "mqtt://broker.lan:1883"),
        ("mqtts://me:tops3cret@pi", "mqtts://me:tops3cret@pi:8883", "mqtts://me:***@pi:8883"),
    ],
)
def test_whom_a_screen_looks_along_with(word: str, value: str, said: str) -> None:
    settings = load(parse_arguments(["--attach", word]).settings)
    assert settings.attach == value
    assert shown(settings, TABLE["attach"]) == said
    assert "tops3cret" not in repr(settings)


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("broker.lan", "a broker needs mqtt:// or mqtts:// in front here"),
        ("http://broker.lan", "neither mqtt nor mqtts"),
        ("mqtt://me:tops3cret@", "the host is missing"),
    ],
)
def test_nobody_to_look_along_with(word: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason) as caught:
        load(environment={"KSTAR_ATTACH": word})
    assert "tops3cret" not in str(caught.value)


def test_a_daemon_does_not_look_along_with_a_broker() -> None:
    with pytest.raises(SettingsError, match="environment KSTAR_ATTACH: attach names a broker"):
        load(environment={"KSTAR_ATTACH": "mqtt://pi", "KSTAR_HEADLESS": "1"})
    assert load(environment={"KSTAR_ATTACH": "off", "KSTAR_HEADLESS": "1"}).attach == "off"
