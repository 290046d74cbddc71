"""The only code that talks to an inverter: it asks three questions and one discovery text."""
