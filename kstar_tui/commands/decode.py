"""`kstar-tui decode`: what the frames in a bug report say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from errno import ENAMETOOLONG
from pathlib import Path

from kstar_tui.commands.context import CommandError, Context
from kstar_tui.commands.hexdump import NoFrameError, is_hex, split_frames
from kstar_tui.commands.show import (
    device_json,
    device_lines,
    reading_json,
    reading_lines,
    settings_lines,
)
from kstar_tui.protocol.device import DeviceInfo, decode_device_info, decode_settings
from kstar_tui.protocol.frame import HEADER, Frame, FrameError, Rejection, Request
from kstar_tui.protocol.reading import Reading, decode_running_data
from kstar_tui.settings.errors import quoted, without_passwords
from kstar_tui.status import Status

_STANDARD_INPUT = "-"


def run(context: Context) -> int:
    """Print every good frame, name every bad one; FAILED if there was one."""
    text, unknown = _input(context)
    for word in unknown:
        context.say(f"kstar-tui: {quoted(word)} is neither hex nor a file")
    status = Status.FAILED if unknown else Status.DONE
    if unknown and not text:
        return status
    first = True
    # Masked before it is taken to pieces, which no longer show what they were.
    for part in split_frames(without_passwords(text)):
        try:
            if isinstance(part, NoFrameError):
                raise part
            described, lines = _describe(part)
        except ValueError as problem:
            context.say(f"kstar-tui: {problem}")
            status = Status.FAILED
            continue
        if context.options.json:
            context.emit_json(described)
            continue
        if not first:
            context.emit("")
        first = False
        for line in lines:
            context.emit(line)
    return status


def _input(context: Context) -> tuple[str, list[str]]:
    """The text with the frames, and the arguments that are none and no file either."""
    words: list[str] = context.options.hex
    if words and words != [_STANDARD_INPUT]:
        return _given(words)
    if not words and context.stdin.isatty():
        raise CommandError(
            "Give a file or the frames in hex, or - to paste them and end with Ctrl-D.",
            Status.USAGE,
        )
    return _text(context.stdin.buffer.read()), []


def _given(words: Sequence[str]) -> tuple[str, list[str]]:
    texts: list[str] = []
    unknown: list[str] = []
    for word in words:
        if is_hex(word):
            texts.append(word)
        elif (content := _file(word)) is not None:
            texts.append(content)
        elif any(map(str.isspace, word)):
            # Pasted as a whole: what is wrong in it is told word by word.
            texts.append(word)
        else:
            unknown.append(word)
    return "\n".join(texts), unknown


def _file(name: str) -> str | None:
    """What stands in a file; None where there is none of this name."""
    try:
        return _text(Path(name).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except OSError as error:
        if error.errno == ENAMETOOLONG:
            return None
        raise CommandError(f"{quoted(name)}: {error.strerror}.") from error


def _text(data: bytes) -> str:
    """A capture of the frames themselves is as good as their hex."""
    return data.hex() if data.startswith(HEADER) else data.decode("latin-1")


def _describe(frame: Frame) -> tuple[dict[str, object], Iterable[str]]:
    match frame.request:
        case Request.RUNNING_DATA:
            reading: Reading = decode_running_data(frame)
            return reading_json(reading), reading_lines(reading)
        case Request.DEVICE_INFO:
            info: DeviceInfo = decode_device_info(frame)
            return device_json(info), device_lines(info)
        case Request.SETTINGS:
            settings = decode_settings(frame)
            return device_json(settings), settings_lines(settings)
        case None:
            raise FrameError(Rejection.UNKNOWN_FUNCTION, f"{frame.function:02x}")
