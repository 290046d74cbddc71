"""Broker settings: what a user writes becomes a Broker, and the password stays inside."""

from __future__ import annotations

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.mqtt.broker import Broker, parse_broker, parse_credential, with_credentials

SECRET = "S3cr3tW0rd"


@pytest.mark.parametrize(
    ("text", "broker"),
    [
        ("homeassistant", Broker("homeassistant", 1883, "mqtt", "mqtt")),
        ("  HomeAssistant.local ", Broker("homeassistant.local", 1883, "mqtt", "mqtt")),
        ("10.0.0.5:1884", Broker("10.0.0.5", 1884, "mqtt", "mqtt")),
        ("[::1]", Broker("::1", 1883, "mqtt", "mqtt")),
        ("[FD00:0::5]:99", Broker("fd00::5", 99, "mqtt", "mqtt")),
        ("mqtt://broker", Broker("broker", 1883)),
        ("mqtt://broker/", Broker("broker", 1883)),
        ("MQTT://me@broker:65535", Broker("broker", 65535, "me", None)),
        ("mqtt://me:@broker", Broker("broker", 1883, "me", "")),
        ("mqtt://me:a:b@broker", Broker("broker", 1883, "me", "a:b")),
        ("mqtt://me:p%40ss%2Fw%C3%B6rd@broker", Broker("broker", 1883, "me", "p@ss/wörd")),
        ("mqtt://me:p@ss/word@broker:1", Broker("broker", 1, "me", "p@ss/word")),
        ("mqtt://a%3Ab:c@broker", Broker("broker", 1883, "a:b", "c")),
        ("mqtts://me:pw@broker.example.", Broker("broker.example.", 8883, "me", "pw", tls=True)),
        ("mqtts://[fe80::1%25eth0]:1", Broker("fe80::1%eth0", 1, tls=True)),
    ],
)
def test_what_users_write(text: str, broker: Broker) -> None:
    parsed = parse_broker(text)
    assert parsed == broker
    assert parse_broker(parsed.url(masked=False)) == parsed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("my broker", "space"),
        ("broker\x00", "control"),
        ("broker:", "port"),
        ("broker:0", "port"),
        ("broker:65536", "port"),
        ("broker:18٣", "port"),
        ("broker:+1", "port"),
        (":1883", "host is missing"),
        ("mqtt://", "host is missing"),
        ("mqtt://@", "host is missing"),
        ("::1", "brackets"),
        ("[::1", "brackets"),
        ("[broker]", "brackets"),
        ("[::1]1883", "brackets"),
        ("[fe80::1%]", "brackets"),
        ("192.168.1.256", "IPv4"),
        ("1883", "IPv4"),
        ("-broker", "character"),
        ("brök", "character"),
        ("broker..local", "character"),
        ("a" * 64, "character"),
        ("broker/path", "character"),
        ("mqtt://broker?x=1", "character"),
        (f"me:{SECRET}@broker", "mqtt://"),
        (f"tcp://me:{SECRET}@broker", "neither mqtt nor mqtts"),
        (f"{SECRET}://broker", "neither mqtt nor mqtts"),
        (f"mqtt://me:{SECRET}", "port"),
        (f"mqtt://:{SECRET}@broker", "user name"),
        (f"mqtt://me:{SECRET}%zz@broker", "%25"),
        (f"mqtt://me:{SECRET}%ff@broker", "UTF-8"),
        (f"mqtt://me:{SECRET}\udcff@broker", "control"),
        (f"mqtt://me:{SECRET}%00@broker", "control"),
        (f"mqtt://me:{SECRET}%0a@broker", "control"),
        (f"mqtt://me:{SECRET * 7000}@broker", "65535"),
        (f"mqtt://me:x@{SECRET}:{SECRET}", "port"),
    ],
)
def test_refused_in_words_without_the_text(text: str, said: str) -> None:
    with pytest.raises(ValueError, match="mqtts://USER:PASSWORD@HOST:PORT") as caught:
        parse_broker(text)
    assert said in str(caught.value)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("before", "username", "password", "after"),
    [
        (("me", "pw"), None, None, ("me", "pw")),
        (("me", "pw"), "you", None, ("you", "pw")),
        (("me", "pw"), None, "", ("me", "")),
        (("me", None), None, "p@ss:/", ("me", "p@ss:/")),
        ((None, None), "you", "pw", ("you", "pw")),
        ((None, None), "you", None, ("you", None)),
        ((None, None), None, None, (None, None)),
    ],
)
def test_user_and_password_from_elsewhere_win(
    before: tuple[str | None, str | None],
    username: str | None,
    password: str | None,
    after: tuple[str | None, str | None],
) -> None:
    broker = with_credentials(Broker("ha", 1, *before, tls=True), username, password)
    assert broker == Broker("ha", 1, *after, tls=True)


@pytest.mark.parametrize(
    ("username", "password", "said"),
    [
        (None, SECRET, "a password needs a user name"),
        ("", SECRET, "a password needs a user name"),
        ("me", f"{SECRET}\n", "control character"),
        ("me", f"{SECRET}\x9f", "control character"),
        (f"me\0{SECRET}", None, "control character"),
        ("me", f"{SECRET}\udcff", "UTF-8"),
        ("me", SECRET * 7000, "longer than 65535 bytes"),
        (SECRET * 7000, None, "longer than 65535 bytes"),
    ],
)
def test_user_and_password_from_elsewhere_are_refused_in_words(
    username: str | None, password: str | None, said: str
) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        with_credentials(Broker("ha"), username, password)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
hosts = st.one_of(
    st.from_regex(
        r"[a-z0-9_]([a-z0-9_-]{0,10}[a-z0-9_])?(\.[a-z]([a-z0-9-]{0,5}[a-z0-9])?){1,3}",
        fullmatch=True,
    ),
    st.ip_addresses().map(str),
)
brokers = st.one_of(
    st.builds(Broker, hosts, st.integers(1, 65535), tls=st.booleans()),
    st.builds(
        Broker, hosts, st.integers(1, 65535), texts, st.none() | st.just("") | texts, st.booleans()
    ),
)


@given(brokers)
def test_the_url_says_all(broker: Broker) -> None:
    assert parse_broker(broker.url(masked=False)) == broker


@given(brokers.filter(lambda broker: broker.username is not None), st.text(max_size=20))
def test_what_a_url_can_hold_can_also_come_from_elsewhere(broker: Broker, text: str) -> None:
    try:
        taken = parse_credential(text)
    except ValueError:
        with pytest.raises(ValueError, match="the user or password"):
            with_credentials(broker, None, text)
    else:
        changed = with_credentials(broker, None, taken)
        assert parse_broker(changed.url(masked=False)) == changed


@given(brokers)
def test_the_password_shows_only_when_asked_for(broker: Broker) -> None:
    hidden = Broker(broker.host, broker.port, broker.username or "me", SECRET, broker.tls)
    for shown in (hidden.url(), repr(hidden), str(hidden), f"{hidden}", hidden.endpoint):
        assert SECRET not in shown
    assert ":***@" in hidden.url()
    assert SECRET in hidden.url(masked=False)


@given(st.text(max_size=60) | st.from_regex(r"mqtts?://.{0,60}"))
def test_any_text_is_a_broker_or_a_value_error(text: str) -> None:
    try:
        broker = parse_broker(text)
    except ValueError:
        return
    assert 1 <= broker.port <= 65535
    assert broker.host
    assert parse_broker(broker.url(masked=False)) == broker


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=20), st.text(max_size=20))
def test_a_refusal_never_repeats_the_password(before: str, after: str) -> None:
    for text in (f"mqtt://me:{SECRET}{before}@{after}", f"{before}{SECRET}{after}"):
        try:
            parse_broker(text)
        except ValueError as error:
            assert SECRET not in str(error)
