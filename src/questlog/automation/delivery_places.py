"""How many requests may be under way, and whose. Pure.

Whoever keeps many endpoints, or keeps many hanging, has the places that nobody else wants: from the half on, everybody
has a few.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

FEW = 4
"""How many places one owner has where they are scarce."""


@dataclass
class Places:
    """`most` places, and how many of them each owner has; `has_refused` says that somebody wanted more."""

    most: int
    taken: Counter[UUID] = field(default_factory=Counter)
    has_refused: bool = False

    @classmethod
    def held(cls, most: int, owners: Iterable[UUID]) -> "Places":
        return cls(most, Counter(owners))

    @property
    def left(self) -> int:
        return self.most - self.taken.total()

    @property
    def are_scarce(self) -> bool:
        return 2 * self.taken.total() >= self.most

    def without(self) -> list[UUID]:
        """Return the owners who get none at present."""
        return (
            [each for each, count in self.taken.items() if count >= FEW] if self.are_scarce else []
        )

    def give(self, owner: UUID, wanted: int) -> int:
        """Return how many of the wanted places an owner gets, and count them as taken."""
        share = FEW if self.are_scarce else self.most
        given = max(0, min(wanted, self.left, share - self.taken[owner]))
        self.has_refused |= given < wanted
        self.taken[owner] += given
        return given

    def give_back(self, owner: UUID, count: int) -> None:
        self.taken[owner] -= count


def surplus[T](held: Sequence[tuple[UUID, T]], most: int) -> list[T]:
    """Return what has to end so that only `most` are left: always the first of whoever holds most by then."""
    by_owner: dict[UUID, list[T]] = {}
    for owner, each in held:
        by_owner.setdefault(owner, []).append(each)
    ended: list[T] = []
    for _ in range(len(held) - most):
        ended.append(max(by_owner.values(), key=len).pop(0))
    return ended
