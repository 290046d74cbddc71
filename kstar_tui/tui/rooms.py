"""The screens of one session, made when one goes there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from textual.screen import Screen

from kstar_tui.clock import Clock
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.tariff import Tariff
from kstar_tui.tui.events.episodes import active_in
from kstar_tui.tui.events.screen import EventsScreen, Happened
from kstar_tui.tui.focus.screen import FocusScreen, Page
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.history.screen import HistoryScreen, Source
from kstar_tui.tui.session import Session
from kstar_tui.tui.words import not_open, short_name

About = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""Headings, and names with values under them."""
_HISTORY_OFF = (
    "History is off.",
    'Start without --no-history, or take path = "off" out of [history] in config.toml.',
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What every screen of a session is made of. `calm` is the age in s up to which data is of
    now."""

    session: Session
    clock: Clock
    calendar: Calendar
    glyphs: Glyphs
    demo: bool
    calm: float
    about: Callable[[], About] = tuple
    """Versions, terminal and files, for the Diagnostics screen."""

    def make(self, where: str) -> Screen[None] | None:
        """The screen of a place; None for Live, which is there already, and what is none."""
        make = self._makers().get(where)
        return make() if make is not None else None

    def _makers(self) -> dict[str, Callable[[], Screen[None]]]:
        return {
            "history": self._history,
            "battery": partial(self._focus, Page.BATTERY),
            "grid": partial(self._focus, Page.GRID),
            "events": self._events,
            "diagnostics": self._diagnostics,
        }

    def _history(self) -> HistoryScreen:
        return HistoryScreen(
            partial(_past_of, self.session), self.clock, self.calendar, self.glyphs
        )

    def _focus(self, page: Page) -> FocusScreen:
        return FocusScreen(
            page,
            self.session,
            self.glyphs,
            demo=self.demo,
            calm=self.calm,
            calendar=self.calendar,
        )

    def _events(self) -> EventsScreen:
        return EventsScreen(
            partial(_happened_to, self.session), self.clock, self.glyphs, self.calendar
        )

    def _diagnostics(self) -> Screen[None]:
        # Hardly ever needed: no start waits for it.
        from kstar_tui.tui.diagnostics.screen import DiagnosticsScreen
        from kstar_tui.tui.diagnostics.source import DiagnosticsSource

        source = DiagnosticsSource(
            self.session, demo=self.demo, calm=self.calm, calendar=self.calendar
        )
        return DiagnosticsScreen(source, self.about, self.glyphs)


def _past_of(session: Session) -> Source:
    status, archive = session.history, session.archive
    if status is None and session.via is not None:
        return Source(None, why=("There is no history here.", session.via.no_history))
    if status is None:
        return Source(None, why=_HISTORY_OFF)
    if archive is None:
        what, reason = not_open(status)
        return Source(None, why=(f"The history {what}.", reason, status.path))
    of = session.settings
    tariff = Tariff.of(of.import_price, of.export_price, of.currency, of.tariff_bands)
    key = session.history_key or session.monitor.latest.key
    return Source(archive, key, where=status.path, tariff=tariff)


def _happened_to(session: Session) -> Happened:
    update = session.monitor.latest
    info = update.info
    name = short_name(info) if info is not None else session.history_key or ""
    kept = session.archive is not None
    return Happened(session.all_events, name, update.rejected, kept=kept, active=active_in(update))
