"""Kinds of values that say how the MQTT broker is talked to."""

from __future__ import annotations

from typing import NamedTuple

from kstar_tui.mqtt.broker import parse_credential
from kstar_tui.settings.kinds import OFF, SettingValue, text_of

_NONE = frozenset({"no", "false", "none", "0"})
_MAX_CLIENT_ID = 128


class Credential:
    """Who asks at the broker; None where nobody is named."""

    allowed = "a text without control characters, or an empty one for none"

    def parse(self, text: str) -> str | None:
        """Any text that MQTT can carry, spaces included."""
        return parse_credential(text) or None

    def check(self, value: object) -> str | None:
        """A text."""
        return self.parse(text_of(value))

    def show(self, value: SettingValue) -> str:
        """The text on one line, or that there is none."""
        return _printable(value) if value else "none"


class Password(Credential):
    """What only the broker may know; None where there is none."""

    def show(self, value: SettingValue) -> str:
        """Whether there is one."""
        return "***" if value else "none"


class ClientId:
    """The name of an MQTT client; None where it is made of the inverter's serial number."""

    allowed = (
        f"a text of up to {_MAX_CLIENT_ID} bytes without spaces, + or #, "
        "or an empty one to make it of the serial number"
    )

    def parse(self, text: str) -> str | None:
        """Printable, and without what brokers may take for a wildcard in their own topics."""
        if not all(sign.isprintable() and not sign.isspace() for sign in text):
            raise ValueError("there is a space or a control character in it")
        if any(sign in "+#" for sign in text):
            raise ValueError("+ and # are wildcards")
        if len(text.encode()) > _MAX_CLIENT_ID:
            raise ValueError("it is longer")
        return text or None

    def check(self, value: object) -> str | None:
        """A text."""
        return self.parse(text_of(value))

    def show(self, value: SettingValue) -> str:
        """The name, or what it is made of."""
        return str(value) if value else "of the serial number"


class PemFile(NamedTuple):
    """The path of a file with certificates or a key, as it was written; None for no file."""

    nothing: str = "none"
    """What holds without one."""

    @property
    def allowed(self) -> str:
        """A path, or `off`."""
        return f"the path of a PEM file, or {OFF}"

    def parse(self, text: str) -> str | None:
        """A path; an empty one and `off` are None. It is not looked at."""
        word = text.strip()
        if not word.isprintable():
            raise ValueError("there is a control character in it")
        return None if word.lower() in ("", OFF) else word

    def check(self, value: object) -> str | None:
        """A text."""
        return self.parse(text_of(value))

    def show(self, value: SettingValue) -> str:
        """The path, or what holds without one."""
        return str(value) if value else self.nothing


class Choice(NamedTuple):
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """The words."""
        return f"{', '.join(self.words[:-1])} or {self.words[-1]}"

    def parse(self, text: str) -> str:
        """A word in any case; where `off` is one, also no, none, false and 0."""
        word = text.strip().lower()
        if OFF in self.words and word in _NONE:
            return OFF
        if word not in self.words:
            raise ValueError
        return word

    def check(self, value: object) -> str:
        """A text, a whole number that is one of the words, or false for `off`."""
        if value is False:
            return self.parse("false")
        if isinstance(value, int) and not isinstance(value, bool):
            return self.parse(str(value))
        return self.parse(text_of(value))

    def show(self, value: SettingValue) -> str:
        """The word."""
        return str(value)


def _printable(value: SettingValue) -> str:
    text = str(value)
    return text if text.isprintable() else repr(text)[1:-1]
