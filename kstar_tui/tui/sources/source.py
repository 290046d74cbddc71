"""What a session may know of where its updates come from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kstar_tui.monitor.update import Update

if TYPE_CHECKING:
    # Loaded only where the history or MQTT is on.
    from kstar_tui.history.archive import Archive
    from kstar_tui.history.keeping import HistoryStatus
    from kstar_tui.mqtt.status import MqttStatus


class Via(NamedTuple):
    """Who polls in our place."""

    who: str
    """`process 4711`, or a broker's host and port."""
    since: datetime
    """When we began to look along."""
    what: str = ""
    """What more is known of it, in a word or two."""
    no_history: str = ""
    """Why there is none of it here, where there is none."""
    no_mqtt: str = ""
    """Why nothing is published, where nothing is."""
    advice: tuple[str, ...] = ()
    """A title and what to try while nothing comes; empty where it is what helps an inverter."""


class Source(Protocol):
    """One way to get updates. Everything is called in the event loop."""

    @property
    def via(self) -> Via | None:
        """Who polls; None where we do it ourselves."""
        ...

    @property
    def interval(self) -> float:
        """Seconds between two polls, whoever polls."""
        ...

    @property
    def latest(self) -> Update:
        """The newest update."""
        ...

    @property
    def key(self) -> str | None:
        """The inverter whose history is kept; None while it is not known."""
        ...

    @property
    def archive(self) -> Archive | None:
        """What is on disk; None where no history is kept, or it cannot be read."""
        ...

    @property
    def history(self) -> HistoryStatus | None:
        """How the keeping goes; None where no history is kept."""
        ...

    @property
    def mqtt(self) -> MqttStatus | None:
        """How publishing goes; None where nothing is published."""
        ...

    def poll_now(self) -> None:
        """Have the inverter asked at once."""
        ...

    async def run(self, take: Callable[[Update], None], changed: Callable[[], None]) -> None:
        """Hand on every update, and tell when the broker's state changed. Ends by cancellation, or
        by itself where there is no more to come."""
        ...

    def close(self) -> None:
        """Save the history, and let go of it; what comes later is not kept."""
        ...
