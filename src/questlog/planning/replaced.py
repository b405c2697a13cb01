"""What changes that followed each other replaced together: the state before the first of them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from questlog.planning import images
from questlog.planning.image_tables import KINDS, Key
from questlog.planning.images import Image

type Name = tuple[str, Key]
"""The kind and the key of an object."""
type Columns = dict[str, Any]


@dataclass
class Replaced:
    """`was` has old values of what is still there, `made` what was not there, `gone` whole rows that were.

    Of what was not there, `brought` goes for good also where there is a trash.
    """

    was: dict[Name, Columns] = field(default_factory=dict)
    made: dict[Name, None] = field(default_factory=dict)
    gone: dict[Name, Columns] = field(default_factory=dict)
    brought: set[Name] = field(default_factory=set)

    def follow(self, image: Image) -> None:
        """Take in a change that came after those that are here."""
        for kind, keys in image.get("made", ()):
            for key in keys:
                self._made((kind, KINDS[kind].read_key(key)))
        for kind, keys in image.get("brought", ()):
            names = [(kind, KINDS[kind].read_key(key)) for key in keys]
            self.made.update(dict.fromkeys(names))
            self.brought.update(names)
        for kind, rows in image.get("gone", ()):
            for row in map(KINDS[kind].read_row, rows):
                self._gone((kind, KINDS[kind].key_of(row)), row)
        for kind, keys, columns in image.get("was", ()):
            old = KINDS[kind].read_row(columns)
            for key in keys:
                self._was((kind, KINDS[kind].read_key(key)), old)

    def move(self, name: Name) -> None:
        """Name an object whose version moves on with the others, though its row says the same."""
        if name not in self.made and name not in self.gone:
            self.was.setdefault(name, {})

    def image(self) -> Image:
        """Return it as one before-image."""
        return images.together(
            *(images.was(kind, [_as_kept(key)], row) for (kind, key), row in self.was.items()),
            *(self._new(name) for name in self.made),
            *(images.gone(kind, [row]) for (kind, _), row in self.gone.items()),
        )

    def _new(self, name: Name) -> Image:
        kind, key = name
        is_brought = name in self.brought
        return (images.brought if is_brought else images.made)(kind, [_as_kept(key)])

    def of_kind(self, section: Iterable[Name], kind: str) -> list[Key]:
        return sorted(key for name, key in section if name == kind)

    def _made(self, name: Name) -> None:
        row = self.gone.pop(name, None)
        if row is None:
            self.made[name] = None
        elif row.keys() - {*KINDS[name[0]].key, "user_id"}:
            self.was[name] = row

    def _gone(self, name: Name, row: Columns) -> None:
        if name in self.made:
            del self.made[name]
        else:
            self.gone[name] = {**row, **self.was.pop(name, {})}

    def _was(self, name: Name, old: Mapping[str, Any]) -> None:
        if name not in self.made:
            self.was[name] = {**old, **self.was.get(name, {})}


def _as_kept(key: Key) -> Any:
    return key[0] if len(key) == 1 else key


def replaced_by(images: Iterable[Image]) -> Replaced:
    """Return what these changes, in their order, replaced together."""
    whole = Replaced()
    for image in images:
        whole.follow(image)
    return whole
