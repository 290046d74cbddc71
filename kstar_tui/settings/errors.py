"""How a wrong setting is told: where it stands, what was found, what is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kstar_tui.settings.row import Setting

_LONGEST = 60
_TYPES: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "a table",
}


class SettingsError(Exception):
    """A setting cannot be used; the message is for the user and holds no secret."""

    def __init__(self, message: str, ours: str = "") -> None:
        """`ours`: the end of the sentence, in which nothing is that a user wrote."""
        super().__init__(message + ours)
        self.ours = ours


def refusal(place: str, row: Setting, found: object, hint: str) -> SettingsError:
    """What refuses one value; a secret one is not repeated, nor by its hint."""
    value = "a value that cannot be used" if row.secret else quoted(found)
    if not row.secret:
        hint = masked(hint)
    ours = f"; allowed is {row.kind.allowed}{hint and f' ({hint})'}."
    return SettingsError(f"{place}: {row.key} is {value}", ours)


def quoted(found: object) -> str:
    """A value as it was written, short, on one line, and without what could be a password."""
    if not isinstance(found, str):
        scalar = isinstance(found, bool | int | float)
        text = str(found).lower() if scalar else kind_of(found)
        return text if len(text) <= _LONGEST else kind_of(found)
    text = masked(found)
    return repr(text if len(text) <= _LONGEST else text[:_LONGEST] + "…")


def masked(text: str) -> str:
    """Text in which everything before an @ could be a user's name and password."""
    _, sign, rest = text.rpartition("@")
    return f"***@{rest}" if sign else text


def without_passwords(told: str | Exception) -> str:
    """A message in which a URL, or USER:PASSWORD@HOST, has its user and password masked; not in
    what a SettingsError says of its own."""
    ours = told.ours if isinstance(told, SettingsError) else ""
    found = str(told).removesuffix(ours)
    # A password may hold an @, a / and spaces: all up to the last @ could be one.
    found = re.sub(r"(\w://).*@", r"\1***@", found)
    return re.sub(r"[^\s'\"]*:(?!//\*\*\*@)\S*@", "***@", found) + ours


def kind_of(value: object) -> str:
    """What a TOML value is, in words."""
    return _TYPES.get(type(value), "a date or time")


def suggestion(word: str, known: Iterable[str]) -> str:
    """` Did you mean …?` with the nearest known word, or nothing."""
    # Loaded for a mistake only: it costs a start that has none.
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else ""
