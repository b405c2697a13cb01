"""S-149: the bill of materials names what is shipped, in a form that other tools read."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cyclonedx.schema
import jsonschema_rs
import pytest

from tests.contract.test_locks import pins

ROOT = Path(__file__).parents[2]
SCHEMAS = Path(cyclonedx.schema.__file__).parent / "_res"
HOME = "http://cyclonedx.org/schema"


def written(path: Path) -> bytes:
    command = [sys.executable, "scripts/sbom.py", str(path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    return path.read_bytes()


@pytest.fixture
def bill(tmp_path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(tmp_path / "bill.json"))
    return found


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.SNAPSHOT.schema.json").read_text())
    return found


def test_s149_it_names_every_locked_version_with_its_hashes(bill: dict[str, Any]) -> None:
    listed = {one["name"]: one["version"] for one in bill["components"]}

    assert listed == pins("requirements.txt")
    assert all(one["externalReferences"][0]["hashes"] for one in bill["components"])
    assert all(one["purl"].startswith("pkg:pypi/") for one in bill["components"])


def test_s149_it_says_who_needs_whom(bill: dict[str, Any]) -> None:
    needs = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}

    ours = {one.removeprefix("pkg:pypi/").partition("@")[0] for one in needs["questlog"]}
    assert {"fastapi", "sqlalchemy", "uvicorn"} <= ours
    assert any(
        "starlette@" in one for ref, ones in needs.items() if "fastapi@" in ref for one in ones
    )


def test_s149_it_is_cyclonedx_and_the_same_every_time(tmp_path: Path, bill: dict[str, Any]) -> None:
    names = ("spdx", "jsf-0.82")
    registry = jsonschema_rs.Registry(
        [(f"{HOME}/{name}.SNAPSHOT.schema.json", schema(name)) for name in names]
    )
    validator = jsonschema_rs.Draft7Validator(schema("bom-1.6"), registry=registry)

    faults = [str(error) for error in validator.iter_errors(bill)]

    assert not faults
    assert written(tmp_path / "one.json") == written(tmp_path / "other.json")


def test_s149_it_names_no_address_of_an_index(bill: dict[str, Any]) -> None:
    addresses = [one["url"] for part in bill["components"] for one in part["externalReferences"]]

    assert all(address.startswith("pkg:pypi/") for address in addresses)
