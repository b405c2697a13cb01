"""The committed OpenAPI document: `python -m tests.support.openapi_snapshot` accepts a change of the contract."""

import json
from pathlib import Path

from tests.support.routes import app_without_database

FILE = Path(__file__).parents[1] / "contract" / "openapi.json"


def current() -> str:
    """Return the document of an application with the settings of the tests, as the file holds it."""
    document = app_without_database().openapi()
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(current(), encoding="utf-8")
