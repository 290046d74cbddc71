"""The Settings screen as text: looked at and found right, and without a secret in any of it.

`KSTAR_GOLDEN=write python -m pytest tests/tui/test_settings_picture.py` writes the files anew.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from golden_text import assert_as_before
from hypothesis import given
from hypothesis import strategies as st
from tui_world import NOON, cells

from kstar_tui.settings import TABLE, ConfigFile, Given, Settings, load
from kstar_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from kstar_tui.tui.settings import words
from kstar_tui.tui.settings.picture import ROW, SettingsView, draw_settings, rows_shown
from kstar_tui.tui.settings.rows import chosen, entries, facts, short_source
from kstar_tui.tui.settings.typed import begun, hidden_part, meant, words_of

FOLDER = Path(__file__).parent / "golden-settings"
SECRET = "hunter2"
URL = TABLE["mqtt.url"]
WRITTEN: dict[str, Any] = {
    "inverter.host": "192.168.1.50",
    "mqtt.url": f"mqtt://me:{SECRET}@ha.lan:1883",
    "mqtt.password": SECRET,
    "mqtt.username": "solar",
    "ui.keys": ("live.pause=p", "app.quit=q,x"),
}
ENVIRONMENT = {"KSTAR_MQTT": f"mqtts://solar:{SECRET}@broker.lan", "KSTAR_HEADLESS": "yes"}
FORCE = load(
    {"inverter.interval": Given("argument --interval", "10")},
    ENVIRONMENT,
    ConfigFile(Path("/no/such/folder/config.toml")),
    WRITTEN,
)
RUNNING = replace(FORCE, headless=False, mqtt_password="another")
# Some of them: another setting is to change no picture.
SECTIONS = (
    "inverter.",
    "discovery.",
    "mqtt.",
    "history.",
    "battery.",
    "tariff.",
    "headless",
    "ui.",
)
EVERY = entries(FORCE, WRITTEN, RUNNING)
ALL = [
    entry for entry in EVERY if entry.key.startswith(SECTIONS) and entry.key != "inverter.serial"
]


def view(**changes: Any) -> SettingsView:
    values: dict[str, Any] = {
        "now": NOON,
        "entries": ALL,
        "count": len(ALL),
        "place": "~/.config/kstar-tui/config.toml",
    }
    return SettingsView(**{**values, **changes})


def at(key: str) -> int:
    return [entry.key for entry in ALL].index(key)


SAID = (
    ("inverter.host is saved in ~/.config/kstar-tui/config.toml.", "good"),
    (words.kept(Path("/etc/kstar/config.toml.bak")), "text"),
    ("It is 192.168.1.50 now: the connection is opened anew.", "text"),
)
VIEWS = {
    "host": view(selected=at("inverter.host"), said=SAID),
    "url": view(selected=at("mqtt.url")),
    "filter": view(entries=chosen(ALL, "mqtt pass"), filter="mqtt pass"),
    "demo": view(selected=at("tariff.bands"), note=words.DEMO, demo=True),
}


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize(
    ("width", "height", "glyphs"),
    [(80, 23, UNICODE), (80, 23, ASCII), (120, 39, UNICODE), (200, 59, UNICODE), (44, 11, UNICODE)],
)
def test_golden(name: str, width: int, height: int, glyphs: Glyphs) -> None:
    kind = "ascii-" if glyphs.ascii_only else ""
    picture = draw_settings(VIEWS[name], width, height, glyphs)
    path = FOLDER / f"{name}-{kind}{width}x{height}.txt"
    assert_as_before(path, cells(picture, width, height))


@pytest.mark.parametrize("width", [1, 20, 59, 60, 80, 149, 150, 200])
@pytest.mark.parametrize("height", [1, 3, 13, 14, 23, 39, 60])
def test_any_size_is_drawn_and_the_selected_line_is_seen(width: int, height: int) -> None:
    for index in (0, 1, 7, len(ALL) - 1):
        shown = view(selected=index, said=SAID)
        picture = draw_settings(shown, width, height, UNICODE)
        assert len(picture) == height
        spans = [span for line in picture for span in line]
        assert all(span.end <= width for span in spans)
        if height >= 5 and width >= 20:
            assert any(span.field == f"{ROW}{index}" for span in spans), (width, height, index)
            assert rows_shown(shown, width, height) >= 1


def test_no_secret_in_any_of_it() -> None:
    for index in range(len(EVERY)):
        for demo in (False, True):
            shown = view(entries=EVERY, selected=index, demo=demo)
            picture = draw_settings(shown, 200, 60, UNICODE)
            assert SECRET not in "\n".join(cells(picture, 200, 60))
    assert not chosen(EVERY, SECRET), "the filter does not look at values"


def test_where_values_come_from() -> None:
    sources = {entry.key: short_source(entry, "config.toml") for entry in ALL}
    assert sources["inverter.port"] == "default"
    assert sources["inverter.host"] == "config.toml"
    assert sources["inverter.interval"] == "argument --interval"
    assert sources["mqtt.url"] == "environment KSTAR_MQTT"
    told = dict(facts(ALL[at("mqtt.url")], "/c.toml", "c.toml", demo=False))
    assert "wins over c.toml: mqtt://me:***@ha.lan:1883" in told["now"]
    assert told["saved in"] == "/c.toml, [mqtt] url"
    assert "--mqtt BROKER, KSTAR_MQTT, MQTT_CONNECTION_STRING" in told["also by"]


@pytest.mark.parametrize(
    ("key", "demo", "words"),
    [
        ("inverter.host", False, "at once; the connection is opened anew"),
        ("inverter.host", True, "not to the demo: the simulated house runs with 192.168.1.50"),
        ("tariff.bands", True, "at once"),
        ("ui.ascii", False, "at once"),
        ("headless", False, "from the next start on"),
        ("mqtt.password", False, "not yet: the program runs with another one"),
    ],
)
def test_when_it_applies(key: str, demo: bool, words: str) -> None:
    assert dict(facts(ALL[at(key)], "", "", demo=demo))["applies"] == words


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("inverter.host", None, ""),
        ("inverter.host", "10.0.0.5", "10.0.0.5"),
        ("inverter.port", 8899, "8899"),
        ("inverter.interval", 5.0, "5"),
        ("inverter.interval", 7.25, "7.25"),
        ("tariff.import_price", None, ""),
        ("tariff.import_price", 0.28, "0.28"),
        ("tariff.import_price", 0.0, "0"),
        ("tariff.bands", ("22:00-06:00 0.18", "12:00-14:00 1 2"), None),
        ("discovery.broadcast", ("10.0.0.255", "10.1.0.255"), "10.0.0.255, 10.1.0.255"),
        ("discovery.broadcast", (), ""),
        ("ui.keys", ("a.b=x", "a.c=y"), "a.b=x; a.c=y"),
        ("mqtt.username", "Frau Müller", "Frau Müller"),
        ("history.path", "off", "off"),
        ("mqtt.url", f"mqtt://me:{SECRET}@ha:1883", "mqtt://me:***@ha:1883"),
        ("mqtt.url", "mqtt://ha:1883", "mqtt://ha:1883"),
        ("mqtt.password", SECRET, ""),
    ],
)
def test_what_one_begins_with_means_the_same_again(key: str, value: Any, text: str | None) -> None:
    row = TABLE[key]
    start = begun(row, value)
    assert text is None or start == text
    assert meant(row, start, value) == (value or None if value == () else value)


@pytest.mark.parametrize("key", TABLE)
def test_a_default_can_be_typed(key: str) -> None:
    row = TABLE[key]
    if not words_of(row):
        value = meant(row, begun(row, row.default), row.default)
        assert value == row.default or value is None, "an empty field is the default"


def test_a_choice_has_its_words() -> None:
    assert words_of(TABLE["mqtt.values"]) == ("yes", "no")
    assert words_of(TABLE["mqtt.discovery"]) == ("device", "entities", "off")
    assert "ansi-light" in words_of(TABLE["ui.theme"])
    assert words_of(TABLE["inverter.host"]) == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("mqtt://me:***@other.lan:1883", f"mqtt://me:{SECRET}@other.lan:1883"),
        ("mqtts://you:***@ha", f"mqtts://you:{SECRET}@ha:8883"),
        ("mqtt://me:new@ha:1883", "mqtt://me:new@ha:1883"),
        ("mqtt://ha:1883", "mqtt://ha:1883"),
        ("off", None),
        ("  ", None),
    ],
)
def test_a_mask_that_is_left_keeps_the_password(text: str, value: str | None) -> None:
    assert meant(URL, text, f"mqtt://me:{SECRET}@ha:1883") == value


def test_a_mask_without_a_password_behind_it_is_one() -> None:
    assert meant(URL, "mqtt://me:***@ha:1883", None) == "mqtt://me:%2A%2A%2A@ha:1883"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("homeassistant", "homeassistant"),
        ("mqtt://", "mqtt://"),
        ("mqtt://me:secret@ha:1883", "mqtt://me:••••••@ha:1883"),
        ("mqtt://me:***@ha:1884", "mqtt://me:***@ha:1884"),
        ("mqtt://me:***x@ha", "mqtt://me:••••@ha"),
        ("mqtt://me:sec", "mqtt://me:•••"),
        ("mqtt://me:1234", "mqtt://me:••••"),
        ("me:secret", "me:••••••"),
        ("mqtt://me:a@b:c@ha", "mqtt://me:•••••@ha"),
        ("mqtt://me@mail.com:sec", "mqtt://me@mail.com:•••"),
        ("mqtt://me@mail.com:sec@ha", "mqtt://me@mail.com:•••@ha"),
        ("mqtt://me@ha:1884", "mqtt://me@ha:1884"),
        ("mqtt://[x:secret", "mqtt://[x:••••••"),
        ("mqtt://[fd00::5]:1883", "mqtt://[fd00::5]:1883"),
        ("mqtt://[fd00::", "mqtt://[fd00::"),
        ("mqtt://ha:1883", "mqtt://ha:1883"),
        ("127.0.0.1:1999", "127.0.0.1:1999"),
        ("mqtt://127.0.0.1:1999/", "mqtt://127.0.0.1:1999/"),
        ("mqtt://[fd00::5]:1999", "mqtt://[fd00::5]:1999"),
        ("Broker.fritz.box:1999", "Broker.fritz.box:1999"),
        ("mqtt://ha.local:1999", "mqtt://ha.local:1999"),
        ("localhost:1999", "localhost:1999"),
        # No port, or nothing that is a place and nothing else.
        ("127.0.0.1:199999", "127.0.0.1:••••••"),
        ("127.0.0.1:19a", "127.0.0.1:•••"),
        ("127.0.0.1:1999@", "127.0.0.1:••••@"),
        ("127.0.0.1:1999@ha", "127.0.0.1:••••@ha"),
        ("127.0.0:1999", "127.0.0:••••"),
        ("jane.doe:1999", "jane.doe:••••"),
        ("mqtt://home:1999", "mqtt://home:••••"),
        ("mqtt://a b.local:1999", "mqtt://a b.local:••••"),
        ("mqtt://[x]:1999", "mqtt://[x]:••••"),
    ],
)
def test_what_of_a_broker_is_hidden(text: str, seen: str) -> None:
    begin, end = hidden_part(text, "mqtt://ha:1883")
    assert text[:begin] + "•" * (end - begin) + text[end:] == seen


@given(
    st.text("abcXYZ019._-%@:/[", min_size=1),
    # Nobody's name is an address.
    st.text("abcXYZ019._-%", min_size=1).filter(lambda name: name.strip(".0123456789")),
    st.sampled_from(["mqtt://", "mqtts://", ""]),
)
def test_a_password_is_hidden_whatever_it_is(password: str, user: str, scheme: str) -> None:
    """Once it stands before the @, all of it; while it is typed, all up to an @ of its own."""
    text = f"{scheme}{user}:{password}@ha"
    begin, end = hidden_part(text)
    hidden = text[begin:end] or "***"
    assert hidden == password
    typed = f"{scheme}{user}:{password.partition('@')[0]}"
    begin, end = hidden_part(typed)
    assert typed[begin:end] == password.partition("@")[0]


def test_the_defaults_say_so() -> None:
    plain = entries(Settings(), {}, Settings())
    assert all(entry.source == "default" and entry.running is None for entry in plain)
    assert len(plain) == len(TABLE)
