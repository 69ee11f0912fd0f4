"""Let ``python -m vatio`` be the command."""

import sys

from vatio.cli import main

if __name__ == "__main__":
    sys.exit(main())
