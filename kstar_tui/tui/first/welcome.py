"""The first step of a first start: which inverter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from kstar_tui.clock import Clock
from kstar_tui.link.events import SearchEvent
from kstar_tui.settings import Settings
from kstar_tui.settings.desk import Desk
from kstar_tui.tui.first.answers import Inverter
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.messages import InverterChosen
from kstar_tui.tui.search.screen import SearchScreen


class WelcomeScreen(SearchScreen):
    """The search, with a welcome; it takes nothing by itself, and the next step comes behind it."""

    STEP = "step 1 of 3"

    def __init__(
        self,
        look: Callable[[], AsyncIterator[SearchEvent]],
        clock: Clock,
        settings: Settings,
        desk: Desk,
        glyphs: Glyphs,
    ) -> None:
        super().__init__(
            look,
            clock,
            settings.port,
            discovery_port=settings.discovery_port,
            alone=False,
            glyphs=glyphs,
        )
        self._settings = settings
        self._desk = desk

    def on_inverter_chosen(self, message: InverterChosen) -> None:
        """Ask for a broker; the app is told when all is chosen."""
        # With it comes what talks to brokers, which most starts have no use for.
        from kstar_tui.tui.first.broker import BrokerScreen

        message.stop()
        inverter = Inverter(message.address, message.info, message.found)
        self.app.push_screen(
            BrokerScreen(inverter, self._settings, self._desk, self._clock, self._glyphs)
        )
