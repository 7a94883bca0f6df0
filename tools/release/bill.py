"""The bill of materials, CycloneDX 1.6: our firmware, what it needs on a chip, what made it.

Host libraries are those that pyproject.toml pins, with what asks for them: what they bring along
themselves is pip's choice on the day, and in no release of ours.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from flashing.fits import OLDEST
from packageurl import PackageURL

_PIN = re.compile(r"([\w.-]+)(?:\[.*\])?==(\S+)")
_MIT = LicenseExpression("MIT")


def bill(
    version: str,
    commit: str,
    made: datetime,
    firmware: Mapping[str, tuple[str, str]],
    project: Mapping,
) -> str:
    """As JSON. `firmware`: {board: (SHA-256 of its pack, the digest that records name)}."""
    bom = Bom(serial_number=uuid5(NAMESPACE_URL, f"pilotwire {version} {commit}"))
    house = Component(
        name="pilotwire",
        version=version,
        type=ComponentType.FIRMWARE,
        bom_ref="pilotwire",
        licenses=[_MIT],
        properties=[Property(name="pilotwire:commit", value=commit)],
    )
    bom.metadata.component = house
    bom.metadata.timestamp = made
    built = [_firmware(board, version, *digests) for board, digests in firmware.items()]
    image = _image()
    libraries = list(_libraries(project))
    for component in (*built, image, *libraries):
        bom.components.add(component)
    bom.register_dependency(house, [*built, *libraries])
    for component in built:
        bom.register_dependency(component, [image])
    text = JsonV1Dot6(bom).output_as_string()
    return json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"


def _firmware(board: str, version: str, pack: str, digest: str) -> Component:
    return Component(
        name=f"pilotwire-{board}",
        version=version,
        type=ComponentType.FIRMWARE,
        bom_ref=f"pilotwire-{board}",
        licenses=[_MIT],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=pack)],
        properties=[Property(name="pilotwire:firmware", value=digest)],
    )


def _image() -> Component:
    """MicroPython: not in a release; it has to be on the chip."""
    oldest = ".".join(map(str, OLDEST))
    return Component(
        name="micropython",
        version=oldest,
        type=ComponentType.PLATFORM,
        bom_ref="micropython",
        licenses=[_MIT],
        description=f"The stock image of the board, {oldest} or newer; not delivered",
        purl=PackageURL("github", "micropython", "micropython", f"v{oldest}.0"),
    )


def _libraries(project: Mapping):
    """One component for each pin; what several ask for is there once, for the nearest."""
    asked = {"tools": project["dependencies"], **project["optional-dependencies"]}
    seen = set()
    for who, pins in asked.items():
        for name, version in filter(None, map(_pinned, pins)):
            if name in seen:
                continue
            seen.add(name)
            yield Component(
                name=name,
                version=version,
                bom_ref=f"pypi-{name}",
                scope=ComponentScope.REQUIRED if who == "tools" else ComponentScope.OPTIONAL,
                purl=PackageURL("pypi", None, name, version),
                properties=[Property(name="pilotwire:asked-by", value=who)],
            )


def _pinned(text: str) -> tuple[str, str] | None:
    match = _PIN.fullmatch(text)
    return (match[1].lower(), match[2]) if match else None
