"""What settings must be together, each of them being right by itself."""

from __future__ import annotations

from kstar_tui.link.interface import DATA_PORT, DISCOVERY_PORT
from kstar_tui.mqtt.broker import parse_broker, with_credentials
from kstar_tui.settings.errors import SettingsError
from kstar_tui.settings.row import DEFAULT
from kstar_tui.settings.table import Settings


def check_together(settings: Settings) -> None:
    """SettingsError where values that are each allowed do not go together."""
    _check_ports(settings)
    _check_credentials(settings)
    _check_tls(settings)
    _check_tariff(settings)
    _check_attach(settings)


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


def _check_credentials(settings: Settings) -> None:
    # Without a broker the user name may still come, with its URL.
    if settings.mqtt_url is None:
        return
    try:
        broker = parse_broker(settings.mqtt_url)
        with_credentials(broker, settings.mqtt_username, settings.mqtt_password)
    except ValueError as error:
        reason = str(error)
    else:
        return
    key = "mqtt.password"
    raise SettingsError(
        f"{settings.sources[key]}: {key} is given without mqtt.username, and mqtt.url names no "
        f"user; allowed is one of the two beside it ({reason})."
    )


def _check_tls(settings: Settings) -> None:
    sources = settings.sources
    if settings.mqtt_key and not settings.mqtt_certificate:
        raise SettingsError(
            f"{sources['mqtt.key']}: mqtt.key is given without mqtt.certificate; "
            "allowed is both together, or the certificate alone where its file holds the key."
        )
    key = "mqtt.accept_any_certificate"
    if settings.mqtt_ca and settings.mqtt_accept_any_certificate:
        raise SettingsError(
            f"{sources[key]}: {key} and mqtt.ca are both given; "
            "allowed is one of them: nothing would be checked against mqtt.ca."
        )
    if settings.mqtt_url is None or parse_broker(settings.mqtt_url).tls:
        return
    for key, given in (
        ("mqtt.ca", settings.mqtt_ca),
        ("mqtt.certificate", settings.mqtt_certificate),
        ("mqtt.key", settings.mqtt_key),
        ("mqtt.accept_any_certificate", settings.mqtt_accept_any_certificate),
    ):
        if given:
            raise SettingsError(
                f"{sources[key]}: {key} is given, but mqtt.url has no TLS; "
                "allowed is both together (TLS needs mqtts://)."
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


def _check_attach(settings: Settings) -> None:
    if settings.headless and "://" in settings.attach:
        raise SettingsError(
            f"{settings.sources['attach']}: attach names a broker, together with headless; allowed "
            "is that for a screen: a daemon asks the inverter itself, and publishes with mqtt.url."
        )
