"""Keeping the key of a title beside it."""

from collections.abc import Mapping
from typing import Any

from questlog.planning.models import title_key


def keyed(changed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return changed columns with the key of a title that is among them."""
    return {**changed, "title_key": title_key(changed["title"])} if "title" in changed else changed
