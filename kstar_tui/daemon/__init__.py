"""What the daemon is made of besides its monitor: reloading, a watchdog, word of how it is."""
