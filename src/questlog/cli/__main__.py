"""`python -m questlog.cli` is `questlog`."""

from questlog.cli import main

main()
