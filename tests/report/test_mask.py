"""What goes out of a text, and what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.report.mask import Mask, mac_spellings


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("3 tries of 1.5 s to 192.168.1.50:8899: no answer", "[host 1]:8899: no answer"),
        (
            "asked 10.0.0.255, then 10.0.0.4, then 10.0.0.255",
            "[host 1], then [host 2], then [host 1]",
        ),
        ("connect to mqtt://pi:1883/x failed", "connect to [url 1] failed"),
        ("bob@pi.lan refused", "[account 1] refused"),
        ("AC:CF:23:a1:b2:C3 and ac-cf-23-a1-b2-c3", "[mac 1] and [mac 2]"),
        ("accf.23a1.b2c3", "[mac 1]"),
        ("enx00112233aabb, wlx00112233aabb", "enx[mac 1], wlx[mac 1]"),
        ("the certificate is for nas.some-family.example", "the certificate is for [host 1]"),
        ("fe80::1%eth0 and ::1 and 2001:db8::7", "[host 1] and [host 2] and [host 3]"),
        ("cannot open ~/x/y.db: /var/lib/k", "cannot open [path 1]: [path 2]"),
        ("serial number KSE123, not that", "serial number [serial 1], not that"),
    ],
)
def test_what_looks_like_a_name_goes(text: str, masked: str) -> None:
    assert Mask({})(text).endswith(masked)


@pytest.mark.parametrize(
    "text",
    [
        "at 10:15:30 on/off, 3.45.1 of SQLite, 50.01 Hz, u16 / 10",
        "LANG en_US.UTF-8 or C.UTF-8, config.toml, history.sqlite, br-0123456789ab",
        "median 30 ms, worst 400 ms",
        "wrong checksum: carries 0ab9, its bytes sum to 0aba",
        "work mode wait → on-grid",
        "serial number masked",
        "1 2 3:4",
    ],
)
def test_what_does_not_stays(text: str) -> None:
    assert Mask({"host": ["pi"], "serial": [None, "", "x"]})(text) == text


def test_known_values_go_wherever_they_stand() -> None:
    mask = Mask({"serial": ["KSE4000123"], "host": ["pi", "pi.lan"], "account": ["bob"]})
    assert mask("kstar/kse4000123/state") == "kstar/[serial 1]/state"
    assert mask("client kstar-tui-KSE4000123x") == "client kstar-tui-[serial 1]x"
    assert mask("pi_lan pi.lan pi:1883 pin spin bob bobby") == (
        "[host 1]_lan [host 2] [host 1]:1883 pin spin [account 1] bobby"
    )


def test_a_value_within_another_leaves_nothing_of_it() -> None:
    mask = Mask({"path": ["/srv/anna", "/srv/anna/history.sqlite"], "host": ["anna"]})
    assert mask("/srv/anna/history.sqlite and /srv/anna, anna") == "[path 1] and [path 2], [host 1]"


def test_what_a_terminal_would_obey_goes() -> None:
    assert Mask({})("a\nb\x1b[2Jc\x85d\u2028") == "a?b?[2Jc?d?"


VALUE = st.text("ABCDEF0123456789", min_size=6, max_size=20)


@given(
    st.lists(VALUE, min_size=1, max_size=5), st.lists(st.text("ghij /_-:.=", max_size=5)), st.data()
)
def test_of_known_values_nothing_is_left_and_a_line_stays_one(
    values: list[str], between: list[str], data: st.DataObject
) -> None:
    text = "".join(
        word
        + data.draw(st.sampled_from([str.lower, str.upper]))(data.draw(st.sampled_from(values)))
        for word in between
    )
    masked = Mask({"serial": values})(text)
    assert not any(value.lower() in masked.lower() for value in values)
    assert masked.isprintable()
    assert masked.count("[serial ") >= bool(between)


@given(st.text())
def test_any_text_becomes_one_printable_line(text: str) -> None:
    assert Mask({"host": ["pi"]})(text).isprintable()


@pytest.mark.parametrize("spelling", ["AA:BB:CC:DD:EE:01", "aabbccddee01", "AA-BB-CC-DD-EE-01"])
def test_every_spelling_of_a_hardware_address(spelling: str) -> None:
    mask = Mask({"mac": mac_spellings("AA:BB:CC:DD:EE:01")})
    assert mask(f"x{spelling}y").startswith("x[mac ")
    assert mac_spellings(None) == []
