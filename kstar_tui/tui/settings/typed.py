"""Values as a person types them: how one begins, what it means, and what of it is hidden."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address

from kstar_tui.mqtt.broker import Broker, is_host_name, parse_broker
from kstar_tui.settings import Setting
from kstar_tui.settings.kinds import BrokerUrl, Flag, SettingValue
from kstar_tui.settings.look_kinds import AUTO, ThemeName
from kstar_tui.settings.mqtt_kinds import Choice, Password
from kstar_tui.tui.themes import NAMES

_MASK = "***"
_SCHEME = r"[A-Za-z]*://"
_IPV6 = r"\[[0-9A-Fa-f:.%]*"
_PORT = r"[0-9]{1,5}/?"
_HOME = ("lan", "local", "home", "internal", "localdomain", "box")
"""Last parts of the names that home networks have: nobody's user name ends so."""
_UP_TO_PORT = rf"(?:{_IPV6}\]:|(?!{_IPV6}$)[^:/]*:)"


def words_of(row: Setting) -> Sequence[str]:
    """The words to choose from; none where a value is typed."""
    if isinstance(row.kind, Flag):
        return ("yes", "no")
    if isinstance(row.kind, Choice):
        return row.kind.words
    if isinstance(row.kind, ThemeName):
        return (AUTO, *NAMES)
    return ()


def begun(row: Setting, value: SettingValue) -> str:
    """The text from which to go on typing: the value, without a password; empty for none."""
    if value is None or value == () or isinstance(row.kind, Password):
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.9f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value}"
    if isinstance(row.kind, BrokerUrl):
        return row.kind.show(value)
    if isinstance(value, tuple):
        return row.kind.show(value)
    return str(value)


def meant(row: Setting, text: str, before: SettingValue) -> SettingValue:
    """The value that a text means; None takes the setting back to its default. ValueError with a
    hint, or nothing, for what is not allowed.

    `before` is what is in the file: a masked password in a URL stands for the one there, and an
    empty password leaves it as it is.
    """
    if isinstance(row.kind, Password) and not text:
        return before
    if not text.strip():
        return None
    value = row.kind.parse(text)
    if not isinstance(row.kind, BrokerUrl) or not isinstance(value, str):
        return value
    old = parse_broker(before) if isinstance(before, str) else Broker("")
    new = parse_broker(value)
    if new.password == _MASK and old.password is not None:
        return replace(new, password=old.password).url(masked=False)
    return value


def hidden_part(text: str, known: str = "") -> tuple[int, int]:
    """Where in a broker's URL a password stands, or could stand: from, to.

    Before there is an @ nobody knows whether a port or a password is typed, unless it is the port
    that stands there in the text `known`, or few digits behind what can only be a place: an
    address, or a name of a home network.
    """
    match = re.match(_SCHEME, text)
    begin = match.end() if match else 0
    at = text.rfind("@")
    colon = text.find(":", begin)
    if 0 <= colon < at:
        # The mask itself may be seen.
        return (0, 0) if text[colon + 1 : at] == _MASK else (colon + 1, len(text[:at]))
    ahead = re.match(_UP_TO_PORT, text[at + 1 :] if at >= 0 else text[begin:])
    if ahead is None:
        return 0, 0
    start = ahead.end() + (at + 1 if at >= 0 else begin)
    tail = text[start:]
    port = re.fullmatch(_PORT, tail) and (at >= 0 or _is_place(text[begin : start - 1]))
    if port or tail in ("", known.rpartition(":")[2]):
        return 0, 0
    return start, len(text)


def _is_place(text: str) -> bool:
    _, dot, last = text.lower().rpartition(".")
    if is_host_name(text) and (last in _HOME if dot else last == "localhost"):
        return True
    try:
        ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
