"""kstar-tui: see where a KStar KSE hybrid inverter's power goes. It only ever reads."""

__version__ = "0.1.0"
