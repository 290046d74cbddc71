"""A report of the running program, written into a file when somebody asks for one."""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from kstar_tui.report.save import save_report
from kstar_tui.report.text import Told, report_text
from kstar_tui.report.versions import versions
from kstar_tui.tui.diagnostics.about import terminal_lines
from kstar_tui.tui.paint import printable

if TYPE_CHECKING:
    from kstar_tui.tui.app import KstarApp
    from kstar_tui.tui.session import Session

_log = logging.getLogger(__name__)

_SHOWN = 15.0
"""Seconds for which it is told where the report is."""


def write_report(app: KstarApp, session: Session) -> None:
    """Write it, and tell where it is or why it is not."""
    at = session.clock.now()
    try:
        path = save_report(report_text(_told(app, session)), at)
    except OSError as error:
        reason = error.strerror or str(error)
        app.notify(f"The report cannot be written: {reason}.", severity="error", markup=False)
        return
    except Exception as error:
        # Whatever is wrong with the report, the screen and the recording go on.
        _log.exception("the report could not be made")
        told = f"The report cannot be made: {type(error).__name__}."
        app.notify(told, severity="error", markup=False)
        return
    told = f"Written: {printable(str(path))}\nLook it over before you send it."
    app.notify(app.glyphs.spell(told), title="Report", timeout=_SHOWN, markup=False)


def _told(app: KstarApp, session: Session) -> Told:
    update, history = session.monitor.latest, session.history
    key = update.key if update.address is not None or update.info is not None else None
    paths = [history.path] if history else []
    with contextlib.suppress(RuntimeError):
        paths.append(str(Path.home()))
    return Told(
        at=session.clock.now(),
        update=update,
        settings=session.settings,
        quality=session.quality,
        events=session.all_events,
        mqtt=session.mqtt,
        history=history,
        searched=session.searched.last if session.searched is not None else None,
        about=[*versions(), *terminal_lines(app, os.environ)],
        mishaps=tuple(app.mishaps),
        names=(session.history_key, key),
        paths=paths,
    )
