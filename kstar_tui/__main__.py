"""`python -m kstar_tui`."""

import sys

from kstar_tui.entry import main

if __name__ == "__main__":
    sys.exit(main())
