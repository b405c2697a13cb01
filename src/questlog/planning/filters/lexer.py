"""A filter as tokens: operators, and the terms between them."""

from dataclasses import dataclass

from questlog.planning.filters.errors import LONE_BACKSLASH, UNCLOSED_QUOTE, at
from questlog.planning.filters.tree import Place

OPERATORS = frozenset("()&|,!")
ENDS = frozenset("()&|,")
ESCAPE, QUOTE = "\\", '"'
BEFORE_QUOTE = frozenset(":#@")  # elsewhere a quotation mark is a letter like others


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is the operator itself, `term`, or `end`; `raw` still has its escapes and quotes."""

    kind: str
    place: Place
    raw: str = ""


def tokens(text: str) -> list[Token]:
    """Raises `FilterSyntaxError`."""
    found: list[Token] = []
    at_ = 0
    while at_ < len(text):
        letter = text[at_]
        if letter.isspace():
            at_ += 1
        elif letter in OPERATORS:
            found.append(Token(letter, Place(at_, at_ + 1)))
            at_ += 1
        else:
            term = _term(text, at_)
            found.append(term)
            at_ = term.place.end
    return [*found, Token("end", Place(len(text), len(text)))]


def _term(text: str, start: int) -> Token:
    """Read up to the next operator. A `!` inside a word is a letter; after a space it is an operator."""
    here, last = start, ""
    while here < len(text):
        letter = text[here]
        if letter in ENDS or (letter == "!" and text[here - 1].isspace()):
            break
        if letter == QUOTE and (not last or last in BEFORE_QUOTE):
            here = _after_quote(text, here)
        elif letter == ESCAPE:
            if here + 1 == len(text):
                raise at(text, Place(here, here + 1), LONE_BACKSLASH)
            here += 2
        else:
            here += 1
        last = last if letter.isspace() else letter
    raw = _trimmed(text[start:here])
    return Token("term", Place(start, start + len(raw)), raw)


def _trimmed(raw: str) -> str:
    """Take off the spaces at the end, but for one that is escaped."""
    bare = raw.rstrip()
    escapes = len(bare) - len(bare.rstrip(ESCAPE))
    return raw[: len(bare) + 1] if escapes % 2 and len(bare) < len(raw) else bare


def _after_quote(text: str, opened: int) -> int:
    here = opened + 1
    while here < len(text):
        if text[here] == ESCAPE:
            here += 2
            continue
        if text[here] == QUOTE:
            return here + 1
        here += 1
    raise at(text, Place(opened, len(text)), UNCLOSED_QUOTE, expected=[QUOTE])


def pieces(raw: str) -> tuple[str, ...]:
    """Return a name without quotes and escapes, split at its wildcards."""
    parts, here, quoted = [""], 0, False
    while here < len(raw):
        letter = raw[here]
        if letter == ESCAPE and here + 1 < len(raw):
            here += 1
            parts[-1] += raw[here]
        elif letter == QUOTE and (quoted or not "".join(parts)):
            quoted = not quoted
        elif letter == "*" and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
        here += 1
    return _merged(parts)


def _merged(parts: list[str]) -> tuple[str, ...]:
    """Several wildcards in a row are one."""
    if len(parts) == 1:
        return (parts[0].strip(),)
    inner = [part for part in parts[1:-1] if part]
    return (parts[0].lstrip(), *inner, parts[-1].rstrip())


def plain(raw: str) -> str:
    """Return a text without quotes and escapes; a star stays a star."""
    out, here, quoted = "", 0, False
    while here < len(raw):
        letter = raw[here]
        if letter == ESCAPE and here + 1 < len(raw):
            here += 1
            out += raw[here]
        elif letter == QUOTE and (quoted or not out):
            quoted = not quoted
        else:
            out += letter
        here += 1
    return out.strip()
