"""What happened, in the past tense: the only way by which the network reaches a widget."""

from __future__ import annotations

from textual.message import Message

from kstar_tui.link.events import Found
from kstar_tui.link.interface import Address
from kstar_tui.monitor.update import Update
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.settings import Settings


class InverterChosen(Message):
    """The user, or the search on its own, settled on an inverter."""

    def __init__(
        self,
        address: Address,
        found: Found | None = None,
        *,
        info: DeviceInfo | None = None,
        by_hand: bool = False,
    ) -> None:
        """`found` is what the search knows of it; None where its address was typed, and `info` is
        who answered there. `by_hand`: a person chose."""
        super().__init__()
        self.address = address
        self.found = found
        self.info = info or (found.info if found else None)
        self.by_hand = by_hand


class SetUp(Message):
    """The first start is done: what was chosen, saved or not, is in the settings."""

    def __init__(
        self, settings: Settings, address: Address, found: Found | None, said: str
    ) -> None:
        """`said` is what became of it, for the user."""
        super().__init__()
        self.settings = settings
        self.address = address
        self.found = found
        self.said = said


class ReadingArrived(Message):
    """The inverter was read, and the reading accepted."""

    def __init__(self, update: Update) -> None:
        super().__init__()
        self.update = update


class LinkChanged(Message):
    """A poll brought nothing, or the connection's state turned."""

    def __init__(self, update: Update) -> None:
        super().__init__()
        self.update = update


class MqttChanged(Message):
    """The broker came, went, or gave another reason for being away."""
