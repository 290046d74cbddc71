"""The rows of how kstar-tui is watched from elsewhere, and whom it tells by itself."""

from dataclasses import dataclass
from typing import Annotated

from kstar_tui.settings.row import Setting
from kstar_tui.settings.watch_kinds import Listen


# What would be generated here is generated for `Settings` again.
@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class WatchSettings:
    """Metrics for Prometheus."""

    metrics_listen: Annotated[
        str | None,
        Setting(
            "metrics.listen",
            Listen(),
            "port, or address and port, on which Prometheus gets its metrics; a port alone is open"
            " to this machine only",
            "--metrics",
            ("KSTAR_METRICS",),
            "PORT",
        ),
    ] = None
