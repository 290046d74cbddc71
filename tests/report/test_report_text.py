"""What a report tells, what it must not tell, and that the program itself reads it back."""

from __future__ import annotations

import re

import pytest
from report_world import (
    EVERYWHERE,
    INFO,
    NAMES,
    NOON,
    OTHER_SERIAL,
    READING,
    SERIAL,
    SET,
    settings,
    told,
)

from kstar_tui import __version__
from kstar_tui.commands.hexdump import split_frames
from kstar_tui.link.interface import Address
from kstar_tui.monitor.quality import LinkRecord
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.protocol.device import decode_device_info
from kstar_tui.protocol.frame import Frame, Request
from kstar_tui.report.settings import settings_lines
from kstar_tui.report.text import report_text
from kstar_tui.settings import Settings
from kstar_tui.simulator.frames import parse_frames

TEXT = report_text(told())


def section(text: str, title: str) -> list[str]:
    """The lines under a heading."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"# {title}")) + 1
    end = next(i for i in range(start, len(lines)) if lines[i] == "#")
    return [line.removeprefix("#   ") for line in lines[start:end]]


@pytest.mark.parametrize("name", NAMES)
def test_nobody_is_named(name: str) -> None:
    assert name.lower() not in TEXT.lower()
    assert name.encode().hex() not in TEXT
    assert name.lower().encode().hex() not in TEXT


def test_the_check_itself_would_find_them() -> None:
    """The world says each of these names, so that masking is what keeps them out."""
    everything = f"{told()!r} {told().update.error} {EVERYWHERE}".lower()
    assert all(name.lower() in everything for name in NAMES)


@pytest.mark.parametrize(
    "part", ["SEKRIT", "FOREIGN", "ANNA", "hunter2", "dead", "192.168.", "10.99"]
)
def test_nor_a_part_of_a_name(part: str) -> None:
    assert part.lower() not in TEXT.lower()
    assert part.encode().hex() not in TEXT


def test_it_is_read_back_as_frames() -> None:
    frames = list(split_frames(TEXT))
    assert all(isinstance(frame, Frame) for frame in frames), frames
    assert [frame.request for frame in frames] == [
        Request.RUNNING_DATA,
        Request.DEVICE_INFO,
        Request.SETTINGS,
    ]
    assert parse_frames(TEXT) == tuple(frame.raw for frame in frames)
    assert frames[0].raw == READING.raw
    assert frames[2].raw == SET.raw
    info = decode_device_info(frames[1])
    assert info._replace(raw=b"") == INFO._replace(serial="X" * len(SERIAL), raw=b"")
    assert len(frames[1].raw) == len(INFO.raw)


def test_every_other_line_is_a_comment() -> None:
    others = [line for line in TEXT.splitlines() if not re.fullmatch("[0-9a-f]+", line)]
    assert all(line.startswith("#") for line in others)
    assert TEXT.isprintable() is False
    assert all(line.isprintable() for line in TEXT.splitlines())
    assert "on-grid?aa55 injected" in TEXT, "an event cannot begin a line of its own"


def test_who_and_when() -> None:
    assert TEXT.splitlines()[0] == f"# kstar-tui {__version__}, 2026-11-26 10:15:30 +0000"
    assert section(TEXT, "Versions and terminal") == [
        "kstar-tui  0.1.0",
        "TERM       xterm-256color",
    ]


def test_numbers_and_words_of_our_own_are_told_of_the_settings() -> None:
    lines = dict(line.split(None, 1) for line in section(TEXT, "Settings that are not"))
    assert lines["inverter.interval"] == "7.5 s (config.toml)"
    assert lines["mqtt.discovery"] == "entities (config.toml)"
    assert lines["tariff.import_price"] == "0.31 (config.toml)"
    for key in ("inverter.host", "mqtt.url", "mqtt.password", "mqtt.base", "history.path"):
        assert lines[key] == "given (config.toml)"
    assert "mqtt.keepalive" not in lines, "it is the default"


def test_settings_have_their_source_without_a_path() -> None:
    sources = {
        "inverter.interval": "environment KSTAR_INTERVAL",
        "mqtt.password": "environment KSTAR_MQTT_PASSWORD_FILE (/run/anna/password)",
        "mqtt.version": "argument --mqtt-version",
        "ui.ascii": "annas.toml",
    }
    given = Settings(
        interval=9.0,
        mqtt_password="x",
        mqtt_version="5",
        history="off",
        ascii=True,
        sources=sources,
    )
    assert settings_lines(given) == [
        ("inverter.interval", "9 s (environment KSTAR_INTERVAL)"),
        ("mqtt.password", "given (environment KSTAR_MQTT_PASSWORD_FILE)"),
        ("mqtt.version", "5 (argument --mqtt-version)"),
        ("history.path", "off"),
        ("ui.ascii", "yes (config.toml)"),
    ]
    assert settings_lines(Settings()) == []


def test_how_the_link_went() -> None:
    lines = dict(line.split("  ", 1) for line in section(TEXT, "Link"))
    assert lines["polls"].strip() == "3, 1 lost (0 in a row now)"
    assert lines["retries"].strip() == "2"
    assert lines["last day"].strip() == "median 400 ms, worst 400 ms", "the clock was set back"
    hours = section(TEXT, "Link by the hour")
    assert hours == ["26 Nov 08:00  1 0 0 4 400 400"]


def test_the_hours_of_a_day() -> None:
    record = LinkRecord()
    common = {"state": LinkState.ONLINE, "since": NOON, "at_monotonic": 0.0, "latency": 0.03}
    record.take(Update(at=NOON.replace(hour=1), polls=9, lost=9, **common))
    record.take(Update(at=NOON, polls=21, lost=10, retries=3, fresh=True, **common))
    text = report_text(told(quality=record))
    assert section(text, "Link by the hour") == [
        "26 Nov 01:00  9 9 0 0 -",
        "26 Nov 10:00  12 1 3 0 30 30",
    ]
    assert section(text, "Refused") == ["nothing"]


def test_what_was_refused_is_told_with_its_bytes() -> None:
    lines = section(TEXT, "Refused")
    assert [line for line in lines if not line.startswith(" ")] == [
        "wrong checksum: 1, last 26 Nov 08:15:30",
        "noise outside a frame: 1, last 26 Nov 08:15:30",
        "power balance: 1, last 26 Nov 08:15:30",
        "answers another question: 1, last 26 Nov 08:15:30",
    ]
    data = [bytes.fromhex(line) for line in lines if line.startswith(" ")]
    # What cannot be taken apart is told without anything that could be a text.
    assert data[0][:6] == bytes.fromhex("aa557fb00182")
    assert set(data[0][6:]) == set(b"X ")
    assert data[1] == b"X" * 10 + b"\r\n" + b"X" * 17
    assert data[2] == READING.raw
    assert decode_device_info_of(data[3]).model == "KSE4000"


def decode_device_info_of(raw: bytes):
    from kstar_tui.protocol.frame import parse_frame

    return decode_device_info(parse_frame(raw))


def test_the_same_host_has_the_same_number() -> None:
    events = section(TEXT, "Events")
    assert len(events) == 2
    search = section(TEXT, "Search")
    assert re.fullmatch(r"answered  KSE3000 at \[host \d+\], says who it is, .*", search[3])
    assert search[4].endswith("answers with not a discovery reply: ..., and not (3 tries)")
    numbers = re.findall(r"\[host (\d+)\]", search[3] + search[4])
    assert len(set(numbers)) == 2


def test_the_broker_is_told_by_its_scheme_alone() -> None:
    lines = section(TEXT, "MQTT")
    assert lines[0] == "broker      mqtts, not connected"
    assert lines[-1].startswith("last error  [host ")
    assert OTHER_SERIAL not in "".join(lines)


def test_a_program_that_has_just_begun_has_a_report_too() -> None:
    nothing = Update(LinkState.CONNECTING, NOON, NOON, 0.0, address=Address("192.168.77.50"))
    text = report_text(
        told(
            update=nothing,
            settings=Settings(),
            quality=LinkRecord(),
            events=(),
            mqtt=None,
            history=None,
            searched=None,
            about=(),
        )
    )
    assert "# no frame has come" in text
    assert all(line.startswith("#") for line in text.splitlines())
    for title, line in (
        ("Settings", "none"),
        ("Inverter", "identity  not told"),
        ("Search", "none  was made in this run"),
        ("MQTT", "off"),
        ("History", "off"),
        ("Events", "none"),
    ):
        assert section(text, title) == [line]


def test_a_setting_of_a_kind_that_is_not_known_here_is_not_told() -> None:
    lines = dict(settings_lines(settings(currency="ANNA")))
    assert lines["tariff.currency"].startswith("given")
