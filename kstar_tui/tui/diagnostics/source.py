"""From a session to a view of its diagnostics."""

from __future__ import annotations

from kstar_tui.history.calendar import Calendar
from kstar_tui.protocol.frame import Request
from kstar_tui.tui.diagnostics.view import DiagnosticsView
from kstar_tui.tui.live.view import View
from kstar_tui.tui.session import Session


class DiagnosticsSource:
    """Called with the question whose frame is shown."""

    def __init__(
        self, session: Session, *, demo: bool, calm: float, calendar: Calendar | None = None
    ) -> None:
        """`calm` is the age in s up to which data is of now."""
        self._session = session
        self._demo = demo
        self._calm = calm
        self._calendar = calendar or Calendar()

    def __call__(self, request: Request) -> DiagnosticsView:
        """What is known now."""
        session = self._session
        live = View(
            update=session.monitor.latest,
            now=session.clock.now(),
            now_monotonic=session.clock.monotonic(),
            trail=session.trail,
            mqtt=session.mqtt,
            history=session.history,
            via=session.via,
            demo=self._demo,
            calm=self._calm,
            calendar=self._calendar,
        )
        return DiagnosticsView(
            live=live,
            quality=session.quality,
            request=request,
            seen=session.frames.seen(request),
            searched=session.searched.last if session.searched is not None else None,
            named=session.settings.host is not None,
        )
