"""What the steps of a first start show, for a size. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from kstar_tui.mqtt.probe import Result, Step
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.paint import Paint, Picture, Rect
from kstar_tui.tui.search.picture import block_of

MARKS = {
    Result.OK: ("ok", "good"),
    Result.WARNING: ("warning", "warning"),
    Result.FAILED: ("FAILED", "fault"),
    Result.SKIPPED: ("skipped", "dim"),
    Result.NOT_TRIED: ("not tried", "dim"),
}
_MARK = max(len(mark) for mark, _ in MARKS.values()) + 2
_NAME = len("connection") + 2
_NARROW = 56
"""Columns below which a text stands under its step, and what is of no concern is left out."""
_INDENT = 2

Part = tuple[str, str]
_Row = tuple[Part, Part, Part]


def draw_head(
    title: str, step: str, text: str, width: int, height: int, glyphs: Glyphs, top: int
) -> Picture:
    """A title, where one is in the sequence, and below it a text as far as there is room."""
    paint = Paint(width, height, glyphs)
    block = block_of(width, 30)
    put_title(paint, block, top, title, step)
    for y, line in enumerate(wrap(text, block.width), top + 1):
        paint.put(block.x, y, line, "dim")
    return paint.picture()


def put_title(paint: Paint, block: Rect, y: int, title: str, step: str) -> None:
    """A title on the left, and where one is in the sequence on the right, if there is room."""
    end = paint.put(block.x, y, title[: block.width], "strong")
    if end + len(step) < block.right:
        paint.right(block.right, y, step, "dim")


def verdict(steps: Sequence[Step]) -> Part:
    """What the steps of a check mean together, in words and a style."""
    results = {step.result for step in steps}
    if Result.FAILED in results:
        return "It does not work yet. It can be saved all the same, and mended later.", "fault"
    if Result.WARNING in results:
        return "It works, but see the warning.", "warning"
    return "All is well.", "good"


def short_verdict(steps: Sequence[Step]) -> Part:
    """The same in a few words."""
    if not steps:
        return "not tested", "dim"
    failed = [step.name for step in steps if step.result is Result.FAILED]
    if failed:
        return f"the test FAILED at {failed[0]}", "fault"
    if any(step.result is Result.WARNING for step in steps):
        return "tested, with a warning", "warning"
    return "tested, all is well", "good"


def draw_steps(
    steps: Sequence[Step],
    width: int,
    height: int,
    glyphs: Glyphs,
    *,
    running: bool,
    rival: str = "",
) -> Picture:
    """Each step with its result as a word; where there is little room, what went well is told
    in one line, and what did not in full. `rival`: an inverter that somebody publishes already."""
    paint = Paint(width, height, glyphs)
    block = block_of(width, height)
    last: list[Part] = []
    if running:
        last = [("testing …", "dim")]
    elif steps:
        last = [verdict(steps)]
        if rival:
            last = [(f"It works, but another kstar-tui publishes {rival} there.", "warning")]
    room = height - len(last)
    rows = _rows(steps, block.width)
    if len(rows) > room:
        rows = _rows(_gathered(steps, (Result.NOT_TRIED,)), block.width)
    short = (Result.NOT_TRIED, Result.OK, Result.SKIPPED)
    if len(rows) > room:
        rows = _rows(_gathered(steps, short), block.width)
    if len(rows) > room:
        rows = _rows([step for step in steps if step.result not in short], block.width)
    y = 0
    for mark, name, text in rows[: max(0, room)]:
        x = paint.put(block.x, y, mark[0].ljust(_MARK), mark[1])
        x = paint.put(x, y, name[0].ljust(_NAME), name[1])
        paint.put(x, y, text[0][: max(0, block.right - x)], text[1])
        y += 1
    for words, style in last:
        paint.put(block.x, y, words[: block.width], style)
    return paint.picture()


def _rows(steps: Sequence[Step], width: int) -> list[_Row]:
    rows: list[_Row] = []
    narrow = width < _NARROW
    room = max(12, width - (_INDENT if narrow else _MARK + _NAME))
    nothing = ("", "text")
    for step in steps:
        word, style = MARKS[step.result]
        loud = step.result in (Result.WARNING, Result.FAILED)
        lines = wrap(step.text, room, max_lines=None if loud else 1, placeholder=" …")
        texts = [(line, "text" if loud else "dim") for line in lines or [""]]
        texts += [(line, "dim") for line in wrap(step.advice, room)]
        if narrow:
            rows.append(((word, style), (step.name, "text"), nothing))
            texts = [(" " * _INDENT + line, tone) for line, tone in texts if loud]
            rows += [(text, nothing, nothing) for text in texts]
            continue
        rows.append(((word, style), (step.name, "text"), texts[0]))
        rows += [(nothing, nothing, text) for text in texts[1:]]
    return rows


def _gathered(steps: Sequence[Step], which: Sequence[Result]) -> list[Step]:
    """Steps of these results together, each result once."""
    gathered: list[Step] = []
    done: set[Result] = set()
    for step in steps:
        if step.result not in which:
            gathered.append(step)
        elif step.result not in done:
            done.add(step.result)
            names = ", ".join(one.name for one in steps if one.result is step.result)
            gathered.append(Step(names, step.result))
    return gathered
