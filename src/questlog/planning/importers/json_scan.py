"""A JSON text read member by member, so that every part of it is known by its line."""

import json
from collections.abc import Iterator
from typing import Any

from questlog.planning.importers.plan import UnreadableImportError

DECODER = json.JSONDecoder()
SPACE = " \t\r\n"


class Scan:
    """A place in the text and its line."""

    def __init__(self, text: str) -> None:
        self.text, self.place, self.line = text.removeprefix("\ufeff"), 0, 1
        self._skip()

    def at(self, sign: str) -> bool:
        return self.text.startswith(sign, self.place)

    def take(self, sign: str) -> bool:
        if not self.at(sign):
            return False
        self.place += 1
        self._skip()
        return True

    def expect(self, sign: str) -> None:
        if not self.take(sign):
            raise UnreadableImportError("Here should stand “{sign}”.", self.line, sign=sign)

    def expect_end(self) -> None:
        if self.place < len(self.text):
            raise UnreadableImportError("Here the file should have ended.", self.line)

    def value(self) -> Any:
        """Return the whole value that begins here."""
        try:
            value, end = DECODER.raw_decode(self.text, self.place)
        except json.JSONDecodeError as error:
            raise UnreadableImportError("This is not JSON.", error.lineno) from error
        except (ValueError, RecursionError) as error:
            raise UnreadableImportError("This is not JSON that can be read.", self.line) from error
        self.line += self.text.count("\n", self.place, end)
        self.place = end
        self._skip()
        return value

    def items(self) -> Iterator[tuple[int, Any]]:
        """Yield line and value of each item of the list whose bracket was taken."""
        more = not self.take("]")
        while more:
            line = self.line
            yield line, self.value()
            more = self._more("]")

    def places(self) -> Iterator[int]:
        """Yield the line of each item of the list whose bracket was taken; whoever asks reads the item."""
        more = not self.take("]")
        while more:
            yield self.line
            more = self._more("]")

    def members(self) -> Iterator[str]:
        """Yield the name of each member of the object that begins here; whoever asks reads its value."""
        self.expect("{")
        more = not self.take("}")
        while more:
            name = self.value()
            if not isinstance(name, str):
                raise UnreadableImportError("Here should stand a name.", self.line)
            self.expect(":")
            yield name
            more = self._more("}")

    def _more(self, end: str) -> bool:
        if self.take(","):
            return True
        self.expect(end)
        return False

    def _skip(self) -> None:
        while self.place < len(self.text) and self.text[self.place] in SPACE:
            self.line += self.text[self.place] == "\n"
            self.place += 1
