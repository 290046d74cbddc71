"""Looking for the inverter: says what it does, lists what it finds, takes a single one at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static

from kstar_tui.clock import Clock
from kstar_tui.link.client import InverterClient
from kstar_tui.link.events import Asked, Found, NotAnInverter, SearchEvent
from kstar_tui.link.interface import DISCOVERY_PORT, Address, LinkError
from kstar_tui.monitor.finding import by_address, is_same
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.tui.canvas import Canvas
from kstar_tui.tui.footer import Footer
from kstar_tui.tui.glyphs import UNICODE, Glyphs
from kstar_tui.tui.messages import InverterChosen
from kstar_tui.tui.mishaps import Enduring
from kstar_tui.tui.paint import Picture
from kstar_tui.tui.places import SETTINGS
from kstar_tui.tui.search.address import parse_address
from kstar_tui.tui.search.picture import ROW, SearchView, block_of, draw_search

PATIENCE = 10.0
"""Seconds without an answer after which it tells what usually helps."""
GRACE = 2.5
"""Seconds that further inverters have to be found after the first one, where one is taken."""
_MOST_OTHERS = 12
"""Hosts that are no inverter told of in one round."""
PAUSE = 5.0
"""Seconds between two rounds of asking."""


class SearchCanvas(Canvas):
    """Shows a view; tells the screen which inverter was clicked."""

    class Pressed(Message):
        """The mouse pressed the inverter at this address."""

        def __init__(self, address: str) -> None:
            super().__init__()
            self.address = address

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__("search")
        self.view = SearchView()
        self._glyphs = glyphs

    def draw(self, size: Size) -> Picture:
        """The search's picture for this size."""
        return draw_search(self.view, size.width, size.height, self._glyphs)

    def on_click(self, event: events.Click) -> None:
        """A line is an inverter."""
        span = self.span_at(event.x, event.y)
        if span is not None and span.field:
            self.post_message(self.Pressed(span.field.removeprefix(ROW)))


class SearchScreen(Enduring, Screen[None]):
    """Posts InverterChosen. `look` starts one round of asking; `alone` takes a single find, or
    with a serial number that is `meant` that one among any."""

    # Also for a screen that is made of this one in another folder.
    CSS_PATH = Path(__file__).with_name("screen.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Take it", id="search.take", key_display="enter"),
        Binding("a", "type", "Type an address", id="search.type"),
        Binding("r", "again", "Ask again", id="search.again"),
        Binding("d", "app.demo", "Demo", id="search.demo"),
        Binding("up,k", "move(-1)", "Up", id="search.up", show=False),
        Binding("down,j", "move(1)", "Down", id="search.down", show=False),
        # A digit begins an address.
        Binding("comma", f"app.go('{SETTINGS}')", "Settings", id="search.settings"),
        Binding("escape", "leave", "Back", id="search.leave"),
    ]
    # Keys are for the list until somebody wants to type.
    AUTO_FOCUS = ""
    STEP: ClassVar[str] = ""
    """Where in a sequence of screens it stands."""

    def __init__(
        self,
        look: Callable[[], AsyncIterator[SearchEvent]],
        clock: Clock,
        data_port: int,
        *,
        discovery_port: int = DISCOVERY_PORT,
        alone: bool = True,
        meant: str | None = None,
        current: Address | None = None,
        glyphs: Glyphs = UNICODE,
    ) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._look = look
        self._clock = clock
        self._data_port = data_port
        self._discovery_port = discovery_port
        self._alone = alone
        self._meant = meant
        self._current = current
        self._canvas = SearchCanvas(glyphs)
        self._silent: Address | None = None
        self._asking = self._trying = self._advise = self._left = self._ended = False
        self._problem = ""
        self._chosen: Address | None = None
        self._found: dict[Address, Found] = {}
        self._asked: dict[str, Asked] = {}
        self._others: dict[str, NotAnInverter] = {}
        self._seen: set[str] = set()
        """Of the two above, what this round has told of."""

    def compose(self) -> ComposeResult:
        """What is found, and below it an address to type."""
        yield self._canvas
        yield Input(placeholder="192.168.1.50", id="address", select_on_focus=False)
        yield Static("", id="problem", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Ask at once."""
        address = self._field
        address.cursor_blink = False
        address.border_title = "address of the inverter"
        address.display = False
        self.action_again()

    def on_screen_resume(self) -> None:
        """Back from a later step without an inverter: look on. What was found meanwhile is taken
        now."""
        if self._left and not self._found:
            self.action_again()
        elif self._ended:
            self._take_single()
        self._left = False

    def on_resize(self, event: events.Resize) -> None:
        """The field stands below the block of texts."""
        block = block_of(event.size.width, event.size.height)
        right = event.size.width - block.right
        for name in ("#address", "#problem"):
            self.query_one(name).styles.margin = (0, right, 0, block.x)

    def on_key(self, event: events.Key) -> None:
        """Whoever types a digit types an address."""
        if event.character and event.character in "0123456789":
            event.stop()
            self.action_type()
            self._field.insert_text_at_cursor(event.character)

    def on_search_canvas_pressed(self, message: SearchCanvas.Pressed) -> None:
        """The mouse takes the inverter it points at."""
        # By name: the list may have changed since.
        chosen = next((one for one in self._found if str(one) == message.address), None)
        if chosen is not None:
            self._choose(chosen, by_hand=True)

    def action_again(self) -> None:
        """Ask everywhere again, from the start; not while a round of asking is under way."""
        if not self._asking:
            self.run_worker(self._search(), group="search", exclusive=True)

    async def action_take(self) -> None:
        """Take the inverter that is marked, or the address that is typed."""
        found = self._listed
        if self._typing:
            await self._field.action_submit()
        elif found:
            self._choose(found[self._selected].address, by_hand=True)

    def action_move(self, step: int) -> None:
        """Mark another inverter."""
        found = self._listed
        if found:
            index = max(0, min(self._selected + step, len(found) - 1))
            self._chosen = found[index].address
            self._show()

    def action_type(self) -> None:
        """Show the field for an address."""
        self._field.display = True
        self.set_focus(self._field)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done is offered."""
        if action == "leave":
            return self._typing or len(self.app.screen_stack) > 2
        if action == "take":
            return bool(self._found) or self._typing
        return True

    def action_leave(self) -> None:
        """Close the field; with none open, go back to where one came from."""
        if self._typing:
            self._field.display = False
            self.set_focus(None)
            self._say("")
            self.refresh_bindings()
        elif len(self.app.screen_stack) > 2:
            self.dismiss()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Ask the typed address before leaving the screen for it."""
        try:
            address = parse_address(event.value, self._data_port, self._discovery_port)
        except ValueError as error:
            self._say(str(error))
            return
        if self._trying:
            return
        if address == self._silent:
            self._choose(address, by_hand=True)
            return
        self._trying = True
        self._say(f"asking {address} …")
        self.run_worker(self._try(address), group="try", exclusive=True)

    async def _try(self, address: Address) -> None:
        try:
            client = InverterClient(address)
            await client.read()
            info = await _who(client)
        except (LinkError, OSError, ValueError) as error:
            self._silent = address
            self._say(f"{error}\nenter again opens it all the same, and waits for it")
        else:
            self._say("")
            self._choose(address, info=info, by_hand=True)
        finally:
            self._trying = False

    async def _search(self) -> None:
        self._found.clear()
        self._others.clear()
        self._chosen = None
        self._advise = self._ended = False
        self._show()
        began = self._clock.monotonic()
        while not self._has_what_is_meant:
            await self._round()
            if not self._has_what_is_meant:
                late = self._clock.monotonic() - began >= PATIENCE
                self._advise = late or not self._asked
                self._show()
                await self._clock.sleep(PAUSE)
        self._ended = True
        self._take_single()

    def _take_single(self) -> None:
        """Go to the only one that is meant, unless somebody is busy with something that lies on
        this screen."""
        if not self._alone or self._typing or not self.is_active:
            return
        meant = [one for one in self._listed if self._is_meant(one)]
        if len(meant) == 1:
            self._choose(meant[0].address)

    @property
    def _has_what_is_meant(self) -> bool:
        return any(map(self._is_meant, self._found.values()))

    def _is_meant(self, found: Found) -> bool:
        return self._meant is None or is_same(found, self._meant, None)

    async def _round(self) -> None:
        self._asking = True
        self._problem = ""
        self._seen = set()
        try:
            await self._listen()
            # Only now: what answers in each round must not come and go.
            for known in (self._asked, self._others):
                for name in known.keys() - self._seen:
                    del known[name]
        except OSError as error:
            # No sockets, no interfaces: it may be better in a while.
            self._problem = f"cannot search: {error.strerror or error}"
            self._show()
        finally:
            self._asking = False

    async def _listen(self) -> None:
        events = self._look()
        try:
            async with asyncio.timeout(None) as limit:
                async for event in events:
                    self._take(event)
                    self._show()
                    if not (self._alone and isinstance(event, Found)):
                        continue
                    if self._meant and self._is_meant(event):
                        return
                    if limit.when() is None:
                        # Something else that answers is not proved or refuted for many seconds.
                        limit.reschedule(asyncio.get_running_loop().time() + GRACE)
        except TimeoutError:
            return
        finally:
            if isinstance(events, AsyncGenerator):
                await events.aclose()

    @property
    def _field(self) -> Input:
        return self.query_one("#address", Input)

    @property
    def _typing(self) -> bool:
        return self._field.display

    @property
    def _listed(self) -> list[Found]:
        return by_address(list(self._found.values()))

    @property
    def _selected(self) -> int:
        """By address: one that is found later must not slip under the mark."""
        addresses = [one.address for one in self._listed]
        return addresses.index(self._chosen) if self._chosen in addresses else 0

    def _take(self, event: SearchEvent) -> None:
        if isinstance(event, Asked):
            name = f"{event.target.interface} {event.target.broadcast}"
            self._asked[name] = event
            self._seen.add(name)
        elif isinstance(event, Found):
            if not self._found:
                self._chosen = event.address
            self._found[event.address] = event
            self._others.pop(event.address.host, None)
        elif event.host in self._others or len(self._others) < _MOST_OTHERS:
            self._others[event.host] = event
            self._seen.add(event.host)

    def _choose(
        self, address: Address, *, info: DeviceInfo | None = None, by_hand: bool = False
    ) -> None:
        self.workers.cancel_group(self, "search")
        self._left = True
        found = self._found.get(address)
        self.post_message(InverterChosen(address, found, info=info, by_hand=by_hand))

    def _show(self) -> None:
        self._canvas.view = SearchView(
            asked=tuple(self._asked.values()),
            found=tuple(self._listed),
            others=tuple(self._others.values()),
            selected=self._selected,
            current=self._current,
            meant=self._meant,
            discovery_port=self._discovery_port,
            step=self.STEP,
            alone=self._alone,
            advice=self._advise,
            problem=self._problem,
        )
        self._canvas.redraw()
        self.refresh_bindings()

    def _say(self, text: str) -> None:
        self.query_one("#problem", Static).update(self._glyphs.spell(text))


async def _who(client: InverterClient) -> DeviceInfo | None:
    try:
        return await client.identify()
    except LinkError:
        # It can be read, and that is enough.
        return None
