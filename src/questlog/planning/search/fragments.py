"""Where a text has what was looked for, as HTML: found words stand in `<mark>`, and all else is escaped. Pure."""

from collections.abc import Iterator, Sequence
from html import escape

from questlog.planning.search.query import Query
from questlog.planning.search.words import Place, places_of

LENGTH = 120
BEFORE = 40
"""How much of a fragment stands before its first hit."""
AT_MOST = 3
CUT = "…"

type Span = tuple[int, int]


def marked(text: str, query: Query) -> str:
    """Return the whole text with what was found in it."""
    return _marked(text, _hits(query, list(places_of(text))), 0, len(text))


def fragments(text: str, query: Query) -> list[str]:
    """Return up to three pieces of a text, around what was found in it, in their order."""
    line = text.translate({ord("\n"): " ", ord("\t"): " "})
    places = list(places_of(line))
    hits = _hits(query, places)
    return [_cut(line, hits, *window) for window in _windows(line, places, hits)]


def _hits(query: Query, places: Sequence[Place]) -> list[Span]:
    """Return what is found, in order, without overlaps."""
    spans: list[Span] = []
    for n, place in enumerate(places):
        if spans and place.start < spans[-1][1]:
            continue
        fitting = [
            len(term.words) for term in query.wanted if term.fits(places[n : n + len(term.words)])
        ]
        if fitting:
            spans.append((place.start, places[n + max(fitting) - 1].end))
    return spans


def _windows(line: str, places: Sequence[Place], hits: Sequence[Span]) -> Iterator[Span]:
    """Cut at the edges of words: a hit, what stands before it, and what follows."""
    end, found = 0, 0
    for hit_start, hit_end in hits:
        if hit_start < end or found == AT_MOST:
            continue
        starts = (p.start for p in places if max(end, hit_start - BEFORE) <= p.start <= hit_start)
        start = next(starts, hit_start)
        ends = [p.end for p in places if hit_end <= p.end <= max(hit_end, start + LENGTH)]
        is_whole = start + LENGTH >= len(line)
        start = 0 if start == places[0].start and end == 0 else start
        end = len(line) if is_whole else max([hit_end, *ends])
        found += 1
        yield start, end


def _cut(line: str, hits: Sequence[Span], start: int, end: int) -> str:
    inside = [hit for hit in hits if start <= hit[0] and hit[1] <= end]
    piece = " ".join(_marked(line, inside, start, end).split())
    return (CUT if start else "") + piece + (CUT if end < len(line) else "")


def _marked(text: str, hits: Sequence[Span], start: int, end: int) -> str:
    parts = []
    for hit_start, hit_end in hits:
        parts += [
            escape(text[start:hit_start]),
            f"<mark>{escape(text[hit_start:hit_end])}</mark>",
        ]
        start = hit_end
    return "".join([*parts, escape(text[start:end])])
