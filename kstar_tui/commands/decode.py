"""`kstar-tui decode`: what the frames in a bug report say."""

from __future__ import annotations

from collections.abc import Iterable

from kstar_tui.commands.context import CommandError, Context
from kstar_tui.commands.hexdump import NoFrameError, split_frames
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
from kstar_tui.settings.errors import without_passwords
from kstar_tui.status import Status

_STANDARD_INPUT = "-"


def run(context: Context) -> int:
    """Print every good frame, name every bad one; FAILED if there was one."""
    status = Status.DONE
    first = True
    # Masked before it is taken to pieces, which no longer show what they were.
    for part in split_frames(without_passwords(_input(context))):
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


def _input(context: Context) -> str:
    words: list[str] = context.options.hex
    if words and words != [_STANDARD_INPUT]:
        return "\n".join(words)
    if not words and context.stdin.isatty():
        raise CommandError(
            "Give the frames in hex, or - to paste them and end with Ctrl-D.", Status.USAGE
        )
    # As bytes: a capture of the frames themselves is as good as their hex.
    data: bytes = context.stdin.buffer.read()
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
