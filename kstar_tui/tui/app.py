"""The app: themes, screens, and one session with an inverter."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.console import RenderableType
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker

from kstar_tui.assembly import find
from kstar_tui.clock import Clock, SystemClock
from kstar_tui.history.calendar import Calendar
from kstar_tui.link.events import Found
from kstar_tui.link.interface import Address
from kstar_tui.monitor.finding import Find
from kstar_tui.monitor.searched import SearchLog
from kstar_tui.monitor.update import Update
from kstar_tui.settings import Settings
from kstar_tui.settings.desk import Desk
from kstar_tui.status import DEMO_WANTED, Status
from kstar_tui.tui.allcommands import AllCommands
from kstar_tui.tui.first.answers import is_first_start
from kstar_tui.tui.first.keep import KEEP_HINT, keep
from kstar_tui.tui.first.welcome import WelcomeScreen
from kstar_tui.tui.focus.screen import FocusScreen
from kstar_tui.tui.glyphs import ASCII, UNICODE, speaks_unicode
from kstar_tui.tui.help import HelpScreen, signs_of
from kstar_tui.tui.live.screen import LiveScreen
from kstar_tui.tui.messages import InverterChosen, LinkChanged, MqttChanged, ReadingArrived, SetUp
from kstar_tui.tui.panel import PanelScreen
from kstar_tui.tui.places import LIVE, PLACES, all_ways
from kstar_tui.tui.rooms import About, Rooms
from kstar_tui.tui.search.screen import SearchScreen
from kstar_tui.tui.session import Session
from kstar_tui.tui.themes import DARK, LIGHT, theme_for

if TYPE_CHECKING:
    # The simulator is loaded where there is a demo.
    from kstar_tui.past import Past

try:
    from kstar_tui.tui.output import exact
except ImportError:

    def exact(update: RenderableType | None) -> RenderableType | None:
        """A Textual that is built otherwise repaints in its own way, with more bytes."""
        return update


_CALM = 10.0
_SEARCH_LISTEN = 2.5
_TOLD = ("live.poll", "live.search", "live.details", "live.keep")
"""Keys that the line at the bottom has no room for."""


class KstarApp(App[None]):
    """Starts with `address` where one is known, else with the search."""

    TITLE = "kstar-tui"
    # Where the terminal has nothing but ASCII, Textual's own widgets must do with it too.
    CSS = """
    Tooltip { max-width: 72; }
    .-ascii PanelScreen > VerticalScroll { border: ascii $accent; }
    .-ascii FooterKey.-command-palette { border-left: none; }
    .-ascii CommandPalette > Vertical { border: none; }
    .-ascii CommandPalette #--input { border: none; }
    .-ascii CommandPalette SearchIcon { display: none; }
    .-ascii CommandPalette CommandInput { border: none; }
    .-ascii CommandPalette CommandList { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit", id="app.quit"),
        Binding("question_mark", "help", "Help", id="app.help", key_display="?"),
        Binding("ctrl+z", "suspend_process", "Suspend", id="app.suspend", show=False),
        Binding("ctrl+c", "interrupt", "Quit", id="app.interrupt", show=False, priority=True),
    ]

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        address: Address | None = None,
        demo: bool = False,
        calm: float = _CALM,
        theme: str = DARK.name,
        ascii_only: bool = False,
        past: Past | None = None,
        desk: Desk | None = None,
    ) -> None:
        """Without a `desk` no setting can be changed for good."""
        super().__init__()
        self.settings = settings
        self.clock = clock
        self.calendar = Calendar()
        self.glyphs = ASCII if ascii_only else UNICODE
        self.animation_level = "none"
        self.session: Session | None = None
        self._address = address
        self._demo = demo
        self._past = past
        self.desk = desk
        self.searched = SearchLog(clock)
        self._calm = calm
        self._live: LiveScreen | None = None
        self._rooms: Rooms | None = None
        self._where = LIVE
        self._running_session: Worker[None] | None = None
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = theme
        self.set_class(ascii_only, "-ascii")

    def on_mount(self) -> None:
        """Go where there is something to see."""
        if self._address is not None:
            self._open(self._address)
        elif self.desk is not None and not self._demo and is_first_start(self.settings, self.desk):
            look = self._look("it was the first start")
            self.push_screen(WelcomeScreen(look, self.clock, self.settings, self.desk, self.glyphs))
        else:
            self.action_search(alone=True)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action is in the palette."""
        for command in super().get_system_commands(screen):
            # Our own help tells the keys, of this screen and with their meaning.
            if command.title != "Keys":
                yield command
        yield SystemCommand("Help", "The keys of this screen, and its signs", self.action_help)
        yield SystemCommand("Search", "Look for another inverter", self.action_search)
        if self.session is not None:
            yield SystemCommand("Write a report", "For a bug report, masked", self.action_report)
        for where, place in PLACES.items() if self.session is not None else ():
            if where != self._where:
                yield SystemCommand(place.title, place.text, partial(self.action_go, where))
        if isinstance(screen, LiveScreen):
            yield SystemCommand(
                "Connections", "The inverter, the link and MQTT in detail", screen.action_details
            )
            yield SystemCommand("Poll now", "Ask the inverter at once", screen.action_poll)
            yield SystemCommand("Keep", "Start with this inverter from now on", self.action_keep)
            word = "Go on" if screen.paused else "Pause"
            yield SystemCommand(word, "Hold the picture still or let it go", screen.action_pause)

    def on_inverter_chosen(self, message: InverterChosen) -> None:
        """Show the inverter that was chosen."""
        found, settings = message.found, self.settings
        # Another one may be chosen than the settings mean.
        meant = replace(settings, serial=found.serial if found else None)
        self._open(message.address, found, meant)
        kept = message.address == (settings.host, settings.port)
        if message.by_hand and not kept and self.desk is not None and not self._demo:
            self.notify(KEEP_HINT, timeout=10)

    def on_set_up(self, message: SetUp) -> None:
        """The first start is done."""
        self.settings = message.settings
        self._open(message.address, message.found)
        self.notify(message.said, timeout=8, markup=False)

    def action_keep(self) -> None:
        """From now on start with the inverter that is shown."""
        if self.session is None or self.desk is None or self._demo:
            return
        kept = keep(self.desk, self.session.monitor.latest, self.settings)
        self.settings = kept.settings
        self.notify(kept.said, severity=kept.severity, timeout=10, markup=False)

    def action_search(self, alone: bool = False) -> None:
        """Look for inverters; `alone` takes a single one without asking."""
        if isinstance(self.screen, SearchScreen):
            return
        look = self._look("the search screen was open")
        port, glyphs = self.settings.port, self.glyphs
        current = self.session.monitor.latest.address if self.session else None
        # The network is asked at the world's own pace, however fast the demo's day passes.
        clock = SystemClock() if self._demo else self.clock
        self.push_screen(
            SearchScreen(
                look,
                clock,
                port,
                discovery_port=self.settings.discovery_port,
                alone=alone,
                meant=self.settings.serial if alone else None,
                current=current,
                glyphs=glyphs,
            )
        )

    def _look(self, why: str) -> Find:
        """One round of asking, noted for Diagnostics."""
        return self.searched.watching(partial(find, self.settings, listen=_SEARCH_LISTEN), why)

    def action_go(self, where: str) -> None:
        """To one of the screens that show the inverter; each lies on Live."""
        if self._rooms is None or self._live not in self.screen_stack or where == self._where:
            return
        screen = self._rooms.make(where)
        if screen is None and where != LIVE:
            return
        while self.screen is not self._live:
            self.pop_screen()
        if screen is not None:
            self.push_screen(screen)
        self._where = where

    def action_command_palette(self) -> None:
        """Every action by its name."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(AllCommands())

    def get_key_display(self, binding: Binding) -> str:
        """A key in the line of keys and in the help, in signs that the terminal has."""
        return self.glyphs.key(super().get_key_display(binding))

    def action_help(self) -> None:
        """The keys of this screen and what its signs mean."""
        if isinstance(self.screen, PanelScreen):
            return
        keys = [
            (self.get_key_display(active.binding), active.binding.description)
            for active in self.screen.active_bindings.values()
            if active.binding.id and active.enabled
            if active.binding.show or active.binding.id in _TOLD
            if not active.binding.action.startswith("app.go(")
        ]
        if self._shows_inverter:
            keys.insert(0, all_ways())
        keys += [("^p", "Every action, and the themes"), ("^c", "Quit with status 130")]
        self.push_screen(self._help(keys))

    @property
    def _shows_inverter(self) -> bool:
        return self._live in self.screen_stack and not isinstance(self.screen, SearchScreen)

    def _help(self, keys: list[tuple[str, str]]) -> HelpScreen:
        screen, glyphs = self.screen, self.glyphs
        if not self._shows_inverter:
            title = "Search" if isinstance(screen, SearchScreen) else "First start"
            return HelpScreen(f"{title}: keys", keys)
        title = f"{PLACES[self._where].title}: keys and signs"
        if isinstance(screen, LiveScreen):
            return HelpScreen(title, keys, glyphs)
        return HelpScreen(title, [*keys, *signs_of(self._where, glyphs)])

    def action_report(self) -> None:
        """Write what a bug report needs into a file."""
        from kstar_tui.tui.diagnostics.report import write_report

        if self.session is not None:
            write_report(self, self.session)

    def _about(self) -> About:
        from kstar_tui.tui.diagnostics.about import about

        return about(self)

    def action_demo(self) -> None:
        """Leave for the simulated inverter."""
        self.exit(return_code=DEMO_WANTED)

    def action_interrupt(self) -> None:
        """Ctrl-C ends like any program that it interrupts."""
        self.exit(return_code=Status.INTERRUPTED)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        super()._display(screen, exact(renderable))

    def _open(
        self, address: Address, found: Found | None = None, settings: Settings | None = None
    ) -> None:
        if self._running_session is not None:
            self._running_session.cancel()
        if self.session is not None:
            # The next one writes to the same database.
            self.session.close()
        self.session = Session(
            settings or self.settings,
            self.clock,
            address,
            found=found,
            on_update=self._updated,
            on_mqtt=self._mqtt_changed,
            demo=self._demo,
            past=self._past,
            searched=self.searched,
        )
        live = LiveScreen(
            self.session,
            self.glyphs,
            demo=self._demo,
            calm=self._calm,
            calendar=self.calendar,
        )
        self._rooms = Rooms(
            session=self.session,
            clock=self.clock,
            calendar=self.calendar,
            glyphs=self.glyphs,
            demo=self._demo,
            calm=self._calm,
            about=self._about,
        )
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self._live, self._where = live, LIVE
        self.push_screen(live)
        self._running_session = self.run_worker(self.session.run(), group="session")

    def _updated(self, update: Update) -> None:
        happened = ReadingArrived if update.fresh else LinkChanged
        self._tell(lambda: happened(update))

    def _mqtt_changed(self) -> None:
        self._tell(MqttChanged)

    def _tell(self, happened: Callable[[], Message]) -> None:
        """Whoever is on top; the others ask when they are shown again."""
        screen = self.screen
        if isinstance(screen, LiveScreen | FocusScreen):
            screen.post_message(happened())


async def run_ui(
    settings: Settings,
    *,
    clock: Clock | None = None,
    demo: bool = False,
    address: Address | None = None,
    past: Past | None = None,
    desk: Desk | None = None,
) -> int:
    """Run the app until the user leaves; returns the exit status, or DEMO_WANTED."""
    if address is None and settings.host:
        address = Address(settings.host, settings.port)
    ascii_only = settings.ascii or not speaks_unicode(os.environ)
    app = KstarApp(
        settings,
        clock or SystemClock(),
        address=address,
        demo=demo,
        # A day that passes faster is as fresh when it is as many polls old.
        calm=max(_CALM, 2 * settings.interval) if demo else _CALM,
        theme=theme_for(os.environ),
        ascii_only=ascii_only,
        past=past,
        desk=desk,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, app.exit)
    loop.add_signal_handler(signal.SIGINT, app.action_interrupt)
    await app.run_async()
    return app.return_code or 0
