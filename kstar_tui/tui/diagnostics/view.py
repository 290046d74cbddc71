"""Everything that the Diagnostics screen shows at one moment, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kstar_tui.monitor.frames import Seen
from kstar_tui.monitor.quality import LinkRecord
from kstar_tui.monitor.searched import Searched
from kstar_tui.protocol.frame import FrameError, Request
from kstar_tui.protocol.parts import Kind, Part, parts_of
from kstar_tui.tui.live.view import View

Line = tuple[str, str]
About = tuple[tuple[str, tuple[Line, ...]], ...]
"""Headings, and names with values under them."""


class Section(StrEnum):
    """A part of the screen; the value is the word that people read."""

    FRAME = "frame"
    LINK = "link"
    DISCOVERY = "discovery"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A byte of a frame, and which of the parts that it belongs to is meant."""

    part: int = 0
    byte: int = 0

    def to_part(self, parts: tuple[Part, ...], index: int) -> Cursor:
        """The first byte of a part, as far as there are parts."""
        if not parts:
            return self
        index = max(0, min(index, len(parts) - 1))
        return Cursor(index, parts[index].start)

    def to_byte(self, parts: tuple[Part, ...], byte: int) -> Cursor:
        """A byte, in the part that is selected if it has that byte too."""
        if not parts:
            return self
        byte = max(0, min(byte, parts[-1].end - 1))
        if self.part < len(parts) and parts[self.part].start <= byte < parts[self.part].end:
            return Cursor(self.part, byte)
        owners = (i for i, part in enumerate(parts) if part.start <= byte < part.end)
        return Cursor(next(owners, 0), byte)

    def to_first_field(self, parts: tuple[Part, ...]) -> Cursor:
        """Behind what stands in front of the payload."""
        fields = (i for i, part in enumerate(parts) if part.kind is Kind.FIELD)
        return self.to_part(parts, next(fields, 0))

    def fits(self, parts: tuple[Part, ...]) -> bool:
        """Whether there is such a byte in such a part."""
        within = 0 <= self.part < len(parts)
        return within and parts[self.part].start <= self.byte < parts[self.part].end


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticsView:
    """One moment. `scroll` is the first line shown of what is longer than the screen."""

    live: View
    quality: LinkRecord
    section: Section = Section.FRAME
    request: Request = Request.RUNNING_DATA
    seen: Seen | None = None
    """The newest frame that answers `request`."""
    cursor: Cursor = Cursor()
    searched: Searched | None = None
    named: bool = False
    """The inverter's address was given, not searched for."""
    about: About = ()
    """Versions, terminal, files."""
    scroll: int = 0

    @property
    def parts(self) -> tuple[Part, ...]:
        """What stands in the frame; nothing where none has come, or none that is understood."""
        try:
            return parts_of(self.seen.frame) if self.seen is not None else ()
        except FrameError:
            return ()

    @property
    def legible(self) -> Seen | None:
        """The frame, where there is one that is understood."""
        return self.seen if self.parts else None
