"""What a guard is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Guard:
    """`file` is relative to `src/questlog`; `on` stands there once; `test` is what pytest is told, as in a shell."""

    name: str
    file: str
    on: str
    off: str
    test: str
