"""Questions as a table (CSV): one row each, the columns named in the first line. Pure.

`kind`, `stem` and `answer` are needed; `choices`, `explanation`, `see`, `topic`, `difficulty`, `code`, `tolerance` and
`unit` may be there. The parts of an answer stand between bars: `Danube|Tagus`, `Peru -> Lima|Norway -> Oslo`; the gaps
of a cloze between two of them: `two|2 || three|3`. A bar that is meant has a backslash before it.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from questlog.learning.marked_text import BadFileError, Problem
from questlog.learning.question_forms import QuestionForm
from questlog.learning.written_questions import Fields, forms_of

DELIMITERS = ",;\t"
NEEDED = ("kind", "stem", "answer")
PLAIN = frozenset({"kind", "stem", "explanation", "see", "topic", "code", "unit"})
KNOWN = frozenset({*NEEDED, *PLAIN, "choices", "difficulty", "tolerance"})
BAR = re.compile(r"(?<!\\)\|")
BARS = re.compile(r"(?<!\\)\|\|")
TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def read(text: str, file: str) -> list[QuestionForm]:
    """Return the questions of a table. Raises `BadFileError` with everything that is wrong."""
    rows = list(_rows(text.removeprefix("\ufeff"), file))
    if not rows:
        raise BadFileError([Problem(file, 1, "", "has no question. Add one.")])
    line, head = rows[0]
    columns = [cell.strip().casefold() for cell in head]
    if problem := _bad_head(columns, file, line):
        raise BadFileError([problem], pointer="/body/file")
    problems = [
        Problem(
            file, at, "", f"has {len(cells)} cells for {len(columns)} columns. Put texts in quotes."
        )
        for at, cells in rows[1:]
        if len(cells) > len(columns)
    ]
    if problems:
        raise BadFileError(problems, pointer="/body/file")
    drafts = ((at, _fields(dict(zip(columns, cells, strict=False)))) for at, cells in rows[1:])
    return forms_of(drafts, file)


def _rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield every row that says something, with the line it begins on."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"is no CSV: {error}. Close the quotes, or double those that are meant."
        raise BadFileError([Problem(file, line, "", message)], pointer="/body/file") from error


def _bad_head(columns: list[str], file: str, line: int) -> Problem | None:
    for name in columns:
        if name not in KNOWN:
            message = f"“{name[:40]}” is no column here. Take one of {', '.join(sorted(KNOWN))}."
            return Problem(file, line, "", message)
    if len(set(columns)) < len(columns):
        return Problem(file, line, "", "names a column twice. Keep one of them.")
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        return Problem(file, line, "", f"lacks the column {missing[0]}. Add it.")
    return None


def _fields(row: Mapping[str, str]) -> Fields:
    fields: Fields = {name: row[name].strip() for name in PLAIN if row.get(name, "").strip()}
    if row.get("difficulty", "").strip():
        fields["difficulty"] = _number(row["difficulty"])
    return {**fields, **_answer(fields.get("kind", ""), row)}


def _answer(kind: str, row: Mapping[str, str]) -> Fields:
    answer = row.get("answer", "").strip()
    match kind:
        case "mcq":
            return {"choices": _parts(row.get("choices", "")), "answer": _unescaped(answer)}
        case "multi":
            return {"choices": _parts(row.get("choices", "")), "answers": _parts(answer)}
        case "true_false":
            return {"answer": TRUTHS.get(answer.casefold(), answer)}
        case "numeric":
            tolerance = row.get("tolerance", "").strip()
            margin = {"tolerance": _number(tolerance)} if tolerance else {}
            return {"answer": _number(answer), **margin}
        case "ordering":
            return {"items": _parts(answer)}
        case "matching":
            return {"pairs": [_pair(part) for part in _parts(answer)]}
        case "cloze":
            return {"gaps": [_parts(gap) for gap in BARS.split(answer)]}
        case _:
            return {"answers": _parts(answer)}


def _parts(said: str) -> list[str]:
    return [_unescaped(part) for part in BAR.split(said)] if said.strip() else []


def _unescaped(part: str) -> str:
    return part.strip().replace("\\|", "|")


def _pair(part: str) -> dict[str, str]:
    left, _, right = part.partition("->")
    return {"left": left.strip(), "right": right.strip()}


def _number(said: str) -> Any:
    """Return the number a cell says, with a point or a comma; the cell itself when it says none."""
    plain = said.strip()
    if "." not in plain:
        plain = plain.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return said
