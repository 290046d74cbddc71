"""Where the program keeps what it remembers."""

from __future__ import annotations

from pathlib import Path

from kstar_tui.settings.errors import SettingsError
from kstar_tui.settings.kinds import OFF
from kstar_tui.settings.table import Settings

HISTORY_NAME = "history.sqlite"
SERVICE_FOLDER = Path("/var/lib/kstar-tui")
"""Where the service of the whole system keeps it."""


def history_path(settings: Settings) -> Path | None:
    """The database of the history; None where none is kept.

    SettingsError for a home folder (~) that there is not.
    """
    if settings.history == OFF:
        return None
    if settings.history:
        try:
            return Path(settings.history).expanduser()
        except RuntimeError:
            place = settings.sources.get("history.path", "history.path")
            raise SettingsError(
                f"{place}: {settings.history}: there is no such home folder."
            ) from None
    # Loaded only when it is wanted: it costs a start time.
    import platformdirs

    return platformdirs.user_data_path("kstar-tui", appauthor=False) / HISTORY_NAME
