"""Text without what names anybody: serial numbers, hosts, addresses, accounts, paths. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from ipaddress import IPv6Address

_LONG = 6
"""Signs from which on a value is masked within a longer word, too."""
_SHORTEST = 2
_SUFFIXES = "toml|sqlite|txt|db"
"""Ends of the names of our own files, which are no hosts."""
_URL = r"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"]+"
_GENERAL = (
    ("account", r"[^\s'\"<>()\[\]]+@[^\s'\"<>()\[\]]+"),
    ("mac", r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?!\w)"),
    ("mac", r"(?<!\w)(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}(?!\w)"),
    # A network interface can be named after its hardware address.
    ("mac", r"(?<=enx|wlx)[0-9A-Fa-f]{12}(?!\w)"),
    ("host", r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\d)"),
    ("path", r"(?<![\w/\]])~?/[^\s,;:'\"()]+"),
    ("host", rf"(?<![\w./\]])(?:[A-Za-z0-9_-]+\.)+(?!(?:{_SUFFIXES})\b)[A-Za-z]{{2,}}(?![\w-])"),
    ("serial", r"(?<=serial number )[^\s,;:]*\d[^\s,;:]*"),
)
_IPV6 = r"(?<![\w:])[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%\w+)?"


class Mask:
    """Puts `[host 1]` in the place of a host, and so on; the same value gets the same number.

    What is `known` by name (`host`, `serial`, …) goes wherever it stands; besides, everything that
    looks like a URL, an account, an address, a hardware address or a path.
    """

    def __init__(self, known: Mapping[str, Iterable[str | None]]) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._names: dict[str, str] = {}
        for name, values in known.items():
            for value in values:
                if value and len(value) >= _SHORTEST:
                    self._names.setdefault(value.lower(), name)
        # A value that holds another one goes first.
        longest = sorted(self._names, key=len, reverse=True)
        patterns = map(_pattern, longest)
        self._known = re.compile("|".join(patterns), re.IGNORECASE) if longest else None

    def __call__(self, text: str) -> str:
        """The text on one line, masked."""
        # As a whole, before what is known takes it to pieces.
        text = re.sub(_URL, partial(self._general, "url"), text)
        if self._known is not None:
            text = self._known.sub(self._named, text)
        for name, pattern in _GENERAL:
            text = re.sub(pattern, partial(self._general, name), text)
        text = re.sub(_IPV6, self._ipv6, text)
        return "".join(sign if sign.isprintable() else "?" for sign in text)

    def _named(self, found: re.Match[str]) -> str:
        return self._label(self._names.get(found[0].lower(), "secret"), found[0])

    def _general(self, name: str, found: re.Match[str]) -> str:
        return self._label(name, found[0])

    def _ipv6(self, found: re.Match[str]) -> str:
        try:
            IPv6Address(found[0].rstrip(".").partition("%")[0])
        except ValueError:
            return found[0]
        return self._label("host", found[0])

    def _label(self, name: str, value: str) -> str:
        key = name, value.lower()
        if key not in self._numbers:
            self._numbers[key] = 1 + sum(known == name for known, _ in self._numbers)
        return f"[{name} {self._numbers[key]}]"


def mac_spellings(mac: str | None) -> list[str]:
    """A hardware address in every way in which it is written."""
    if not mac:
        return []
    digits = re.sub(r"[^0-9A-Fa-f]", "", mac)
    pairs = [digits[i : i + 2] for i in range(0, len(digits), 2)]
    fours = [digits[i : i + 4] for i in range(0, len(digits), 4)]
    return [mac, digits, ":".join(pairs), "-".join(pairs), ".".join(fours)]


def _pattern(value: str) -> str:
    text = re.escape(value)
    return text if len(value) >= _LONG else rf"(?<![^\W_]){text}(?![^\W_])"
