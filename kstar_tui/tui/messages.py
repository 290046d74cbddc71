"""What happened, in the past tense: the only way by which the network reaches a widget."""

from __future__ import annotations

from textual.message import Message

from kstar_tui.link.events import Found
from kstar_tui.link.interface import Address
from kstar_tui.monitor.update import Update


class InverterChosen(Message):
    """The user, or the search on its own, settled on an inverter."""

    def __init__(self, address: Address, found: Found | None = None) -> None:
        """`found` is what the search knows of it; None where its address was typed."""
        super().__init__()
        self.address = address
        self.found = found


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
