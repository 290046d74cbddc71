"""The search screen: what is asked, what answers, and which inverter to take."""
