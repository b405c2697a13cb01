"""So that `uvicorn main:app` and `python main.py` work at the root of a clone."""

import sys
from pathlib import Path

# Where only the requirements are installed, too.
sys.path.insert(0, str(Path(__file__).parent / "src"))

from questlog.cli import main
from questlog.main import app

__all__ = ["app"]

if __name__ == "__main__":
    main(["server", "run", *sys.argv[1:]])
