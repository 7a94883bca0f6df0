"""`python -m contract`: all checks of the contract, a line each. Exit code 1 if one fails."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from jsonschema import Draft202012Validator
from rig.interpreter import ROOT

from . import compare, document, examples, generate, page, schemas, wrong

_PARSER = ROOT / "build" / "asyncapi" / "node_modules" / "@asyncapi" / "parser"
_SCRIPT = Path(__file__).with_name("parse.mjs")


class Skipped(Exception):
    """A check cannot run on this machine; the text says why."""


def _document() -> str:
    node = shutil.which("node")
    if not node or not _PARSER.is_dir():
        raise Skipped("node and npm are not installed")
    command = [node, str(_SCRIPT), str(_PARSER), str(document.FILE)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise schemas.Wrong("asyncapi.yaml", (result.stdout + result.stderr).strip())
    return f"{len(document.topics())} topics"


def _schemas() -> str:
    for path in schemas.files():
        Draft202012Validator.check_schema(schemas.read(path))
    return f"{len(schemas.files())} files"


def _fresh() -> str:
    made = [*generate.texts(), (page.PAGE, page.page())]
    for path, text in made:
        if path.read_text() != text:
            raise schemas.Wrong(str(path.relative_to(ROOT)), "is stale: make contract-page")
    return f"{len(made)} files"


def _examples() -> str:
    n = 0
    for topic, place, message in examples.all_of_them():
        try:
            schemas.check(topic.schema, message)
            schemas.check(topic.schema, message, strict=True)
        except schemas.Wrong as error:
            raise schemas.Wrong(f"{place}: {error.path}", error.wanted) from error
        n += 1
    return f"{n} messages"


def _wrong() -> str:
    n = 0
    for topic, place, message in examples.all_of_them():
        validator = schemas.validator(topic.schema)
        for what, spoiled in wrong.spoiled(topic.schema, message):
            if validator.is_valid(spoiled):
                raise schemas.Wrong(place, f"passes though it is wrong: {what}")
            n += 1
    return f"{n} messages"


def _compatible() -> str:
    tag = compare.released()
    if not tag:
        raise Skipped("no version was released, git has no tag contract-1.*")
    found = list(compare.differences(compare.load(tag), compare.load(str(ROOT))))
    for one in found:
        if one.breaks:
            raise schemas.Wrong(one.place, one.what)
    return f"{len(found)} differences from {tag}, all allowed"


CHECKS: dict[str, Callable[[], str]] = {
    "the document, by AsyncAPI's parser": _document,
    "schemas are JSON Schema 2020-12": _schemas,
    "what is generated is fresh": _fresh,
    "examples keep to their schemas": _examples,
    "wrong messages are refused": _wrong,
    "nothing breaks the last version": _compatible,
}


def run() -> Iterator[tuple[str, bool]]:
    """A line for each check, and whether it held."""
    for name, check in CHECKS.items():
        try:
            yield f"{name}: {check()}", True
        except Skipped as error:
            yield f"{name}: skipped, {error}", True
        except (ValueError, KeyError) as error:
            yield f"{name}: WRONG: {error}", False


def main() -> int:
    good = True
    for line, held in run():
        print(line)
        good = good and held
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
