"""Loading modules, which stay until the process ends."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Import inside without looking for garbage among what is loaded, now or ever after.

    Each look through half a million objects that stay costs a fifth of a second: a third of a start, and a pause under load.
    """
    loaded = len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > loaded:
            gc.freeze()
        gc.enable()
