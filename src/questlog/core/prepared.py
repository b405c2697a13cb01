"""Statements that are built once: putting one together costs more than running it."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from sqlalchemy import Executable, bindparam

type Bound = tuple[Executable, dict[str, Any]]


def prepared(build: Callable[..., Executable]) -> Callable[..., Bound]:
    """Turn a function that returns a statement into one that returns it with its values, for `execute(*bound)`.

    `build` is called once, with a bind parameter in place of each argument; so it may compare and store its arguments
    but not look at them.
    """
    signature = inspect.signature(build)
    names = tuple(signature.parameters)
    statements: list[Executable] = []

    @wraps(build)
    def bound(*args: Any, **kwargs: Any) -> Bound:
        if not statements:
            statements.append(build(**{name: bindparam(f"p_{name}") for name in names}))
        given = (
            signature.bind(*args, **kwargs).arguments
            if kwargs
            else dict(zip(names, args, strict=True))
        )
        return statements[0], {f"p_{name}": value for name, value in given.items()}

    return bound
