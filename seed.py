"""`python seed.py --count 100` is `questlog cmd seed --count 100`."""

import sys
from pathlib import Path

# Where only the requirements are installed, too.
sys.path.insert(0, str(Path(__file__).parent / "src"))

from questlog.cli import main

if __name__ == "__main__":
    main(["cmd", "seed", *sys.argv[1:]])
