"""What screens use of a monitor, whoever polls: the newest update, every further one, a poll."""

from __future__ import annotations

from collections.abc import Callable

from kstar_tui.monitor.subscribers import Subscribers
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.tui.sources.source import Source

_BEGINNING = (LinkState.SEARCHING, LinkState.CONNECTING)


class Relay:
    """Hands on the updates of one source after another, as if it had been one all the time."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.latest = source.latest
        self._before: Update | None = None
        self._subscribers = Subscribers()

    def turn_to(self, source: Source) -> None:
        """From now on this one counts; what the one before knew holds until this one knows it."""
        self.source = source
        self._before = self.latest if self.latest.reading is not None else None

    def subscribe(self, subscriber: Callable[[Update], None]) -> Callable[[], None]:
        """Call it with every update from now on; the returned function ends that."""
        return self._subscribers.add(subscriber)

    def poll_now(self) -> None:
        """Have the inverter asked at once, by whoever polls it."""
        self.source.poll_now()

    def take(self, update: Update) -> None:
        """The source has news."""
        if self._before is not None:
            update, self._before = _carried(self._before, update)
        self.latest = update
        self._subscribers.tell(update)


def _carried(before: Update, update: Update) -> tuple[Update, Update | None]:
    """An update of a source that has just begun, with what is known already; and what of that is
    to be known further on: nothing where it has a reading, or speaks of another inverter."""
    info = update.info
    other = info is not None and before.info is not None and info.serial != before.info.serial
    if update.reading is not None or other:
        return update, None
    known = update._replace(
        reading=before.reading,
        taken=before.taken,
        taken_monotonic=before.taken_monotonic,
        info=info or before.info,
        settings=update.settings or before.settings,
        mac=update.mac or before.mac,
        energy=update.energy or before.energy,
    )
    if known.state not in _BEGINNING:
        return known, before
    # It was online a moment ago: that is no news, and neither is that it is still offline.
    state = LinkState.STALE if before.state.available else before.state
    return known._replace(state=state, since=before.since), before
