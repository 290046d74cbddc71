"""What energy costs, saves and earns. Defined in docs/energy.md."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Self

from kstar_tui.history.bands import Band, parse_bands
from kstar_tui.history.bucket import Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.monitor.energy import Flow


class Price(NamedTuple):
    """What a kWh costs and brings at one moment."""

    imported: float
    exported: float


class Tariff(NamedTuple):
    """Prices of a kWh, and the times of the day at which others hold."""

    import_price: float
    export_price: float = 0.0
    currency: str = "€"
    bands: tuple[Band, ...] = ()

    @classmethod
    def of(
        cls,
        import_price: float | None,
        export_price: float | None,
        currency: str,
        bands: tuple[str, ...],
    ) -> Self | None:
        """The tariff of the settings; None without an import price."""
        if import_price is None:
            return None
        return cls(import_price, export_price or 0.0, currency, parse_bands(bands))

    def price(self, local: datetime) -> Price:
        """What holds at a local wall time."""
        minute = local.hour * 60 + local.minute
        for band in self.bands:
            if band.contains(minute):
                export = self.export_price if band.export_price is None else band.export_price
                return Price(band.import_price, export)
        return Price(self.import_price, self.export_price)


class Money(NamedTuple):
    """Amounts in the tariff's currency over the observed time of a period."""

    saved: float
    """What the load would have cost, less what the import did cost; below 0 while the battery is
    charged from the grid."""
    earned: float
    """What the export brought."""
    cost: float
    """What the import did cost."""


def money(tariff: Tariff, quarters: Iterable[Bucket], calendar: Calendar) -> Money | None:
    """Amounts over buckets of at most a quarter of an hour; None where there are none.

    Of days whose quarters are gone (after five years) nothing can be said.
    """
    saved, earned, cost, some = 0.0, 0.0, 0.0, False
    for bucket in quarters:
        some = True
        price = tariff.price(calendar.local(bucket.start))
        imported = bucket.measured(Flow.IMPORT)
        saved += (bucket.measured(Flow.LOAD) - imported) * price.imported
        earned += bucket.measured(Flow.EXPORT) * price.exported
        cost += imported * price.imported
    return Money(saved, earned, cost) if some else None
