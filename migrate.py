"""`python migrate.py upgrade` is `questlog db upgrade`."""

import sys

from questlog.cli import main

if __name__ == "__main__":
    main(["db", *sys.argv[1:]])
