"""Where a session's updates come from: an own monitor, a daemon, or a broker."""
