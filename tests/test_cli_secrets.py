"""A password written in the wrong place is not told to whoever sees the terminal or the log."""

from __future__ import annotations

from pathlib import Path

import pytest

from kstar_tui.cli import main
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
