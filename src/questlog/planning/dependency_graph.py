"""Who waits for whom, without circles. Pure."""

from collections.abc import Iterable
from uuid import UUID

MOST = 100

type Edge = tuple[UUID, UUID]
"""What waits, and what it waits for."""


class Graph:
    """Who waits for whom, without circles."""

    def __init__(self, edges: Iterable[Edge] = ()) -> None:
        self._blockers: dict[UUID, set[UUID]] = {}
        self._blocked: dict[UUID, int] = {}
        for edge in edges:
            self._enter(edge)

    def __contains__(self, edge: Edge) -> bool:
        return edge[1] in self._blockers.get(edge[0], ())

    def add(self, edge: Edge) -> bool:
        """Add an edge unless it closes a circle or is one too many; tell whether it is there."""
        task_id, blocker_id = edge
        if len(self._blockers.get(task_id, ())) >= MOST or self._blocked.get(blocker_id, 0) >= MOST:
            return False
        if task_id == blocker_id or self._waits(blocker_id, task_id):
            return False
        self._enter(edge)
        return True

    def _enter(self, edge: Edge) -> None:
        self._blockers.setdefault(edge[0], set()).add(edge[1])
        self._blocked[edge[1]] = self._blocked.get(edge[1], 0) + 1

    def _waits(self, waiting: UUID, wanted: UUID) -> bool:
        seen, left = {waiting}, [waiting]
        while left:
            for blocker in self._blockers.get(left.pop(), ()):
                if blocker == wanted:
                    return True
                if blocker not in seen:
                    seen.add(blocker)
                    left.append(blocker)
        return False
