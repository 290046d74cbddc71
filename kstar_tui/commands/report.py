"""`kstar-tui read --hex`: the inverter's frames as they came, to be put into a report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kstar_tui.link.client import InverterClient
from kstar_tui.link.interface import LinkError
from kstar_tui.protocol.frame import Frame, Request
from kstar_tui.report.frames import NAMES, frame_lines, heading

Answers = dict[Request, Frame | LinkError]
"""What came of each question, in the order in which they were asked."""


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
    yield heading(at)
    for request, answer in answers.items():
        if isinstance(answer, LinkError):
            # The error itself names an address of somebody's network.
            yield f"# {NAMES[request]}: no usable answer"
        else:
            yield from frame_lines(answer, keep_serial=keep_serial)
