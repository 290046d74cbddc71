"""What settings must be together, each of them being right by itself."""

from __future__ import annotations

from kstar_tui.link.interface import DATA_PORT, DISCOVERY_PORT
from kstar_tui.settings.errors import SettingsError
from kstar_tui.settings.table import DEFAULT, Settings


def check_together(settings: Settings) -> None:
    """SettingsError where values that are each allowed do not go together."""
    _check_ports(settings)
    _check_tariff(settings)


def _check_ports(settings: Settings) -> None:
    # Modules take commands where they are discovered: no question for data may ever go there.
    keys = ("inverter.port", "discovery.port")
    if settings.port == settings.discovery_port:
        place = next(source for key in keys if (source := settings.sources[key]) != DEFAULT)
        raise SettingsError(
            f"{place}: {' and '.join(keys)} are both {settings.port}; "
            "allowed are two different ports."
        )
    if settings.port == DISCOVERY_PORT:
        raise SettingsError(
            f"{settings.sources[keys[0]]}: {keys[0]} is {settings.port}; allowed is any other "
            "port, because this is the one on which WiFi modules take commands."
        )
    if settings.discovery_port == DATA_PORT:
        raise SettingsError(
            f"{settings.sources[keys[1]]}: {keys[1]} is {DATA_PORT}; allowed is any other "
            "port, because this is the one on which inverters are asked for data."
        )


def _check_tariff(settings: Settings) -> None:
    if settings.import_price is not None:
        return
    for key, given in (
        ("tariff.bands", settings.tariff_bands),
        ("tariff.export_price", settings.export_price is not None),
    ):
        if given:
            raise SettingsError(
                f"{settings.sources[key]}: {key} is given without tariff.import_price; "
                "allowed is both together, or neither."
            )
