"""`python seed.py --count 100` is `questlog cmd seed --count 100`."""

import sys

from questlog.cli import main

if __name__ == "__main__":
    main(["cmd", "seed", *sys.argv[1:]])
