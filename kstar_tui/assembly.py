"""From settings to running parts: what the daemon and the screen put together alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING

from kstar_tui.clock import Clock
from kstar_tui.link.client import InverterClient
from kstar_tui.link.interface import Address
from kstar_tui.link.search import (
    LISTEN,
    SearchEvent,
    broadcast_targets,
    search,
    targets_for,
    wake,
)
from kstar_tui.monitor.energy import Ledger
from kstar_tui.monitor.finding import Find
from kstar_tui.monitor.monitor import Monitor
from kstar_tui.settings import Settings, SettingsError

if TYPE_CHECKING:
    from ssl import SSLContext

    from kstar_tui.alerts.memory import Memory
    from kstar_tui.alerts.teller import Teller
    from kstar_tui.history.ledger import BookKeeper
    from kstar_tui.metrics.server import MetricsServer
    from kstar_tui.monitor.searched import SearchLog
    from kstar_tui.mqtt.broker import Broker
    from kstar_tui.mqtt.connection import MqttConnection
    from kstar_tui.mqtt.probe import Probe
    from kstar_tui.mqtt.publisher import Publisher

_MOST_ENTITIES = 1600
"""Messages at once that come back where each entity has one of its own: seven times all of them."""


def find(settings: Settings, *, listen: float = LISTEN) -> AsyncIterator[SearchEvent]:
    """Look for inverters wherever the settings say, for `listen` seconds."""
    # Asked anew each time: interfaces come and go.
    targets = targets_for(settings.broadcast) if settings.broadcast else broadcast_targets()
    return search(
        targets,
        discovery_port=settings.discovery_port,
        data_port=settings.port,
        listen=listen,
    )


def can_move(settings: Settings, address: Address | None) -> bool:
    """Whether the inverter may be found at another address: what answers on this machine itself
    does not move to one of the network."""
    return bool(settings.broadcast) or address is None or not is_loopback(address.host)


def make_monitor(
    settings: Settings,
    clock: Clock,
    address: Address | None,
    *,
    mac: str | None = None,
    named: bool = True,
    ledger: Ledger | None = None,
    searched: SearchLog | None = None,
    ahead: Callable[[], Awaitable[None]] | None = None,
) -> Monitor:
    """The monitor of the inverter at an address, or of the one that a search finds.

    An address that a search found, not a person, is not `named`; `mac` is what it told then. Its
    own searches are noted in `searched`. `ahead` is awaited when one is found.
    """
    look: Find = partial(find, settings)
    if searched is not None:
        look = searched.watching(look, "it had gone")
    return Monitor(
        InverterClient,
        clock,
        interval=settings.interval,
        address=address,
        find=look if can_move(settings, address) else None,
        wake=partial(wake, discovery_port=settings.discovery_port),
        mac=mac,
        named=named,
        serial=settings.serial,
        ledger=ledger,
        ahead=ahead,
    )


def make_ledger(settings: Settings, clock: Clock, *, demo: bool = False) -> BookKeeper | None:
    """What keeps the history; None where it is off. A demo's is forgotten with it."""
    from kstar_tui.settings.paths import history_path

    path = history_path(settings)
    if path is None:
        return None
    # SQLite costs time: only where it is used.
    from kstar_tui.history.calendar import Calendar
    from kstar_tui.history.ledger import BookKeeper

    return BookKeeper(
        ":memory:" if demo else path,
        Calendar(),
        interval=settings.interval,
        clock=clock,
        publishes=settings.mqtt_url is not None,
        alerts=has_alerts(settings),
    )


def has_alerts(settings: Settings) -> bool:
    """Somebody is told of alerts."""
    return bool(settings.alerts_command) or (settings.alerts_mqtt and settings.mqtt_url is not None)


def make_teller(
    settings: Settings,
    clock: Clock,
    publisher: Publisher | None,
    standby: Callable[[], bool],
    environ: Mapping[str, str],
    memory: Memory | None = None,
) -> Teller | None:
    """What tells of alerts; None where nobody is to be told. A command gets the variables of
    `environ`, but none that is a secret. What the `memory` knows is not told again."""
    if not has_alerts(settings):
        return None
    # Only where it is used, like the others.
    from kstar_tui.alerts.alert import Rules, parse_quiet
    from kstar_tui.alerts.runner import Runner
    from kstar_tui.alerts.teller import Teller
    from kstar_tui.alerts.watch import Watch
    from kstar_tui.settings.load import secret_variables

    rules = Rules(
        fault=settings.alerts_fault,
        grid_lost=settings.alerts_grid_lost or None,
        battery_low=settings.alerts_battery_low or None,
        no_data=60.0 * settings.alerts_no_data or None,
        quiet=parse_quiet(settings.alerts_quiet),
        repeat=60.0 * settings.alerts_repeat or None,
    )
    command = settings.alerts_command
    return Teller(
        Watch(rules),
        clock,
        runner=Runner(command, environ, secrets=secret_variables()) if command else None,
        publish=publisher.alert if publisher is not None and settings.alerts_mqtt else None,
        standby=standby,
        memory=memory,
    )


def make_memory(
    settings: Settings, before: Memory | None = None, *, demo: bool = False
) -> Memory | None:
    """Where it is kept which alerts were told: beside the history; without one, or in a demo, only
    while this lasts. The one from `before`, if it is the same place; None where nobody is told."""
    if not has_alerts(settings):
        return None
    from kstar_tui.alerts.memory import Memory
    from kstar_tui.settings.paths import history_path

    path = None if demo else history_path(settings)
    if path is not None:
        path = path.with_name(f"{path.name}.alerts")
    return before if before is not None and before.path == path else Memory(path)


def make_publisher(
    settings: Settings, clock: Clock, standby: Callable[[], bool] = lambda: False
) -> Publisher | None:
    """What publishes to the broker of the settings; None where MQTT is off. SettingsError where a
    certificate cannot be used.

    Two programs on one history would publish the same twice: the one that writes it does, and the
    other has `standby` say so.
    """
    # Without MQTT 5 each of our own messages that we listen to comes back.
    most = _MOST_ENTITIES if settings.mqtt_discovery == "entities" else None
    connection = make_connection(settings, clock, most=most)
    if connection is None:
        return None
    from kstar_tui.mqtt.options import MqttOptions
    from kstar_tui.mqtt.publisher import Publisher, max_age

    options = MqttOptions(
        base=settings.mqtt_base,
        legacy=settings.mqtt_prefix if settings.mqtt_legacy else None,
        values=settings.mqtt_values,
        discovery=settings.mqtt_discovery,
        discovery_prefix=settings.mqtt_discovery_prefix,
        interval=settings.interval,
        client_id=settings.mqtt_client_id,
    )
    return Publisher(
        connection,
        options,
        max_age=max_age(settings.interval),
        standby=standby,
    )


def make_connection(
    settings: Settings, clock: Clock, *, most: int | None = None
) -> MqttConnection | None:
    """The connection to the broker of the settings, not opened; None where MQTT is off.

    `most`: messages that may come at once, where it is to hear more than a publisher does.
    """
    if settings.mqtt_url is None:
        return None
    from kstar_tui.mqtt.broker import parse_broker, with_credentials

    broker = parse_broker(settings.mqtt_url)
    broker = with_credentials(broker, settings.mqtt_username, settings.mqtt_password)
    return _connection(broker, settings, clock, most)


def make_watch(settings: Settings, clock: Clock) -> MqttConnection:
    """The connection to the broker that a screen looks along with, not opened.

    Who its URL does not name is named by the settings of the other one.
    """
    from kstar_tui.mqtt.broker import parse_broker, with_credentials

    broker = parse_broker(settings.attach)
    name = broker.username or settings.mqtt_username
    if broker.password is None and name is not None:
        broker = with_credentials(broker, name, settings.mqtt_password)
    return _connection(broker, settings, clock, None)


def _connection(
    broker: Broker, settings: Settings, clock: Clock, most: int | None
) -> MqttConnection:
    # paho costs time and memory: only where it is used.
    from kstar_tui.mqtt.connection import MqttConnection
    from kstar_tui.mqtt.guarded import MAX_AT_ONCE

    return MqttConnection(
        broker,
        clock,
        keepalive=settings.mqtt_keepalive,
        version=5 if settings.mqtt_version == "5" else 3,
        tls=_tls(settings) if broker.tls else None,
        most=most or MAX_AT_ONCE,
    )


def make_metrics(settings: Settings, clock: Clock) -> MetricsServer | None:
    """What serves metrics; None where they are off. SettingsError where the package is missing."""
    if settings.metrics_listen is None:
        return None
    try:
        # An extra, and only then loaded: it costs more than all else together.
        from kstar_tui.metrics.server import MAX_AGE, MetricsServer
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "prometheus_client":
            raise
        raise SettingsError(
            f"{settings.sources['metrics.listen']}: metrics.listen is {settings.metrics_listen}, "
            "but the package prometheus-client is missing; install it with: "
            "pip install 'kstar-tui[prometheus]'."
        ) from None
    from kstar_tui.settings.watch_kinds import split_listen

    host, port = split_listen(settings.metrics_listen)
    return MetricsServer(clock, host, port, max_age=max(3 * settings.interval, MAX_AGE))


def make_probe(connection: MqttConnection, settings: Settings) -> Probe:
    """A check of the broker of the settings, over a connection to it that is not open."""
    from kstar_tui.mqtt.probe import Options, Probe

    return Probe(
        connection,
        Options(
            base=settings.mqtt_base,
            discovery=settings.mqtt_discovery,
            discovery_prefix=settings.mqtt_discovery_prefix,
            version=settings.mqtt_version,
        ),
    )


def make_watch_probe(connection: MqttConnection, settings: Settings) -> Probe:
    """A check of the broker that a screen looks along with; publishes nothing."""
    from kstar_tui.mqtt.probe import Options
    from kstar_tui.mqtt.watch_probe import WatchProbe

    options = Options(base=settings.mqtt_base, version=settings.mqtt_version)
    return WatchProbe(connection, options, settings.serial)


def _tls(settings: Settings) -> SSLContext:
    from kstar_tui.mqtt.tls import TlsError, tls_context

    try:
        return tls_context(
            settings.mqtt_ca,
            settings.mqtt_certificate,
            settings.mqtt_key,
            accept_any=settings.mqtt_accept_any_certificate,
        )
    except TlsError as error:
        raise SettingsError(str(error)) from None


def is_loopback(host: str) -> bool:
    """Whether a host, by its name or address, is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
