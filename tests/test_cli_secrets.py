"""A password written in the wrong place is not told to whoever sees the terminal or the log."""

from __future__ import annotations

from pathlib import Path

import pytest

from kstar_tui.cli import main
from kstar_tui.settings import Given, SettingsError, load
from kstar_tui.settings.errors import without_passwords

URL = "mqtt://me:hunter2@ha.lan"


@pytest.mark.parametrize("secret", [URL, "mqtt://me:hun@ter2:hunter2@ha.lan", "me:hunter2@ha.lan"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("config", "set", "{}", "x"),
        ("config", "set", "inverter.host", "{}"),
        ("config", "set", "inverter.port", "{}"),
        ("config", "{}"),
        ("config", "--config", "{}"),
        ("config", "--port", "{}"),
        ("{}",),
        ("--{}",),
        ("read", "{}"),
        ("decode", "{}"),
        ("simulate", "--port", "{}"),
        ("simulate", "--bind", "{}"),
        ("simulate", "--day", "{}"),
        ("simulate", "--start", "{}"),
        ("simulate", "--speed", "{}"),
        ("simulate", "--seed", "{}"),
        ("simulate", "--fault", "{}"),
        ("simulate", "--frames", "{}"),
    ],
)
def test_it_is_masked(
    arguments: tuple[str, ...],
    secret: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert main([word.format(secret) for word in arguments]) != 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("kstar-tui: ")
    assert "hun" not in err
    assert "ter2" not in err


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (f"no setting '{URL}'. Known are a", "no setting 'mqtt://***@ha.lan'. Known are a"),
        ("'mqtt://u:two words@h' is wrong", "'mqtt://***@h' is wrong"),
        ("mqtt:/u:hunter2@h: there is no such file", "***@h: there is no such file"),
        ("/etc/kstar@home.toml: there is no such file", "/etc/kstar@home.toml: there is no such"),
        ("argument --port: it is 'x'", "argument --port: it is 'x'"),
    ],
)
def test_the_rest_of_the_message_stays(message: str, said: str) -> None:
    assert without_passwords(message).startswith(said)


BROKER = (
    "allowed is a broker or off (not an MQTT broker: {}; allowed are HOST, HOST:PORT,"
    " mqtt://USER:PASSWORD@HOST:PORT and mqtts://USER:PASSWORD@HOST:PORT (TLS))."
)
ATTACH = "allowed is local, off, or a broker as mqtt://HOST or mqtts://HOST ({})."
SCHEME = "what stands before :// is neither mqtt nor mqtts"
PORT = "the port is no number from 1 to 65535"


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        ("--mqtt", "http://x", BROKER.format(SCHEME)),
        ("--mqtt", "mqtt://h:99999", BROKER.format(PORT)),
        ("--mqtt", "mqtt://me:hunter2@h:99999", BROKER.format(PORT)),
        ("--attach", "http://x", ATTACH.format(SCHEME)),
        ("--attach", "mqtt://h:99999", ATTACH.format(PORT)),
        ("--attach", "h", ATTACH.format("a broker needs mqtt:// or mqtts:// in front here")),
    ],
)
def test_what_is_allowed_is_told_whole(
    option: str, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    key = {"--mqtt": "mqtt.url"}.get(option, "attach")
    assert main(["config", option, text]) == 2
    assert capsys.readouterr().err == (
        f"kstar-tui: argument {option}: {key} is a value that cannot be used; {said}\n"
    )


@pytest.mark.parametrize("key", ["mqtt.url", "attach", "inverter.host", "tariff.bands", "ui.keys"])
@pytest.mark.parametrize(
    "url",
    [
        "http://{}@h",
        "mqtt://{}@h:99999",
        "{}@h",
        "mqtt://{}@a b",
        # Made like the examples that are ours.
        "x://USER:PASSWORD@HOST:PORT{}@h",
        "; allowed is {}@h.",
    ],
)
@pytest.mark.parametrize(
    "secret", ["SECRET", "SE@CRET", "SE/CRET", "SE CRET", "SE;CRET", "SE;@=CRET", "SE'CRET"]
)
@pytest.mark.parametrize("user", ["", "me:", "m e:"])
def test_no_secret_gets_through(key: str, url: str, secret: str, user: str) -> None:
    given = {key: Given("argument", url.format(f"{user}{secret}"))}
    with pytest.raises(SettingsError) as caught:
        load(given)
    said = without_passwords(caught.value)
    assert "SE" not in said.replace("PASSWORD", "").replace("USER", "")
    assert "CRET" not in said
