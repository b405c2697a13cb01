"""So that `uvicorn main:app` and `python main.py` work at the root of a clone."""

import sys

from questlog.cli import main
from questlog.main import app

__all__ = ["app"]

if __name__ == "__main__":
    main(["server", "run", *sys.argv[1:]])
