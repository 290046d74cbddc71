"""Settings of metrics: what may be listened on, and how it is spelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from kstar_tui.settings import ConfigFile, SettingsError, load
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
