"""Looking for the inverter: says what it does, lists what it finds, takes a single one at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from kstar_tui.clock import Clock
from kstar_tui.link.client import InverterClient
from kstar_tui.link.events import Asked, Found, NotAnInverter, SearchEvent
from kstar_tui.link.interface import DISCOVERY_PORT, Address, LinkError
from kstar_tui.tui.glyphs import UNICODE, Glyphs
from kstar_tui.tui.messages import InverterChosen
from kstar_tui.tui.search.address import parse_address
from kstar_tui.tui.search.words import ADVICE, asked_line, found_line, other_line

PATIENCE = 10.0
"""Seconds without an answer after which it tells what usually helps."""
GRACE = 2.5
"""Seconds that further inverters have to be found after the first one."""
_MOST_OTHERS = 12
"""Hosts that are no inverter told of in one round."""
PAUSE = 5.0
"""Seconds between two rounds of asking."""


class SearchScreen(Screen[None]):
    """Posts InverterChosen. `look` starts one round of asking; `alone` takes a single find."""

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "type", "Type an address", id="search.type"),
        Binding("r", "again", "Ask again", id="search.again"),
        Binding("d", "app.demo", "Demo", id="search.demo"),
        Binding("escape", "leave", "Back", id="search.leave"),
    ]

    def __init__(
        self,
        look: Callable[[], AsyncIterator[SearchEvent]],
        clock: Clock,
        data_port: int,
        *,
        discovery_port: int = DISCOVERY_PORT,
        alone: bool = True,
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
        self._current = current
        self._silent: Address | None = None
        self._asking = self._trying = False
        self._found: dict[Address, Found] = {}
        self._asked: dict[str, Asked] = {}
        self._others: dict[str, NotAnInverter] = {}

    def compose(self) -> ComposeResult:
        """Title, where it asks, what it found, what was something else, and an address to type."""
        with VerticalScroll(id="page", can_focus=False):
            yield Static("Looking for your inverter", id="title", markup=False)
            yield Static("", id="asked", markup=False)
            yield OptionList(id="found", markup=False)
            yield Static("", id="others", markup=False)
            yield Static("", id="advice", markup=False)
            yield Input(placeholder="192.168.1.50", id="address")
            yield Static("", id="problem", markup=False)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Ask at once."""
        address = self.query_one("#address", Input)
        address.cursor_blink = False
        address.border_title = "address of the inverter"
        address.display = False
        self.query_one("#found").display = False
        self.action_again()

    def action_again(self) -> None:
        """Ask everywhere again, from the start; not while a round of asking is under way."""
        if not self._asking:
            self.run_worker(self._search(), group="search", exclusive=True)

    def action_type(self) -> None:
        """Show the field for an address."""
        address = self.query_one("#address", Input)
        address.display = True
        address.focus()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Back is offered where there is something to go back to."""
        if action == "leave":
            return self._typing or len(self.app.screen_stack) > 2
        return True

    def action_leave(self) -> None:
        """Close the field; with none open, go back to the inverter that was shown before."""
        address = self.query_one("#address", Input)
        if address.display:
            address.display = False
            self._say("problem", "")
            self.refresh_bindings()
        elif len(self.app.screen_stack) > 2:
            self.dismiss()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """The user takes this one."""
        # By name: the list may have changed since the key was pressed.
        chosen = next((one for one in self._found if str(one) == event.option_id), None)
        if chosen is not None:
            self._choose(chosen)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Ask the typed address before leaving the screen for it."""
        try:
            address = parse_address(event.value, self._data_port, self._discovery_port)
        except ValueError as error:
            self._say("problem", str(error))
            return
        if self._trying:
            return
        if address == self._silent:
            self._choose(address)
            return
        self._trying = True
        self._say("problem", f"asking {address} …")
        self.run_worker(self._try(address), group="try", exclusive=True)

    async def _try(self, address: Address) -> None:
        try:
            await InverterClient(address).read()
        except (LinkError, OSError, ValueError) as error:
            self._silent = address
            self._say("problem", f"{error}\nenter again opens it all the same, and waits for it")
        else:
            self._choose(address)
        finally:
            self._trying = False

    async def _search(self) -> None:
        self._found.clear()
        self._show()
        began = self._clock.monotonic()
        while not self._found:
            await self._round()
            if not self._found:
                if self._clock.monotonic() - began >= PATIENCE or not self._asked:
                    self._say("advice", ADVICE)
                await self._clock.sleep(PAUSE)
        if len(self._found) == 1 and self._alone and not self._typing:
            self._choose(next(iter(self._found)))

    async def _round(self) -> None:
        self._asking = True
        self._asked.clear()
        self._others.clear()
        try:
            await self._listen()
        except OSError as error:
            # No sockets, no interfaces: it may be better in a while.
            self._say("asked", f"cannot search: {error.strerror or error}")
        finally:
            self._asking = False

    async def _listen(self) -> None:
        events = self._look()
        try:
            async with asyncio.timeout(None) as limit:
                async for event in events:
                    self._take(event)
                    self._show()
                    if isinstance(event, Found) and limit.when() is None:
                        # Something else that answers is not proved or refuted for many seconds.
                        limit.reschedule(asyncio.get_running_loop().time() + GRACE)
        except TimeoutError:
            return
        finally:
            if isinstance(events, AsyncGenerator):
                await events.aclose()

    @property
    def _typing(self) -> bool:
        return self.query_one("#address", Input).display

    def _take(self, event: SearchEvent) -> None:
        if isinstance(event, Asked):
            self._asked[event.target.interface + event.target.broadcast] = event
        elif isinstance(event, Found):
            self._found[event.address] = event
        elif len(self._others) < _MOST_OTHERS:
            self._others[event.host] = event

    def _choose(self, address: Address) -> None:
        self.workers.cancel_group(self, "search")
        self.post_message(InverterChosen(address, self._found.get(address)))

    def _show(self) -> None:
        count = len(self._found)
        title = "Looking for your inverter"
        if count:
            title = (
                "Found your inverter"
                if count == 1
                else f"Found {count} inverters: choose with up, down and enter"
            )
            self._say("advice", "")
        self._say("title", title)
        self._say("asked", "\n".join(map(asked_line, self._asked.values())))
        self._say("others", "\n".join(map(other_line, self._others.values())))
        options = self.query_one("#found", OptionList)
        if options.option_count != count:
            options.clear_options()
            for address in sorted(self._found):
                line = found_line(self._found[address])
                if address == self._current:
                    line = line.replace("reads well", "shown now")
                options.add_option(Option(self._glyphs.spell(line), id=str(address)))
            options.display = bool(count)
            if count:
                options.highlighted = 0
                # Not while an address is being typed.
                if not self._typing:
                    options.focus()

    def _say(self, where: str, text: str) -> None:
        self.query_one(f"#{where}", Static).update(self._glyphs.spell(text))
