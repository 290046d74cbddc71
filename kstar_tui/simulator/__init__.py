"""A house with an inverter made of software, answering on UDP as a real one does."""
