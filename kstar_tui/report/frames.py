"""An inverter's frames as lines of hex under comments, as `decode` and `simulate --frames` read
them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from kstar_tui import __version__
from kstar_tui.monitor.plausibility import Plausibility
from kstar_tui.protocol.device import decode_device_info, decode_settings, mask_serial
from kstar_tui.protocol.frame import Frame, FrameError, Request, parse_frame
from kstar_tui.protocol.reading import decode_running_data

NAMES = {
    Request.RUNNING_DATA: "running data",
    Request.DEVICE_INFO: "device information",
    Request.SETTINGS: "settings",
}
"""The three questions, the one that every inverter answers first."""
_TEXT = rb"[0-9A-Za-z._:-]{4,}"


def heading(at: datetime) -> str:
    """The first line: who wrote this, and when."""
    return f"# kstar-tui {__version__}, {at:%Y-%m-%d %H:%M:%S %z}"


def frame_lines(frame: Frame, *serials: str, keep_serial: bool = False) -> Iterator[str]:
    """A comment that names the frame, and its hex; `serials` are masked wherever they stand."""
    name = NAMES[frame.request] if frame.request else f"function {frame.function:02x}"
    remark = _remark(frame)
    if frame.request is Request.DEVICE_INFO and not keep_serial:
        remark = f", serial number masked{remark}"
    yield f"# {name}{remark}"
    yield (frame.raw if keep_serial else mask_serial(frame, *serials)).hex()


def harmless(data: bytes, *serials: str) -> bytes:
    """Bytes that were refused, as anybody may see them: in a good frame the serial number is
    masked, in anything else all that could be text."""
    try:
        frame = parse_frame(data)
    except FrameError:
        frame = None
    if frame is not None and frame.request is not None:
        return mask_serial(frame, *serials)
    return re.sub(_TEXT, lambda text: b"X" * len(text[0]), data)


def _remark(frame: Frame) -> str:
    """What is odd about a frame: a report of it is the more welcome."""
    try:
        match frame.request:
            case Request.RUNNING_DATA:
                doubt = Plausibility().check(decode_running_data(frame), 0.0)
                return "" if doubt is None else f", not believed: {doubt}"
            case Request.DEVICE_INFO:
                decode_device_info(frame)
            case _:
                decode_settings(frame)
    except FrameError as error:
        return f", not understood: {error}"
    return ""
