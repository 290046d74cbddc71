"""A mistake in a screen ends neither the app nor the recording."""

from __future__ import annotations

import logging
import traceback
from collections import deque
from collections.abc import Callable
from types import FrameType

from textual import events
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump

_log = logging.getLogger(__name__)

_KEPT = 5
_FRAMES = 8


class Enduring(MessagePump):
    """Goes on after a message that could not be dealt with. Textual would end the app."""

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            # Of a screen that is half made no key would be heard.
            half_made = isinstance(message, events.Compose | events.Mount)
            if half_made or not endured(self, error):
                raise

    def carefully(self, call: Callable[[], None]) -> Callable[[], None]:
        """The same call for a timer: what it raises is told and no more."""

        def careful() -> None:
            try:
                call()
            except Exception as error:
                if not endured(self, error):
                    raise

        return careful


def endured(at: MessagePump, error: Exception) -> bool:
    """Whether the app goes on."""
    try:
        app = at.app
    except RuntimeError:
        # It has ended already.
        return False
    return isinstance(app, EnduringApp) and app.endure(error)


class EnduringApp(Enduring, App[None]):
    """An app that goes on, and keeps what happened for a bug report."""

    enduring = True
    """Tests would rather see it."""

    def __init__(self, *, ansi_color: bool | None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.mishaps: deque[str] = deque(maxlen=_KEPT)
        """Tracebacks of the last ones, the newest last."""
        self._told: set[object] = set()

    def endure(self, error: Exception) -> bool:
        """Tell of a kind of mistake once, and keep where it happened."""
        if not self.enduring:
            return False
        # By where it is, for what it says may be another each time.
        kind = type(error), *((frame.f_code, line) for frame, line in _last(error))
        if kind not in self._told:
            self._told.add(kind)
            text = "".join(traceback.format_exception(error, limit=-_FRAMES)).rstrip()
            self.mishaps.append(text)
            _log.error("a mistake in the screen", exc_info=error)
            self.notify(
                f"A mistake in kstar-tui ({type(error).__name__}). Readings and recording go on. "
                "A report from Diagnostics has the details.",
                severity="error",
                timeout=10,
                markup=False,
            )
        return True

    def _fatal_error(self) -> None:
        # Loaded now only: it brings the colours of a hundred languages.
        import rich
        from rich.segment import Segments
        from rich.traceback import Traceback

        # Without the values of variables: secrets can be among them.
        self.bell()
        trace = Traceback(show_locals=False, width=None, suppress=[rich])
        self._exit_renderables.append(Segments(self.console.render(trace, self.console.options)))
        self._close_messages_no_wait()


def _last(error: Exception) -> list[tuple[FrameType, int]]:
    """Where it was raised: the innermost frame and its line."""
    return list(traceback.walk_tb(error.__traceback__))[-1:]
