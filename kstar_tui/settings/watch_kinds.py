"""Kinds of values that say how kstar-tui is watched from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import NamedTuple

from kstar_tui.settings.kinds import OFF, Number, SettingValue

_NONE = frozenset({OFF, "no", "false", "none", "0"})
_LOOPBACK = "127.0.0.1"
_TIME = r"([01]?[0-9]|2[0-3]):([0-5][0-9])"


class Listen:
    """An address and TCP port of this machine, as `ADDRESS:PORT`; None where nothing listens."""

    allowed = f"a port, an address of this machine with a port such as {_LOOPBACK}:9898, or {OFF}"

    def parse(self, text: str) -> str | None:
        """A port alone is one of this machine only."""
        word = text.strip()
        if word.lower() in _NONE:
            return None
        host, colon, port = word.rpartition(":")
        if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
            raise ValueError("a port is a whole number from 1 to 65535")
        if not colon:
            return f"{_LOOPBACK}:{int(port)}"
        return f"{_address(host)}:{int(port)}"

    def check(self, value: object) -> str | None:
        """A whole number, a text, or false."""
        if value is False:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return self.parse(str(value))
        if not isinstance(value, str):
            raise ValueError("write it in quotes")
        return self.parse(value)

    def show(self, value: SettingValue) -> str:
        """Address and port, or `off`."""
        return str(value) if value else OFF


def split_listen(value: str) -> tuple[str, int]:
    """Address, without brackets, and port of a value of `Listen`."""
    host, _, port = value.rpartition(":")
    return host.strip("[]"), int(port)


def _address(host: str) -> str:
    if host.lower() == "localhost":
        return _LOOPBACK
    bare = host.removeprefix("[").removesuffix("]")
    try:
        # Zones name an interface of one machine, and one boot of it.
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        raise ValueError("an address is four numbers, or an IPv6 address in brackets") from None
    if (address.version == 6) is not (host != bare) or "%" in bare:
        raise ValueError("an IPv6 address stands in brackets, as in [::1]:9898")
    return f"[{address}]" if address.version == 6 else str(address)


class Command:
    """A program with its arguments, word by word; none means that nothing is run."""

    allowed = f'a program with its arguments, as in ["/usr/local/bin/tell-me", "--loud"], or {OFF}'

    def parse(self, text: str) -> tuple[str, ...]:
        """Words as a shell would split them; no shell ever sees them."""
        # Loaded where a command is given only: it costs a start that has none.
        import shlex

        if text.strip().lower() in _NONE:
            return ()
        try:
            words = shlex.split(text)
        except ValueError:
            raise ValueError("a quotation mark is missing") from None
        return self._all(words)

    def check(self, value: object) -> tuple[str, ...]:
        """A list of texts, false, or `off`."""
        if value is False or (isinstance(value, str) and value.lower() in ("", *_NONE)):
            return ()
        # One text would look as if a shell were to run it.
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise ValueError("write a list of texts, a word each")
        return self._all(value)

    def _all(self, words: Sequence[str]) -> tuple[str, ...]:
        if any(not word.isprintable() for word in words):
            raise ValueError("there is a control character in it")
        if words and not words[0].strip():
            raise ValueError("its first word is empty")
        return tuple(words)

    def show(self, value: SettingValue) -> str:
        """The words, quoted where that is needed, or `off`."""
        import shlex

        return shlex.join(value) if isinstance(value, tuple) and value else OFF


class Limit(NamedTuple):
    """A number within limits, or 0 for `off`: one that can be off by a file, too."""

    number: Number

    @property
    def allowed(self) -> str:
        """The number's limits, or `off`."""
        return f"{self.number.allowed}, or {OFF}"

    def parse(self, text: str) -> int | float:
        """Like the number; `off` is 0."""
        return 0 if text.strip().lower() in _NONE else self.number.parse(text)

    def check(self, value: object) -> int | float:
        """Like the number; `off`, 0 and false are 0."""
        if value is False or value in (0, OFF):
            return 0
        return self.number.check(value)

    def show(self, value: SettingValue) -> str:
        """Like the number, or `off`."""
        return self.number.show(value) if value else OFF


class Hours:
    """A stretch of every local day, as `HH:MM-HH:MM`; "" for none."""

    allowed = f"local times as in 22:00-07:00, or {OFF}"

    def parse(self, text: str) -> str:
        """Two different times of the day, over midnight too."""
        word = text.strip()
        if word.lower() in ("", *_NONE):
            return ""
        match = re.fullmatch(rf"{_TIME}\s*-\s*{_TIME}", word)
        if match is None:
            raise ValueError
        times = [f"{int(match[i]):02}:{match[i + 1]}" for i in (1, 3)]
        if times[0] == times[1]:
            raise ValueError("it begins when it ends")
        return "-".join(times)

    def check(self, value: object) -> str:
        """A text, or false."""
        if value is False:
            return ""
        if not isinstance(value, str):
            raise ValueError("write it in quotes")
        return self.parse(value)

    def show(self, value: SettingValue) -> str:
        """The times, or `off`."""
        return str(value) if value else OFF
