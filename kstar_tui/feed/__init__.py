"""One poller, many screens: what a daemon offers on a Unix socket, and who looks along."""
