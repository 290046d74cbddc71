"""The settings in a report: what differs from the default, told only where it can name nobody."""

from __future__ import annotations

from typing import NamedTuple

from kstar_tui.mqtt.broker import parse_broker
from kstar_tui.settings import TABLE, Settings, shown
from kstar_tui.settings.kinds import OFF, Flag, Number
from kstar_tui.settings.mqtt_kinds import Choice
from kstar_tui.settings.row import DEFAULT
from kstar_tui.settings.use_kinds import Optional

_OPEN = (Number, Flag, Choice)
"""Kinds whose values are numbers or words of our own; all else is only said to be given."""
_SECRET = 4
"""Signs from which on a secret is looked for in other texts: shorter ones would be told by the
words that are missing."""
_OWN_SOURCES = ("argument ", "environment ", "systemd credential ")
_COMMON = frozenset({"mqtt", "kstar", "admin", "user", "root"})


class Personal(NamedTuple):
    """Values that must stand nowhere in a report."""

    hosts: list[str | None]
    accounts: list[str | None]
    secrets: list[str | None]
    topics: list[str | None]
    paths: list[str | None]


def settings_lines(settings: Settings) -> list[tuple[str, str]]:
    """Key, value and source of each setting that is not the default."""
    lines = []
    for key, row in TABLE.items():
        value = getattr(settings, row.name)
        if value == row.default:
            continue
        kind = row.kind.number if isinstance(row.kind, Optional) else row.kind
        text = OFF if value == OFF else "given"
        if isinstance(kind, _OPEN) and not row.secret:
            text = shown(settings, row)
        source = _source(settings.sources.get(key, DEFAULT))
        # A demo sets some by itself.
        lines.append((key, text if source == DEFAULT else f"{text} ({source})"))
    return lines


def personal(settings: Settings) -> Personal:
    """What of the settings names somebody, or is a secret."""
    hosts: list[str | None] = [settings.host, *settings.broadcast]
    accounts = [settings.mqtt_username, settings.mqtt_client_id]
    secrets = [settings.mqtt_password]
    if settings.mqtt_url is not None:
        broker = parse_broker(settings.mqtt_url)
        hosts.append(broker.host)
        accounts.append(broker.username)
        secrets.append(broker.password)
    topics = (settings.mqtt_base, settings.mqtt_prefix, settings.mqtt_discovery_prefix)
    paths = settings.history, settings.mqtt_ca, settings.mqtt_certificate, settings.mqtt_key
    defaults = {row.default for row in TABLE.values()}
    return Personal(
        hosts,
        [account for account in accounts if account and account.lower() not in _COMMON],
        [
            secret
            for secret in secrets
            if secret and len(secret) >= _SECRET and secret.lower() not in _COMMON
        ],
        [topic for topic in topics if topic not in defaults],
        [path for path in paths if path != OFF],
    )


def _source(source: str) -> str:
    """Where it was given, without the path of a file."""
    if source == DEFAULT or source.startswith(_OWN_SOURCES):
        return source.partition(" (")[0]
    return "config.toml"
