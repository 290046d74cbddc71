"""Only the cells that changed go to the terminal, with no colour said twice.

Textual repaints a region from the start of its widget's line, and sets and resets every colour
for every segment, blanks included. Over a slow SSH line that is most of the traffic of a screen of
small numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.color import Color, ColorSystem
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate

_SYSTEMS = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
    "windows": ColorSystem.WINDOWS,
}
_ATTRIBUTES = (
    ("bold", "1"),
    ("dim", "2"),
    ("italic", "3"),
    ("underline", "4"),
    ("blink", "5"),
    ("reverse", "7"),
    ("strike", "9"),
)
_ON_BLANKS = frozenset("4579")
_RESET = "\x1b[0m"


class ExactUpdate(ChopsUpdate):
    """The same update, cut at both ends of what changed."""

    def render_segments(self, console: Console) -> str:
        """Raw data for the terminal."""
        pen = _Pen(_SYSTEMS.get(console.color_system or ""))
        parts: list[str] = []
        for y, start, end in self.spans:
            for chop_end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x >= end or chop_end <= start:
                    continue
                left, right = max(x, start), min(chop_end, end)
                parts.append(f"\x1b[{y + 1};{left + 1}H")
                parts += pen.write(strip.crop(left - x, right - x))
        parts.append(pen.lift())
        return "".join(parts)


class ExactLayout(LayoutUpdate):
    """The same region whole, as when a screen is opened."""

    def render_segments(self, console: Console) -> str:
        """Raw data for the terminal."""
        pen = _Pen(_SYSTEMS.get(console.color_system or ""))
        parts: list[str] = []
        for y, line in enumerate(self.strips, self.region.y):
            parts.append(f"\x1b[{y + 1};{self.region.x + 1}H")
            for strip in line:
                parts += pen.write(strip)
        parts.append(pen.lift())
        return "".join(parts)


def exact(update: RenderableType | None) -> RenderableType | None:
    """An update made exact; what is none of a screen's as it is."""
    if type(update) is ChopsUpdate:
        return ExactUpdate(update.chops, update.spans, update.chop_ends)
    if type(update) is LayoutUpdate:
        return ExactLayout(update.strips, update.region)
    return update


class _Pen:
    """What the terminal's colours are, so that only their change is said."""

    def __init__(self, system: ColorSystem | None) -> None:
        self._system = system
        self._now: tuple[str, str, str] = ("", "", "")
        self._codes: dict[Style, tuple[str, str, str]] = {}

    def write(self, segments: Iterable[Segment]) -> Iterator[str]:
        """The segments' texts, each with what changes before it."""
        for segment in segments:
            if segment.control or not segment.text:
                continue
            style = segment.style or Style.null()
            if style.link:
                yield self.lift()
                yield style.render(segment.text, color_system=self._system)
                continue
            yield self._change(style, blank=segment.text.isspace())
            yield segment.text

    def lift(self) -> str:
        """Back to no style at all."""
        used = self._now != ("", "", "")
        self._now = ("", "", "")
        return _RESET if used else ""

    def _change(self, style: Style, *, blank: bool) -> str:
        wanted = self._codes.get(style)
        if wanted is None:
            wanted = self._codes[style] = self._encode(style)
        before = self._now
        if blank and not (_seen_on_blanks(wanted[0]) or _seen_on_blanks(before[0])):
            # Of a blank only the ground is seen.
            wanted = (*before[:2], wanted[2])
        self._now = wanted
        if wanted == before:
            return ""
        attributes, fore, back = wanted
        if attributes != before[0] or (before[1] and not fore) or (before[2] and not back):
            # There is no short way to take an attribute back.
            codes = ["0", attributes, fore, back] if any(before) else [attributes, fore, back]
        else:
            codes = [fore if fore != before[1] else "", back if back != before[2] else ""]
        return f"\x1b[{';'.join(filter(None, codes))}m"

    def _encode(self, style: Style) -> tuple[str, str, str]:
        attributes = ";".join(code for name, code in _ATTRIBUTES if getattr(style, name))
        if self._system is None:
            return "", "", ""
        return attributes, self._colour(style.color, True), self._colour(style.bgcolor, False)

    def _colour(self, colour: Color | None, foreground: bool) -> str:
        if colour is None or self._system is None:
            return ""
        codes = colour.downgrade(self._system).get_ansi_codes(foreground=foreground)
        # "Default" is what is there after a reset: saying nothing says it.
        return "" if codes in (("39",), ("49",)) else ";".join(codes)


def _seen_on_blanks(attributes: str) -> bool:
    return not _ON_BLANKS.isdisjoint(attributes.split(";"))
