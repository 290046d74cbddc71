"""The rows of what is published to MQTT, where and how."""

from dataclasses import dataclass, field
from typing import Annotated

from kstar_tui.mqtt.legacy import DEFAULT_PREFIX
from kstar_tui.settings.kinds import OFF, BrokerUrl, Flag, Number, Topic
from kstar_tui.settings.mqtt_kinds import Choice, ClientId, Credential, Password, PemFile
from kstar_tui.settings.row import Setting


# What would be generated here is generated for `Settings` again.
@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class MqttSettings:
    """The broker, and what it gets. Secrets are not in the repr."""

    mqtt_url: Annotated[
        str | None,
        Setting(
            "mqtt.url",
            BrokerUrl(),
            "MQTT broker to publish to: a host, a mqtt:// or mqtts:// URL, or off",
            "--mqtt",
            ("KSTAR_MQTT", "MQTT_CONNECTION_STRING"),
            "BROKER",
            glued="--mqtt-",
            secret=True,
        ),
    ] = field(default=None, repr=False)
    mqtt_username: Annotated[
        str | None,
        Setting(
            "mqtt.username",
            Credential(),
            "user name at the broker; wins over the one in mqtt.url",
            "--mqtt-username",
            ("KSTAR_MQTT_USERNAME",),
            "NAME",
        ),
    ] = None
    mqtt_password: Annotated[
        str | None,
        Setting(
            "mqtt.password",
            Password(),
            "password at the broker; wins over the one in mqtt.url",
            "",
            ("KSTAR_MQTT_PASSWORD",),
            secret=True,
        ),
    ] = field(default=None, repr=False)
    mqtt_ca: Annotated[
        str | None,
        Setting(
            "mqtt.ca",
            PemFile("the system's"),
            "PEM file of the certificate authorities to trust instead of the system's",
            "--mqtt-ca",
            ("KSTAR_MQTT_CA",),
            "FILE",
        ),
    ] = None
    mqtt_certificate: Annotated[
        str | None,
        Setting(
            "mqtt.certificate",
            PemFile(),
            "PEM file of the certificate that proves this client to the broker, with its chain",
            "--mqtt-certificate",
            ("KSTAR_MQTT_CERTIFICATE",),
            "FILE",
        ),
    ] = None
    mqtt_key: Annotated[
        str | None,
        Setting(
            "mqtt.key",
            PemFile(),
            "PEM file of that certificate's private key, unless the same file holds both",
            "--mqtt-key",
            ("KSTAR_MQTT_KEY",),
            "FILE",
        ),
    ] = None
    mqtt_accept_any_certificate: Annotated[
        bool,
        Setting(
            "mqtt.accept_any_certificate",
            Flag(),
            "do not check who answers as the broker: anybody in between can read the password",
            "--mqtt-accept-any-certificate",
            ("KSTAR_MQTT_ACCEPT_ANY_CERTIFICATE",),
        ),
    ] = False
    mqtt_version: Annotated[
        str,
        Setting(
            "mqtt.version",
            Choice(("3.1.1", "5")),
            "version of MQTT to speak",
            "--mqtt-version",
            ("KSTAR_MQTT_VERSION",),
            "VERSION",
        ),
    ] = "3.1.1"
    mqtt_keepalive: Annotated[
        int,
        Setting(
            "mqtt.keepalive",
            Number(5, 3600, "s"),
            "seconds of silence after which broker and client check on each other",
            "--mqtt-keepalive",
            ("KSTAR_MQTT_KEEPALIVE",),
            "SECONDS",
        ),
    ] = 30
    mqtt_client_id: Annotated[
        str | None,
        Setting(
            "mqtt.client_id",
            ClientId(),
            "name of this client, unlike that of any other at the broker",
            "--mqtt-client-id",
            ("KSTAR_MQTT_CLIENT_ID",),
            "NAME",
        ),
    ] = None
    mqtt_base: Annotated[
        str,
        Setting(
            "mqtt.base",
            Topic(),
            "first levels of kstar-tui's own topics",
            "--mqtt-base",
            ("KSTAR_MQTT_BASE",),
            "TOPIC",
        ),
    ] = "kstar"
    mqtt_values: Annotated[
        bool,
        Setting(
            "mqtt.values",
            Flag(),
            "publish each value on a topic of its own as well",
            "--mqtt-values",
            ("KSTAR_MQTT_VALUES",),
        ),
    ] = False
    mqtt_legacy: Annotated[
        bool,
        Setting(
            "mqtt.legacy",
            Flag(),
            "publish the topics that kstar.sharp had as well",
            "--mqtt-legacy",
            ("KSTAR_MQTT_LEGACY",),
        ),
    ] = True
    mqtt_prefix: Annotated[
        str,
        Setting(
            "mqtt.prefix",
            Topic(),
            "first levels of the topics that kstar.sharp had (mqtt.legacy)",
            # Not --mqtt-prefix: there kstar.sharp's users glue on the broker's name.
            "--topic-prefix",
            ("KSTAR_MQTT_PREFIX",),
            "TOPIC",
        ),
    ] = DEFAULT_PREFIX
    mqtt_discovery: Annotated[
        str,
        Setting(
            "mqtt.discovery",
            Choice(("device", "entities", OFF)),
            "tell Home Assistant in one message for the device (2024.11 and later), in one for "
            "each of the entities, or not at all (off)",
            "--mqtt-discovery",
            ("KSTAR_MQTT_DISCOVERY",),
            "HOW",
        ),
    ] = "device"
    mqtt_discovery_prefix: Annotated[
        str,
        Setting(
            "mqtt.discovery_prefix",
            Topic(),
            "first levels of the topics on which Home Assistant listens for devices",
            "--mqtt-discovery-prefix",
            ("KSTAR_MQTT_DISCOVERY_PREFIX",),
            "TOPIC",
        ),
    ] = "homeassistant"
