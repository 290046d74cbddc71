"""Everything looked at in turn, and what follows from all of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator
from dataclasses import replace

from kstar_tui.companions import Companions
from kstar_tui.doctor.brokering import examine_broker, examine_watched
from kstar_tui.doctor.daemons import Reader, examine_daemons, reader
from kstar_tui.doctor.disk import Database
from kstar_tui.doctor.finding import Finding, Result, Section, note, problem
from kstar_tui.doctor.interfaces import examine_interfaces
from kstar_tui.doctor.inverter import Examined
from kstar_tui.doctor.preferences import examine_settings
from kstar_tui.doctor.searching import Searching
from kstar_tui.doctor.terminal import Terminal, examine_terminal
from kstar_tui.doctor.timekeeping import Watch, kernel_says
from kstar_tui.doctor.versions import examine_versions
from kstar_tui.doctor.world import World
from kstar_tui.history.lock import holder
from kstar_tui.link.interface import Address
from kstar_tui.mqtt.broker import parse_broker
from kstar_tui.settings import SettingsError
from kstar_tui.settings.errors import without_passwords
from kstar_tui.settings.lenient import load_what_is_right
from kstar_tui.settings.paths import history_path
from kstar_tui.settings.row import DEFAULT
from kstar_tui.settings.table import TABLE
from kstar_tui.settings.use_kinds import LOCAL
from kstar_tui.status import Status
from kstar_tui.tui.glyphs import speaks_unicode

_SEARCH_KEYS = ("discovery.port", "discovery.broadcast", "inverter.port")
_INVERTER_KEYS = ("inverter.host", "inverter.port")
_BROKER_KEYS = tuple(key for key in TABLE if key.startswith("mqtt."))
_BUG = "That is a mistake in kstar-tui: please report it, with this line."

Lines = Iterable[Finding] | AsyncIterator[Finding]


class Examination:
    """One examination of a world; `findings` is what was found so far."""

    def __init__(
        self,
        world: World,
        terminal: Terminal,
        *,
        clock_is_kept: Callable[[], bool | None] = kernel_says,
    ) -> None:
        self.findings: list[tuple[Section, Finding]] = []
        self._world = world
        self._terminal = terminal
        self._clock_is_kept = clock_is_kept
        self._watch = Watch(world)
        self._loaded = load_what_is_right(world.arguments, world.environ, world.config)
        self._settings = self._loaded.settings
        self._searching = Searching()
        attach = self._settings.attach
        self._watched = parse_broker(attach).endpoint if "://" in attach else None
        """The broker at which a screen hears what another machine publishes."""
        self._misset = bool(self._loaded.errors)
        self._answered: bool | None = None
        """None while no inverter could be asked."""
        self._reader: Reader | None = None
        """Whose inverter is asked, where none is named."""

    @property
    def status(self) -> Status:
        """How the program ends: what is wrong with the settings counts first, then the inverter."""
        if self._misset:
            return Status.USAGE
        if self._answered is False:
            return Status.NO_INVERTER
        return Status.DONE if self.counts.keys() <= {Result.OK, Result.NOTE} else Status.FAILED

    @property
    def ascii_only(self) -> bool:
        """Whether the terminal, or whoever set it so, wants no other signs."""
        return self._settings.ascii or not speaks_unicode(self._world.environ)

    @property
    def counts(self) -> Counter[Result]:
        """How many lines there are of each kind."""
        return Counter(finding.result for _, finding in self.findings)

    async def run(self) -> AsyncGenerator[tuple[Section, Finding], None]:
        """Each finding as it is known, section by section."""
        world = self._world
        sections: dict[Section, Callable[[], Lines]] = {
            Section.SETTINGS: self._look_at_settings,
            Section.DAEMON: self._daemons,
            Section.INTERFACES: lambda: examine_interfaces(
                world, self._settings, searched=self._watched is None
            ),
            Section.SEARCH: self._search,
            Section.INVERTER: self._inverter,
            Section.HISTORY: self._history,
            Section.BROKER: self._broker,
            Section.CLOCK: lambda: self._watch.examine(self._clock_is_kept),
            Section.TERMINAL: lambda: examine_terminal(
                self._terminal, world.environ, ascii_wanted=self._settings.ascii
            ),
            Section.VERSIONS: examine_versions,
        }
        for section, look in sections.items():
            async for finding in self._guarded(look):
                self.findings.append((section, finding))
                yield section, finding

    async def _guarded(self, look: Callable[[], Lines]) -> AsyncIterator[Finding]:
        """The lines of a section; what goes wrong in it ends no other."""
        try:
            lines = look()
            if isinstance(lines, AsyncIterator):
                async for finding in lines:
                    yield finding
            else:
                for finding in lines:
                    yield finding
                    # Ctrl-C is heard between two lines.
                    await asyncio.sleep(0)
        except SettingsError as error:
            # The files that settings name are looked at only here.
            self._misset = True
            advice = "Correct it there, or take it out: kstar-tui does not run with it."
            yield problem("refused", without_passwords(error), advice)
        except Exception as error:
            text = without_passwords(f"cannot be looked at: {type(error).__name__}: {error}")
            yield problem("failed", text, _BUG)

    def _skipped(self, keys: Iterable[str]) -> Finding | None:
        """Why a section cannot be looked at; None where its settings are known."""
        wrong = sorted(self._loaded.wrong.intersection(keys))
        if not wrong:
            return None
        return note("skipped", f"not looked at: {', '.join(wrong)} cannot be used (see Settings)")

    def _look_at_settings(self) -> Iterator[Finding]:
        yield from examine_settings(self._world, self._loaded)
        # What is needed for them may be missing: SettingsError.
        Companions(self._settings, self._world.clock)

    def _daemons(self) -> Iterator[Finding]:
        yield from examine_daemons(self._world, self._watched)
        settings = self._settings
        if settings.host is None and settings.attach == LOCAL and not self._skipped(_INVERTER_KEYS):
            self._reader = reader(self._world, settings.serial)
        if self._reader is not None:
            # A screen of this user shows that one.
            host, port = self._reader.address
            self._settings = replace(settings, host=host, port=port)

    def _not_asked(self) -> Finding:
        text = f"not asked: this machine watches what is published at {self._watched}"
        return note("skipped", text, broker=self._watched)

    async def _search(self) -> AsyncIterator[Finding]:
        if self._watched is not None:
            yield self._not_asked()
            return
        if skipped := self._skipped(_SEARCH_KEYS):
            yield skipped
            return
        if self._reader is not None:
            pid, inverter, address = self._reader
            yield note("skipped", f"not needed: process {pid} reads {inverter} at {address}")
            return
        async for finding in self._searching.examine(self._world, self._settings):
            yield finding
        if self._settings.host is None and "inverter.host" not in self._loaded.wrong:
            self._answered = bool(self._searching.meant)

    async def _inverter(self) -> AsyncIterator[Finding]:
        if self._watched is not None:
            yield self._not_asked()
            return
        if skipped := self._skipped(_INVERTER_KEYS):
            yield skipped
            return
        settings, searching = self._settings, self._searching
        if settings.host is not None:
            address = Address(settings.host, settings.port)
        elif searching.meant:
            address = searching.meant[0].address
        else:
            meant = f" with serial number {settings.serial}" if settings.serial else ""
            yield note("skipped", f"not looked at: none{meant} was found")
            return
        if other := self._other_reader():
            yield other
        examined = Examined(self._world, address, settings, searching.meant)
        async for finding in examined.examine(rested=not searching.asked):
            yield finding
        # At its own address it is not what it should be, but it is there.
        elsewhere = examined.foreign and bool(searching.meant)
        self._answered = (examined.answered and not examined.foreign) or elsewhere

    def _other_reader(self) -> Finding | None:
        """A kstar-tui of this machine that may be asking the inverter, too."""
        if self._reader is not None:
            pid, inverter, _ = self._reader
            text = f"process {pid} asks {inverter}, too: they take turns"
            return note("other", text, pid=pid, inverter=inverter)
        # What is wrong with that path is told with the history.
        with contextlib.suppress(OSError, SettingsError):
            path = history_path(self._settings)
            busy = holder(path) if path is not None else None
            if busy is not None:
                whose = busy.key or "an inverter"
                text = f"a running kstar-tui ({busy.who}) asks {whose}, too: they take turns"
                return note("other", text, pid=busy.pid, inverter=busy.key)
        return None

    def _history(self) -> Iterator[Finding]:
        if self._watched is not None:
            yield note("off", "a screen that watches keeps none: it stays where it is published")
            return
        if self._reader is not None and self._settings.sources["history.path"] == DEFAULT:
            text = f"process {self._reader.pid} keeps the history; what follows is without it"
            yield note("daemon", text, pid=self._reader.pid)
        yield from self._own_history()

    def _own_history(self) -> Iterable[Finding]:
        if skipped := self._skipped(("history.path",)):
            return [skipped]
        path = history_path(self._settings)
        if path is None:
            return [note("off", "the history is off: nothing is kept (history.path)")]
        task = asyncio.current_task()
        database = Database(path, self._settings.interval)
        return database.examine(self._world, lambda: task is not None and task.cancelling() > 0)

    def _broker(self) -> Lines:
        if skipped := self._skipped(_BROKER_KEYS):
            return [skipped]
        look = examine_broker if self._watched is None else examine_watched
        return look(self._world, self._settings)
