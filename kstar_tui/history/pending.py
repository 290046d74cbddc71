"""What was measured and is not on disk yet: bounded, however long the disk is away."""

from __future__ import annotations

from collections import deque

from kstar_tui.history.bucket import MINUTE, QUARTER, Bucket
from kstar_tui.history.records import RawFrame, StoredEvent

MOST_MINUTES = 720
MOST_FRAMES = 5000
MOST_EVENTS = 1000
_COARSER = (QUARTER, 3600, 86400)


class Pending:
    """Deltas since the last save."""

    def __init__(self) -> None:
        self.minutes: dict[int, Bucket] = {}
        self.frames: deque[RawFrame] = deque(maxlen=MOST_FRAMES)
        self.events: deque[StoredEvent] = deque(maxlen=MOST_EVENTS)

    def __bool__(self) -> bool:
        return bool(self.minutes or self.frames or self.events)

    def add(self, bucket: Bucket) -> None:
        """Add to the bucket's minute; where there are too many, the oldest become coarser."""
        self._merge(bucket.start - bucket.start % MINUTE, bucket)
        if len(self.minutes) > MOST_MINUTES:
            self._coarsen()

    def clear(self) -> None:
        """It is on disk, or another's business."""
        self.minutes.clear()
        self.frames.clear()
        self.events.clear()

    def _merge(self, start: int, bucket: Bucket) -> None:
        mine = self.minutes.get(start)
        if mine is None:
            mine = self.minutes[start] = Bucket(start)
        mine.merge(bucket)

    def _coarsen(self) -> None:
        for width in _COARSER:
            fine = [start for start in self.minutes if start % width]
            if fine:
                oldest = min(fine)
                self._merge(oldest - oldest % width, self.minutes.pop(oldest))
                if len(self.minutes) <= MOST_MINUTES:
                    return
