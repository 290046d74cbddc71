"""Kinds of values that say how readings are used: where they are kept, what energy costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kstar_tui.mqtt.broker import BrokerError, parse_broker
from kstar_tui.settings.kinds import OFF, Number, SettingValue, text_of

_NONE = frozenset({OFF, "no", "false", "none", "0"})
_MAX_CURRENCY = 8
LOCAL = "local"
"""A screen attaches to a daemon of this machine."""


class Optional(NamedTuple):
    """A number, or `off` for none."""

    number: Number

    @property
    def allowed(self) -> str:
        """The number's limits, or `off`."""
        return f"{self.number.allowed}, or {OFF}"

    def parse(self, text: str) -> int | float | None:
        """Like the number; `off` is None."""
        return None if text.strip().lower() == OFF else self.number.parse(text)

    def check(self, value: object) -> int | float | None:
        """Like the number; `off` is None."""
        return None if value == OFF else self.number.check(value)

    def show(self, value: SettingValue) -> str:
        """Like the number, or `off`."""
        return OFF if value is None else self.number.show(value)


class Attach:
    """Whom a screen looks along with: a daemon of this machine, nobody (`off`), or what a daemon
    publishes to a broker, as its full URL with the password."""

    allowed = f"{LOCAL}, {OFF}, or a broker as mqtt://HOST or mqtts://HOST"

    def parse(self, text: str) -> str:
        """A word, or the URL made whole; also no, none, false and 0 are `off`."""
        word = text.strip()
        if word.lower() in _NONE:
            return OFF
        if word.lower() == LOCAL:
            return LOCAL
        if "://" not in word:
            raise ValueError("a broker needs mqtt:// or mqtts:// in front here")
        try:
            return parse_broker(word).url(masked=False)
        except BrokerError as error:
            # What else may name a broker is not allowed here.
            reason = error.reason
        raise ValueError(reason)

    def check(self, value: object) -> str:
        """A text, or false."""
        return OFF if value is False else self.parse(text_of(value))

    def show(self, value: SettingValue) -> str:
        """The word, or the URL without its password."""
        text = str(value)
        return parse_broker(text).url(masked=True) if "://" in text else text


class HistoryFile:
    """Where the history is kept: a path, "" for the data folder, or `off`."""

    allowed = f"a path, or {OFF} to keep none"

    def parse(self, text: str) -> str:
        """A path; also no, none, false and 0 are `off`."""
        word = text.strip()
        if word.lower() in _NONE:
            return OFF
        if not word.isprintable():
            raise ValueError("there is a control character in it")
        return word

    def check(self, value: object) -> str:
        """A text, or false."""
        if value is False:
            return OFF
        if not isinstance(value, str):
            raise ValueError("write it in quotes")
        return self.parse(value)

    def show(self, value: SettingValue) -> str:
        """The path, or where it is without one."""
        return str(value) if value else "in the data folder"


class Currency:
    """What stands behind an amount of money."""

    allowed = f"a text of 1 to {_MAX_CURRENCY} signs, such as €"

    def parse(self, text: str) -> str:
        """A short text without white space or control characters."""
        word = text.strip()
        if not (0 < len(word) <= _MAX_CURRENCY and word.isprintable()) or " " in word:
            raise ValueError
        return word

    def check(self, value: object) -> str:
        """A text."""
        if not isinstance(value, str):
            raise ValueError("write it in quotes")
        return self.parse(value)

    def show(self, value: SettingValue) -> str:
        """As it is."""
        return str(value)


class Bands:
    """Times of the day at which other prices hold, in their shortest spelling."""

    allowed = (
        'local times on quarters of an hour and a price: "22:00-06:00 0.18", '
        "or with an import and an export price, none overlapping"
    )

    def parse(self, text: str) -> tuple[str, ...]:
        """Bands with semicolons between them."""
        return self._all([part for part in text.split(";") if part.strip()])

    def check(self, value: object) -> tuple[str, ...]:
        """A list of texts, or one text."""
        if isinstance(value, str):
            return self.parse(value)
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise ValueError('write a list of texts: ["22:00-06:00 0.18"]')
        return self._all(value)

    def _all(self, parts: Sequence[str]) -> tuple[str, ...]:
        # Loaded where bands are given only: it costs a start that has none.
        from kstar_tui.history.bands import parse_bands

        return tuple(str(band) for band in parse_bands(parts))

    def show(self, value: SettingValue) -> str:
        """The bands, or that there are none."""
        return "; ".join(value) if isinstance(value, tuple) and value else "none"
