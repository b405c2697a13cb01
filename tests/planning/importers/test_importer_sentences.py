"""What importers say of a line is said in Russian as well."""

import ast
from collections.abc import Iterator
from pathlib import Path

from questlog.core.translations import RUSSIAN
from questlog.planning import importers

SPOKEN_BY = {
    "ImportNote",
    "Refusal",
    "UnreadableImportError",
    "WholeFileError",
    "note",
    "note_once",
}
FOLDER = Path(importers.__file__).parent


def sentences(source: str) -> Iterator[str]:
    """Yield what is handed to whoever speaks: texts, and the names of texts."""
    tree = ast.parse(source)
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name in SPOKEN_BY:
            yield from (
                one.value
                for one in call.args
                if isinstance(one, ast.Constant) and isinstance(one.value, str) and " " in one.value
            )


def test_every_sentence_of_an_importer_is_translated() -> None:
    found = {text for file in FOLDER.glob("*.py") for text in sentences(file.read_text())}

    assert len(found) > 60
    assert found - RUSSIAN.keys() == set()
