"""Write what the server consists of as a CycloneDX 1.6 document: each locked version, its files' hashes, its licence.

The lock says what is shipped; licences and who needs whom come from what is installed, so that a library for another
system has neither. The same lock gives the same document on the same system, byte for byte.
"""

import re
import sys
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
ENTRY = re.compile(r"^([a-z0-9-]+)==([^ ;\\]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
HASH = re.compile(r"sha256:([0-9a-f]{64})")
OURS = "questlog"


def main(target: Path) -> None:
    lock = (ROOT / "requirements.txt").read_text()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(JsonV1Dot6(bill(lock)).output_as_string(indent=2) + "\n")
    print(f"{target.name}: {len(ENTRY.findall(lock))} libraries")


def bill(lock: str) -> Bom:
    root = Component(
        name=OURS,
        version=metadata.version(OURS),
        type=ComponentType.APPLICATION,
        bom_ref=OURS,
        licenses=licenses(OURS),
    )
    parts = {name: component(name, version, rest) for name, version, rest in ENTRY.findall(lock)}
    bom = Bom(
        metadata=BomMetaData(component=root),
        components=parts.values(),
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, lock),
    )
    bom.metadata.timestamp = None  # type: ignore[assignment]
    needed = graph()
    for name, part in [(OURS, root), *parts.items()]:
        bom.register_dependency(part, [parts[one] for one in needed.get(name, ()) if one in parts])
    return bom


def component(name: str, version: str, rest: str) -> Component:
    purl = PackageURL("pypi", None, name, version)
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(str(purl)),
        comment="its files, each by its hash",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in HASH.findall(rest)],
    )
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=str(purl),
        purl=purl,
        licenses=licenses(name),
        external_references=[files],
    )


def licenses(name: str) -> list[License]:
    """Return what the installed library says of its licence; nothing for one that is not installed."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return []
    text = said.get("License-Expression") or said.get("License") or ""
    if not text or "\n" in text:
        classified = [one for one in said.get_all("Classifier", []) if one.startswith("License ::")]
        text = " OR ".join(one.rpartition(" :: ")[2] for one in classified)
    return [LicenseFactory().make_from_string(text)] if text else []


def graph() -> dict[str, set[str]]:
    """Return what each installed library needs on this system, with the extras somebody asks of it."""
    found: dict[str, set[str]] = {}
    extras: dict[str, set[str]] = {OURS: {"", "redis"}}
    waiting = [OURS]
    while waiting:
        name = waiting.pop()
        for one in requirements(name, extras[name]):
            need = canonicalize_name(one.name)
            found.setdefault(name, set()).add(need)
            asked = extras.setdefault(need, set())
            if not {"", *one.extras} <= asked:
                asked |= {"", *one.extras}
                waiting.append(need)
    return found


def requirements(name: str, extras: set[str]) -> Iterator[Requirement]:
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return
    for one in map(Requirement, lines):
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras):
            yield one


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "questlog.cdx.json")
