"""Where the MQTT broker is and who asks there, from what a user writes. Pure: no network."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, unquote

PORT = 1883
TLS_PORT = 8883

_SCHEMES = {"mqtt": PORT, "mqtts": TLS_PORT}
_BARE_USER = "mqtt"
"""User and password where only a host is named, as kstar.sharp had it."""

_MASK = "***"
_MAX_CREDENTIAL = 65535
"""Bytes that an MQTT string can hold."""

_NO_UTF8 = "the user or password is not UTF-8"

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_MAX_NAME = 253
_PORT = r"[0-9]{1,5}"
_BAD_PERCENT = r"%(?![0-9A-Fa-f]{2})"
_BRACKETS = r"\[([^\[\]]*)\](?::(.*))?"
_ALLOWED = (
    "allowed are HOST, HOST:PORT, mqtt://USER:PASSWORD@HOST:PORT"
    " and mqtts://USER:PASSWORD@HOST:PORT (TLS)"
)


class BrokerError(ValueError):
    """No broker; the message says why and what is allowed, `reason` why alone. Neither repeats
    anything of what was written."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not an MQTT broker: {reason}; {_ALLOWED}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Broker:
    """One MQTT broker. Without a user name the client is anonymous."""

    host: str
    """Host name, IPv4 address, or IPv6 address without brackets."""
    port: int = PORT
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    """Encrypted, and the server proved by the system's certificate authorities."""

    @property
    def endpoint(self) -> str:
        """Host and port for people, an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def secret(self) -> bool:
        """Whether its password is one that not everybody knows."""
        return self.password is not None and (self.username, self.password) != (
            _BARE_USER,
            _BARE_USER,
        )

    def url(self, masked: bool = True) -> str:
        """The full URL, for `parse_broker` to read; unless asked for, the password is `***`."""
        user = ""
        if self.username is not None:
            user = quote(self.username, safe="")
            if self.password is not None:
                user += f":{_MASK if masked else quote(self.password, safe='')}"
            user += "@"
        endpoint = self.endpoint.replace("%", "%25")
        return f"{'mqtts' if self.tls else 'mqtt'}://{user}{endpoint}"


def parse_broker(text: str) -> Broker:
    """The broker that `HOST`, `HOST:PORT` or an `mqtt://`, `mqtts://` URL names.

    BrokerError says what is allowed. It repeats nothing of the text: any part of a mistyped URL
    may be the password.
    """
    text = text.strip()
    if not text:
        raise BrokerError("it is empty")
    if any(c.isspace() or not c.isprintable() for c in text):
        raise BrokerError("it holds a space or a control character")
    scheme, separator, rest = text.partition("://")
    if not separator:
        if "@" in text:
            raise BrokerError("a user and password need mqtt:// or mqtts:// in front")
        host, port = _endpoint(text, PORT)
        return Broker(host, port, _BARE_USER, _BARE_USER)
    default_port = _SCHEMES.get(scheme.lower())
    if default_port is None:
        raise BrokerError("what stands before :// is neither mqtt nor mqtts")
    # A path is not allowed, so the last @ ends the password even if it holds an @ or / itself.
    credentials, _, endpoint = rest.rpartition("@")
    username, password = _credentials(credentials)
    host, port = _endpoint(endpoint.removesuffix("/"), default_port)
    return Broker(host, port, username, password, tls=scheme.lower() == "mqtts")


def parse_credential(text: str) -> str:
    """The user name or password itself, where MQTT can carry it; ValueError does not repeat it."""
    if reason := _not_a_credential(text):
        raise ValueError(reason)
    return text


def with_credentials(broker: Broker, username: str | None, password: str | None) -> Broker:
    """The broker with this user name and password; None leaves the broker's own.

    ValueError, without either of them in it, where MQTT cannot carry them.
    """
    name = broker.username if username is None else parse_credential(username)
    word = broker.password if password is None else parse_credential(password)
    if word is not None and not name:
        raise ValueError("a password needs a user name")
    return replace(broker, username=name, password=word)


def is_host_name(text: str) -> bool:
    """Whether a text is made like a host name: up to 253 letters, digits, -, _ and dots between."""
    labels = text.removesuffix(".").split(".")
    return len(text) <= _MAX_NAME and all(re.fullmatch(_LABEL, label) for label in labels)


def _credentials(text: str) -> tuple[str | None, str | None]:
    user, separator, password = text.partition(":")
    if not user:
        if separator:
            raise BrokerError("a password needs a user name in front")
        return None, None
    return _decoded(user), _decoded(password) if separator else None


def _decoded(text: str) -> str:
    if re.search(_BAD_PERCENT, text):
        raise BrokerError("a % in the user or password is written %25")
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeError:
        # `from None`: the cause holds the text.
        raise BrokerError(_NO_UTF8) from None
    if reason := _not_a_credential(decoded):
        raise BrokerError(reason)
    return decoded


def _not_a_credential(text: str) -> str:
    """Why MQTT cannot carry a text as a user name or password; empty if it can."""
    try:
        size = len(text.encode())
    except UnicodeError:
        return _NO_UTF8
    if any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in text):
        return "the user or password holds a control character"
    if size > _MAX_CREDENTIAL:
        return f"the user or password is longer than {_MAX_CREDENTIAL} bytes"
    return ""


def _endpoint(text: str, default_port: int) -> tuple[str, int]:
    if bracketed := re.fullmatch(_BRACKETS, text):
        host = _ipv6(bracketed[1])
        port = bracketed[2]
    else:
        name, separator, after = text.partition(":")
        if ":" in after:
            raise BrokerError("an IPv6 address stands in brackets, as in [fd00::5]:1883")
        host = _host(name)
        port = after if separator else None
    if port is None:
        return host, default_port
    if not re.fullmatch(_PORT, port) or not 1 <= int(port) <= 65535:
        raise BrokerError("the port is no number from 1 to 65535")
    return host, int(port)


def _ipv6(text: str) -> str:
    # A URL writes the % before a link-local address's interface as %25.
    text = text.replace("%25", "%", 1)
    _, _, zone = text.partition("%")
    if zone and not re.fullmatch(_LABEL, zone):
        raise BrokerError("what stands in brackets is no IPv6 address")
    try:
        return str(IPv6Address(text))
    except AddressValueError:
        raise BrokerError("what stands in brackets is no IPv6 address") from None


def _host(text: str) -> str:
    if not text:
        raise BrokerError("the host is missing")
    if not is_host_name(text):
        raise BrokerError(
            "the host holds a character that no host name has"
            " (in a password @ is written %40, / is written %2F and : is written %3A)"
        )
    if text.removesuffix(".").rpartition(".")[2].isdecimal():
        try:
            return str(IPv4Address(text))
        except AddressValueError:
            raise BrokerError("the host is no IPv4 address such as 192.168.1.5") from None
    return text.lower()
