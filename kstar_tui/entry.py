"""What `kstar-tui` starts with: a health check at once, anything else as the arguments say."""

import sys


def main() -> int:
    """Run with the process's arguments and return the exit status."""
    if sys.argv[1:2] == ["healthcheck"]:
        # Asked every few seconds on small machines: it must not load what the others need.
        from kstar_tui.commands.healthcheck import at_once

        status = at_once(sys.argv[2:])
        if status is not None:
            return int(status)
    from kstar_tui.cli import main as run

    return run()
