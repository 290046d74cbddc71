"""`kstar-tui read --hex`: the inverter's frames as they came, to be put into a report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kstar_tui import __version__
from kstar_tui.link.client import InverterClient
from kstar_tui.link.interface import LinkError
from kstar_tui.monitor.plausibility import Plausibility
from kstar_tui.protocol.device import decode_device_info, decode_settings, mask_serial
from kstar_tui.protocol.frame import Frame, FrameError, Request
from kstar_tui.protocol.reading import decode_running_data

Answers = dict[Request, Frame | LinkError]
"""What came of each question, in the order in which they were asked."""

NAMES = {
    Request.RUNNING_DATA: "running data",
    Request.DEVICE_INFO: "device information",
    Request.SETTINGS: "settings",
}
"""The three questions, the one that every inverter answers first."""


async def ask_all(client: InverterClient) -> Answers:
    """Each question once; LinkError, the first one, when none of them is answered."""
    answers: Answers = {}
    errors: list[LinkError] = []
    for request in NAMES:
        try:
            answers[request] = await client.frame(request)
        except LinkError as error:
            answers[request] = error
            errors.append(error)
            if len(errors) == len(answers) and not client.counters.rejections.total():
                # Nothing at all has come back: nobody is there to be asked the rest.
                break
    if len(errors) == len(answers):
        raise errors[0]
    return answers


def report_lines(answers: Answers, at: datetime, *, keep_serial: bool = False) -> Iterator[str]:
    """One line of hex for each frame under a comment that names it, as `decode` and `simulate
    --frames` read them."""
    yield f"# kstar-tui {__version__}, {at:%Y-%m-%d %H:%M:%S %z}"
    for request, answer in answers.items():
        if isinstance(answer, LinkError):
            # The error itself names an address of somebody's network.
            yield f"# {NAMES[request]}: no usable answer"
            continue
        remark = _remark(answer)
        if request is Request.DEVICE_INFO and not keep_serial:
            remark = f", serial number masked{remark}"
        yield f"# {NAMES[request]}{remark}"
        yield (answer.raw if keep_serial else mask_serial(answer)).hex()


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
