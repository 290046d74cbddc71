"""Readings to an MQTT broker: topics and payloads, the connection, and what joins them."""
