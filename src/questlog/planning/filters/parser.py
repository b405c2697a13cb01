"""From a filter's text to its tree: `!` binds closest, then `&`, then `|`; commas part lists."""

from functools import lru_cache

from questlog.planning.filters import errors, lexer, terms
from questlog.planning.filters.errors import FilterSyntaxError, at
from questlog.planning.filters.lexer import Token
from questlog.planning.filters.tree import Both, Either, Lists, Node, Not

MAX_LENGTH = 1_000
MAX_DEPTH = 20
MAX_TERMS = 50
JOINTS = ["&", "|", ","]


@lru_cache(maxsize=1024)
def parse(text: str) -> Node:
    """Return the tree of a filter; `FilterSyntaxError` says where it is none. Linear in the text."""
    if len(text) > MAX_LENGTH:
        raise FilterSyntaxError(errors.TOO_LONG, {"most": MAX_LENGTH, "length": len(text)})
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = lexer.tokens(text)
        self._next = 0
        self._depth = 0
        self._terms = 0

    def whole(self) -> Node:
        node = self._lists()
        if self._token.kind == ")":
            raise self._wrong(errors.UNOPENED, JOINTS)
        if self._token.kind != "end":
            raise self._wrong(errors.UNEXPECTED, JOINTS)
        return node

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._token
        self._next += 1
        return token

    def _wrong(self, message: str, expected: list[str], **more: int) -> FilterSyntaxError:
        return at(self._text, self._token.place, message, expected=expected, **more)

    def _lists(self) -> Node:
        parts = [self._either()]
        while self._token.kind == ",":
            self._take()
            parts.append(self._either())
        return Lists(tuple(parts)) if len(parts) > 1 else parts[0]

    def _either(self) -> Node:
        parts = [self._both()]
        while self._token.kind == "|":
            self._take()
            parts.append(self._both())
        return Either(tuple(parts)) if len(parts) > 1 else parts[0]

    def _both(self) -> Node:
        parts = [self._one()]
        while self._token.kind == "&":
            self._take()
            parts.append(self._one())
        return Both(tuple(parts)) if len(parts) > 1 else parts[0]

    def _one(self) -> Node:
        negated = False
        while self._token.kind == "!":
            self._take()
            negated = not negated
        node = self._group() if self._token.kind == "(" else self._term()
        if not negated:
            return node
        return node.of if isinstance(node, Not) else Not(node)

    def _group(self) -> Node:
        if self._depth == MAX_DEPTH:
            raise self._wrong(errors.TOO_DEEP, ["condition"], most=MAX_DEPTH)
        opened = self._take()
        self._depth += 1
        node = self._lists()
        self._depth -= 1
        if self._token.kind == "end":
            raise self._wrong(errors.UNCLOSED, [")"], opened=opened.place.start)
        if self._token.kind != ")":
            raise self._wrong(errors.UNEXPECTED, [*JOINTS, ")"])
        self._take()
        return node

    def _term(self) -> Node:
        if self._token.kind != "term":
            raise self._wrong(errors.MISSING, ["condition"])
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise self._wrong(errors.TOO_MANY, ["end"], most=MAX_TERMS)
        return terms.read(self._text, self._take())
