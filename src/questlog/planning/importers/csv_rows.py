"""Rows of comma-separated values (RFC 4180), each with the line it starts on."""

import csv
import io
from collections.abc import Iterator

from questlog.planning.importers.plan import UnreadableImportError

DELIMITERS = ",;\t|"


def rows(text: str, *, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Yield line and cells of every row that has any text.

    Raises `UnreadableImportError` with the line on which the damaged row starts, such as one whose quotes never close.
    """
    source = io.StringIO(text.removeprefix("\ufeff"), newline="")
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableImportError("This row is not CSV.", line) from error


def delimiter_of(text: str) -> str:
    """Return the sign that stands most often between the names of the first line that is not blank."""
    first = next((line for line in text.removeprefix("\ufeff").splitlines() if line.strip()), "")
    plain = "".join(first[:10_000].split('"')[::2])
    return max(DELIMITERS, key=plain.count)
