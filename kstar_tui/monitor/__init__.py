"""What is known of one inverter over time."""
