"""Values as JSON and back by their types: what comes back is of the type that was asked for, or is
refused. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from kstar_tui.protocol.frame import parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data

MOST_SIGNS = 1000
"""Signs of a text that are taken; the rest is cut off."""
MOST_ITEMS = 100
"""Items of a mapping or a list that are taken."""
_MOST_KEY = 80
_MOST_BYTES = 4096
_BIGGEST = 2**63
_YEARS = range(1969, 9000)
"""Years that any time zone and any calculation can stand."""
_MONOTONIC = "_monotonic"


class WireError(ValueError):
    """This is nothing that a kstar-tui says; the message tells what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What times are told by: a clock's seconds now, and where its wall clock hangs."""

    monotonic: float
    zone: tzinfo | None = None


def pack(value: object, frame: Frame) -> Any:
    """A value in JSON's terms; TypeError for a kind of value that none of ours has."""
    if value is None or isinstance(value, bool | int):
        return value
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value, frame)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        named = zip(value._fields, value, strict=True)
        return {name: pack(_passed(name, one, frame), frame) for name, one in named}
    if isinstance(value, tuple):
        return [pack(one, frame) for one in value]
    raise TypeError(f"{type(value).__name__} is no value that goes over the wire")


def unpack(kind: Any, value: Any, frame: Frame) -> Any:
    """The value of a type that JSON holds; WireError where it holds another one.

    Texts are made printable and cut, numbers are finite, times have a zone.
    """
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _optional(kind, value, frame)
    if origin is not None and issubclass(origin, Mapping):
        key_kind, value_kind = get_args(kind)
        items = _sized(value, dict)
        return {
            unpack(key_kind, key, frame): unpack(value_kind, one, frame)
            for key, one in items.items()
        }
    if origin is tuple:
        (item_kind, _) = get_args(kind)
        return tuple(unpack(item_kind, one, frame) for one in _sized(value, list))
    if issubclass(kind, tuple):
        return _named(kind, value, frame)
    if issubclass(kind, StrEnum):
        return _word(kind, value)
    read = _READERS.get(kind)
    if read is None:
        raise TypeError(f"{kind} is no type that comes over the wire")
    return read(value, frame)


def json_object(data: bytes, most: int) -> dict[str, Any]:
    """The object in up to `most` bytes; WireError for all else, numbers that are none included."""
    if len(data) > most:
        raise WireError("too much at once")
    try:
        items = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise WireError("no JSON") from None
    if not isinstance(items, dict):
        raise WireError("no JSON object")
    return items


def _refuse(word: str) -> None:
    raise WireError(f"{word} is no number")


def _passed(name: str, value: Any, frame: Frame) -> Any:
    """Of a moment of one clock only the distance from now means anything to another."""
    if name.endswith(_MONOTONIC) and isinstance(value, float | int):
        return float(value - frame.monotonic)
    return value


def _optional(kind: Any, value: Any, frame: Frame) -> Any:
    kinds = [one for one in get_args(kind) if one is not NoneType]
    if value is None and len(kinds) < len(get_args(kind)):
        return None
    (only,) = kinds
    return unpack(only, value, frame)


def _named(kind: Any, value: Any, frame: Frame) -> Any:
    """A named tuple: fields of a later version are left out, those that an earlier one did not
    have are what they are by default."""
    items = _sized(value, dict)
    found: dict[str, Any] = {}
    for name, hint in _hints(kind).items():
        if name in items:
            one = unpack(hint, items[name], frame)
            moment = name.endswith(_MONOTONIC) and one is not None
            found[name] = one + frame.monotonic if moment else one
        elif name not in kind._field_defaults:
            found[name] = _nothing(hint, name)
    return kind(**found)


def _nothing(hint: Any, name: str) -> Any:
    if NoneType in get_args(hint):
        return None
    if hint is bytes:
        return b""
    raise WireError(f"{name} is missing")


@lru_cache(maxsize=32)
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _sized(value: Any, kind: type[Any]) -> Any:
    if not isinstance(value, kind) or len(value) > MOST_ITEMS:
        raise WireError(f"no {kind.__name__} of a few")
    return value


def _word(kind: type[StrEnum], value: Any) -> StrEnum:
    try:
        return kind(value)
    except (ValueError, TypeError):
        raise WireError(f"no {kind.__name__}") from None


def _bool(value: Any, frame: Frame) -> bool:
    if not isinstance(value, bool):
        raise WireError("neither true nor false")
    return value


def _int(value: Any, frame: Frame) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _BIGGEST:
        raise WireError("no whole number")
    return value


def _float(value: Any, frame: Frame) -> float:
    if isinstance(value, float) and abs(value) <= _BIGGEST:
        return value
    return float(_int(value, frame))


def _text(value: Any, frame: Frame) -> str:
    if not isinstance(value, str):
        raise WireError("no text")
    text = value[:MOST_SIGNS]
    return text if text.isprintable() else "".join(s if s.isprintable() else "?" for s in text)


def _path(value: Any, frame: Frame) -> Path:
    return Path(_text(value, frame))


def _bytes(value: Any, frame: Frame) -> bytes:
    text = _text(value, frame)
    try:
        return bytes.fromhex(text[: 2 * _MOST_BYTES])
    except ValueError:
        raise WireError("no bytes in hex") from None


def _date(value: Any, frame: Frame) -> date:
    try:
        found = date.fromisoformat(_text(value, frame))
    except ValueError:
        raise WireError("no date") from None
    _believe(found)
    return found


def _datetime(value: Any, frame: Frame) -> datetime:
    try:
        found = datetime.fromisoformat(_text(value, frame))
    except ValueError:
        raise WireError("no time") from None
    _believe(found)
    if found.tzinfo is None:
        raise WireError("a time without its zone")
    return found if frame.zone is None else found.astimezone(frame.zone)


def _believe(found: date) -> None:
    if found.year not in _YEARS:
        raise WireError("a time beyond all times")


def _reading(value: Any, frame: Frame) -> Reading:
    try:
        return decode_running_data(parse_frame(_bytes(value, frame)))
    except ValueError as error:
        raise WireError(f"no reading: {error}") from None


_READERS: dict[Any, Callable[[Any, Frame], Any]] = {
    bool: _bool,
    int: _int,
    float: _float,
    str: _text,
    bytes: _bytes,
    Path: _path,
    date: _date,
    datetime: _datetime,
    Reading: _reading,
}


def _items(value: Mapping[Any, Any], frame: Frame) -> dict[str, Any]:
    return {
        str(key)[:_MOST_KEY]: pack(one, frame) for key, one in islice(value.items(), MOST_ITEMS)
    }


_WRITERS: tuple[tuple[type, Callable[[Any, Frame], Any]], ...] = (
    (float, lambda value, frame: value if math.isfinite(value) else None),
    (str, lambda value, frame: str(value)[:MOST_SIGNS]),
    (Path, lambda value, frame: str(value)[:MOST_SIGNS]),
    (bytes, lambda value, frame: value.hex()),
    # A datetime is a date, too.
    (date, lambda value, frame: value.isoformat()),
    (Reading, lambda value, frame: value.raw.hex()),
    (Mapping, _items),
)
