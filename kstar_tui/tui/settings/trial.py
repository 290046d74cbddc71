"""A test from the Settings screen: the inverter is asked once, or the broker gone through."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from functools import partial
from typing import ClassVar, NamedTuple

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from kstar_tui.assembly import make_connection, make_probe
from kstar_tui.clock import SystemClock
from kstar_tui.link.client import InverterClient
from kstar_tui.link.interface import Address, LinkError
from kstar_tui.settings import TABLE, Settings, SettingsError, shown
from kstar_tui.settings.errors import without_passwords
from kstar_tui.tui.advice import shortly
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.keys import first_key
from kstar_tui.tui.mishaps import Enduring
from kstar_tui.tui.words import number, short_name

_log = logging.getLogger(__name__)

OK, BEWARE, FAILED = "ok", "BEWARE", "FAILED"
_MARKS = {"ok": OK, "warning": BEWARE, "failed": FAILED}
"""What `mqtt check` calls the results of its steps."""
_LOUD = (BEWARE, FAILED)
_MARK = len("not tried")


class Line(NamedTuple):
    """What came of one thing that was tried."""

    mark: str
    name: str
    text: str
    advice: str = ""


Steps = Callable[[], AsyncIterator[Line]]


class TrialScreen(Enduring, ModalScreen[None]):
    """Shows each step when it is done; leaving ends the test."""

    DEFAULT_CSS = """
    TrialScreen { align: center middle; }
    TrialScreen > VerticalScroll {
        width: 76; max-width: 100%; height: auto; max-height: 100%;
        border: round $accent; border-title-style: bold; padding: 0 1; background: $surface;
    }
    TrialScreen #end { margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", "Close", id="trial.close"),
    ]

    def __init__(self, title: str, steps: Steps, glyphs: Glyphs) -> None:
        super().__init__()
        self._title = title
        self._steps = steps
        self._glyphs = glyphs
        self._lines: list[Line] = []

    def compose(self) -> ComposeResult:
        """The steps, and how it ended."""
        with VerticalScroll() as box:
            box.border_title = self._glyphs.spell(self._title)
            box.border_subtitle = f"{first_key(self.app, 'trial.close')} closes"
            yield Static("", id="steps")
            yield Static("trying …" if not self._glyphs.ascii_only else "trying", id="end")

    def on_mount(self) -> None:
        """Begin at once."""
        self.run_worker(self._run(), group="trial", exclusive=True)

    async def _run(self) -> None:
        try:
            steps = self._steps()
            async for line in steps:
                self._lines.append(line)
                self._show()
            end = self._end()
        except SettingsError as error:
            end = f"{FAILED}: {without_passwords(error)}"
        except Exception as error:
            # A mistake of ours must not end what runs.
            _log.exception("the test %s", self._title)
            end = f"{FAILED}: {type(error).__name__}"
        self.query_one("#end", Static).update(self._glyphs.spell(end))

    def _end(self) -> str:
        marks = {line.mark for line in self._lines}
        if FAILED in marks:
            return "failed"
        return "all is well" if OK in marks else "nothing was tried"

    def _show(self) -> None:
        table = Table.grid(padding=(0, 2))
        for line in self._lines:
            mark = Text(f"{line.mark:<{_MARK}}", style="bold" if line.mark in _LOUD else "")
            table.add_row(mark, Text(line.name), Text(self._glyphs.spell(line.text)))
            if line.advice:
                table.add_row("", "", Text(self._glyphs.spell(line.advice), style="italic"))
        self.query_one("#steps", Static).update(table)


async def ask_inverter(address: Address) -> AsyncIterator[Line]:
    """Whether an inverter answers there: one reading, and who it is."""
    client = InverterClient(address)
    try:
        reading = await client.read()
    except LinkError as error:
        yield Line(FAILED, "reading", str(error), shortly(str(error)))
        return
    latency = client.counters.latency
    took = "" if latency is None else f" in {latency * 1000:.0f} ms"
    sun = f"{number(reading.pv_power)} W of sun, battery {reading.battery_soc} %"
    yield Line(OK, "reading", f"{address} answered{took}: {sun}")
    try:
        info = await client.identify()
    except LinkError as error:
        yield Line(BEWARE, "identity", f"it reads well, but does not say who it is: {error}")
        return
    yield Line(OK, "identity", f"{short_name(info)}, firmware {info.firmware or '—'}")


async def go_to_broker(settings: Settings) -> AsyncIterator[Line]:
    """The steps to the broker of the settings, as `kstar-tui mqtt check` takes them; SettingsError
    where a certificate cannot be used."""
    # Reading certificates takes a moment.
    connection = await asyncio.to_thread(make_connection, settings, SystemClock())
    if connection is None:
        yield Line("skipped", "broker", "MQTT is off: mqtt.url names no broker")
        return
    probe = make_probe(connection, settings)
    async with aclosing(probe.steps()) as steps:
        async for step in steps:
            result = step.result.value
            yield Line(_MARKS.get(result, result), step.name, step.text, step.advice)
    for key, state in probe.published.items():
        yield Line(OK, "published", f"{key}, {state}")


def trial_of(
    key: str, settings: Settings, current: Address | None, glyphs: Glyphs
) -> TrialScreen | None:
    """The test that goes with a setting; None where no inverter is named, and there is no
    `current` one."""
    if key.startswith("mqtt."):
        broker = shown(settings, TABLE["mqtt.url"])
        return TrialScreen(f"Broker {broker}", partial(go_to_broker, settings), glyphs)
    # One that is searched for is where it was found.
    address = Address(settings.host, settings.port) if settings.host else current
    if address is None:
        return None
    return TrialScreen(f"Inverter {address}", partial(ask_inverter, address), glyphs)
