"""The command line taken apart: new and old spellings, before and behind a command."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.commands.arguments import UsageError, parse_arguments
from kstar_tui.settings import TABLE, Settings, SettingsError, load


def settings_of(*argv: str) -> Settings:
    return load(parse_arguments(argv).settings)


def refusal_of(*argv: str) -> str:
    with pytest.raises(UsageError) as caught:
        parse_arguments(argv)
    return str(caught.value)


class TestOldSpellings:
    def test_as_kstar_sharp_had_them(self) -> None:
        settings = settings_of("--ip-192.168.1.150", "--mqtt-homeassistant", "--silent-")
        assert settings.host == "192.168.1.150"
        assert settings.mqtt_url == "mqtt://mqtt:mqtt@homeassistant:1883"
        assert settings.headless is True
        assert settings.sources["inverter.host"] == "argument --ip-…"
        assert settings.sources["headless"] == "argument --silent-…"

    @pytest.mark.parametrize(
        ("word", "headless"),
        [
            ("--silent-", True),
            ("--silent-true", True),
            ("--silent-1", True),
            ("--silent-no", False),
        ],
    )
    def test_silent(self, word: str, headless: bool) -> None:
        assert settings_of(word).headless is headless

    def test_zeros_mean_search(self) -> None:
        assert settings_of("--ip-0.0.0.0").host is None

    def test_a_full_url(self) -> None:
        url = "mqtt://me:secret@ha:1884"
        assert settings_of(f"--mqtt-{url}").mqtt_url == url

    def test_an_empty_one_is_not_set(self) -> None:
        assert settings_of("--ip-", "--mqtt-") == Settings()

    def test_the_new_spelling_wins_wherever_it_stands(self) -> None:
        for argv in (("--ip-10.0.0.1", "--host", "10.0.0.2"), ("--host=10.0.0.2", "--ip-10.0.0.1")):
            assert settings_of(*argv).host == "10.0.0.2"

    def test_a_wrong_value_is_told_with_its_spelling(self) -> None:
        with pytest.raises(SettingsError, match=r"argument --ip-…: inverter\.host is '10\.0'; all"):
            settings_of("--ip-10.0")

    @pytest.mark.parametrize("host", ["homeassistant", "prefix", "broker", "server", "caesar", "v"])
    def test_a_broker_that_begins_like_an_option_is_a_broker(self, host: str) -> None:
        assert settings_of(f"--mqtt-{host}").mqtt_url == f"mqtt://mqtt:mqtt@{host}:1883"

    def test_an_option_of_ours_is_taken_as_a_whole_only(self) -> None:
        settings = settings_of("--mqtt-ca.lan", "--mqtt-client-id", "a", "--mqtt-base=b")
        assert settings.mqtt_url == "mqtt://mqtt:mqtt@ca.lan:1883"
        assert (settings.mqtt_client_id, settings.mqtt_base) == ("a", "b")
        assert settings.sources["mqtt.base"] == "argument --mqtt-base"

    def test_what_can_be_no_broker_is_a_misspelt_option(self) -> None:
        said = "there is no option --mqtt-usernam. Did you mean --mqtt-username?"
        assert said in refusal_of("--mqtt-usernam=me")

    def test_the_names_of_ours_that_no_broker_can_have_here(self) -> None:
        taken = {row.argument for row in TABLE.values() if row.argument.startswith("--mqtt-")}
        assert len(taken) == 13
        assert not {f"--mqtt-{name}" for name in ("broker", "server", "ha", "mosquitto")} & taken


class TestPlaces:
    def test_before_and_behind_the_command_are_the_same(self) -> None:
        before = parse_arguments(["--host", "10.0.0.1", "--config", "c", "read", "--json"])
        behind = parse_arguments(["read", "--json", "--config", "c", "--host", "10.0.0.1"])
        assert before == behind
        assert before.command == "read"
        assert before.options.config == "c"

    def test_behind_wins(self) -> None:
        assert settings_of("--host", "10.0.0.1", "read", "--host", "10.0.0.2").host == "10.0.0.2"

    def test_broadcast_can_be_repeated(self) -> None:
        argv = ("discover", "--broadcast", "10.0.0.255", "--broadcast", "10.1.0.255,10.2.0.255")
        assert settings_of(*argv).broadcast == ("10.0.0.255", "10.1.0.255", "10.2.0.255")

    def test_a_switch_can_be_switched_off(self) -> None:
        assert settings_of("--headless", "--ascii").headless is True
        assert settings_of("--headless", "--no-headless").headless is False
        assert settings_of("--no-ascii").sources["ui.ascii"] == "argument --no-ascii"

    def test_hex_behind_the_command(self) -> None:
        assert parse_arguments(["decode", "AA", "55", "-"]).options.hex == ["AA", "55", "-"]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["raed"], "there is no command 'raed'. Did you mean read?"),
        (["xyz"], "there is no command 'xyz'."),
        (["--hots", "10.0.0.1", "read"], "there is no option --hots. Did you mean --host?"),
        (["--headles"], "there is no option --headles. Did you mean --headless?"),
        (["--hos=10.0.0.1"], "there is no option --hos. Did you mean --host?"),
        (["read", "--headless"], "'--headless' means nothing for read."),
        (["--headless", "read"], "--headless means nothing for read."),
        (["--mqtt-ha", "read"], "--mqtt-… means nothing for read."),
        (["--ip-10.0.0.1", "decode", "aa"], "--ip-… means nothing for decode."),
        (["--port", "5", "simulate"], "--port means nothing for simulate. Write it behind the"),
        (["read", "now"], "'now' means nothing for read."),
        (["--host"], "argument --host: expected one argument."),
        (["--demo", "read"], "--demo means nothing for read."),
        (["--demo", "--host", "10.0.0.1"], "--demo brings its own inverter; leave out --host."),
        (["--demo", "--ip-10.0.0.1"], "--demo brings its own inverter; leave out --ip-…."),
        (["--day", "night"], "--day needs --demo, or the command simulate."),
        (["--seed", "1", "read"], "--seed needs --demo, or the command simulate."),
    ],
)
def test_a_wrong_command_line_is_refused_in_words(argv: list[str], said: str) -> None:
    assert said in refusal_of(*argv)


@pytest.mark.parametrize(
    "argv",
    [
        ["mqtt://me:hunter2@ha"],
        ["--mqt=mqtt://me:hunter2@ha"],
        ["--mqt", "mqtt://me:hunter2@ha"],
        ["read", "mqtt://me:hunter2@ha"],
        ["config", "mqtt://me:hunter2@ha"],
        ["--demo=mqtt://me:hunter2@ha"],
    ],
)
def test_a_misplaced_secret_is_not_repeated(argv: list[str]) -> None:
    assert "hunter2" not in refusal_of(*argv)


@given(st.lists(st.sampled_from(["--host", "--json", "read", "-", "--", "--ip-", "x", "--demo"])))
def test_any_order_of_words_is_understood_or_refused(argv: list[str]) -> None:
    try:
        line = parse_arguments(argv)
    except UsageError as error:
        assert str(error)
    else:
        assert line.command in (None, "read")


def test_every_setting_is_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_arguments(["--help"])
    text = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert text.count("--mqtt-password") == 0
    for row in TABLE.values():
        assert row.argument in text
        assert all(name in text for name in row.environment)
    assert "It only ever reads" in text
