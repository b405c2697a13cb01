"""What a filter says, before anybody keeps it."""

from typing import Any
from uuid import UUID

from questlog.core.db import Session
from questlog.core.translations import translated
from questlog.flows.find_tasks import parsed
from questlog.planning import filter_names
from questlog.planning.filters import canonical
from questlog.planning.filters import explain as explained
from questlog.planning.filters.descriptions import describe
from questlog.planning.filters.tree import Lists, leaves

UNKNOWN = "You have nothing called {names}, so nothing matches it yet."
JOINED = "Lists with commas between them are shown as one list."


async def explain_filter(
    session: Session, user_id: UUID, query: str, *, locale: str
) -> dict[str, Any]:
    """Return the tree, the canonical text, a description and warnings. Raises `FilterSyntaxError`."""
    node = parsed(query, pointer="/body/query")
    names = explained.names(list(leaves(node)))
    unknown = await filter_names.unknown(session, user_id, names)
    warnings: list[dict[str, Any]] = []
    if unknown:
        missing = ["*".join(name.parts) for name in unknown]
        said = translated(UNKNOWN, locale, {"names": ", ".join(missing)})
        warnings.append({"code": "unknown_names", "detail": said, "names": missing})
    if isinstance(node, Lists):
        warnings.append({"code": "lists_are_joined", "detail": translated(JOINED, locale, {})})
    return {
        "query": query,
        "canonical": canonical(node),
        "description": describe(node, locale),
        "tree": explained.tree(node),
        "warnings": warnings,
    }
