"""`python migrate.py upgrade` is `questlog db upgrade`."""

import sys
from pathlib import Path

# Where only the requirements are installed, too.
sys.path.insert(0, str(Path(__file__).parent / "src"))

from questlog.cli import main

if __name__ == "__main__":
    main(["db", *sys.argv[1:]])
