"""The last search: where it asked, who answered, and why something is no inverter."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime

from kstar_tui.clock import Clock
from kstar_tui.link.events import Asked, Found, NotAnInverter, SearchEvent
from kstar_tui.monitor.finding import Find

MOST = 64
"""Events of one kind that are kept of a search."""


@dataclass(slots=True)
class Searched:
    """One search, which grows while it lasts."""

    began: datetime
    why: str
    """What it was made for, as people read it."""
    asked: list[Asked] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    others: list[NotAnInverter] = field(default_factory=list)
    error: str | None = None
    """Why it could not be made."""
    over: bool = False

    def take(self, event: SearchEvent) -> None:
        """One more event; what is beyond the limit is left out."""
        kept: list[Asked] | list[Found] | list[NotAnInverter]
        if isinstance(event, Asked):
            kept = self.asked
        elif isinstance(event, Found):
            kept = self.found
        else:
            kept = self.others
        if len(kept) < MOST:
            kept.append(event)  # type: ignore[arg-type]


class SearchLog:
    """Listens in on searches; `changes` grows with everything that is new."""

    def __init__(self, clock: Clock) -> None:
        self.last: Searched | None = None
        self.changes = 0
        self._clock = clock

    def watching(self, look: Find, why: str) -> Find:
        """The same search, listened to; a new one takes the place of the one before."""

        async def watched() -> AsyncIterator[SearchEvent]:
            search = self.last = Searched(self._clock.now(), why)
            self.changes += 1
            events = look()
            try:
                async for event in events:
                    search.take(event)
                    self.changes += 1
                    yield event
            except OSError as error:
                search.error = error.strerror or str(error)
                raise
            finally:
                search.over = True
                self.changes += 1
                if isinstance(events, AsyncGenerator):
                    await events.aclose()

        return watched
