"""Updates as lines, and back: what is told arrives, and nothing else does any harm."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from feed_world import ENERGY, HELLO, HISTORY, HOME, INFO, MQTT, NOON, SETTINGS, reading, update
from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.feed.wire import (
    MOST,
    Frame,
    Hello,
    Message,
    WireError,
    hello_line,
    identity,
    message_line,
    parse_hello,
    parse_message,
)
from kstar_tui.history.keeping import Keeping
from kstar_tui.link.interface import Address
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import decode_running_data

HERE = Frame(1000.0)

numbers = st.floats(-1e9, 1e9)
counts = st.integers(0, 10**9)
texts = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=60)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))
readings = st.builds(
    lambda soc, load: reading(battery_soc=soc, load_power=load),
    st.integers(0, 100),
    st.integers(0, 9000),
)
updates = st.builds(
    Update,
    state=st.sampled_from(LinkState),
    since=moments,
    at=moments,
    at_monotonic=numbers,
    fresh=st.booleans(),
    reading=st.none() | readings,
    taken=st.none() | moments,
    taken_monotonic=st.none() | numbers,
    address=st.none() | st.builds(Address, st.just("192.168.1.50"), st.integers(1, 65535)),
    mac=st.none() | st.just("AC:CF:23:A1:B2:C3"),
    info=st.none() | st.just(INFO),
    settings=st.none() | st.just(SETTINGS),
    polls=counts,
    lost=counts,
    lost_in_a_row=counts,
    rejected=st.dictionaries(texts, counts, max_size=4),
    refused=st.dictionaries(texts, st.binary(max_size=9), max_size=4),
    retries=counts,
    meant=st.none() | st.just(INFO.serial),
    latency=st.none() | numbers,
    error=st.none() | texts,
    next_poll_monotonic=st.none() | numbers,
    energy=st.none() | st.just(ENERGY),
)
brokers = st.builds(
    lambda connected, error, sent, since: MQTT._replace(
        connected=connected, error=error, sent=sent, since=since
    ),
    st.booleans(),
    st.none() | texts,
    counts,
    moments,
)
histories = st.builds(
    lambda keeping, error, since, rows: HISTORY._replace(
        keeping=keeping, error=error, since=since, rows=rows, set_aside=Path("old")
    ),
    st.sampled_from(Keeping),
    st.none() | texts,
    st.none() | numbers,
    counts,
)
messages = st.builds(
    Message,
    update=st.none() | updates,
    mqtt=st.none() | brokers,
    history=st.none() | histories,
)


def close(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-3)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(close, one, other))
    return bool(one == other)


@given(messages)
def test_what_is_told_arrives(message: Message) -> None:
    line = message_line(message, HERE)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert close(parse_message(line, HERE), message)


def test_every_field_of_an_update_is_carried() -> None:
    """All differ here from what they are by default: a field that is forgotten shows."""
    full = update(error="no answer", lost_in_a_row=1)
    assert full._fields == Update._fields
    defaults = Update._field_defaults
    assert not [name for name in defaults if getattr(full, name) == defaults[name]]
    assert parse_message(message_line(Message(full, MQTT, HISTORY), HERE), HERE) == Message(
        full, MQTT, HISTORY
    )


def test_moments_are_those_of_the_receivers_clock() -> None:
    message = parse_message(message_line(Message(update()), Frame(1002.0)), Frame(50.0))
    assert message.update is not None
    assert message.update.at_monotonic == pytest.approx(48.0)
    assert message.update.taken_monotonic == pytest.approx(47.5)
    assert message.update.next_poll_monotonic == pytest.approx(53.0)


def test_times_are_told_in_the_receivers_zone() -> None:
    zone = timezone(timedelta(hours=2))
    message = parse_message(message_line(Message(update()), HERE), Frame(0.0, zone))
    assert message.update is not None
    assert message.update.at == NOON
    assert message.update.at.utcoffset() == timedelta(hours=2)


def test_a_reading_travels_as_its_frame() -> None:
    long = build_reply(0x86, encode_running_data({"load_power": 480}) + bytes(range(40)))
    told = decode_running_data(parse_frame(long))
    message = parse_message(message_line(Message(update(reading=told)), HERE), HERE)
    assert message.update is not None
    assert message.update.reading == told
    assert message.update.reading.raw == long


def test_a_line_is_short() -> None:
    """However much an inverter has done wrong."""
    reasons = {f"{n} " + 300 * "\N{SUN WITH FACE}": n for n in range(5000)}
    noisy = update(rejected=reasons, error=9999 * "\N{SUN WITH FACE}\udc80")
    line = message_line(Message(noisy, MQTT, HISTORY), HERE)
    assert len(line) <= MOST
    told = parse_message(line, HERE).update
    assert told is not None
    assert 50 <= len(told.rejected) <= 200


HOSTILE = [
    b"",
    b"\n",
    b"null\n",
    b"[]\n",
    b"{",
    b"\xff\xfe{}\n",
    b"[" * 60000,
    b'{"update": 1}',
    b'{"update": {}}',
    b'{"update": {"state": "online"}}',
    b'{"mqtt": {"connected": "yes"}}',
    b"1" * 60000,
    b'{"update": ' + b"9" * 6000 + b"}",
    b'{"mqtt": NaN}',
    b" " * (MOST + 1),
]


@pytest.mark.parametrize("line", HOSTILE)
def test_nothing_else_is_taken(line: bytes) -> None:
    with pytest.raises(WireError):
        parse_message(line, HERE)
    with pytest.raises(WireError):
        parse_hello(line)


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(line: bytes) -> None:
    for read in (parse_hello, lambda one: parse_message(one, HERE)):
        try:
            read(line)
        except WireError:
            continue


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


def fields(items: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every place in an object, the objects in it included."""
    if not isinstance(items, dict):
        return [path]
    return [path, *(place for key in items for place in fields(items[key], (*path, key)))]


GOOD = json.loads(message_line(Message(update(), MQTT, HISTORY), HERE))


@given(st.sampled_from(fields(GOOD)[1:]), anything)
def test_no_field_does_harm(place: tuple[str, ...], value: Any) -> None:
    """Whatever stands in one field, the rest being as it should."""
    items = json.loads(json.dumps(GOOD))
    inner = items
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    try:
        message = parse_message(json.dumps(items).encode(), HERE)
    except WireError:
        return
    again = parse_message(message_line(message, HERE), HERE)
    assert close(again, message)
    if message.update is not None:
        assert message.update.key
        assert message.update.at.astimezone().timestamp()


def changed(**values: Any) -> bytes:
    return json.dumps({"update": {**GOOD["update"], **values}}).encode()


@pytest.mark.parametrize(
    "values",
    [
        {"reading": "aa55"},
        {"reading": GOOD["update"]["reading"][:-2] + "00"},
        {"reading": "zz"},
        {"since": "2026-06-18T12:00:00"},
        {"since": "0001-01-01T00:00:00+00:00"},
        {"since": "yesterday"},
        {"state": "asleep"},
        {"polls": True},
        {"polls": 10**30},
        {"latency": 1e300},
        {"address": {"host": "../../etc", "port": 8899}},
        {"address": {"host": "", "port": 8899}},
        {"address": {"host": "192.168.1.50", "port": 0}},
        {"energy": {**GOOD["update"]["energy"], "total": {}}},
        {"rejected": dict.fromkeys(map(str, range(300)), 1)},
    ],
)
def test_a_wrong_value_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        parse_message(changed(**values), HERE)


def test_texts_are_cleaned() -> None:
    info = {**GOOD["update"]["info"], "serial": "../x\x1b[2J/é", "model": "[b]KSE\x00\n4000"}
    message = parse_message(
        changed(error="a\x1b[2Jb\n" + 2000 * "c", info=info, mac="nonsense"), HERE
    )
    told = message.update
    assert told is not None
    assert told.info is not None
    assert told.info.serial == "x2J"
    assert told.info.model == "b KSE 4000"
    assert told.mac is None
    assert told.error is not None
    assert told.error.isprintable()
    assert len(told.error) == 1000


def test_what_another_version_says_is_understood_as_far_as_it_goes() -> None:
    items = {**GOOD["update"], "mood": {"of": ["the", "inverter"]}}
    # What an earlier one does not know is as if it were not there.
    for name in ("energy", "latency", "lost_in_a_row", "taken"):
        del items[name]
    message = parse_message(json.dumps({"update": items, "weather": 1}).encode(), HERE)
    assert message.update is not None
    assert message.update.energy is None
    assert message.update.lost_in_a_row == 0
    assert message.update.reading == reading()


def test_a_value_of_a_kind_that_nobody_carries_is_no_silent_loss() -> None:
    with pytest.raises(TypeError):
        message_line(Message(update(error=object())), HERE)


def test_a_hello_arrives() -> None:
    assert parse_hello(hello_line(HELLO)) == HELLO
    bare = Hello("0.2.0", 1, 0.0, 5.0)
    assert parse_hello(hello_line(bare)) == bare


@pytest.mark.parametrize(
    "values",
    [{"wire": 2}, {"wire": None}, {"pid": 0}, {"interval": 0}, {"interval": 1e9}, {"pid": "1"}],
)
def test_a_hello_that_is_none(values: dict[str, Any]) -> None:
    items = {**json.loads(hello_line(HELLO)), **values}
    with pytest.raises(WireError):
        parse_hello(json.dumps(items).encode())


def test_what_tells_an_inverter_from_others() -> None:
    assert identity(update()) == INFO.serial
    assert identity(update(info=INFO._replace(serial=""), meant=None)) == "ACCF23A1B2C3"
    assert identity(update(meant=None, info=None)) == "ACCF23A1B2C3"
    assert identity(update(meant=None, info=None, mac=None, address=HOME)) is None
