"""Kinds of values that say how the screen looks and which keys it hears."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from kstar_tui.settings.kinds import SettingValue

AUTO = "auto"
_THEME = r"[a-z][a-z0-9_-]{0,39}"
_ACTION = r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+"
_KEY = r"((ctrl|shift|alt|super|hyper|meta)\+)*[a-z0-9_]+|[^\W_]|[!-+\--:<-~]"
_MOST = 200


class ThemeName:
    """A theme of the screen. Whether there is one of this name is known where a screen starts."""

    allowed = f"{AUTO}, or a theme's name such as kstar-light, ansi-dark or nord"

    def parse(self, text: str) -> str:
        """A name in any case."""
        word = text.strip().lower()
        if not re.fullmatch(_THEME, word):
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


class Keys:
    """Other keys for actions, each as `action=key` or `action=key,key`. Whether there is such an
    action, and such a key, is known where a screen starts."""

    allowed = 'actions and their keys: "live.pause=p; app.quit=q,x"'

    def parse(self, text: str) -> tuple[str, ...]:
        """Pairs with semicolons between them."""
        pairs = []
        for part in text.split(";"):
            if not part.strip():
                continue
            action, sign, keys = part.partition("=")
            if not sign:
                raise ValueError("write it like live.pause=p")
            pairs.append((action, keys))
        return _all(pairs)

    def check(self, value: object) -> tuple[str, ...]:
        """A table with a text, or a list of them, for each action; or one text."""
        if isinstance(value, str):
            return self.parse(value)
        if not isinstance(value, Mapping):
            raise ValueError('write a table [ui.keys] with lines like "live.pause" = "p"')
        return _all(_flat(value))

    def show(self, value: SettingValue) -> str:
        """The pairs, or that there are none."""
        return "; ".join(value) if isinstance(value, tuple) and value else "none"


def keys_of(value: Iterable[str]) -> dict[str, str]:
    """The keys of each action, commas between them."""
    return dict(pair.split("=", 1) for pair in value)


def _flat(table: Mapping[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    """Quoted or not, a dotted name is one name."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        elif isinstance(value, list) and all(isinstance(key, str) for key in value):
            yield f"{above}{name}", ",".join(value)
        elif isinstance(value, str):
            yield f"{above}{name}", value
        else:
            raise ValueError('write the keys in quotes, as in "live.pause" = "p"')


def _all(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for number, (name, text) in enumerate(pairs):
        action = name.strip()
        if number >= _MOST:
            raise ValueError(f"there are more than {_MOST}")
        if not re.fullmatch(_ACTION, action):
            raise ValueError("an action is named like live.pause")
        if action in found:
            raise ValueError(f"{action} is there twice")
        keys = [key.strip() for key in text.split(",")]
        for key in keys:
            if not re.fullmatch(_KEY, key):
                raise ValueError(
                    f"a key of {action} is one sign, or a name such as space, comma, f5 or ctrl+x"
                )
        found[action] = ",".join(dict.fromkeys(keys))
    return tuple(f"{action}={keys}" for action, keys in found.items())
