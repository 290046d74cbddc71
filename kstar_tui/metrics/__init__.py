"""What is known of an inverter, for Prometheus to fetch over HTTP."""
