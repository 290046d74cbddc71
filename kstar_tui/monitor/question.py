"""A question asked beside the polls until it is answered, but not at each of them."""

from __future__ import annotations


class Question:
    """Due until it is answered; after each loss it rests for so many polls."""

    def __init__(self, *pauses: int) -> None:
        """Polls from each loss to the next try; the last number stands for all further ones."""
        self._pauses = pauses
        self._losses = 0
        self._left: int | None = 0

    @property
    def due(self) -> bool:
        """It is to be asked at this poll."""
        return self._left == 0

    @property
    def settled(self) -> bool:
        """It was answered, and the answer still stands."""
        return self._left is None

    def poll(self) -> None:
        """Another poll was answered."""
        if self._left:
            self._left -= 1

    def answered(self) -> None:
        """It needs no asking until `again`."""
        self._left = None

    def lost(self) -> None:
        """It was asked in vain."""
        self._left = self._pauses[min(self._losses, len(self._pauses) - 1)]
        self._losses += 1

    def again(self) -> None:
        """The answer may have changed: due at once."""
        self._left = self._losses = 0
