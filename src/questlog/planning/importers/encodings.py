"""The text of a file: UTF-8, UTF-16, or one of the two old encodings of Windows that tables still come in."""

import codecs
import re

from questlog.planning.importers.plan import UnreadableImportError

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f]")
CYRILLIC_WORD = re.compile("[А-яЁё]{2}")
LOOKED_AT = 100_000


def decode(content: bytes) -> str:
    """Return the text. A mark at its beginning decides; without one UTF-8 counts, then what the bytes look like.

    Raises `UnreadableImportError` for what is no text, with the line where it stops being one.
    """
    marked = next((name for mark, name in MARKS if content.startswith(mark)), None)
    text = _decoded(content, marked) if marked else _unmarked(content)
    if found := UNPRINTABLE.search(text):
        raise UnreadableImportError(
            "Here stands a character that is no text.", text.count("\n", 0, found.start()) + 1
        )
    return text


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableImportError("Here stands a character that is no text.", line) from error


def _unmarked(content: bytes) -> str:
    head = content[:LOOKED_AT]
    if head[1::2].count(0) * 4 > len(head) or head[::2].count(0) * 4 > len(head):
        # Every other byte is zero: plain letters, two bytes each.
        return _decoded(content, "utf-16-be" if head.startswith(b"\0") else "utf-16-le")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as broken:
        return _windows(content, broken)


def _windows(content: bytes, broken: UnicodeDecodeError) -> str:
    """Russian words have their letters side by side; in the languages of Western Europe accents stand alone."""
    high = [byte for byte in content[:LOOKED_AT] if byte >= 0x80]
    western = sum(byte >= 0xC0 for byte in high)
    for encoding in ("cp1251", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        words = sum(len(found[0]) for found in CYRILLIC_WORD.finditer(text[:LOOKED_AT]))
        if encoding == "cp1252" or words * 2 > western:
            return text
    line = content.count(b"\n", 0, broken.start) + 1
    raise UnreadableImportError("Here stands a character that is no text.", line) from broken
