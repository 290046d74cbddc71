"""The app: themes, screens, and one session with an inverter."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.console import RenderableType
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.message import Message
from textual.screen import ModalScreen, Screen
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
from kstar_tui.tui.actions import SettingsProvider, commands_of
from kstar_tui.tui.allcommands import AllCommands
from kstar_tui.tui.apply import Applied, apply
from kstar_tui.tui.first.answers import is_first_start
from kstar_tui.tui.first.keep import KEEP_HINT, keep
from kstar_tui.tui.first.welcome import WelcomeScreen
from kstar_tui.tui.focus.screen import FocusScreen
from kstar_tui.tui.glyphs import ASCII, UNICODE
from kstar_tui.tui.guide import help_for
from kstar_tui.tui.keys import keymap_of, spoken
from kstar_tui.tui.live.screen import LiveScreen
from kstar_tui.tui.messages import InverterChosen, LinkChanged, MqttChanged, ReadingArrived, SetUp
from kstar_tui.tui.mishaps import EnduringApp
from kstar_tui.tui.panel import PanelScreen
from kstar_tui.tui.places import LIVE, PLACES, SETTINGS
from kstar_tui.tui.plainbars import use_plain_bars
from kstar_tui.tui.rooms import About, Rooms
from kstar_tui.tui.search.screen import SearchScreen
from kstar_tui.tui.session import Session
from kstar_tui.tui.settings.bench import Bench
from kstar_tui.tui.settings.screen import SettingsScreen
from kstar_tui.tui.themes import DARK, LIGHT

if TYPE_CHECKING:
    # Each is loaded only where there is one: the simulator is the demo's.
    from kstar_tui.feed.following import Daemon
    from kstar_tui.past import Past

try:
    from kstar_tui.tui.output import exact
except ImportError:

    def exact(update: RenderableType | None) -> RenderableType | None:
        """A Textual that is built otherwise repaints in its own way, with more bytes."""
        return update


CALM = 10.0
"""Seconds up to which data is of now."""
_SEARCH_LISTEN = 2.5


class KstarApp(EnduringApp):
    """Starts with `address` where one is known, else with the search."""

    TITLE = "kstar-tui"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit", id="app.quit"),
        Binding("question_mark", "help", "Help", id="app.help", key_display="?"),
        Binding("ctrl+z", "suspend_process", "Suspend", id="app.suspend", show=False),
        Binding("ctrl+c", "interrupt", "Quit", id="app.interrupt", show=False, priority=True),
        Binding(
            *("ctrl+p", "command_palette", "palette"), id="app.palette", show=False, priority=True
        ),
    ]
    COMMANDS = App.COMMANDS | {SettingsProvider}

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        address: Address | None = None,
        demo: bool = False,
        calm: float = CALM,
        theme: str = DARK.name,
        ascii_only: bool = False,
        past: Past | None = None,
        desk: Desk | None = None,
        daemon: Daemon | None = None,
        look_in: Sequence[Path] = (),
    ) -> None:
        """Without a `desk` no setting can be changed for good. A `daemon` is attached to; others
        are looked for in folders. SettingsError for keys that cannot be."""
        # Where no colour is wanted, the terminal's own two are left, whatever the theme.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.keymap = keymap_of(settings, KstarApp)
        self.settings = settings
        self.clock = clock
        self.calendar = Calendar()
        self.glyphs = ASCII if ascii_only else UNICODE
        self.animation_level = "none"
        self.session: Session | None = None
        self._address = address
        self.demo = demo
        self._past = past
        self._daemon = daemon
        self._look_in = look_in
        self.watching = "://" in settings.attach and not demo
        """It shows what is published to a broker, and asks no inverter."""
        self.bench = Bench(self, desk)
        self._applying = asyncio.Lock()
        self.searched = SearchLog(clock)
        self._calm = calm
        self._live: LiveScreen | None = None
        self._rooms: Rooms | None = None
        self.where = LIVE
        self.running_session: Worker[None] | None = None
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = theme
        self.set_class(ascii_only, "-ascii")
        use_plain_bars(ascii_only)

    def on_mount(self) -> None:
        """Go where there is something to see."""
        self.set_keymap(self.keymap)
        desk = self.desk
        if self.watching or self._daemon is not None or self._address is not None:
            self._open(self._address, daemon=self._daemon)
        elif desk is not None and not self.demo and is_first_start(self.settings, desk):
            look = self._look("it was the first start")
            self.push_screen(WelcomeScreen(look, self.clock, self.settings, desk, self.glyphs))
        else:
            self.action_search(alone=True)

    @property
    def desk(self) -> Desk | None:
        """Where settings are written; None where that cannot be."""
        return self.bench.desk

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
            if where != self.where:
                yield SystemCommand(place.title, place.text, partial(self.action_go, where))
        yield from commands_of(self, screen)

    def on_inverter_chosen(self, message: InverterChosen) -> None:
        """Show the inverter that was chosen."""
        found, settings = message.found, self.settings
        # Another one may be chosen than the settings mean.
        meant = replace(settings, serial=found.serial if found else None)
        self._open(message.address, found, meant)
        kept = (*message.address, meant.serial) == (settings.host, settings.port, settings.serial)
        if message.by_hand and not kept and self.desk is not None and not self.demo:
            self.notify(KEEP_HINT, timeout=10)

    def on_set_up(self, message: SetUp) -> None:
        """The first start is done."""
        self.settings = message.settings
        self._open(message.address, message.found)
        self.notify(message.said, timeout=8, markup=False)

    def action_keep(self) -> None:
        """From now on start with the inverter that is shown."""
        if self.session is None or self.desk is None or self.demo:
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
        clock = SystemClock() if self.demo else self.clock
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
        """To one of the screens; each lies on Live. Where there is no inverter to show yet, the
        settings lie on the search."""
        if self._rooms is None or self._live not in self.screen_stack:
            if where == SETTINGS and isinstance(self.screen, SearchScreen):
                self.push_screen(SettingsScreen(self))
            elif where == LIVE and isinstance(self.screen, SettingsScreen):
                self.pop_screen()
            return
        if where == self.where and not isinstance(self.screen, SearchScreen):
            return
        screen = SettingsScreen(self) if where == SETTINGS else self._rooms.make(where)
        if screen is None and where != LIVE:
            return
        while self.screen is not self._live:
            self.pop_screen()
        if screen is not None:
            self.push_screen(screen)
        self.where = where

    def action_setting(self, key: str) -> None:
        """To one of the settings."""
        self.bench.at = key
        while isinstance(self.screen, ModalScreen):
            self.pop_screen()
        self.action_go(SETTINGS)
        if isinstance(self.screen, SettingsScreen):
            self.screen.select(key)

    def action_command_palette(self) -> None:
        """Every action by its name."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(AllCommands())

    def get_key_display(self, binding: Binding) -> str:
        """A key in the line of keys and in the help, in signs that the terminal has."""
        text = super().get_key_display(binding)
        return spoken(binding.key) if self.glyphs.ascii_only and not text.isascii() else text

    def action_help(self) -> None:
        """The keys of this screen and what its signs mean."""
        if not isinstance(self.screen, PanelScreen):
            self.push_screen(help_for(self))

    @property
    def shows_inverter(self) -> bool:
        """Not while one is still to be chosen."""
        return self._live in self.screen_stack and not isinstance(self.screen, SearchScreen)

    def action_report(self) -> None:
        """Write what a bug report needs into a file."""
        from kstar_tui.tui.diagnostics.report import write_report

        if self.session is not None:
            write_report(self, self.session)

    def _about(self) -> About:
        from kstar_tui.tui.diagnostics.about import about

        return about(self)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no demo in a demo."""
        return not (action == "demo" and self.demo)

    def action_demo(self) -> None:
        """Leave for the simulated inverter."""
        self.exit(return_code=DEMO_WANTED)

    def action_interrupt(self) -> None:
        """Ctrl-C ends like any program that it interrupts."""
        self.exit(return_code=Status.INTERRUPTED)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        super()._display(screen, exact(renderable))

    def _open(
        self,
        address: Address | None,
        found: Found | None = None,
        settings: Settings | None = None,
        daemon: Daemon | None = None,
    ) -> None:
        if self.running_session is not None:
            self.running_session.cancel()
        if self.session is not None:
            # The next one writes to the same database.
            self.session.close()
        session = self.make_session(settings or self.settings, address, found, daemon=daemon)
        live = LiveScreen(
            session, self.glyphs, demo=self.demo, calm=self._calm, calendar=self.calendar
        )
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self._live, self.where = live, LIVE
        self.push_screen(live)
        self.run_session(session)

    def make_session(
        self,
        settings: Settings,
        address: Address | None,
        found: Found | None = None,
        kept: Session | None = None,
        daemon: Daemon | None = None,
    ) -> Session:
        """A session that does not run yet."""
        return Session(
            settings,
            self.clock,
            address,
            found=found,
            daemon=daemon,
            watch=self.watching,
            look_in=self._look_in,
            on_update=self._updated,
            on_mqtt=self._mqtt_changed,
            on_turn=self._turned,
            demo=self.demo,
            past=self._past,
            searched=self.searched,
            kept=kept,
        )

    def run_session(self, session: Session) -> None:
        """From now on this one is shown."""
        self.session = session
        self._rooms = Rooms(
            session=session,
            clock=self.clock,
            calendar=self.calendar,
            glyphs=self.glyphs,
            demo=self.demo,
            calm=self._calm,
            about=self._about,
        )
        self.running_session = self.run_worker(session.run(), group="session")

    def start_over(self, address: Address | None) -> None:
        """Show the inverter there, or look for one; the settings stay on top."""
        if address is not None:
            self._open(address)
        else:
            while len(self.screen_stack) > 1:
                self.pop_screen()
            self.action_search(alone=True)
        self.action_go(SETTINGS)

    def draw_again(self) -> None:
        """Another session or other characters: what is open shows them."""
        if self.session is None or self._live is None or self._rooms is None:
            return
        self._rooms = replace(self._rooms, session=self.session, glyphs=self.glyphs)
        self._live.adopt(self.session, self.glyphs)
        where = self.where
        if where not in (LIVE, SETTINGS):
            self.action_go(LIVE)
            self.action_go(where)

    async def apply(self, settings: Settings, told: str = "") -> Applied:
        """Run with these settings from now on, `told` being the one that was set; SettingsError
        where that cannot be."""
        async with self._applying:
            return await apply(self, settings, told)

    def _updated(self, update: Update) -> None:
        happened = ReadingArrived if update.fresh else LinkChanged
        self._tell(lambda: happened(update))

    def _mqtt_changed(self) -> None:
        self._tell(MqttChanged)

    def _turned(self, words: str) -> None:
        self.notify(self.glyphs.spell(words), markup=False)
        self._mqtt_changed()

    def _tell(self, happened: Callable[[], Message]) -> None:
        """Whoever is on top; the others ask when they are shown again."""
        screen = self.screen
        if isinstance(screen, LiveScreen | FocusScreen):
            screen.post_message(happened())
