"""The second step of a first start: an MQTT broker, for whoever wants one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from textwrap import wrap
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Button, Input, Static

from kstar_tui.assembly import make_connection, make_probe
from kstar_tui.clock import Clock
from kstar_tui.mqtt.broker import Broker
from kstar_tui.mqtt.probe import Result, Step
from kstar_tui.mqtt.topics import ONLINE
from kstar_tui.settings import Settings, SettingsError
from kstar_tui.settings.desk import Desk
from kstar_tui.tui.canvas import Canvas
from kstar_tui.tui.first.answers import Inverter, broker_changes, broker_of, changed
from kstar_tui.tui.first.picture import draw_head, draw_steps
from kstar_tui.tui.first.summary import SummaryScreen
from kstar_tui.tui.footer import Footer
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.mishaps import Enduring
from kstar_tui.tui.paint import Picture
from kstar_tui.tui.search.picture import block_of

_TITLE = "Publish to MQTT?"
_TEXT = (
    "This is optional. Readings go to a broker, where Home Assistant finds the inverter by "
    "itself. Leave it empty to go on without; it can be set later."
)
_EMPTY = "empty: nothing is published"
_HINT_LINES = 2


class Drawn(Canvas):
    """A canvas that shows what a function draws."""

    def __init__(self, name: str, draw: Callable[[Size], Picture]) -> None:
        super().__init__(name)
        self._draw = draw

    def draw(self, size: Size) -> Picture:
        """The function's picture for this size."""
        return self._draw(size)


class Field(Input):
    """A line to type in; a password is hidden behind a sign that every terminal has."""

    async def action_submit(self) -> None:
        """On to the next one at once: on a slow machine more is typed before enter is answered."""
        await super().action_submit()
        self.screen.focus_next()

    @property
    def _value(self) -> Text:
        if self.password:
            return Text("*" * len(self.value), no_wrap=True, overflow="ignore", end="")
        return super()._value


class BrokerScreen(Enduring, Screen[None]):
    """Three fields, a test of what they say, and the way on: to the summary, which lies on top."""

    CSS_PATH = "broker.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "test", "Test", id="broker.test"),
        Binding("down", "app.focus_next", "Next field", id="broker.down", show=False),
        Binding("up", "app.focus_previous", "Field before", id="broker.up", show=False),
        Binding("escape", "leave", "Back", id="broker.leave"),
    ]

    def __init__(
        self, inverter: Inverter, settings: Settings, desk: Desk, clock: Clock, glyphs: Glyphs
    ) -> None:
        super().__init__()
        self._inverter = inverter
        self._settings = settings
        self._desk = desk
        self._clock = clock
        self._glyphs = glyphs
        self._steps: list[Step] = []
        self._testing = False
        self._rival = ""
        self._small = False
        self._shown_steps = Drawn("steps", self._draw_steps)

    def compose(self) -> ComposeResult:
        """The fields, what can be done, and what came of the test."""
        yield Drawn("head", self._draw_head)
        yield Field(id="url", placeholder="homeassistant.local or mqtts://broker.lan")
        yield Static(_EMPTY, id="hint", markup=False)
        with Horizontal(id="who"):
            yield Field(self._settings.mqtt_username or "", id="user", placeholder="none")
            yield Field(id="password", placeholder=self._hidden, password=True)
        with Horizontal(id="do"):
            for name in ("Test", "Next", "Skip"):
                yield Button(Content(f"[ {name} ]"), id=name.lower(), compact=True)
        yield self._shown_steps
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """The broker is asked for first."""
        titles = {"url": "broker", "user": "user", "password": "password"}
        for name, title in titles.items():
            field = self.query_one(f"#{name}", Field)
            field.cursor_blink = False
            field.border_title = title
        self.query_one("#url").focus()
        self._judge()

    def on_resize(self, event: events.Resize) -> None:
        """All stands in one block; where there is little room, without frames."""
        width, height = event.size
        self._small = width < 60 or height < 20
        self.set_class(self._small, "-small")
        block = block_of(width, 30)
        right = width - block.right
        head = self.query_one("#head")
        lines = len(wrap(_TEXT, block.width))
        head.styles.height = 1 if self._small else self._top + 2 + lines
        for name in ("#url", "#hint", "#who", "#do"):
            self.query_one(name).styles.margin = (0, right, 0, block.x)

    @property
    def _top(self) -> int:
        return 0 if self._small else block_of(self.size.width, self.size.height).y

    @property
    def _hidden(self) -> str:
        source = self._settings.sources.get("mqtt.password", "")
        return f"from {source}" if self._settings.mqtt_password else "none"

    # What is typed.

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was tested is no longer what stands there."""
        self.workers.cancel_group(self, "test")
        self._steps, self._testing, self._rival = [], False, ""
        self._shown_steps.redraw()
        self._judge()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter without a broker goes past all that concerns it."""
        if not self._typed("url"):
            self._go_on(None)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Test, go on, or go on without."""
        if event.button.id == "test":
            self.action_test()
        elif event.button.id == "skip" or not self._typed("url"):
            self._go_on(None)
        elif (ready := self._ready()) is not None:
            self._go_on(ready)

    def action_test(self) -> None:
        """Go to the broker step by step."""
        broker = self._ready()
        if broker is not None and not self._testing:
            self._steps, self._testing, self._rival = [], True, ""
            self._shown_steps.redraw()
            self.run_worker(self._test(broker), group="test", exclusive=True)

    def action_leave(self) -> None:
        """Back to the inverters."""
        self.workers.cancel_group(self, "test")
        self.dismiss()

    def _typed(self, name: str) -> str:
        text = self.query_one(f"#{name}", Field).value
        # A password may begin or end with a space.
        return text if name == "password" else text.strip()

    def _broker(self) -> Broker:
        password = self._typed("password") or self._settings.mqtt_password or ""
        return broker_of(self._typed("url"), self._typed("user"), password)

    def _with(self, broker: Broker) -> Settings:
        return changed(self._settings, broker_changes(broker, self._settings))

    def _ready(self) -> Broker | None:
        """The broker, if it can be asked; otherwise the hint says why not."""
        if not self._typed("url"):
            self._hint("name a broker first", wrong=True)
            self.query_one("#url").focus()
            return None
        try:
            broker = self._broker()
            make_connection(self._with(broker), self._clock)
        except (ValueError, SettingsError) as error:
            self._hint(str(error), wrong=True)
            self.query_one("#url").focus()
            return None
        return broker

    def _judge(self) -> None:
        """Say at once whether what is typed can be a broker."""
        if not self._typed("url"):
            self._hint(_EMPTY)
            return
        try:
            broker = self._broker()
        except ValueError as error:
            self._hint(str(error), wrong=True)
            return
        told = ["with TLS" if broker.tls else "without TLS"]
        if broker.username is None:
            told.append("without a user")
        elif "://" not in self._typed("url") and not self._typed("user"):
            told.append("user and password mqtt, as none is given")
        self._hint(f"ok: {broker.url()} {', '.join(told)}")

    def _hint(self, text: str, *, wrong: bool = False) -> None:
        hint = self.query_one("#hint", Static)
        hint.set_class(wrong, "-wrong")
        width = block_of(self.size.width, 30).width
        lines = wrap(text, max(12, width), max_lines=_HINT_LINES, placeholder=" …")
        hint.update(self._glyphs.spell("\n".join(lines)))

    # The test.

    async def _test(self, broker: Broker) -> None:
        settings = self._with(broker)
        connection = make_connection(settings, self._clock)
        if connection is None:
            return
        probe = make_probe(connection, settings)
        async with aclosing(probe.steps()) as steps:
            async for step in steps:
                self._steps.append(step)
                self._shown_steps.redraw()
        serial = self._inverter.serial
        if serial is not None and probe.published.get(serial) == ONLINE:
            self._rival = serial
        self._testing = False
        self._shown_steps.redraw()
        failed = [step.name for step in self._steps if step.result is Result.FAILED]
        # Where it is mended, most likely.
        where = "#next" if not failed else "#user" if failed == ["MQTT"] else "#url"
        self.query_one(where).focus()

    def _go_on(self, broker: Broker | None) -> None:
        self.workers.cancel_group(self, "test")
        tested = [] if self._testing or broker is None else list(self._steps)
        self._testing = False
        self._shown_steps.redraw()
        settings = self._settings if broker is None else self._with(broker)
        changes = broker_changes(broker, self._settings)
        self.app.push_screen(
            SummaryScreen(self._inverter, settings, changes, tested, self._desk, self._glyphs)
        )

    def _draw_head(self, size: Size) -> Picture:
        text = "" if self._small else _TEXT
        return draw_head(
            _TITLE, "step 2 of 3", text, size.width, size.height, self._glyphs, self._top
        )

    def _draw_steps(self, size: Size) -> Picture:
        running, rival = self._testing, self._rival
        return draw_steps(
            self._steps, size.width, size.height, self._glyphs, running=running, rival=rival
        )
