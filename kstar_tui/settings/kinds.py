"""What the value of a setting may be: read from a text, checked from TOML, said to a person."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import NamedTuple, Protocol

from kstar_tui.link.addresses import not_a_network, not_one_host
from kstar_tui.mqtt.broker import is_host_name, parse_broker
from kstar_tui.mqtt.legacy import parse_prefix
from kstar_tui.protocol.text import clean_id

SettingValue = str | int | float | bool | tuple[str, ...] | None

OFF = "off"
_ANY = str(IPv4Address(0))
_MAX_SERIAL = 32

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_NUMERIC = r"(.*\.)?([0-9]+|0[xX][0-9A-Fa-f]*)\.?"
"""Texts that the system's resolver reads as an address, in more ways than people know."""
_GROUPED = r"[1-9][0-9]{0,2},[0-9]{3}"
"""What is a whole number to those who put a comma between thousands."""


class Kind(Protocol):
    """One kind of value. Both ways in raise ValueError with a hint, or nothing, as its text."""

    @property
    def allowed(self) -> str:
        """What may stand there, as the end of "allowed is …"."""
        ...

    def parse(self, text: str) -> SettingValue:
        """The value that an argument or an environment variable means."""
        ...

    def check(self, value: object) -> SettingValue:
        """The value that a TOML value means."""
        ...

    def show(self, value: SettingValue) -> str:
        """The value for people; a secret is masked."""
        ...


class Number(NamedTuple):
    """A number within limits, whole or not, with its unit."""

    low: float
    high: float
    unit: str = ""
    whole: bool = True

    @property
    def allowed(self) -> str:
        """Its limits, in its unit."""
        noun = "a whole number" if self.whole else "a number"
        return f"{noun} from {self.low:g} to {self.high:g}{self.unit and f' {self.unit}'}"

    def parse(self, text: str) -> int | float:
        """Digits, with a decimal point or comma where the number need not be whole."""
        pattern = r"\d{1,9}" if self.whole else r"\d{1,9}([.,]\d{1,9})?"
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError
        if self.whole:
            return self._limited(int(text))
        if re.fullmatch(_GROUPED, text) and self.low <= int(text.replace(",", "")) <= self.high:
            raise ValueError("a comma is a decimal comma here, so write a point, or no comma")
        return self._limited(float(text.replace(",", ".")))

    def check(self, value: object) -> int | float:
        """An integer, or a float where it need not be whole; true and false are none."""
        if isinstance(value, str):
            raise ValueError("write it without quotes")
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            raise ValueError
        return self._limited(value if self.whole else float(value))

    def _limited(self, value: float) -> int | float:
        if not (math.isfinite(value) and self.low <= value <= self.high):
            raise ValueError
        return value

    def show(self, value: SettingValue) -> str:
        """The shortest form, with its unit."""
        text = f"{value:g}" if isinstance(value, float) else str(value)
        return f"{text}{self.unit and f' {self.unit}'}"


class Flag:
    """Yes or no."""

    allowed = "true or false"

    def parse(self, text: str) -> bool:
        """Also 1, yes, on and 0, no, off, in any case."""
        word = text.strip().lower()
        if word not in _TRUE | _FALSE:
            raise ValueError("or 1, yes, on; 0, no, off")
        return word in _TRUE

    def check(self, value: object) -> bool:
        """TOML's own true and false."""
        if not isinstance(value, bool):
            raise ValueError("write it without quotes" if isinstance(value, str) else "")
        return value

    def show(self, value: SettingValue) -> str:
        """In words."""
        return "yes" if value else "no"


class Host:
    """Where one inverter is; None means that it is searched for."""

    allowed = "a host name or an IPv4 address, or 0.0.0.0 to search"

    def parse(self, text: str) -> str | None:
        """A host name or IPv4 address; 0.0.0.0 is None."""
        return None if text == _ANY else _host(text)

    def check(self, value: object) -> str | None:
        """A text."""
        return self.parse(text_of(value))

    def show(self, value: SettingValue) -> str:
        """The host, or that it is searched for."""
        return "search" if value is None else str(value)


class Serial:
    """Which inverter is meant; None where any is."""

    allowed = f"a serial number of up to {_MAX_SERIAL} letters and digits, or an empty one for any"

    def parse(self, text: str) -> str | None:
        """A serial number as an inverter can say it; an empty one is None."""
        word = text.strip()
        if len(word) > _MAX_SERIAL:
            raise ValueError("it is longer")
        if clean_id(word) != word:
            raise ValueError("it is made of letters, digits, - _ and . and has no - or . in front")
        return word or None

    def check(self, value: object) -> str | None:
        """A text."""
        return self.parse(text_of(value))

    def show(self, value: SettingValue) -> str:
        """The serial number, or that any inverter will do."""
        return "any" if value is None else str(value)


class Broadcasts:
    """IPv4 addresses that the discovery text is sent to; none means those of every interface."""

    allowed = "IPv4 broadcast addresses such as 192.168.1.255"

    def parse(self, text: str) -> tuple[str, ...]:
        """Addresses with commas or spaces between them."""
        return self._all([part for part in re.split(r"[,\s]+", text) if part])

    def check(self, value: object) -> tuple[str, ...]:
        """A list of texts, or one text."""
        if isinstance(value, str):
            return self.parse(value)
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise ValueError('write a list of texts: ["192.168.1.255"]')
        return self._all(value)

    def _all(self, parts: Sequence[str]) -> tuple[str, ...]:
        for part in parts:
            address = _ipv4(part)
            if address is None:
                raise ValueError
            if reason := not_a_network(address):
                raise ValueError(f"{address} is {reason}")
        return tuple(dict.fromkeys(parts))

    def show(self, value: SettingValue) -> str:
        """The addresses, or that every interface is asked."""
        return ", ".join(value) if isinstance(value, tuple) and value else "every interface"


class BrokerUrl:
    """The MQTT broker as a full URL with its password; None means that nothing is published."""

    allowed = f"a broker or {OFF}"

    def parse(self, text: str) -> str | None:
        """A bare host or a URL, made whole; `off` is None."""
        if text.strip().lower() == OFF:
            return None
        return parse_broker(text).url(masked=False)

    def check(self, value: object) -> str | None:
        """A text."""
        return self.parse(text_of(value))

    def show(self, value: SettingValue) -> str:
        """The URL without its password, or `off`."""
        return parse_broker(value).url(masked=True) if isinstance(value, str) else OFF


class Topic:
    """The first levels of an MQTT topic."""

    allowed = "topic levels joined by /, without spaces, + or #, and no / at either end"

    def parse(self, text: str) -> str:
        """A prefix that can be published under, by the publisher's own rules."""
        return parse_prefix(text)

    def check(self, value: object) -> str:
        """A text."""
        return self.parse(text_of(value))

    def show(self, value: SettingValue) -> str:
        """As it is."""
        return str(value)


def text_of(value: object) -> str:
    """A TOML value that has to be a text."""
    if not isinstance(value, str):
        raise ValueError("write it in quotes")
    return value


def _ipv4(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except ValueError:
        return None


def _host(text: str) -> str:
    if "://" in text or "/" in text:
        raise ValueError("give the host alone, without a scheme such as http:// and without a path")
    if any(sign.isspace() or not sign.isprintable() for sign in text):
        raise ValueError("there is white space or a control character in it")
    name, colon, port = text.rpartition(":")
    if colon and name and ":" not in name and port.isdigit():
        raise ValueError("the port is a setting of its own, inverter.port")
    if ":" in text:
        raise ValueError("the inverter's WiFi module speaks IPv4 only")
    if re.fullmatch(_NUMERIC, text):
        address = _ipv4(text)
        if address is None:
            raise ValueError("an IPv4 address is four numbers from 0 to 255")
        if reason := not_one_host(address):
            raise ValueError(f"it has to be one inverter's own address, not {reason}")
        return text
    if not is_host_name(text):
        raise ValueError
    return text
