"""Frames out of pasted hex: as people copy them, with whatever stands between the digits."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from kstar_tui.protocol.frame import Frame, FrameError, parse_frame

_SEPARATORS = re.compile(r"[\s,:;_\-.'\"`|<>()\[\]{}]+")
# At the start of a line, quoted or not, or followed by a space: never the number in "Frame #1:".
_COMMENT = re.compile(r"(?m)(?:^[ \t>|]*#|(?<!\S)#(?!\S)).*$")
_BYTES_LITERAL = re.compile(r"\bb(?=['\"])")
_PREFIX = re.compile(r"0x|\\x", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-f]+")
_HEADER = "aa55"
_LENGTH = slice(12, 14)
_OVERHEAD = 9
_LONGEST = 24


class NoFrameError(ValueError):
    """Something in the text is no frame; the message says what and why."""


def split_frames(text: str) -> Iterator[Frame | NoFrameError]:
    """Every frame of a text in order, and a NoFrameError for everything in between that is none.

    A frame ends where it says it does. A bad one ends before the next word that begins with a
    frame's header, or before the next good frame.
    """
    digits, starts, foreign = _digits(text)
    yield from foreign
    if not digits and not foreign:
        yield NoFrameError("no hex digits were given")
    position = 0
    while position < len(digits):
        announced = _announced_end(digits, position)
        result = _frame(digits[position:announced])
        if isinstance(result, NoFrameError):
            following = _next_frame(digits, starts, position)
            if following < announced:
                # With what is not its own cut off, a short frame is called short.
                result = _frame(digits[position:following])
            announced = following
        yield result
        position = announced


def is_hex(text: str) -> bool:
    """Whether nothing in a text is anything but hex, what separates it, and comments."""
    return not _digits(text)[2]


def _digits(text: str) -> tuple[str, list[int], list[NoFrameError]]:
    """All hex digits, the places at which a word begins with a header, and the words left out."""
    digits: list[str] = []
    starts: list[int] = []
    foreign: list[NoFrameError] = []
    size = 0
    for word in _SEPARATORS.split(_BYTES_LITERAL.sub(" ", _COMMENT.sub(" ", text))):
        plain = _PREFIX.sub("", word).lower()
        if not plain:
            continue
        if not _HEX.fullmatch(plain):
            foreign.append(NoFrameError(f"{_said(word)} is not hex"))
            continue
        digits.append(plain)
        size += len(plain)
        if plain.startswith(_HEADER):
            starts.append(size - len(plain))
    return "".join(digits), starts, foreign


def _announced_end(digits: str, position: int) -> int:
    if not digits.startswith(_HEADER, position):
        return len(digits)
    length = digits[position : position + _LENGTH.stop][_LENGTH]
    if len(length) < 2:
        return len(digits)
    return min(len(digits), position + 2 * (_OVERHEAD + int(length, 16)))


def _next_frame(digits: str, starts: Sequence[int], position: int) -> int:
    following = bisect_left(starts, position + 1)
    limit = starts[following] if following < len(starts) else len(digits)
    place = digits.find(_HEADER, position + 1, limit)
    while place >= 0:
        if isinstance(_frame(digits[place : _announced_end(digits, place)]), Frame):
            return place
        place = digits.find(_HEADER, place + 1, limit)
    return limit


def _frame(piece: str) -> Frame | NoFrameError:
    if len(piece) % 2:
        return NoFrameError(
            f"{_said(piece)} has an odd number of hex digits: one is missing or extra"
        )
    try:
        return parse_frame(bytes.fromhex(piece))
    except FrameError as error:
        return NoFrameError(f"{_said(piece)}: {error}")


def _said(text: str) -> str:
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
