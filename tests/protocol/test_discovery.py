"""Discovery replies of every kind that is known from the field, and of every other kind."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kstar_tui.protocol.discovery import (
    DISCOVERY_TEXT,
    DiscoveryError,
    DiscoveryReply,
    parse_discovery,
)
from kstar_tui.protocol.text import clean_id, clean_mac, clean_text

MAC = "AC:CF:23:A1:B2:C3"


def test_the_question_byte_by_byte() -> None:
    assert DISCOVERY_TEXT.hex() == "57494649" + "4b4954" + "2d3231343032382d" + "52454144"
    assert len(DISCOVERY_TEXT) == 19


@pytest.mark.parametrize(
    ("data", "address", "mac", "name"),
    [
        (b"192.168.1.50,ACCF23A1B2C3,Solar-WiFi1", "192.168.1.50", MAC, "Solar-WiFi1"),
        (b"10.0.0.7,accf23a1b2c3,Solar-WiFi12345678\0\r\n", "10.0.0.7", MAC, "Solar-WiFi12345678"),
        (b"192.168.1.50,AC:CF:23:A1:B2:C3,S", "192.168.1.50", MAC, "S"),
        (b"192.168.1.50,AC-CF-23-A1-B2-C3,S", "192.168.1.50", MAC, "S"),
        (b"192.168.1.50,ACCF.23A1.B2C3,S", "192.168.1.50", MAC, "S"),
        # Twelve digits and three dots are an address, not hardware.
        (b"192.168.178.123,ACCF23A1B2C3,Solar", "192.168.178.123", MAC, "Solar"),
        (b"192.168.178.123,,Solar", "192.168.178.123", None, "Solar"),
        (b"ccm@sn,ccm@sn,Solar-WiFi1", "ccm@sn", None, "Solar-WiFi1"),
        (b"192.168.1.50,ACCF23A1B2C3", "192.168.1.50", MAC, ""),
        (b"192.168.1.50,Solar-WiFi1", "192.168.1.50", None, "Solar-WiFi1"),
        (b"192.168.1.50", "192.168.1.50", None, ""),
        (b"ACCF23A1B2C3", "", MAC, ""),
        (b"192.168.1.50,ACCF23A1B2C3,Solar,more,parts", "192.168.1.50", MAC, "Solar"),
        (b"dongle@sn,dtls_port:8899,9ESU0001", "dongle@sn", None, "9ESU0001"),
        (b"192.168.1.50,ACCF23A1B2C3,ACCF23A1B2C3", "192.168.1.50", MAC, ""),
        (b"1.2.3.4,ACCF23A1B2C3,\x1b[2J[red]x", "1.2.3.4", MAC, "2J red x"),
    ],
)
def test_known_replies(data: bytes, address: str, mac: str | None, name: str) -> None:
    assert parse_discovery(data) == DiscoveryReply(address, mac, name)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (DISCOVERY_TEXT, "echo"),
        (DISCOVERY_TEXT + b"\r\n", "echo"),
        (b"", "empty"),
        (b"\r\n\0 ", "empty"),
        (b"hello", "not a discovery reply: 'hello'"),
        (b"\xff\xfe\x01", "not a discovery reply"),
        (b",,,", "not a discovery reply"),
        (b"a," * 400, "800 bytes"),
    ],
)
def test_what_is_no_reply(data: bytes, reason: str) -> None:
    with pytest.raises(DiscoveryError, match=reason):
        parse_discovery(data)


@given(st.binary(max_size=600))
@example(b"+ok=\r\n")
def test_any_bytes_are_a_reply_or_a_discovery_error(data: bytes) -> None:
    try:
        reply = parse_discovery(data)
    except DiscoveryError as error:
        assert str(error).isprintable()
    else:
        for text in (reply.claimed_address, reply.name):
            assert text.isprintable() and text.isascii() and not set(text) & set("[]{}<>#$\\'\"")
        assert reply.mac is None or clean_mac(reply.mac) == reply.mac


# --- text ------------------------------------------------------------------------------------


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_cleaning_once_is_cleaning_for_ever(data: bytes | str) -> None:
    text, key = clean_text(data), clean_id(data)
    assert clean_text(text) == text and clean_id(key) == key
    assert len(text) <= 64 and len(key) <= 64
    assert text.isascii() and text.isprintable() and text == text.strip()
    assert not set(key) & set(" /+#$[]\0")


def test_long_text_is_cut_without_a_trailing_space() -> None:
    assert clean_text("x" * 63 + " yz") == "x" * 63
    assert clean_text("x" * 100) == "x" * 64


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ACCF23A1B2",
        "ACCF23A1B2C3D4",
        "ZZCF23A1B2C3",
        "192.168.178.123",
        "A:C:C:F:23:A1:B2:C3",
        "AC:CF-23:A1:B2:C3",
        "AC:CF23A1B2C3",
        "\u0661" * 12,
    ],
)
def test_what_is_no_hardware_address(text: str) -> None:
    assert clean_mac(text) is None
